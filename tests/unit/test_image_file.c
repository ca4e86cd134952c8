/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that the user names as firmware: what can be read, the vendor's .zip with everything that
 * can be wrong or hostile in it, and files that are something else.
 */
#include "cmd/commands.h"
#include "cmd/image_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <zip.h>

#include "base/bytes.h"
#include "tests/support/image_file_bytes.h"
#include "tests/support/synthetic_image.h"

static char directory[] = "/tmp/test_image_file.XXXXXX";
static struct image_file file;
static struct error error;

/* A member to put into an archive. */
struct member {
    const char *name;
    const void *data;
    size_t length;
    bool stored;
};

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static char *write_file(const char *name, const void *bytes, size_t length)
{
    char *path = path_of(name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
    return path;
}

static char *write_zip(const struct member *members, size_t count)
{
    char *path = path_of("package.zip");
    unlink(path);
    zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_EXCL, NULL);
    assert_non_null(archive);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(archive, members[i].data, members[i].length, 0);
        zip_int64_t index = zip_file_add(archive, members[i].name, source, 0);
        assert_true(index >= 0);
        if (members[i].stored)
            zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0);
    }
    assert_int_equal(zip_close(archive), 0);
    return path;
}

/* The bytes of package.zip, to be damaged. */
static uint8_t *read_zip(size_t *ret_length)
{
    FILE *in = fopen(path_of("package.zip"), "rb");
    assert_non_null(in);
    uint8_t *bytes = malloc(1 << 20);
    *ret_length = fread(bytes, 1, 1 << 20, in);
    fclose(in);
    return bytes;
}

/* Returns: the central directory entry of the only member. */
static uint8_t *central_entry(uint8_t *zip, size_t length)
{
    uint8_t *entry = memmem(zip, length, "PK\1\2", 4);
    assert_non_null(entry);
    return entry;
}

static void expect_unreadable(const char *path, const char *words)
{
    assert_false(image_file_read(path, &file, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" is not in: %s", words, error.text);
    image_file_free(&file);
}

static void expect_refused(const char *path, const char *words)
{
    assert_false(image_file_load(path, &file, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" is not in: %s", words, error.text);
    image_file_free(&file);
}

static void expect_loaded(const char *path)
{
    if (!image_file_load(path, &file, &error))
        fail_msg("%s", error.text);
}

static void bin_is_loaded(void **state)
{
    (void)state;
    char path[4096];
    expect_loaded(test_image_path("small.bin", path, sizeof path));
    assert_int_equal(file.image.length, 20000);
    assert_string_equal(text_chars(&file.notes), "");
    assert_string_equal(text_chars(&file.member), "");
    image_file_free(&file);
}

static void program_with_the_image_is_loaded(void **state)
{
    (void)state;
    char path[4096];
    expect_loaded(test_image_path("container.exe", path, sizeof path));
    assert_int_equal(file.image.length, 18000);
    assert_int_equal(file.image.offset, 506);
    assert_non_null(strstr(text_chars(&file.notes), "offset 506"));
    image_file_free(&file);
}

static void packed_program_asks_for_the_bin(void **state)
{
    (void)state;
    char path[4096];
    expect_refused(test_image_path("container-packed.exe", path, sizeof path), "take the .bin");
}

static void things_that_are_no_file_are_named(void **state)
{
    (void)state;
    expect_unreadable(path_of("missing.bin"), "there is no such file");
    expect_unreadable(directory, "is a directory");
    expect_unreadable("00:24:14:a1:b2:c3", "use --phone-mac 00:24:14:a1:b2:c3");
    expect_unreadable("https://example.net/x.bin", "is a URL");
    expect_unreadable("", "there is no such file");
    expect_unreadable(write_file("empty.bin", "", 0), "is empty");
    assert_int_equal(symlink("loop.bin", path_of("loop.bin")), 0);
    expect_unreadable(path_of("loop.bin"), "cannot be opened: Too many levels");
    expect_unreadable("/proc/self/mem", "cannot be read: ");
    expect_unreadable(path_of("esc\033[2Jape"), "esc\\x1b[2Jape");
}

static void other_file_types_are_recognised(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        const char *words;
    } types[] = {
        {"<!DOCTYPE html><title>Download</title>", "it is a web page"},
        {"%PDF-1.4", "it is a PDF document"},
        {"\xd4\xc3\xb2\xa1", "it is a packet capture (for that: spa-sos diagnose)"},
        {"MZ\x90", "it is a Windows program"},
        {"Rar!\x1a", "unpack it first"},
        {"just text", "nowhere in them"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char content[1000] = {0};
        memcpy(content, types[i].start, strlen(types[i].start));
        expect_refused(write_file("other", content, sizeof content), types[i].words);
    }
}

static void oversized_file_is_refused_unread(void **state)
{
    (void)state;
    char *path = write_file("sparse.bin", "x", 1);
    assert_int_equal(truncate(path, (off_t)IMAGE_FILE_MAXIMUM_LENGTH + 1), 0);
    expect_unreadable(path, "longer than 64 MiB");
    expect_unreadable("/dev/zero", "longer than 64 MiB");
    unlink(path_of("sparse.bin"));
}

static void pipe_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    char path[64];
    size_t length;
    uint8_t *image = synthetic_image(5000, 1, &length);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], image, length), length);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    expect_loaded(path);
    assert_int_equal(file.image.length, length);
    image_file_free(&file);
    close(ends[0]);
    free(image);
}

static void families_are_known_by_their_file_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *family;
    } names[] = {
        {"spa50x-30x-7-5-2b.bin", NULL},
        {"SPA30x_SPA50x_7.5.2b_FW.zip", NULL},
        {"spa51x-7-5-2b.bin", "SPA51x"},
        {"/home/a/spa525g-7-5-2b.bin", "SPA525G"},
        {"C:\\files\\SPA962-6-1-5a.bin", "SPA9xx"},
        {"spa3102-5-2-13-gw.bin", "SPA3102"},
        {"spa303.bin", NULL},
        {"/spa51x/firmware.bin", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *family = image_file_other_family(names[i].name);
        if (names[i].family)
            assert_string_equal(family, names[i].family);
        else
            assert_null(family);
    }
}

static void image_of_another_family_is_refused_although_valid(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(5000, 1, &length);
    expect_refused(write_file("spa51x-7-5-2.bin", image, length),
                   "another family of phones (SPA51x)");
    free(image);
}

/* Runs spa-sos image --json on `path`. Returns: what it prints, to be freed. */
static char *output_of_command(const char *path, int wanted_status)
{
    const struct options options = {.operands = &path, .operand_count = 1, .json = true};
    char *output = calloc(1, 65536);
    int kept = dup(STDOUT_FILENO);
    FILE *captured = tmpfile();
    assert_non_null(captured);
    fflush(stdout);
    dup2(fileno(captured), STDOUT_FILENO);
    int status = command_image(&options);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    rewind(captured);
    assert_true(fread(output, 1, 65535, captured) > 0);
    fclose(captured);
    assert_int_equal(status, wanted_status);
    return output;
}

static void command_names_the_member_in_its_document(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = test_image_bytes("sector-twice.bin", &length);
    const struct member members[] = {{"a/spa50x.bin", image, length, false}};
    char *output = output_of_command(write_zip(members, 1), ERROR_INPUT);
    json_t *document = json_loads(output, 0, NULL);
    assert_non_null(document);
    json_t *described = json_object_get(document, "image");
    json_t *warnings = json_object_get(document, "warnings");
    assert_string_equal(json_string_value(json_object_get(document, "result")), "invalid");
    assert_string_equal(json_string_value(json_object_get(described, "member")), "a/spa50x.bin");
    assert_int_equal(json_integer_value(json_object_get(described, "bytes")), length);
    assert_int_equal(json_array_size(warnings), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(warnings, 0), "id")),
                        "sector-twice");
    json_decref(document);
    free(output);
    free(image);
}

static void bin_of_the_vendors_zip_is_taken(void **state)
{
    (void)state;
    size_t length, program_length, packed_length;
    uint8_t *image = test_image_bytes("small.bin", &length);
    uint8_t *program = test_image_bytes("container.exe", &program_length);
    uint8_t *packed = test_image_bytes("container-packed.exe", &packed_length);
    const struct member members[] = {
        {"SPA30x_SPA50x/", "", 0, true},
        {"SPA30x_SPA50x/upgrade.exe", packed, packed_length, false},
        {"SPA30x_SPA50x/recovery.exe", program, program_length, false},
        {"SPA30x_SPA50x/spa50x-30x-7-6-2f.BIN", image, length, false},
    };
    expect_loaded(write_zip(members, 4));
    assert_int_equal(file.image.length, 20000);
    assert_memory_equal(file.image.bytes, image, length);
    assert_string_equal(text_chars(&file.member), "SPA30x_SPA50x/spa50x-30x-7-6-2f.BIN");
    assert_non_null(strstr(text_chars(&file.notes), "recovery.exe: holds the image "));
    assert_non_null(strstr(text_chars(&file.notes), "taken: SPA30x_SPA50x/spa50x-30x-7-6-2f.BIN"));
    assert_null(strstr(text_chars(&file.notes), "upgrade.exe"));
    image_file_free(&file);

    expect_loaded(write_zip(members, 3)); /* no .bin: the program that holds one */
    assert_int_equal(file.image.length, 18000);
    image_file_free(&file);
    expect_refused(write_zip(members, 2), "upgrade.exe: the text that starts an image");
    free(image);
    free(program);
    free(packed);
}

/* The vendor's package, zipped once more by whoever mailed it; deeper ones are named. */
static void a_zip_in_a_zip_is_opened(void **state)
{
    (void)state;
    size_t length, zip_length;
    uint8_t *image = test_image_bytes("small.bin", &length);
    const struct member inside[] = {{"spa50x-30x-7-6-2f.bin", image, length, false}};
    write_zip(inside, 1);
    uint8_t *zip = read_zip(&zip_length);
    const struct member once[] = {{"FW.zip", (const char *)zip, zip_length, true}};
    expect_loaded(write_zip(once, 1));
    assert_memory_equal(file.image.bytes, image, length);
    image_file_free(&file);
    free(zip);
    zip = read_zip(&zip_length);
    const struct member twice[] = {{"mail.zip", (const char *)zip, zip_length, true}};
    expect_unreadable(write_zip(twice, 1), "a zip archive in a zip archive in a zip archive");
    free(zip);
    free(image);
}

static void a_cut_zip_is_called_cut(void **state)
{
    (void)state;
    size_t length, zip_length;
    uint8_t *image = test_image_bytes("small.bin", &length);
    const struct member members[] = {{"spa50x.bin", image, length, false}};
    write_zip(members, 1);
    uint8_t *zip = read_zip(&zip_length);
    expect_unreadable(write_file("package.zip", zip, zip_length - 100),
                      "was cut off: its end is missing");
    free(zip);
    free(image);
}

static void damaged_bin_is_named_with_its_damage(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = test_image_bytes("truncated-by-1.bin", &length);
    const struct member members[] = {{"readme.txt", "hello", 5, true},
                                     {"spa50x.bin", image, length, false}};
    expect_refused(write_zip(members, 2), "spa50x.bin in the archive: sector 127: offset");
    free(image);
}

static void two_different_bins_are_the_users_choice(void **state)
{
    (void)state;
    size_t first_length, second_length;
    uint8_t *first = synthetic_image(5000, 1, &first_length);
    uint8_t *second = synthetic_image(5000, 2, &second_length);
    const struct member different[] = {{"a.bin", first, first_length, false},
                                       {"b.bin", second, second_length, false}};
    const struct member same[] = {{"a.bin", first, first_length, false},
                                  {"b.bin", first, first_length, true}};
    const struct member family[] = {{"spa51x-1.bin", first, first_length, false},
                                    {"spa50x-1.bin", second, second_length, false}};
    expect_unreadable(write_zip(different, 2), "holds different images");
    expect_loaded(write_zip(same, 2));
    assert_string_equal(text_chars(&file.member), "a.bin");
    image_file_free(&file);
    expect_loaded(write_zip(family, 2));
    assert_string_equal(text_chars(&file.member), "spa50x-1.bin");
    image_file_free(&file);
    expect_refused(write_zip(family, 1), "another family of phones (SPA51x)");
    free(first);
    free(second);
}

static void hostile_names_are_only_printed_escaped(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(2000, 1, &length);
    const struct member members[] = {
        {"../../../tmp/test_image_file_escaped.bin", "x", 1, true},
        {"/etc/\033[31mred\n.bin", image, length, false},
    };
    expect_loaded(write_zip(members, 2));
    assert_string_equal(text_chars(&file.member), "/etc/\\x1b[31mred\\x0a.bin");
    assert_null(strchr(text_chars(&file.notes), '\033'));
    assert_int_equal(access("/tmp/test_image_file_escaped.bin", F_OK), -1);
    image_file_free(&file);
    free(image);
}

static void zip_bombs_are_not_unpacked(void **state)
{
    (void)state;
    size_t length = 20u << 20;
    uint8_t *zeros = calloc(1, length);
    const struct member bomb[] = {{"bomb.bin", zeros, length, false}};
    expect_unreadable(write_zip(bomb, 1), "more than 100 times its size");
    uint8_t *zip = read_zip(&length);
    /* The directory claims 70 MiB. */
    static const uint8_t seventy_mebibytes[4] = {0, 0, 0x60, 0x04};
    memcpy(central_entry(zip, length) + 24, seventy_mebibytes, 4);
    expect_unreadable(write_file("package.zip", zip, length), "larger than 64 MiB");
    free(zip);
    free(zeros);
}

static void member_that_is_not_as_long_as_stated_is_refused(void **state)
{
    (void)state;
    size_t length, zip_length;
    uint8_t *image = synthetic_image(5000, 1, &length);
    const struct member members[] = {{"spa50x.bin", image, length, false}};
    for (int difference = -1; difference <= 1; difference += 2) {
        write_zip(members, 1);
        uint8_t *zip = read_zip(&zip_length);
        uint8_t *size = central_entry(zip, zip_length) + 24;
        size[0] = (uint8_t)(size[0] + difference);
        expect_unreadable(write_file("package.zip", zip, zip_length), "cannot be unpacked");
        free(zip);
    }
    free(image);
}

static void encrypted_member_is_named(void **state)
{
    (void)state;
    size_t length, zip_length;
    uint8_t *image = synthetic_image(5000, 1, &length);
    const struct member members[] = {{"spa50x.bin", image, length, false}};
    write_zip(members, 1);
    uint8_t *zip = read_zip(&zip_length);
    zip[6] |= 1;
    central_entry(zip, zip_length)[8] |= 1;
    expect_unreadable(write_file("package.zip", zip, zip_length),
                      "spa50x.bin: not looked at: it is encrypted");
    free(zip);
    free(image);
}

static void every_cut_and_changed_zip_is_survived(void **state)
{
    (void)state;
    size_t length, zip_length;
    uint8_t *image = synthetic_image(1000, 1, &length);
    const struct member members[] = {{"a/spa50x.bin", image, length, false},
                                     {"b/spa50x.exe", image, length, true}};
    write_zip(members, 2);
    uint8_t *zip = read_zip(&zip_length);
    for (size_t cut = 0; cut < zip_length; cut += 7) {
        assert_false(image_file_load(write_file("package.zip", zip, cut), &file, &error));
        assert_true(strlen(error.text) > 0);
        image_file_free(&file);
    }
    for (size_t at = 0; at < zip_length; at++) {
        zip[at] ^= 0x55;
        bool loaded = image_file_load(write_file("package.zip", zip, zip_length), &file, &error);
        assert_true(loaded ? memcmp(file.image.bytes, image, length) == 0 : error.text[0] != 0);
        image_file_free(&file);
        zip[at] ^= 0x55;
    }
    free(zip);
    free(image);
}

static void archive_of_very_many_members_is_bounded(void **state)
{
    (void)state;
    static char names[1200][16];
    static struct member members[1200];
    for (unsigned i = 0; i < 1200; i++) {
        snprintf(names[i], sizeof names[i], "%u.bin", i);
        members[i] = (struct member){names[i], "x", 1, true};
    }
    size_t length;
    uint8_t *image = synthetic_image(1000, 1, &length);
    members[999] = (struct member){"last.bin", image, length, false};
    expect_loaded(write_zip(members, 1200));
    image_file_free(&file);
    members[999] = members[0];
    members[999].name = "999.bin";
    members[1000] = (struct member){"too-late.bin", image, length, false};
    expect_refused(write_zip(members, 1200), "in the archive: the file is 1 bytes long");
    free(image);
}

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    static const char *const names[] = {"package.zip",      "other",      "empty.bin",
                                        "spa51x-7-5-2.bin", "sparse.bin", "loop.bin"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(path_of(names[i]));
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bin_is_loaded),
        cmocka_unit_test(program_with_the_image_is_loaded),
        cmocka_unit_test(packed_program_asks_for_the_bin),
        cmocka_unit_test(things_that_are_no_file_are_named),
        cmocka_unit_test(other_file_types_are_recognised),
        cmocka_unit_test(oversized_file_is_refused_unread),
        cmocka_unit_test(pipe_is_read_to_its_end),
        cmocka_unit_test(families_are_known_by_their_file_names),
        cmocka_unit_test(image_of_another_family_is_refused_although_valid),
        cmocka_unit_test(bin_of_the_vendors_zip_is_taken),
        cmocka_unit_test(command_names_the_member_in_its_document),
        cmocka_unit_test(damaged_bin_is_named_with_its_damage),
        cmocka_unit_test(two_different_bins_are_the_users_choice),
        cmocka_unit_test(hostile_names_are_only_printed_escaped),
        cmocka_unit_test(zip_bombs_are_not_unpacked),
        cmocka_unit_test(member_that_is_not_as_long_as_stated_is_refused),
        cmocka_unit_test(encrypted_member_is_named),
        cmocka_unit_test(every_cut_and_changed_zip_is_survived),
        cmocka_unit_test(a_zip_in_a_zip_is_opened),
        cmocka_unit_test(a_cut_zip_is_called_cut),
        cmocka_unit_test(archive_of_very_many_members_is_bounded),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
