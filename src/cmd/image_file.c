/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads the firmware image that the user names: see image_file.h. */
#include "cmd/image_file.h"

#include "base/address.h"
#include "base/web_page.h"
#include "cmd/image_archive.h"
#include "port/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PIECE 65536u

static bool refuse_missing(const char *path, struct error *ret_error)
{
    struct mac_address mac;
    if (mac_parse(path, &mac))
        return error_set(ret_error, ERROR_INPUT,
                         "%s is a MAC address; a firmware file is expected here. To choose a phone "
                         "by its MAC address use --phone-mac %s",
                         path, path);
    if (strncasecmp(path, "http:", 5) == 0 || strncasecmp(path, "https:", 6) == 0 ||
        strncasecmp(path, "tftp:", 5) == 0)
        return error_set(ret_error, ERROR_INPUT,
                         "%s is a URL; download the file first and name the downloaded file", path);
    return error_set(ret_error, ERROR_INPUT, "%s: there is no such file", path);
}

static bool refuse_too_long(const char *path, struct error *ret_error)
{
    return error_set(ret_error, ERROR_INPUT,
                     "%s is longer than %u MiB: no firmware file of these phones is (the .bin has "
                     "about 4 MiB)",
                     path, IMAGE_FILE_MAXIMUM_LENGTH >> 20);
}

/* Reads to the end, also of a pipe. Returns: false when reading fails or the limit is passed. */
static bool read_all(int descriptor, size_t expected, const char *path, struct image_file *ret,
                     struct error *ret_error)
{
    size_t capacity = 0;
    for (;;) {
        if (ret->length == capacity) {
            capacity = capacity ? 2 * capacity : expected + 1;
            uint8_t *bytes = realloc(ret->bytes, capacity);
            if (!bytes)
                abort();
            ret->bytes = bytes;
        }
        ssize_t got = read(descriptor, ret->bytes + ret->length, capacity - ret->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(ret_error, ERROR_INPUT, "%s cannot be read: %s", path,
                             strerror(errno));
        if (got == 0)
            return true;
        ret->length += (size_t)got;
        if (ret->length > IMAGE_FILE_MAXIMUM_LENGTH)
            return refuse_too_long(path, ret_error);
    }
}

static bool read_descriptor(int descriptor, const char *path, struct image_file *ret,
                            struct error *ret_error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return error_set(ret_error, ERROR_INPUT, "%s cannot be read: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(ret_error, ERROR_INPUT, "%s is a directory; name the firmware file in it",
                         path);
    bool regular = S_ISREG(status.st_mode);
    if (regular && status.st_size > (off_t)IMAGE_FILE_MAXIMUM_LENGTH)
        return refuse_too_long(path, ret_error);
    size_t expected = regular ? (size_t)status.st_size : FIRST_PIECE;
    if (!read_all(descriptor, expected, path, ret, ret_error))
        return false;
    if (ret->length == 0)
        return error_set(ret_error, ERROR_INPUT,
                         "%s is empty (0 bytes): the download failed, fetch it again", path);
    return true;
}

static bool read_file(const char *path, const char *shown, struct image_file *ret,
                      struct error *ret_error)
{
    int descriptor = files_read(path);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        return refuse_missing(shown, ret_error);
    if (descriptor < 0)
        return error_set(ret_error, ERROR_INPUT, "%s cannot be opened: %s", shown, strerror(errno));
    bool read = read_descriptor(descriptor, shown, ret, ret_error);
    close(descriptor);
    return read;
}

static const char web_page[] = "a web page (the download page was saved in place of the file)";

/* Returns: what the bytes are instead of an image, NULL when they do not say. */
static const char *recognised_type(const uint8_t *bytes, size_t length)
{
    static const struct {
        const char *start;
        size_t length;
        const char *type;
    } types[] = {
        {"MZ", 2, "a Windows program"},
        {"\x7f"
         "ELF",
         4, "a Linux program"},
        {"\xd4\xc3\xb2\xa1", 4, "a packet capture (for that: spa-sos diagnose)"},
        {"\xa1\xb2\xc3\xd4", 4, "a packet capture (for that: spa-sos diagnose)"},
        {"\x4d\x3c\xb2\xa1", 4, "a packet capture (for that: spa-sos diagnose)"},
        {"\x0a\x0d\x0d\x0a", 4, "a packet capture (for that: spa-sos diagnose)"},
        {"%PDF", 4, "a PDF document"},
        {"\x1f\x8b", 2, "a gzip file (unpack it first)"},
        {"7z\xbc\xaf\x27\x1c", 6, "a 7-Zip archive (unpack it first)"},
        {"Rar!", 4, "a RAR archive (unpack it first)"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (length >= types[i].length && memcmp(bytes, types[i].start, types[i].length) == 0)
            return types[i].type;
    }
    return web_page_begins(bytes, length) ? web_page : NULL;
}

bool image_file_read(const char *path, struct image_file *ret, struct error *ret_error)
{
    struct path_text shown = path_shown(path);
    *ret = (struct image_file){0};
    if (!read_file(path, shown.text, ret, ret_error))
        return false;
    ret->other_family = image_file_other_family(path);
    if (image_archive_is_one(ret->bytes, ret->length))
        return image_archive_open(ret, shown.text, ret_error);
    if (image_find(ret->bytes, ret->length, &ret->image) && ret->image.offset > 0)
        text_add(&ret->notes, "the image stands at offset %zu of the file\n", ret->image.offset);
    return true;
}

const char *image_file_refusal(const struct image_file *file, struct text *ret_sentence)
{
    text_free(ret_sentence);
    if (text_chars(&file->member)[0])
        text_add(ret_sentence, "%s in the archive: ", text_chars(&file->member));
    if (file->image.refusal != IMAGE_VALID) {
        const char *type = recognised_type(file->bytes, file->length);
        if (type == web_page) {
            text_add(ret_sentence, "it is %s, no firmware image", type);
            return image_refusal_name(file->image.refusal);
        }
        if (type)
            text_add(ret_sentence, "it is %s; ", type);
        if (!type && file->other_family)
            text_add(ret_sentence, "by its name it is for another family of phones (%s); ",
                     file->other_family);
        text_add(ret_sentence, "%s", file->image.refusal_text);
        return image_refusal_name(file->image.refusal);
    }
    if (file->other_family) {
        text_add(ret_sentence,
                 "by its name this is an image for another family of phones (%s), and the phone "
                 "does not check that",
                 file->other_family);
        return "other-family";
    }
    text_free(ret_sentence);
    return NULL;
}

const char *image_file_advice(const struct image_file *file)
{
    static const char other_family[] =
        "Take the SPA30x/SPA50x firmware: its .bin is named spa50x-30x-<version>.bin. If only the "
        "name is wrong, rename the file.";

    if (file->image.refusal != IMAGE_VALID && web_page_begins(file->bytes, file->length))
        return "Open the vendor's download page in a browser, log in if it asks for it, and "
               "download the file again; look at its size.";
    if (file->image.refusal != IMAGE_VALID && file->other_family)
        return other_family;
    switch (file->image.refusal) {
    case IMAGE_VALID:
        return file->other_family ? other_family : NULL;
    case IMAGE_NOT_FOUND:
    case IMAGE_TOO_LONG:
        return "Name the vendor's package, for example SPA30x_SPA50x_7.5.2b_FW.zip, or the file "
               "spa50x-30x-7-5-2b.bin in it.";
    case IMAGE_SECTOR_NUMBER:
        return "Do not send this image with any tool: the phone would accept it and overwrite what "
               "it needs to start. Take an image of the vendor.";
    default:
        return "The file was cut or damaged on its way here: fetch the package again, and copy the "
               "file in binary mode. For comparison: spa50x-30x-7-5-2b.bin has 4147359 bytes.";
    }
}

bool image_file_load(const char *path, struct image_file *ret, struct error *ret_error)
{
    struct text sentence = TEXT_EMPTY;
    if (!image_file_read(path, ret, ret_error))
        return false;
    bool refused = image_file_refusal(ret, &sentence) != NULL;
    if (refused)
        error_set(ret_error, ERROR_INPUT, "%s: %s\n%s", path_shown(path).text,
                  text_chars(&sentence), image_file_advice(ret));
    text_free(&sentence);
    return !refused;
}

const char *image_file_force_reason(const struct image *image)
{
    for (unsigned i = 0; image->needs_force && i < image->warning_count; i++) {
        enum image_warning_kind kind = image->warnings[i].kind;
        if (kind == IMAGE_WARNING_SECTOR_TWICE || kind == IMAGE_WARNING_NOTHING_FLASHED)
            return image->warnings[i].text;
    }
    return "";
}
