/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recovery messages: every field, the loader's checks in the loader's order, and builders that
 * cannot make a message that damages a phone.
 */
#include "base/bytes.h"
#include "wire/recm.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct recm_message sample_reply = {
    .serial = "CBT141900A1",
    .product = "SPA504G",
    .mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}},
    .software = "7.4.4rec",
    .hardware = "1.0.2",
    .ip = 0xc0a84d14,
};

static enum wire_reason from_pc(const uint8_t *bytes, size_t captured, size_t length,
                                struct recm_message *ret)
{
    uint8_t *copy = exact_copy(bytes, captured);
    enum wire_reason reason =
        recm_parse(copy, captured, length, RECM_PC_PORT, RECM_PHONE_PORT, ret);

    free(copy);
    return reason;
}

static enum wire_reason from_phone(const uint8_t *bytes, size_t captured, size_t length,
                                   struct recm_message *ret)
{
    uint8_t *copy = exact_copy(bytes, captured);
    enum wire_reason reason =
        recm_parse(copy, captured, length, RECM_PHONE_PORT, RECM_PC_PORT, ret);

    free(copy);
    return reason;
}

static void request_is_zero_filled_and_read_back(void **state)
{
    uint8_t bytes[RECM_PC_LENGTH], expected[RECM_PC_LENGTH] = "\0\0\0\0RECMFFFFFFFFFFFF";
    struct recm_message recm;

    (void)state;
    memset(bytes, 0xaa, sizeof bytes);
    recm_build_request(RECM_WILDCARD_SERIAL, bytes);
    assert_memory_equal(bytes, expected, sizeof bytes);
    assert_int_equal(from_pc(bytes, 160, 160, &recm), WIRE_OK);
    assert_int_equal(recm.operation, RECM_REQUEST);
    assert_false(recm.from_phone);
    assert_true(recm.magic_good && recm.serial_terminated);
    assert_int_equal(recm.length, 160);
    assert_string_equal(recm.serial, RECM_WILDCARD_SERIAL);
    assert_string_equal(recm.file_name, "");
}

static void upgrade_and_echo_are_read_back(void **state)
{
    uint8_t bytes[RECM_PC_LENGTH];
    struct recm_message recm;

    (void)state;
    memset(bytes, 0xaa, sizeof bytes);
    recm_build_upgrade("88019FA42805", 6900, "/spa.bin", bytes);
    assert_int_equal(from_pc(bytes, 160, 160, &recm), WIRE_OK);
    assert_int_equal(recm.operation, RECM_UPGRADE);
    assert_string_equal(recm.serial, "88019FA42805");
    assert_int_equal(recm.tftp_port, 6900);
    assert_string_equal(recm.file_name, "/spa.bin");
    assert_memory_equal(bytes + 28, "\x1a\xf4\0\0/spa.bin", 13);
    assert_int_equal(bytes[159], 0);

    memset(bytes, 0xaa, sizeof bytes);
    recm_build_echo("CBT141900A1", 6900, "/spa.bin", bytes);
    assert_int_equal(bytes[100], 0xaa);
    assert_int_equal(from_phone(bytes, 100, 100, &recm), WIRE_OK);
    assert_true(recm.from_phone);
    assert_int_equal(recm.operation, RECM_UPGRADE);
    assert_string_equal(recm.serial, "CBT141900A1");
    assert_int_equal(recm.tftp_port, 6900);
    assert_string_equal(recm.file_name, "/spa.bin");
}

static void reply_is_read_back(void **state)
{
    uint8_t bytes[RECM_PHONE_LENGTH];
    struct recm_message recm;

    (void)state;
    recm_build_reply(&sample_reply, bytes);
    assert_int_equal(from_phone(bytes, 100, 100, &recm), WIRE_OK);
    assert_int_equal(recm.operation, RECM_REPLY);
    assert_string_equal(recm.serial, sample_reply.serial);
    assert_string_equal(recm.product, sample_reply.product);
    assert_true(mac_equal(&recm.mac, &sample_reply.mac));
    assert_string_equal(recm.software, sample_reply.software);
    assert_string_equal(recm.hardware, sample_reply.hardware);
    assert_int_equal(recm.ip, sample_reply.ip);
}

/* The phone's own texts may fill their fields to the last byte. */
static void texts_of_twenty_bytes_need_no_nul(void **state)
{
    uint8_t bytes[RECM_PHONE_LENGTH];
    struct recm_message recm;

    (void)state;
    recm_build_reply(&sample_reply, bytes);
    memset(bytes + 8, 'S', 20);
    memset(bytes + 28, 'P', 20);
    memset(bytes + 54, 'W', 20);
    memset(bytes + 74, 'H', 20);
    assert_int_equal(from_phone(bytes, 100, 100, &recm), WIRE_OK);
    assert_false(recm.serial_terminated);
    assert_string_equal(recm.serial, "SSSSSSSSSSSSSSSSSSSS");
    assert_string_equal(recm.product, "PPPPPPPPPPPPPPPPPPPP");
    assert_string_equal(recm.software, "WWWWWWWWWWWWWWWWWWWW");
    assert_string_equal(recm.hardware, "HHHHHHHHHHHHHHHHHHHH");
    assert_true(mac_equal(&recm.mac, &sample_reply.mac));
}

static void garbage_changes_nothing(void **state)
{
    uint8_t bytes[RECM_PC_LENGTH];
    struct recm_message clean, dirty;

    (void)state;
    recm_build_reply(&sample_reply, bytes);
    assert_int_equal(from_phone(bytes, 100, 100, &clean), WIRE_OK);
    memset(bytes + 1, 0xaa, 3);
    memset(bytes + 8 + 12, 0xaa, 8);
    memset(bytes + 28 + 8, 0xaa, 12);
    memset(bytes + 54 + 9, 0xaa, 11);
    memset(bytes + 74 + 6, 0xaa, 14);
    memset(bytes + 98, 0xaa, 2);
    assert_int_equal(from_phone(bytes, 100, 100, &dirty), WIRE_OK);
    assert_string_equal(clean.serial, dirty.serial);
    assert_string_equal(clean.product, dirty.product);
    assert_string_equal(clean.software, dirty.software);
    assert_string_equal(clean.hardware, dirty.hardware);
    assert_int_equal(clean.ip, dirty.ip);

    recm_build_request("CBT141900A1", bytes);
    memset(bytes + 1, 0xaa, 3);
    memset(bytes + 28, 0xaa, 132);
    assert_int_equal(from_pc(bytes, 160, 160, &dirty), WIRE_OK);
    assert_string_equal(dirty.serial, "CBT141900A1");
}

/* From the last check of the loader to the first: each new fault must hide those behind it. */
static void checks_in_the_order_of_the_loader(void **state)
{
    uint8_t bytes[200] = {0};
    struct recm_message recm;

    (void)state;
    recm_build_request("CBT141900A1", bytes);
    memset(bytes + 8, 'S', 20);
    assert_int_equal(from_pc(bytes, 160, 160, &recm), WIRE_RECM_SERIAL_UNTERMINATED);
    assert_int_equal(from_pc(bytes, 159, 159, &recm), WIRE_RECM_LENGTH);
    bytes[0] = 1;
    assert_int_equal(from_pc(bytes, 159, 159, &recm), WIRE_RECM_OPERATION);
    bytes[4] = 'r';
    assert_int_equal(from_pc(bytes, 159, 159, &recm), WIRE_RECM_MAGIC);
    assert_false(recm.magic_good);
    assert_int_equal(from_pc(bytes, 161, 161, &recm), WIRE_RECM_LENGTH);
    assert_int_equal(recm_parse(bytes, 161, 161, 4812, RECM_PHONE_PORT, &recm), WIRE_RECM_PORT);
    assert_int_equal(from_pc(bytes, 7, 7, &recm), WIRE_RECM_SHORT);
    assert_int_equal(from_pc(bytes, 0, 0, &recm), WIRE_RECM_SHORT);
}

static void direction_and_ports_decide_what_is_allowed(void **state)
{
    static const struct {
        uint16_t source, destination;
        uint8_t operation;
        size_t length;
        bool from_phone;
        enum wire_reason reason;
    } cases[] = {
        {4811, 4810, 0, 160, false, WIRE_OK},
        {4811, 4810, 1, 160, false, WIRE_RECM_OPERATION},
        {4811, 4810, 3, 160, false, WIRE_RECM_OPERATION},
        {4811, 4810, 0, 100, false, WIRE_RECM_LENGTH},
        {4812, 4810, 0, 160, false, WIRE_RECM_PORT},
        {4810, 4810, 0, 160, false, WIRE_RECM_PORT},
        {4811, 4812, 0, 160, false, WIRE_RECM_PORT},
        {4810, 4811, 1, 100, true, WIRE_OK},
        {4810, 4811, 0, 100, true, WIRE_RECM_OPERATION},
        {4810, 4811, 1, 160, true, WIRE_RECM_LENGTH},
        {4812, 4811, 1, 100, true, WIRE_RECM_PORT},
        {4811, 4811, 1, 100, true, WIRE_RECM_PORT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[RECM_PC_LENGTH];
        struct recm_message recm;
        recm_build_request("CBT141900A1", bytes);
        bytes[0] = cases[i].operation;
        assert_int_equal(recm_parse(bytes, cases[i].length, cases[i].length, cases[i].source,
                                    cases[i].destination, &recm),
                         cases[i].reason);
        assert_int_equal(recm.from_phone, cases[i].from_phone);
        assert_int_equal(recm.operation, cases[i].operation);
        assert_string_equal(recm.serial, "CBT141900A1");
    }
}

/* 68 characters damage the phone's heap; an echo has room for 67 and a NUL. */
static void judges_file_names(void **state)
{
    static const struct {
        size_t length;
        enum wire_reason reason;
    } cases[] = {
        {0, WIRE_RECM_FILE_NAME_LENGTH},
        {1, WIRE_OK},
        {67, WIRE_OK},
        {68, WIRE_RECM_FILE_NAME_LENGTH},
        {126, WIRE_RECM_FILE_NAME_LENGTH},
        {127, WIRE_RECM_FILE_NAME_LENGTH},
        {128, WIRE_RECM_FILE_NAME_UNTERMINATED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[RECM_PC_LENGTH];
        struct recm_message recm;
        recm_build_upgrade("CBT141900A1", 69, "", bytes);
        memset(bytes + 32, 'f', cases[i].length);
        assert_int_equal(from_pc(bytes, 160, 160, &recm), cases[i].reason);
        assert_int_equal(strlen(recm.file_name), cases[i].length == 128 ? 0 : cases[i].length);
        if (cases[i].length >= 68) {
            assert_int_equal(from_phone(bytes, 100, 100, &recm), WIRE_RECM_FILE_NAME_UNTERMINATED);
            assert_string_equal(recm.file_name, "");
        }
    }
}

static void names_what_a_cut_capture_still_shows(void **state)
{
    uint8_t request[RECM_PC_LENGTH], upgrade[RECM_PC_LENGTH], reply[RECM_PHONE_LENGTH];
    struct recm_message recm;

    (void)state;
    recm_build_request("CBT141900A1", request);
    recm_build_upgrade("CBT141900A1", 69, "f.bin", upgrade);
    recm_build_reply(&sample_reply, reply);
    for (size_t cut = 0; cut <= 160; cut++) {
        assert_int_equal(from_pc(request, cut, 160, &recm), cut < 28 ? WIRE_TRUNCATED : WIRE_OK);
        assert_int_equal(recm.magic_good, cut >= 8);
        assert_int_equal(from_pc(upgrade, cut, 160, &recm), cut < 38 ? WIRE_TRUNCATED : WIRE_OK);
        if (cut > 100)
            continue;
        assert_int_equal(from_phone(reply, cut, 100, &recm), cut < 98 ? WIRE_TRUNCATED : WIRE_OK);
        assert_int_equal(mac_equal(&recm.mac, &sample_reply.mac), cut >= 54);
        assert_int_equal(recm.ip, cut >= 98 ? sample_reply.ip : 0);
    }
    assert_int_equal(from_pc(request, 22, 160, &recm), WIRE_TRUNCATED);
    assert_string_equal(recm.serial, "CBT141900A1");
}

static void only_sendable_texts_may_be_sent(void **state)
{
    char name[RECM_FILE_NAME_MAXIMUM + 2];

    (void)state;
    assert_true(recm_serial_is_sendable("C"));
    assert_true(recm_serial_is_sendable("1234567890123456789"));
    assert_false(recm_serial_is_sendable("12345678901234567890"));
    assert_false(recm_serial_is_sendable(""));
    assert_false(recm_serial_is_sendable("CBT 1"));
    assert_false(recm_serial_is_sendable("CBT\t1"));
    assert_false(recm_serial_is_sendable("CBT\x7f"));
    assert_false(recm_serial_is_sendable("CBT\xc3\xa9"));

    memset(name, 'f', sizeof name);
    name[RECM_FILE_NAME_MAXIMUM] = '\0';
    assert_true(recm_file_name_is_sendable(name));
    name[RECM_FILE_NAME_MAXIMUM] = 'f';
    name[RECM_FILE_NAME_MAXIMUM + 1] = '\0';
    assert_false(recm_file_name_is_sendable(name));
    assert_false(recm_file_name_is_sendable(""));
    assert_false(recm_file_name_is_sendable("a b"));
}

/* Even with texts that must not be sent the builders stay within what the phone survives. */
static void builders_never_make_a_harmful_message(void **state)
{
    uint8_t bytes[RECM_PC_LENGTH];
    struct recm_message recm;
    char longer[200];

    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    recm_build_upgrade("CBT141900A1", 69, longer, bytes);
    assert_int_equal(from_pc(bytes, 160, 160, &recm), WIRE_OK);
    assert_int_equal(strlen(recm.file_name), RECM_FILE_NAME_MAXIMUM);
    recm_build_upgrade(longer, 69, "f", bytes);
    from_pc(bytes, 160, 160, &recm);
    assert_int_equal(recm.tftp_port, 69);
    assert_string_equal(recm.file_name, "f");
}

static void tells_serial_numbers_from_other_things(void **state)
{
    static const struct {
        const char *text;
        enum serial_form form;
    } cases[] = {
        {"CBT141100HR", SERIAL_PLAUSIBLE},
        {"CCQ162306EA", SERIAL_PLAUSIBLE},
        {"88019FA42805", SERIAL_PLAUSIBLE}, /* twelve hex digits, yet a serial number */
        {"88014FA00024", SERIAL_PLAUSIBLE},
        {"88013JA12345", SERIAL_PLAUSIBLE},
        {"FFFFFFFFFFFF", SERIAL_WILDCARD},
        {"FFFFFFFFFFF", SERIAL_PLAUSIBLE},
        {"ffffffffffff", SERIAL_LOWER_CASE},
        {"cbt141100hr", SERIAL_LOWER_CASE},
        {"CBT141100Hr", SERIAL_LOWER_CASE},
        {"88019fa42805", SERIAL_LOWER_CASE},
        {"002414A1B3D4", SERIAL_MAC},
        {"002414a1b3d4", SERIAL_MAC},
        {"000E08123456", SERIAL_MAC},
        {"1CDF0F123456", SERIAL_MAC},
        {"FCFBFB123456", SERIAL_MAC},
        {"00:24:14:a1:b3:d4", SERIAL_MAC},
        {"00-24-14-A1-B3-D4", SERIAL_MAC},
        {"0024.14a1.b3d4", SERIAL_MAC},
        {"88:01:9f:a4:28:05", SERIAL_MAC}, /* separators settle it */
        {"", SERIAL_IMPOSSIBLE},
        {" CBT141100HR", SERIAL_IMPOSSIBLE},
        {"CBT141100HR ", SERIAL_IMPOSSIBLE},
        {"CBT14\xc3\xa4", SERIAL_IMPOSSIBLE},
        {"12345678901234567890", SERIAL_IMPOSSIBLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (recm_serial_form(cases[i].text) != cases[i].form)
            fail_msg("\"%s\" is taken for form %d", cases[i].text,
                     (int)recm_serial_form(cases[i].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_is_zero_filled_and_read_back),
        cmocka_unit_test(upgrade_and_echo_are_read_back),
        cmocka_unit_test(reply_is_read_back),
        cmocka_unit_test(texts_of_twenty_bytes_need_no_nul),
        cmocka_unit_test(garbage_changes_nothing),
        cmocka_unit_test(checks_in_the_order_of_the_loader),
        cmocka_unit_test(direction_and_ports_decide_what_is_allowed),
        cmocka_unit_test(judges_file_names),
        cmocka_unit_test(names_what_a_cut_capture_still_shows),
        cmocka_unit_test(only_sendable_texts_may_be_sent),
        cmocka_unit_test(builders_never_make_a_harmful_message),
        cmocka_unit_test(tells_serial_numbers_from_other_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
