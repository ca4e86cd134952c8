/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do next on this very machine: see first_run.h. */
#include "cmd/first_run.h"

#include "cmd/image_file.h"
#include "port/interfaces.h"
#include "port/live.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DOWNLOADS      "Downloads"
#define IMAGES_MAXIMUM 4 /* looked at and named; the first valid one is proposed */

static void describe_interface(const struct interface_info *info, bool is_first, struct text *ret)
{
    char speed[32] = "";
    if (info->has_carrier && info->speed_mbps > 0)
        snprintf(speed, sizeof speed, " at %u Mbit/s", info->speed_mbps);
    text_add(ret, "  %-11s %s: %s%s%s\n", is_first ? "Interface" : "", info->name,
             !info->is_up        ? "switched off"
             : info->has_carrier ? "carries a link"
                                 : "no link: is the phone's cable in, and the phone on?",
             speed, info->use == INTERFACE_DOUBTFUL ? " (doubtful: see spa-sos interfaces)" : "");
}

/* Those with or those without a cable of their own. Returns: how many were described. */
static unsigned describe_some(const struct interface_list *list, bool are_virtual,
                              const struct interface_info **best, struct text *ret)
{
    unsigned shown = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct interface_info *info = &list->items[i];
        if (info->use == INTERFACE_UNUSABLE || (info->kind == INTERFACE_VIRTUAL) != are_virtual)
            continue;
        describe_interface(info, shown++ == 0, ret);
        if (info->use == INTERFACE_USABLE &&
            (!*best || (info->has_carrier && !(*best)->has_carrier)))
            *best = info;
    }
    return shown;
}

/* Interfaces, and in `ret_name` the one to be proposed, "" if there is none. */
static void describe_interfaces(struct text *ret, char ret_name[INTERFACE_NAME_SIZE])
{
    struct interface_list list;
    struct error error;
    const struct interface_info *best = NULL;
    ret_name[0] = '\0';
    if (!interface_list_read(&list, &error)) {
        text_add(ret, "  Interface   %s\n", error.text);
        return;
    }
    if (describe_some(&list, false, &best, ret) == 0 && describe_some(&list, true, &best, ret) == 0)
        text_add(ret,
                 "  Interface   none that a phone can hang on (spa-sos interfaces says why)\n");
    if (best)
        snprintf(ret_name, INTERFACE_NAME_SIZE, "%s", best->name);
    interface_list_free(&list);
}

/* By its name it can be the vendor's package or the image in it. */
static bool may_be_image(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strncasecmp(name, "spa50", 5) == 0 || strncasecmp(name, "spa30", 5) == 0) &&
           (strcasecmp(dot, ".zip") == 0 || strcasecmp(dot, ".bin") == 0 ||
            strcasecmp(dot, ".exe") == 0);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int select_images(const struct dirent *entry)
{
    return may_be_image(entry->d_name);
}

/* One file: what it is, if it may be looked into. Returns: whether it can be proposed. */
static bool describe_file(const char *path, struct text *ret)
{
    struct image_file file;
    struct text why = TEXT_EMPTY;
    struct error error;
    char version[4 * IMAGE_VERSION_SIZE];
    if (geteuid() == 0) { /* strangers' bytes are not parsed with root's rights */
        text_add(ret, "%s (spa-sos image checks it)\n", path_shown(path).text);
        return true;
    }
    bool is_read = image_file_read(path, &file, &error);
    bool good = is_read && !image_file_refusal(&file, &why) && !file.image.needs_force;
    if (good)
        text_add(
            ret, "%s: version %s\n", path_shown(path).text,
            text_escape(file.image.version, strlen(file.image.version), version, sizeof version));
    else
        text_add(ret, "%s: not to be sent, see spa-sos image\n", path_shown(path).text);
    image_file_free(&file);
    text_free(&why);
    return good;
}

/* The files of a directory; the first one that can be sent is left in `best`. */
static void describe_directory(const char *directory, unsigned *shown, struct text *best,
                               struct text *ret)
{
    struct dirent **entries;
    bool is_here = strcmp(directory, ".") == 0;
    int count = scandir(directory, &entries, select_images, by_name);
    for (int i = 0; i < count; i++) {
        struct text path = TEXT_EMPTY;
        text_add(&path, "%s%s%s", is_here ? "" : directory, is_here ? "" : "/", entries[i]->d_name);
        if (*shown < IMAGES_MAXIMUM) {
            text_add(ret, "  %-11s ", (*shown)++ ? "" : "Firmware");
            if (describe_file(text_chars(&path), ret) && best->length == 0)
                text_add(best, "%s", text_chars(&path));
        }
        text_free(&path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void describe_images(struct text *best, struct text *ret)
{
    const char *home = getenv("HOME");
    struct text downloads = TEXT_EMPTY;
    unsigned shown = 0;
    describe_directory(".", &shown, best, ret);
    if (home && *home) {
        text_add(&downloads, "%s/" DOWNLOADS, home);
        describe_directory(text_chars(&downloads), &shown, best, ret);
    }
    if (shown == 0)
        text_add(ret, "  Firmware    none here or in ~/" DOWNLOADS
                      "; wanted is Cisco's SPA30x_SPA50x_7.5.2b_FW.zip\n");
    text_free(&downloads);
}

/* A word of a shell command: in quotes where it needs them. */
static void add_word(struct text *ret, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/~";
    if (strspn(word, plain) == strlen(word)) {
        text_add(ret, "%s", word);
        return;
    }
    text_add(ret, "'");
    for (const char *c = path_shown(word).text; *c; c++)
        text_add(ret, *c == '\'' ? "'\\''" : "%c", *c);
    text_add(ret, "'");
}

void first_run_describe(struct text *ret)
{
    char interface[INTERFACE_NAME_SIZE];
    struct text image = TEXT_EMPTY;
    struct error error;
    text_add(ret, "On this machine:\n");
    describe_interfaces(ret, interface);
    bool may_send = port_live_check_permission(interface[0] ? interface : "any", &error);
    text_add(ret, "  Rights      %s\n",
             may_send ? "this user may send and receive frames"
                      : "this user may not send frames: sudo is needed");
    describe_images(&image, ret);
    text_add(ret, "\nNext: switch the phone off, start\n  %sspa-sos recover -i %s ",
             may_send ? "" : "sudo ", interface[0] ? interface : "INTERFACE");
    if (image.length)
        add_word(ret, text_chars(&image));
    else
        text_add(ret, "FIRMWARE");
    text_add(ret, "\nand switch the phone on.\n");
    text_free(&image);
}
