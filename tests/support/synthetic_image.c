/* SPDX-License-Identifier: BSD-2-Clause */
/* Synthetic firmware images: see synthetic_image.h. Memory running out ends the program. */
#include "tests/support/synthetic_image.h"

#include <stdlib.h>
#include <string.h>

#include <md5.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/bytes.h"
#include "base/random.h"

#define HEADER        0x80u
#define ENTRY         0x40u
#define SECTOR        0x10000u
#define BYTES_MINIMUM 1000u
#define BYTES_MAXIMUM 6000000u
#define WITH_LOADERS                                                                               \
    300000u /* from this size on the image has sectors 0, 1, 3, 4 like real ones                   \
             */
#define TYPICAL_BLOB   55000u
#define BLOB_MAXIMUM   64000u /* a compressed blob; larger ones are stored */
#define STREAM_COST    320u   /* what zlib makes of a sector of filler, and its own framing */
#define LAST_SECTOR    127u
#define SECTORS        96u /* 32 to 127 */
#define APPLICATION_57 71u /* sectors 57 to 127 */

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (!memory)
        abort();
    return memory;
}

static unsigned choose_sectors(size_t bytes, uint16_t numbers[SECTORS + 4])
{
    static const uint16_t loaders[] = {0, 1, 3, 4};
    unsigned count = 0;
    if (bytes >= WITH_LOADERS)
        for (unsigned i = 0; i < 4; i++)
            numbers[count++] = loaders[i];
    unsigned application = (unsigned)(bytes / TYPICAL_BLOB) + 1;
    if (bytes <= APPLICATION_57 * 62000u && application > APPLICATION_57)
        application = APPLICATION_57;
    if (application > SECTORS)
        application = SECTORS;
    for (unsigned i = 0; i < application; i++)
        numbers[count++] = (uint16_t)(LAST_SECTOR + 1 - application + i);
    return count;
}

/* `random_length` bytes that do not compress, then filler that does, `length` in all. */
static void fill_sector(struct random *random, uint8_t *sector, size_t random_length, size_t length)
{
    static const char filler[] = "nothing a phone could run. ";
    for (size_t i = 0; i < length; i++)
        sector[i] = i < random_length ? (uint8_t)random_u64(random)
                                      : (uint8_t)filler[i % (sizeof filler - 1)];
}

static void md5(const uint8_t *bytes, size_t length, uint8_t ret[16])
{
    MD5_CTX context;
    MD5Init(&context);
    MD5Update(&context, bytes, length);
    MD5Final(ret, &context);
}

void synthetic_image_seal(uint8_t *image)
{
    size_t length = bytes_load_be32(image + 0x50) +
                    bytes_load_be32(image + 0x54) * bytes_load_be32(image + 0x7c);
    uint8_t *copy = allocate(length);
    memcpy(copy, image, length);
    memset(copy + 0x10, 0, 0x40);
    for (size_t i = 0; i < length; i++)
        copy[i] = (uint8_t)(copy[i] + 19 * i);
    md5(copy, length, image + 0x40);
    memcpy(copy, image, length);
    memset(copy + 0x10, 0, 0x30);
    md5(copy, length, image + 0x30);
    free(copy);
}

/* Appends the blob of one sector of about `budget` bytes and fills its table entry. */
static size_t add_sector(struct random *random, uint8_t *image, size_t at, uint8_t *entry,
                         unsigned number, size_t budget, bool stored, bool last_of_module)
{
    uint8_t sector[SECTOR];
    size_t random_length = budget > STREAM_COST ? budget - STREAM_COST : 0;
    size_t length = SECTOR;
    if (last_of_module && !stored && random_length < SECTOR - 4096)
        length = random_length + 4096;
    fill_sector(random, sector, stored ? SECTOR : random_length, length);
    uLongf blob_length = compressBound(SECTOR);
    if (stored) {
        memcpy(image + at, sector, SECTOR);
        blob_length = SECTOR;
    } else if (compress2(image + at, &blob_length, sector, length, 6) != Z_OK) {
        abort();
    }
    bytes_store_be16(entry, (uint16_t)number);
    bytes_store_be16(entry + 2, stored);
    bytes_store_be32(entry + 4, (uint32_t)blob_length);
    bytes_store_be32(entry + 8, (uint32_t)at);
    md5(sector, length, entry + 12);
    return blob_length;
}

static size_t add_sectors(const struct synthetic_image_options *options, uint8_t *image,
                          const uint16_t *numbers, unsigned count)
{
    struct random random = random_from_seed(options->seed);
    size_t at = HEADER + ENTRY * count;
    for (unsigned i = 0; i < count; i++) {
        size_t left = options->approximate_bytes > at ? options->approximate_bytes - at : 0;
        unsigned after = count - i - 1;
        size_t budget = left / (after + 1);
        bool room_to_store = left > SECTOR + after * (size_t)(STREAM_COST + 20000);
        bool stored = budget > BLOB_MAXIMUM || (i % 6 == 5 && room_to_store);
        bool last_of_module = numbers[i] == 1 || numbers[i] == 4 || numbers[i] == LAST_SECTOR;
        at += add_sector(&random, image, at, image + HEADER + ENTRY * i, numbers[i], budget, stored,
                         last_of_module);
    }
    return at;
}

static bool spoil_sector(uint8_t *image, unsigned count, uint16_t number)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t *entry = image + HEADER + ENTRY * i;
        if (bytes_load_be16(entry) == number) {
            entry[12] ^= 1;
            return true;
        }
    }
    return false;
}

uint8_t *synthetic_image_with(const struct synthetic_image_options *options, size_t *ret_length)
{
    const char *version = options->version ? options->version : "7.5.2b";
    uint16_t numbers[SECTORS + 4];
    if (options->approximate_bytes < BYTES_MINIMUM || options->approximate_bytes > BYTES_MAXIMUM ||
        strlen(version) > 32)
        return NULL;
    unsigned count = choose_sectors(options->approximate_bytes, numbers);
    uint8_t *image = allocate(HEADER + count * (ENTRY + compressBound(SECTOR)));
    size_t length = add_sectors(options, image, numbers, count);
    memcpy(image, "SkOsMo5 fIrMwArE", 16);
    bytes_store_be32(image + 0x50, HEADER);
    bytes_store_be32(image + 0x54, ENTRY);
    bytes_store_be32(image + 0x58, (uint32_t)length);
    memcpy(image + 0x5c, version, strlen(version));
    bytes_store_be32(image + 0x7c, count);
    for (size_t i = 0; i < options->wrong_sector_count; i++) {
        if (!spoil_sector(image, count, options->wrong_sectors[i])) {
            free(image);
            return NULL;
        }
    }
    synthetic_image_seal(image);
    if (options->reject)
        image[0x30] ^= 1;
    *ret_length = length;
    return image;
}

uint8_t *synthetic_image(size_t approximate_bytes, uint64_t seed, size_t *ret_length)
{
    struct synthetic_image_options options = {.approximate_bytes = approximate_bytes, .seed = seed};
    uint8_t *image = synthetic_image_with(&options, ret_length);
    if (!image)
        abort();
    return image;
}
