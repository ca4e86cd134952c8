/* SPDX-License-Identifier: BSD-2-Clause */
/* The vendor's .zip: see image_archive.h. libzip reads it from memory, never from or to a path. */
#include "cmd/image_archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zip.h>

#define MEMBERS_MAXIMUM       1000
#define TOTAL_MAXIMUM_LENGTH  (256u << 20) /* of all members that are looked at */
#define RATIO_MAXIMUM         100          /* an image is packed already: its ratio is about 1 */
#define RATIO_HARMLESS_LENGTH (1u << 20)
#define NAME_SIZE             256

/* How much a member is worth; of two members the higher one is taken. */
enum rank {
    RANK_NOTHING,
    RANK_DAMAGED_BIN,  /* the user's image most likely, with a reason why not */
    RANK_OTHER_FAMILY, /* valid, for other phones */
    RANK_PROGRAM,      /* valid, inside something else */
    RANK_BIN,          /* valid */
};

#define DEPTH_MAXIMUM 2 /* the vendor's package, zipped once more by whoever mailed it */

struct search {
    zip_t *archive;
    unsigned depth;        /* 1: the file itself */
    uint64_t total_length; /* bytes unpacked so far */
    enum rank rank;        /* of `best` */
    bool ambiguous;        /* another member of the same rank holds another image */
    struct image_file best;
    struct text notes;    /* worth knowing in any case */
    struct text rejected; /* why members hold no image: of interest when none does */
};

bool image_archive_is_one(const uint8_t *bytes, size_t length)
{
    return length >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

/* Returns: why the member is not looked at, NULL when it is. */
static const char *reason_to_skip(const struct search *search, const zip_stat_t *member)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if ((member->valid & needed) != needed)
        return "its size is not stated";
    if ((member->valid & ZIP_STAT_ENCRYPTION_METHOD) && member->encryption_method != ZIP_EM_NONE)
        return "it is encrypted; unpack the archive with its password and name the file in it";
    if (member->size > IMAGE_FILE_MAXIMUM_LENGTH)
        return "it is larger than 64 MiB, which no firmware of these phones is";
    if (member->size > RATIO_HARMLESS_LENGTH && member->size / RATIO_MAXIMUM > member->comp_size)
        return "it unpacks to more than 100 times its size, which no firmware does";
    if (search->total_length + member->size > TOTAL_MAXIMUM_LENGTH)
        return "more than 256 MiB were unpacked before it";
    return NULL;
}

/*
 * Unpacks one member into memory of its stated size. Returns: memory to free(), NULL when the
 * member is damaged or not as long as stated.
 */
static uint8_t *unpack_member(zip_t *archive, zip_uint64_t index, size_t length)
{
    zip_file_t *member = zip_fopen_index(archive, index, 0);
    if (!member)
        return NULL;
    uint8_t *bytes = malloc(length + 1);
    if (!bytes)
        abort();
    size_t done = 0;
    zip_int64_t got;
    /* One byte more than stated: reading to the end is what makes libzip check the CRC. */
    while ((got = zip_fread(member, bytes + done, length + 1 - done)) > 0 && done <= length)
        done += (size_t)got;
    zip_fclose(member);
    if (got == 0 && done == length)
        return bytes;
    free(bytes);
    return NULL;
}

static enum rank rank_of(const struct image_file *file, const char *name)
{
    const char *outer = strstr(name, " in "); /* of a member of an archive inside */
    size_t length = outer ? (size_t)(outer - name) : strlen(name);
    bool bin = length >= 4 && strncasecmp(name + length - 4, ".bin", 4) == 0;
    if (file->image.refusal != IMAGE_VALID)
        return bin ? RANK_DAMAGED_BIN : RANK_NOTHING;
    if (file->other_family)
        return RANK_OTHER_FAMILY;
    return bin ? RANK_BIN : RANK_PROGRAM;
}

static void describe_member(struct search *search, const struct image_file *file, enum rank rank)
{
    char version[4 * IMAGE_VERSION_SIZE];
    const struct image *image = &file->image;
    if (image->refusal != IMAGE_VALID) {
        text_add(rank == RANK_DAMAGED_BIN ? &search->notes : &search->rejected, "%s: %s\n",
                 text_chars(&file->member), image->refusal_text);
        return;
    }
    text_escape(image->version, strlen(image->version), version, sizeof version);
    text_add(&search->notes, "%s: holds the image %s of %zu bytes", text_chars(&file->member),
             version, image->length);
    if (file->other_family)
        text_add(&search->notes, " for other phones (%s)", file->other_family);
    text_add(&search->notes, "\n");
}

static bool same_bytes(const struct image *a, const struct image *b)
{
    return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Keeps `file` if it is worth more than what was found so far; frees the lesser one. */
static void consider(struct search *search, struct image_file *file, enum rank rank)
{
    if (rank > search->rank) {
        struct image_file lesser = search->best;
        search->best = *file;
        *file = lesser;
        search->rank = rank;
        search->ambiguous = false;
    } else if (rank == search->rank && rank >= RANK_PROGRAM &&
               !same_bytes(&file->image, &search->best.image)) {
        search->ambiguous = true;
    }
    image_file_free(file);
}

static bool open_at_depth(struct image_file *file, const char *path, unsigned depth,
                          uint64_t *total_length, struct error *ret_error);

/* Takes the best member of an archive inside the archive, which `file` then is. Returns: false if
 * there is none. */
static bool look_inside(struct search *search, struct image_file *file, const char *name)
{
    struct error error = {0};
    if (search->depth >= DEPTH_MAXIMUM) {
        text_add(&search->notes, "%s: a zip archive in a zip archive in a zip archive; unpack it\n",
                 name);
        return false;
    }
    if (!open_at_depth(file, name, search->depth + 1, &search->total_length, &error)) {
        text_add(&search->notes, "%s\n", error.text);
        return false;
    }
    struct text member = TEXT_EMPTY;
    text_add(&member, "%s in %s", text_chars(&file->member), name);
    text_free(&file->member);
    file->member = member;
    return true;
}

/* What a Mac adds to an archive about each file in it. */
static bool is_apple_double(const char *name)
{
    const char *slash = strrchr(name, '/');
    return strncmp(name, "__MACOSX/", 9) == 0 || strncmp(slash ? slash + 1 : name, "._", 2) == 0;
}

static void look_at_member(struct search *search, zip_uint64_t index)
{
    zip_stat_t member;
    char escaped[NAME_SIZE];
    if (zip_stat_index(search->archive, index, ZIP_FL_ENC_RAW, &member) != 0 ||
        !(member.valid & ZIP_STAT_NAME))
        return;
    size_t name_length = strlen(member.name);
    if (name_length == 0 || member.name[name_length - 1] == '/' || is_apple_double(member.name))
        return; /* a directory, or nothing of the vendor's */
    text_escape(member.name, name_length, escaped, sizeof escaped);
    const char *reason = reason_to_skip(search, &member);
    if (reason) {
        text_add(&search->notes, "%s: not looked at: %s\n", escaped, reason);
        return;
    }
    struct image_file file = {.length = (size_t)member.size};
    search->total_length += member.size;
    file.bytes = unpack_member(search->archive, index, file.length);
    if (!file.bytes) {
        text_add(&search->notes, "%s: cannot be unpacked: the archive is damaged\n", escaped);
        return;
    }
    if (image_archive_is_one(file.bytes, file.length)) {
        if (!look_inside(search, &file, escaped)) {
            image_file_free(&file);
            return;
        }
        text_free(&file.notes);
    } else {
        image_find(file.bytes, file.length, &file.image);
        text_add(&file.member, "%s", escaped);
        file.other_family = image_file_other_family(member.name);
    }
    enum rank rank = rank_of(&file, text_chars(&file.member));
    describe_member(search, &file, rank);
    consider(search, &file, rank);
}

static zip_t *open_archive(const struct image_file *file, const char *path, struct error *ret_error)
{
    zip_error_t error;
    zip_t *archive = NULL;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(file->bytes, file->length, 0, &error);
    if (source)
        archive = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (!archive) {
        /* The directory stands at the end. */
        if (zip_error_code_zip(&error) == ZIP_ER_NOZIP)
            error_set(ret_error, ERROR_INPUT,
                      "%s is a zip archive that was cut off: its end is missing, the download is "
                      "incomplete; fetch it again",
                      path);
        else
            error_set(ret_error, ERROR_INPUT,
                      "%s is a zip archive that cannot be read (%s): it is damaged, fetch it again",
                      path, zip_error_strerror(&error));
        if (source)
            zip_source_free(source);
    }
    zip_error_fini(&error);
    return archive;
}

/* Hands the best member to `file`. Returns: false with ret_error when there is none to hand over.
 */
static bool conclude(struct search *search, const char *path, struct image_file *file,
                     struct error *ret_error)
{
    if (search->rank == RANK_NOTHING)
        return error_set(ret_error, ERROR_INPUT,
                         "%s: no file in this zip archive holds a firmware image that can be "
                         "used\n%s%s",
                         path, text_chars(&search->notes), text_chars(&search->rejected));
    if (search->ambiguous)
        return error_set(ret_error, ERROR_INPUT,
                         "%s: this zip archive holds different images; unpack it and name the file "
                         "that is wanted\n%s",
                         path, text_chars(&search->notes));
    if (search->rank != RANK_DAMAGED_BIN)
        text_add(&search->notes, "taken: %s\n", text_chars(&search->best.member));
    image_file_free(file);
    *file = search->best;
    search->best = (struct image_file){0};
    if (search->rank != RANK_DAMAGED_BIN) { /* there the refusal says it all */
        file->notes = search->notes;
        search->notes = TEXT_EMPTY;
    }
    return true;
}

static bool open_at_depth(struct image_file *file, const char *path, unsigned depth,
                          uint64_t *total_length, struct error *ret_error)
{
    struct search search = {.archive = open_archive(file, path, ret_error),
                            .depth = depth,
                            .total_length = *total_length};
    if (!search.archive)
        return false;
    zip_int64_t count = zip_get_num_entries(search.archive, 0);
    if (count > MEMBERS_MAXIMUM) {
        text_add(&search.notes, "only the first %d of %" PRId64 " files are looked at\n",
                 MEMBERS_MAXIMUM, (int64_t)count);
        count = MEMBERS_MAXIMUM;
    }
    for (zip_int64_t index = 0; index < count; index++)
        look_at_member(&search, (zip_uint64_t)index);
    zip_discard(search.archive);
    *total_length = search.total_length;
    bool found = conclude(&search, path, file, ret_error);
    image_file_free(&search.best);
    text_free(&search.notes);
    text_free(&search.rejected);
    return found;
}

bool image_archive_open(struct image_file *file, const char *path, struct error *ret_error)
{
    uint64_t total_length = 0;
    return open_at_depth(file, path, 1, &total_length, ret_error);
}
