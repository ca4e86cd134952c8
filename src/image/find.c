/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the image inside another file, for example the vendor's recovery program (docs: firmware
 * image, finding it in another file). Every place where the magic stands is tried; programs hold
 * it as a constant too, so only a place where everything else holds counts. One pass: the search
 * never goes back, and the number of places that deserve the costly checks is bounded.
 */
#include "image/internal.h"

#include <string.h>

#include "base/bytes.h"

#define CANDIDATES_MAXIMUM 64u
#define SEARCH_WINDOW      8192u /* bytes */

/* In windows, since the address sanitizer looks at all that memmem may, not at what it does. */
static const uint8_t *next_magic(const uint8_t *from, const uint8_t *end)
{
    while ((size_t)(end - from) >= IMAGE_MAGIC_LENGTH) {
        size_t left = (size_t)(end - from), window = left < SEARCH_WINDOW ? left : SEARCH_WINDOW;
        const uint8_t *at = memmem(from, window, IMAGE_MAGIC_TEXT, IMAGE_MAGIC_LENGTH);
        if (at)
            return at;
        from += window - (IMAGE_MAGIC_LENGTH - 1);
    }
    return NULL;
}

/* Did the header look like one, so that a failure is damage and not a constant in a program? */
static bool was_plausible(const struct image *image)
{
    return image->refusal == IMAGE_TOO_LONG || image->refusal >= IMAGE_TABLE_BEYOND_FILE;
}

/* Cheap enough for every place where the magic stands. */
static bool has_plausible_fields(const uint8_t *bytes, size_t length)
{
    return length >= IMAGE_HEADER_LENGTH && bytes_load_be32(bytes + 0x50) >= IMAGE_HEADER_LENGTH &&
           bytes_load_be32(bytes + 0x50) <= IMAGE_HEADER_LEN_MAXIMUM &&
           bytes_load_be32(bytes + 0x54) == IMAGE_ENTRY_LENGTH;
}

static void refuse_container(struct image *image, size_t magic_count, const struct image *best)
{
    *image = (struct image){.bytes = image->bytes, .length = image->length};
    if (magic_count == 0)
        image_refuse(image, IMAGE_NOT_FOUND,
                     "no firmware image in these %zu bytes: the text \"" IMAGE_MAGIC_TEXT
                     "\" that starts one is nowhere in them",
                     image->length);
    else if (best->refusal != IMAGE_VALID)
        image_refuse(image, IMAGE_NOT_FOUND, "the image at offset %zu of the file is damaged: %s",
                     best->offset, best->refusal_text);
    else
        image_refuse(image, IMAGE_NOT_FOUND,
                     "the text that starts an image is in the file %zu time%s but no image follows "
                     "it: the file keeps its image packed; take the .bin from the vendor's package",
                     magic_count, magic_count == 1 ? "" : "s");
}

/* Tries every magic from `from` on; `ret_best` is the refused place that came closest. */
static bool search(const uint8_t *bytes, const uint8_t *from, const uint8_t *end, struct image *ret,
                   struct image *ret_best, size_t *ret_magic_count)
{
    unsigned plausible_count = 0;
    for (const uint8_t *at = next_magic(from, end); at && plausible_count < CANDIDATES_MAXIMUM;
         at = next_magic(at + 1, end)) {
        ++*ret_magic_count;
        if (!has_plausible_fields(at, (size_t)(end - at)))
            continue;
        bool valid = image_check_all(at, (size_t)(end - at), IMAGE_INSIDE, ret);
        ret->offset = (size_t)(at - bytes);
        if (valid)
            return true;
        if (!was_plausible(ret))
            continue;
        plausible_count++;
        if (ret->refusal > ret_best->refusal)
            *ret_best = *ret;
    }
    return false;
}

bool image_find(const uint8_t *bytes, size_t length, struct image *ret)
{
    struct image whole, best = {0};
    size_t magic_count = 0;
    bool valid = image_check_all(bytes, length, IMAGE_IS_FILE, &whole);
    bool is_image = true;
    if (!valid && length >= IMAGE_HEADER_LENGTH) {
        bool starts_with_magic = memcmp(bytes, IMAGE_MAGIC_TEXT, IMAGE_MAGIC_LENGTH) == 0;
        if (search(bytes, bytes + starts_with_magic, bytes + length, ret, &best, &magic_count))
            return true;
        /* A .bin whose magic alone is wrong deserves to be told so. */
        is_image = starts_with_magic || has_plausible_fields(bytes, length);
    }
    *ret = whole;
    if (!is_image)
        refuse_container(ret, magic_count, &best);
    return valid;
}
