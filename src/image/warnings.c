/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is odd about an image that the phone would take (docs: firmware image, checks before the
 * first frame), at most one warning of a kind, and the order of version numbers.
 */
#include "image/internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SAFE_VERSION      "7.5.2b"
#define KNOWN_FLAGS       0x0001u
#define FIRST_APPLICATION 0x20u /* sectors below are boot loader, recovery loader, settings */

const char *image_warning_name(enum image_warning_kind kind)
{
    static const char *const names[IMAGE_WARNING_KIND_COUNT] = {
        [IMAGE_WARNING_FILE_LEN] = "file-len",
        [IMAGE_WARNING_FLAGS] = "flags",
        [IMAGE_WARNING_STORED_LENGTH] = "stored-length",
        [IMAGE_WARNING_SECTOR_TWICE] = "sector-twice",
        [IMAGE_WARNING_NOTHING_FLASHED] = "nothing-flashed",
        [IMAGE_WARNING_NEWER_VERSION] = "newer-version",
    };
    return (unsigned)kind < IMAGE_WARNING_KIND_COUNT ? names[kind] : "unknown";
}

static void warn(struct image *image, enum image_warning_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void warn(struct image *image, enum image_warning_kind kind, const char *format, ...)
{
    if (image->warning_count == IMAGE_WARNINGS_MAXIMUM)
        return;
    struct image_warning *warning = &image->warnings[image->warning_count++];
    va_list arguments;
    va_start(arguments, format);
    warning->kind = kind;
    vsnprintf(warning->text, sizeof warning->text, format, arguments);
    va_end(arguments);
}

static void warn_about_length(struct image *image, size_t behind)
{
    if (behind > 0)
        warn(image, IMAGE_WARNING_FILE_LEN,
             "the file is %zu bytes long, file_len (offset 0x58) is %" PRIu32
             " and the last sector ends at %zu: the %zu bytes behind it are not sent",
             image->length + behind, image->file_len, image->length, behind);
    else if (image->file_len != image->length)
        warn(image, IMAGE_WARNING_FILE_LEN,
             "file_len (offset 0x58) is %" PRIu32
             ", wanted %zu, the length of the image; the phone does not look at it",
             image->file_len, image->length);
}

/* " and N more sectors", or nothing. */
static const char *and_more(unsigned count, char *ret, size_t size)
{
    if (count > 1)
        snprintf(ret, size, " (and %u more)", count - 1);
    else
        ret[0] = '\0';
    return ret;
}

static void warn_about_entries(struct image *image)
{
    const struct image_sector *odd_flags = NULL, *odd_length = NULL;
    unsigned odd_flags_count = 0, odd_length_count = 0;
    char more[32];
    for (unsigned i = image->sector_count; i-- > 0;) {
        const struct image_sector *sector = &image->sectors[i];
        if (sector->flags & ~KNOWN_FLAGS) {
            odd_flags = sector;
            odd_flags_count++;
        }
        if (sector->stored && sector->length != IMAGE_SECTOR_LENGTH) {
            odd_length = sector;
            odd_length_count++;
        }
    }
    if (odd_flags)
        warn(image, IMAGE_WARNING_FLAGS,
             "sector %u%s: flags are 0x%04x, wanted 0 or 1; the phone ignores the other bits",
             odd_flags->number, and_more(odd_flags_count, more, sizeof more), odd_flags->flags);
    if (odd_length)
        warn(image, IMAGE_WARNING_STORED_LENGTH,
             "sector %u%s is stored: length is %" PRIu32 ", wanted %u, which is what the phone "
             "takes whatever length says",
             odd_length->number, and_more(odd_length_count, more, sizeof more), odd_length->length,
             IMAGE_SECTOR_LENGTH);
}

static void warn_about_numbers(struct image *image)
{
    unsigned times[IMAGE_SECTORS_MAXIMUM] = {0};
    unsigned application_sectors = 0;
    for (unsigned i = 0; i < image->sector_count; i++) {
        times[image->sectors[i].number]++;
        application_sectors += image->sectors[i].number >= FIRST_APPLICATION;
    }
    for (unsigned number = 0; number < IMAGE_SECTORS_MAXIMUM; number++) {
        if (times[number] < 2)
            continue;
        warn(image, IMAGE_WARNING_SECTOR_TWICE,
             "sector %u is in the table %u times, wanted once: the phone would keep the last one",
             number, times[number]);
        image->needs_force = true;
        break;
    }
    if (application_sectors == 0) {
        warn(image, IMAGE_WARNING_NOTHING_FLASHED,
             "no sector has a number above 31, wanted at least one: the phone would skip them all "
             "and flash nothing");
        image->needs_force = true;
    }
}

static void warn_about_version(struct image *image)
{
    char shown[4 * IMAGE_VERSION_SIZE];
    text_escape(image->version, strlen(image->version), shown, sizeof shown);
    if (!isdigit((unsigned char)image->version[0]))
        warn(image, IMAGE_WARNING_NEWER_VERSION,
             "version (offset 0x5c) is \"%s\", which is no version number; a phone with an old "
             "boot loader may not start it: wanted " SAFE_VERSION " first, then newer ones",
             shown);
    else if (image_version_is_newer(image->version, SAFE_VERSION))
        warn(image, IMAGE_WARNING_NEWER_VERSION,
             "version (offset 0x5c) is %s, newer than " SAFE_VERSION ": a phone with an old boot "
             "loader may not start it; send " SAFE_VERSION " first, then this one",
             shown);
}

void image_add_warnings(struct image *image, size_t behind)
{
    warn_about_length(image, behind);
    warn_about_entries(image);
    warn_about_numbers(image);
    warn_about_version(image);
}

/* Compares runs of digits of any length as numbers and moves both behind them. */
static int compare_numbers(const char **a, const char **b)
{
    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    size_t a_length = strspn(*a, "0123456789"), b_length = strspn(*b, "0123456789");
    int order = a_length == b_length ? memcmp(*a, *b, a_length) : a_length < b_length ? -1 : 1;
    *a += a_length;
    *b += b_length;
    return order;
}

/* 7.4.6 < 7.5.2 < 7.5.2b < 7.5.5: numbers by value, letters behind them by alphabet. */
bool image_version_is_newer(const char *version, const char *than)
{
    while (*version && *than) {
        if (isdigit((unsigned char)*version) && isdigit((unsigned char)*than)) {
            int order = compare_numbers(&version, &than);
            if (order != 0)
                return order > 0;
            continue;
        }
        int a = tolower((unsigned char)*version++), b = tolower((unsigned char)*than++);
        a = a == '-' ? '.' : a;
        b = b == '-' ? '.' : b;
        if (a != b)
            return a > b;
    }
    return *version != '\0';
}
