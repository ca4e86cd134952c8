/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue is complete: every identifier has a row, a paragraph and a status. */
#include "judge/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct verdict_row *row_of(enum verdict_id id)
{
    for (size_t i = 0; i < catalogue_length; i++)
        if (catalogue[i].id == id)
            return &catalogue[i];
    return NULL;
}

static void every_identifier_has_one_row(void **state)
{
    (void)state;
    for (unsigned id = 0; id < VERDICT_COUNT; id++) {
        const struct verdict_row *row = row_of(id);
        if (!row)
            fail_msg("no row for %s", verdict_name(id));
        assert_string_equal(row->name, verdict_name(id));
        assert_true(strlen(row->sentence) > 10 && strlen(row->advice) > 10);
        for (size_t i = 0; i < catalogue_length; i++)
            assert_true(&catalogue[i] == row || catalogue[i].id != id);
    }
}

static void names_are_different(void **state)
{
    (void)state;
    for (unsigned a = 0; a < VERDICT_COUNT; a++)
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(verdict_name(a), verdict_name(b));
    assert_string_equal(verdict_name(VERDICT_COUNT), "unknown");
}

/* Returns: the file's contents, to free(). */
static char *read_document(const char *name)
{
    const char *top = getenv("top_srcdir");
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", top ? top : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    char *text = calloc(1, 1 << 20);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    assert_in_range(length, 1000, (1 << 20) - 2);
    return text;
}

static void every_identifier_is_documented(void **state)
{
    (void)state;
    char *verdicts = read_document("docs/verdicts.md");
    char *manual = read_document("docs/spa-sos.8");
    for (unsigned id = 0; id < VERDICT_COUNT; id++) {
        char heading[80], item[80];
        snprintf(heading, sizeof(heading), "\n### %s\n", verdict_name(id));
        snprintf(item, sizeof(item), "\n.It Cm %s\n", verdict_name(id));
        if (!strstr(verdicts, heading))
            fail_msg("docs/verdicts.md has no paragraph on %s", verdict_name(id));
        if (!strstr(manual, item))
            fail_msg("docs/spa-sos.8 has no paragraph on %s", verdict_name(id));
    }
    free(verdicts);
    free(manual);
}

static void exit_status_follows_the_contract(void **state)
{
    (void)state;
    for (unsigned id = 0; id < VERDICT_COUNT; id++) {
        int wanted = 1;
        if (id == VERDICT_RECOVERED || id == VERDICT_FOUND || id == VERDICT_FIRMWARE_RUNNING)
            wanted = 0;
        if (id == VERDICT_NO_PHONE_SEEN)
            wanted = 5;
        if (id == VERDICT_DELIVERED || id == VERDICT_FLASHING || id == VERDICT_CAPTURE_TOO_SHORT ||
            id == VERDICT_INTERRUPTED || id == VERDICT_TIMED_OUT)
            wanted = 6;
        assert_int_equal(verdict_exit_status(id, PURPOSE_EXPLAIN), wanted);
    }
}

static size_t rank_of(enum verdict_id id)
{
    return (size_t)(row_of(id) - catalogue);
}

/* The order of the table is the ranking: what causes what. */
static void causes_stand_before_consequences(void **state)
{
    static const enum verdict_id pairs[][2] = {
        {VERDICT_RECOVERED, VERDICT_TRANSFER_STALLED},
        {VERDICT_WRONG_FAMILY, VERDICT_IMAGE_CORRUPT_ON_WIRE},
        {VERDICT_WRONG_BLOCK, VERDICT_IMAGE_REJECTED},
        {VERDICT_IMAGE_CORRUPT_ON_WIRE, VERDICT_IMAGE_REJECTED},
        {VERDICT_IMAGE_CORRUPT_ON_WIRE, VERDICT_DELIVERED},
        {VERDICT_NESTED_UPGRADE, VERDICT_TRANSFER_STALLED},
        {VERDICT_TWO_TFTP_SERVERS, VERDICT_TRANSFER_STALLED},
        {VERDICT_TWO_TFTP_SERVERS, VERDICT_DATA_NOT_REACHING},
        {VERDICT_REBOOTED_IN_TRANSFER, VERDICT_TRANSFER_STALLED},
        {VERDICT_LEASE_WITHOUT_MASK, VERDICT_PHONE_DEAF},
        {VERDICT_LEASE_WITHOUT_ROUTER, VERDICT_PHONE_DEAF},
        {VERDICT_PORT_BLOCKED, VERDICT_NO_DHCP},
        {VERDICT_DUPLICATE_ADDRESS, VERDICT_REQUEST_MALFORMED},
        {VERDICT_TAGGED_PORT, VERDICT_REQUEST_MALFORMED},
        {VERDICT_SERIAL_MISMATCH, VERDICT_FOUND},
        {VERDICT_SNOOPING, VERDICT_FOUND},
        {VERDICT_PHONE_DEAF, VERDICT_FOUND},
        {VERDICT_TWO_DHCP_SERVERS, VERDICT_REQUEST_NOT_SENT},
        {VERDICT_REQUEST_NOT_SENT, VERDICT_CAPTURE_TOO_SHORT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (rank_of(pairs[i][0]) >= rank_of(pairs[i][1]))
            fail_msg("%s stands behind %s", verdict_name(pairs[i][0]), verdict_name(pairs[i][1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_identifier_has_one_row),
        cmocka_unit_test(names_are_different),
        cmocka_unit_test(every_identifier_is_documented),
        cmocka_unit_test(exit_status_follows_the_contract),
        cmocka_unit_test(causes_stand_before_consequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
