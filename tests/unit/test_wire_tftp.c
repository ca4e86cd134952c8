/* SPDX-License-Identifier: BSD-2-Clause */
/* TFTP packets: each opcode read and written, each way to be broken, each place to be cut. */
#include "wire/tftp.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The packet points into the copy that is freed: only its numbers may be looked at. */
static enum wire_reason parse(const void *bytes, size_t length, struct tftp_packet *ret)
{
    uint8_t *copy = exact_copy(bytes, length);
    enum wire_reason reason = tftp_parse(copy, length, ret);

    free(copy);
    return reason;
}

#define PARSE(string, ret) parse(string, sizeof(string) - 1, ret)

static void reads_a_read_request_with_options(void **state)
{
    static const char packet[] = "\0\1spa.bin\0OCTET\0blksize\0"
                                 "1428\0tsize\0"
                                 "0\0";
    struct tftp_packet tftp;

    (void)state;
    assert_int_equal(tftp_parse((const uint8_t *)packet, sizeof packet - 1, &tftp), WIRE_OK);
    assert_int_equal(tftp.opcode, TFTP_RRQ);
    assert_string_equal(tftp.file_name, "spa.bin");
    assert_string_equal(tftp.mode, "OCTET");
    assert_int_equal(tftp.option_count, 2);
    assert_string_equal(tftp.options[0].name, "blksize");
    assert_string_equal(tftp.options[0].value, "1428");
    assert_string_equal(tftp.options[1].name, "tsize");
    assert_string_equal(tftp.options[1].value, "0");
}

static void reads_write_requests_and_every_mode(void **state)
{
    struct tftp_packet tftp;

    (void)state;
    assert_int_equal(PARSE("\0\2a\0netascii\0", &tftp), WIRE_OK);
    assert_int_equal(tftp.opcode, TFTP_WRQ);
    assert_int_equal(PARSE("\0\1a\0mail\0", &tftp), WIRE_OK);
    assert_int_equal(PARSE("\0\1a\0octe\0", &tftp), WIRE_TFTP_MODE);
    assert_int_equal(PARSE("\0\1a\0octets\0", &tftp), WIRE_TFTP_MODE);
    assert_int_equal(PARSE("\0\1a\0\0", &tftp), WIRE_TFTP_MODE);
}

static void reads_data_of_any_length(void **state)
{
    uint8_t packet[1000] = {0, 3, 0xff, 0xfe};

    (void)state;
    for (size_t length = 0; length <= 520; length += length < 4 ? 1 : 129) {
        struct tftp_packet tftp;
        assert_int_equal(tftp_parse(packet, 4 + length, &tftp), WIRE_OK);
        assert_int_equal(tftp.block, 0xfffe);
        assert_ptr_equal(tftp.data, packet + 4);
        assert_int_equal(tftp.data_length, length);
        assert_int_equal(tftp.wire_length, length);
    }
}

static void reads_ack_error_and_option_acknowledgement(void **state)
{
    static const char error[] = "\0\5\0\1File not found";
    struct tftp_packet tftp;

    (void)state;
    assert_int_equal(PARSE("\0\4\1\2", &tftp), WIRE_OK);
    assert_int_equal(tftp.block, 0x0102);
    assert_int_equal(PARSE("\0\4\1\2\0", &tftp), WIRE_TFTP_TRAILING);
    assert_int_equal(tftp.block, 0x0102);

    assert_int_equal(tftp_parse((const uint8_t *)error, sizeof error, &tftp), WIRE_OK);
    assert_int_equal(tftp.error_code, 1);
    assert_string_equal(tftp.error_text, "File not found");
    assert_int_equal(PARSE("\0\5\0\1x\0y", &tftp), WIRE_TFTP_TRAILING);
    assert_int_equal(PARSE("\0\5\0\1x", &tftp), WIRE_TFTP_STRING);
    assert_int_equal(tftp.error_code, 1);

    assert_int_equal(PARSE("\0\6blksize\0"
                           "512\0",
                           &tftp),
                     WIRE_OK);
    assert_int_equal(tftp.option_count, 1);
    assert_int_equal(PARSE("\0\6", &tftp), WIRE_OK);
}

static void refuses_unknown_opcodes(void **state)
{
    static const char *const packets[] = {"\0\0xy", "\0\7xy", "\1\1xy"};
    struct tftp_packet tftp;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(parse(packets[i], 4, &tftp), WIRE_TFTP_OPCODE);
}

static void refuses_broken_and_too_many_options(void **state)
{
    char packet[64] = "\0\1a\0octet\0";
    struct tftp_packet tftp;

    (void)state;
    assert_int_equal(PARSE("\0\1a\0octet\0blksize\0", &tftp), WIRE_TFTP_OPTION);
    assert_int_equal(PARSE("\0\1a\0octet\0blksize", &tftp), WIRE_TFTP_STRING);
    assert_int_equal(PARSE("\0\1a\0octet\0blksize\0"
                           "512",
                           &tftp),
                     WIRE_TFTP_STRING);
    for (size_t i = 0; i < 9; i++)
        memcpy(packet + 10 + i * 4, "a\0b", 4);
    assert_int_equal(parse(packet, 10 + 8 * 4, &tftp), WIRE_OK);
    assert_int_equal(tftp.option_count, TFTP_OPTIONS_MAX);
    assert_int_equal(parse(packet, 10 + 9 * 4, &tftp), WIRE_TFTP_OPTION);
}

static void finds_every_cut(void **state)
{
    static const struct {
        const char *packet;
        size_t length;
        size_t numbers; /* bytes of opcode and block or error code */
    } cases[] = {
        {"\0\1spa.bin\0octet", 16, 2},
        {"\0\5\0\1text", 9, 4},
        {"\0\4\0\1", 4, 4},
        {"\0\3\0\1", 4, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tftp_packet tftp;
        for (size_t cut = 0; cut < cases[i].length; cut++)
            assert_int_equal(parse(cases[i].packet, cut, &tftp),
                             cut < cases[i].numbers ? WIRE_TFTP_SHORT : WIRE_TFTP_STRING);
        assert_int_equal(parse(cases[i].packet, cases[i].length, &tftp), WIRE_OK);
    }
}

static void writes_every_packet(void **state)
{
    uint8_t bytes[32];
    struct writer writer = writer_over(bytes, sizeof bytes);

    (void)state;
    tftp_write_rrq(&writer, "/f");
    assert_int_equal(writer.length, 11);
    assert_memory_equal(bytes, "\0\1/f\0octet\0", 11);
    writer = writer_over(bytes, sizeof bytes);
    tftp_write_data(&writer, 0x1234, (const uint8_t *)"ab", 2);
    assert_int_equal(writer.length, 6);
    assert_memory_equal(bytes,
                        "\0\3\x12\x34"
                        "ab",
                        6);
    writer = writer_over(bytes, sizeof bytes);
    tftp_write_data(&writer, 1, NULL, 0);
    assert_int_equal(writer.length, 4);
    assert_false(writer.failed);
    writer = writer_over(bytes, sizeof bytes);
    tftp_write_ack(&writer, 0xffff);
    assert_int_equal(writer.length, 4);
    assert_memory_equal(bytes, "\0\4\xff\xff", 4);
    writer = writer_over(bytes, sizeof bytes);
    tftp_write_error(&writer, 1, "no");
    assert_int_equal(writer.length, 7);
    assert_memory_equal(bytes, "\0\5\0\1no\0", 7);
    writer = writer_over(bytes, 6);
    tftp_write_error(&writer, 1, "no");
    assert_true(writer.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_read_request_with_options),
        cmocka_unit_test(reads_write_requests_and_every_mode),
        cmocka_unit_test(reads_data_of_any_length),
        cmocka_unit_test(reads_ack_error_and_option_acknowledgement),
        cmocka_unit_test(refuses_unknown_opcodes),
        cmocka_unit_test(refuses_broken_and_too_many_options),
        cmocka_unit_test(finds_every_cut),
        cmocka_unit_test(writes_every_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
