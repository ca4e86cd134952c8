/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of a shelf and its results: see phone_list.h. */
#include "cmd/phone_list.h"

#include "base/text.h"
#include "port/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SERIAL_LENGTH 11 /* CBT141100HR */

static void *grow(void *array, size_t count, size_t size)
{
    void *grown = reallocarray(array, count + 1, size);
    if (!grown)
        abort();
    return grown;
}

bool phone_list_add_serial(struct phone_list *list, const char *serial, struct error *ret_error)
{
    char escaped[128];
    text_escape(serial, strlen(serial), escaped, sizeof escaped);
    switch (recm_serial_form(serial)) {
    case SERIAL_PLAUSIBLE:
        break;
    case SERIAL_WILDCARD:
        return error_set(ret_error, ERROR_USAGE,
                         "%s addresses every phone on the segment. Leave --serial out to recover "
                         "the one phone that answers, or say --all",
                         escaped);
    case SERIAL_LOWER_CASE:
        return error_set(ret_error, ERROR_USAGE,
                         "'%s' has lower-case letters. The phone compares serial numbers byte for "
                         "byte, and they are printed in upper case on the label",
                         escaped);
    case SERIAL_MAC:
        return error_set(ret_error, ERROR_USAGE,
                         "'%s' is a MAC address, not a serial number. The serial number stands "
                         "behind 'SN' on the label and looks like CBT141100HR. To choose a phone "
                         "by its MAC address use --phone-mac %s, or leave both out",
                         escaped, escaped);
    case SERIAL_IMPOSSIBLE:
        return error_set(ret_error, ERROR_USAGE,
                         "'%s' is no serial number: 1 to 19 letters and digits are expected, like "
                         "CBT141100HR",
                         escaped);
    }
    phone_list_add_serial_view(list, serial);
    return true;
}

static void add(struct phone_list *list, struct phone_name name)
{
    list->names = grow(list->names, list->name_count, sizeof *list->names);
    list->names[list->name_count++] = name;
}

void phone_list_add_serial_view(struct phone_list *list, const char *serial)
{
    add(list, (struct phone_name){.serial = serial});
}

void phone_list_add_mac(struct phone_list *list, const struct mac_address *mac)
{
    add(list, (struct phone_name){.mac = *mac});
}

void phone_list_free(struct phone_list *list)
{
    free(list->names);
    free(list->text);
    for (size_t i = 0; i < list->done_count; i++)
        free(list->done[i].line);
    free(list->done);
    text_free(&list->questions);
    *list = (struct phone_list){0};
}

static char *read_all(const char *path, struct error *ret_error)
{
    int descriptor = files_read(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
    char *text = malloc(PHONE_LIST_SIZE_MAXIMUM + 1);
    if (!text)
        abort();
    if (!file) {
        error_set(ret_error, ERROR_INPUT, "--phones %s: %s", path_shown(path).text,
                  strerror(errno));
        free(text);
        return NULL;
    }
    size_t length = fread(text, 1, PHONE_LIST_SIZE_MAXIMUM + 1, file);
    bool failed = ferror(file);
    fclose(file);
    if (failed || length > PHONE_LIST_SIZE_MAXIMUM || memchr(text, '\0', length)) {
        error_set(ret_error, ERROR_INPUT,
                  "--phones %s: not a list of phones (a text file of at most 1 MiB is expected, a "
                  "serial number or MAC address a line)",
                  path_shown(path).text);
        free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

/* Cuts comment and white space off; returns the word's start. */
static char *trim(char *line)
{
    line[strcspn(line, "#\r")] = '\0';
    line += strspn(line, " \t");
    line[strcspn(line, " \t")] = '\0';
    return line;
}

/* One line's word: a serial number or a MAC address. */
static bool add_word(struct phone_list *list, const char *word, struct error *ret_error)
{
    struct mac_address mac;
    if (recm_serial_form(word) != SERIAL_MAC || !mac_parse(word, &mac))
        return phone_list_add_serial(list, word, ret_error);
    phone_list_add_mac(list, &mac);
    return true;
}

/* Serial numbers of these phones have eleven characters; a shorter one was cut or mistyped. */
static void question(struct phone_list *list, const char *path, unsigned line_number,
                     const char *word)
{
    size_t length = strlen(word);
    if (recm_serial_form(word) != SERIAL_PLAUSIBLE || length == SERIAL_LENGTH)
        return;
    text_add(&list->questions,
             "--phones %s, line %u: %s has %zu characters, serial numbers of these phones have %d. "
             "Is it complete?\n",
             path_shown(path).text, line_number, word, length, SERIAL_LENGTH);
}

/* ---- the results of an earlier run ---- */

#define RESULTS_HEADER "wanted,serial,mac,product,state,attempts,verdict"
#define RESULTS_STATE  4 /* the fifth column */

/* The column of a line, NULL if there are fewer. `ret_length` without quotes or comma. */
static const char *column_of(const char *line, unsigned number, size_t *ret_length)
{
    for (;; number--) {
        bool quoted = *line == '"';
        size_t length = quoted ? 1 + strcspn(line + 1, "\"") : strcspn(line, ",");
        if (number == 0) {
            *ret_length = quoted ? length - 1 : length;
            return quoted ? line + 1 : line;
        }
        line += length + quoted;
        if (*line != ',')
            return NULL;
        line++;
    }
}

static bool is_word(const char *chars, size_t length, const char *word)
{
    return chars && strlen(word) == length && memcmp(chars, word, length) == 0;
}

static void take_off(struct phone_list *list, const char *wanted, size_t length)
{
    for (size_t i = 0; i < list->name_count; i++) {
        struct mac_text mac;
        if (!is_word(wanted, length, phone_name_text(&list->names[i], &mac)))
            continue;
        memmove(&list->names[i], &list->names[i + 1],
                (--list->name_count - i) * sizeof *list->names);
        return;
    }
}

static void keep_result(struct phone_list *list, const char *line)
{
    size_t state_length, wanted_length;
    const char *state = column_of(line, RESULTS_STATE, &state_length);
    const char *wanted = column_of(line, 0, &wanted_length);
    if (!is_word(state, state_length, session_state_name(SESSION_RECOVERED)))
        return;
    take_off(list, wanted, wanted_length);
    list->done = grow(list->done, list->done_count, sizeof *list->done);
    list->done[list->done_count].line = strdup(line);
    if (!list->done[list->done_count++].line)
        abort();
}

bool phone_list_read_results(struct phone_list *list, const char *list_path,
                             struct error *ret_error)
{
    struct text path = TEXT_EMPTY;
    text_add(&path, "%s" PHONE_LIST_RESULTS_SUFFIX, list_path);
    struct stat status;
    bool exists = files_look(path.chars, &status);
    char *text = exists ? read_all(path.chars, ret_error) : NULL;
    bool good = text || !exists;
    if (text) {
        char *rest = text, *line = strsep(&rest, "\n");
        if (strcmp(line, RESULTS_HEADER) != 0)
            good = error_set_expected(
                ret_error, ERROR_INPUT, RESULTS_HEADER,
                "%s is not a table of results that this program wrote: it is left as it is. Move "
                "it away, or name the list otherwise",
                path_shown(path.chars).text);
        while (good && (line = strsep(&rest, "\n")))
            keep_result(list, line);
    }
    free(text);
    text_free(&path);
    return good;
}

/* ---- reading the list ---- */

bool phone_list_read(const char *path, struct phone_list *list, struct error *ret_error)
{
    list->text = read_all(path, ret_error);
    if (!list->text)
        return false;
    char *rest = list->text;
    unsigned line_number = 0;
    char *line;
    while ((line = strsep(&rest, "\n"))) {
        line_number++;
        char *word = trim(line);
        struct error cause;
        question(list, path, line_number, word);
        if (*word != '\0' && !add_word(list, word, &cause))
            return error_set(ret_error, ERROR_INPUT, "--phones %s, line %u: %s",
                             path_shown(path).text, line_number, cause.text);
    }
    if (list->name_count == 0)
        return error_set(ret_error, ERROR_INPUT,
                         "--phones %s: the list names no phone (a serial number or MAC address a "
                         "line is expected)",
                         path_shown(path).text);
    return true;
}

/* The verdict's name on a phone, "" if diagnosis does not know it. */
static const char *verdict_of(const struct diagnosis *diagnosis, const struct mac_address *mac)
{
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        if (mac_equal(&diagnosis->phones[i].mac, mac))
            return verdict_name(diagnosis->phones[i].verdict.id);
    }
    return "";
}

/* A CSV field from network text: escaped, and never a formula or a broken quote. */
static void write_field(FILE *file, const char *text)
{
    char escaped[4 * RECM_TEXT_SIZE + 1];
    text_escape(text, strlen(text), escaped, sizeof escaped);
    bool quote = strpbrk(escaped, ",\"=+-@") != NULL;
    if (!quote) {
        fputs(escaped, file);
        return;
    }
    fputc('"', file);
    if (strchr("=+-@", escaped[0]))
        fputc('\'', file);
    for (const char *c = escaped; *c; c++) {
        if (*c == '"')
            fputc('"', file);
        fputc(*c, file);
    }
    fputc('"', file);
}

/* One line: the wanted phone and, if it was seen, what became of it. */
static void write_line(FILE *file, const char *wanted, const struct session_status *status,
                       const struct diagnosis *diagnosis)
{
    if (!status) {
        fprintf(file, "%s,,,,not seen,0,\n", wanted);
        return;
    }
    fprintf(file, "%s,", wanted);
    write_field(file, status->serial);
    fprintf(file, ",%s,", mac_format(&status->mac).text);
    write_field(file, status->product);
    fprintf(file, ",%s,%u,%s\n", session_state_name(status->state), status->attempts,
            verdict_of(diagnosis, &status->mac));
}

static void write_table(FILE *file, const struct phone_list *list, const struct station *station,
                        const struct diagnosis *diagnosis)
{
    struct session_status status;
    fputs(RESULTS_HEADER "\n", file);
    for (size_t i = 0; i < list->done_count; i++)
        fprintf(file, "%s\n", list->done[i].line);
    for (size_t i = 0; i < list->name_count; i++) {
        struct mac_text mac;
        bool seen = station_session_named(station, &list->names[i], &status);
        write_line(file, phone_name_text(&list->names[i], &mac), seen ? &status : NULL, diagnosis);
    }
}

bool phone_list_write_results(const struct phone_list *list, const char *list_path,
                              const struct station *station, const struct diagnosis *diagnosis,
                              struct error *ret_error)
{
    struct text path = TEXT_EMPTY, aside = TEXT_EMPTY;
    text_add(&path, "%s" PHONE_LIST_RESULTS_SUFFIX, list_path);
    text_add(&aside, "%s" PHONE_LIST_RESULTS_SUFFIX ".XXXXXX", list_path);
    int descriptor = files_create_unique(aside.chars, 0, 0666);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    bool good = file != NULL;
    if (file) {
        write_table(file, list, station, diagnosis);
        good = fclose(file) == 0 && files_rename(aside.chars, path.chars);
    }
    if (!good) {
        error_set(ret_error, ERROR_ENVIRONMENT, "the results cannot be written to %s: %s",
                  path_shown(path.chars).text, strerror(errno));
        if (descriptor >= 0)
            files_remove(aside.chars);
    }
    text_free(&path);
    text_free(&aside);
    return good;
}
