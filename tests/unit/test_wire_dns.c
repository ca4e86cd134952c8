/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS: the loader's query, the answer to it, and names made to confuse a reader. */
#include "wire/dns.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char query_hex[] =
    "1234 0100 0001 0000 0000 0000 0474667470 076578616d706c65 00 0001 0001";

static enum wire_reason parse_hex(const char *hex, struct dns_message *ret)
{
    uint8_t bytes[600];
    size_t length = bytes_from_hex(hex, bytes, sizeof bytes);
    uint8_t *copy = exact_copy(bytes, length);
    enum wire_reason reason = dns_parse(copy, length, ret);

    free(copy);
    return reason;
}

static void reads_a_query(void **state)
{
    struct dns_message dns;

    (void)state;
    assert_int_equal(parse_hex(query_hex, &dns), WIRE_OK);
    assert_int_equal(dns.identification, 0x1234);
    assert_false(dns.is_response);
    assert_true(dns.recursion_desired);
    assert_int_equal(dns.question_count, 1);
    assert_int_equal(dns.answer_count, 0);
    assert_string_equal(dns.name, "tftp.example");
    assert_int_equal(dns.query_type, 1);
    assert_int_equal(dns.query_class, 1);
    assert_false(dns.has_address);
}

static void writes_the_query_it_reads(void **state)
{
    uint8_t expected[64], bytes[64];
    size_t length = bytes_from_hex(query_hex, expected, sizeof expected);
    struct writer writer = writer_over(bytes, sizeof bytes);

    (void)state;
    dns_write_query(&writer, 0x1234, "tftp.example");
    assert_false(writer.failed);
    assert_int_equal(writer.length, length);
    assert_memory_equal(bytes, expected, length);
    writer = writer_over(bytes, sizeof bytes);
    dns_write_query(&writer, 0x1234, "tftp.example.");
    assert_int_equal(writer.length, length);
}

static void refuses_to_write_names_that_are_none(void **state)
{
    char label[65];
    uint8_t bytes[128];

    (void)state;
    memset(label, 'a', 64);
    label[64] = '\0';
    const char *const names[] = {"a..b", ".a", label};
    for (size_t i = 0; i < 3; i++) {
        struct writer writer = writer_over(bytes, sizeof bytes);
        dns_write_query(&writer, 1, names[i]);
        assert_true(writer.failed);
    }
}

static void answers_with_one_address(void **state)
{
    uint8_t query[64], bytes[128];
    size_t length = bytes_from_hex(query_hex, query, sizeof query);
    struct writer writer = writer_over(bytes, sizeof bytes);
    struct dns_message dns;

    (void)state;
    dns_write_answer(&writer, query, length, 0xc6120001, 60);
    assert_false(writer.failed);
    assert_int_equal(dns_parse(bytes, writer.length, &dns), WIRE_OK);
    assert_int_equal(dns.identification, 0x1234);
    assert_true(dns.is_response);
    assert_true(dns.recursion_desired);
    assert_int_equal(dns.response_code, 0);
    assert_int_equal(dns.answer_count, 1);
    assert_string_equal(dns.name, "tftp.example");
    assert_true(dns.has_address);
    assert_int_equal(dns.address, 0xc6120001);
    assert_memory_equal(bytes + writer.length - 16, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x12\0\1",
                        16);
}

static void does_not_answer_half_a_query(void **state)
{
    uint8_t query[64], bytes[128];
    size_t length = bytes_from_hex(query_hex, query, sizeof query);

    (void)state;
    for (size_t cut = 0; cut < length; cut++) {
        struct writer writer = writer_over(bytes, sizeof bytes);
        uint8_t *copy = exact_copy(query, cut);
        dns_write_answer(&writer, copy, cut, 1, 60);
        assert_true(writer.failed);
        free(copy);
    }
}

static void finds_the_address_behind_other_records(void **state)
{
    struct dns_message dns;

    (void)state;
    /* An alias with a compressed name first, then the address. */
    assert_int_equal(parse_hex("0001 8180 0001 0002 0000 0000 0161 00 0001 0001"
                               "c00c 0005 0001 0000003c 0003 0162 00"
                               "0162 00 0001 0001 0000003c 0004 c0a84d01",
                               &dns),
                     WIRE_OK);
    assert_true(dns.has_address);
    assert_int_equal(dns.address, 0xc0a84d01);
    /* Of two addresses the first counts. */
    assert_int_equal(parse_hex("0001 8180 0000 0002 0000 0000"
                               "00 0001 0001 0000003c 0004 c0a84d01"
                               "00 0001 0001 0000003c 0004 c0a84d02",
                               &dns),
                     WIRE_OK);
    assert_int_equal(dns.address, 0xc0a84d01);
    /* No such name. */
    assert_int_equal(parse_hex("0001 8183 0001 0000 0000 0000 0161 00 0001 0001", &dns), WIRE_OK);
    assert_int_equal(dns.response_code, 3);
    assert_false(dns.has_address);
    /* An A record of a wrong length is none. */
    assert_int_equal(
        parse_hex("0001 8180 0000 0001 0000 0000 00 0001 0001 0000003c 0002 c0a8", &dns), WIRE_OK);
    assert_false(dns.has_address);
}

static void finds_every_cut(void **state)
{
    static const char hex[] = "0001 8180 0001 0001 0000 0000 0161 00 0001 0001"
                              "c00c 0001 0001 0000003c 0004 c0a84d01";
    uint8_t bytes[64];
    size_t length = bytes_from_hex(hex, bytes, sizeof bytes);

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        struct dns_message dns;
        uint8_t *copy = exact_copy(bytes, cut);
        assert_int_equal(dns_parse(copy, cut, &dns), cut < length ? WIRE_DNS_SHORT : WIRE_OK);
        free(copy);
    }
}

static void refuses_hostile_names(void **state)
{
    uint8_t bytes[600] = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    struct dns_message dns;

    (void)state;
    /* A pointer in the first name can only point at itself or at the header. */
    assert_int_equal(parse_hex("0001 0100 0001 0000 0000 0000 c00c 0001 0001", &dns),
                     WIRE_DNS_NAME);
    assert_int_equal(parse_hex("0001 0100 0001 0000 0000 0000 40 0001 0001", &dns), WIRE_DNS_NAME);
    assert_int_equal(parse_hex("0001 8100 0000 0001 0000 0000 80 0001 0001", &dns), WIRE_DNS_NAME);
    assert_int_equal(parse_hex("0001 0100 0001 0000 0000 0000 03610062 00 0001 0001", &dns),
                     WIRE_DNS_NAME);
    /* 255 bytes of name are the most; labels of 63 without end are too many. */
    for (size_t i = 0; i < 5; i++) {
        bytes[12 + i * 64] = 63;
        memset(bytes + 13 + i * 64, 'a', 63);
    }
    assert_int_equal(dns_parse(bytes, sizeof bytes, &dns), WIRE_DNS_NAME);
    assert_true(strlen(dns.name) < DNS_NAME_SIZE);
    bytes[12 + 3 * 64] = 62;
    bytes[12 + 3 * 64 + 63] = 0;
    assert_int_equal(dns_parse(bytes, sizeof bytes, &dns), WIRE_DNS_NAME);
    bytes[12 + 3 * 64] = 61;
    bytes[12 + 3 * 64 + 62] = 0;
    assert_int_equal(dns_parse(bytes, sizeof bytes, &dns), WIRE_OK);
    assert_int_equal(strlen(dns.name), 3 * 64 + 61);
}

static void counts_that_lie_end_at_the_end(void **state)
{
    struct dns_message dns;

    (void)state;
    assert_int_equal(parse_hex("0001 0100 ffff 0000 0000 0000 00 0001 0001", &dns), WIRE_DNS_SHORT);
    assert_int_equal(parse_hex("0001 8100 0000 ffff 0000 0000 00 0010 0001 00000000 0000", &dns),
                     WIRE_DNS_SHORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_query),
        cmocka_unit_test(writes_the_query_it_reads),
        cmocka_unit_test(refuses_to_write_names_that_are_none),
        cmocka_unit_test(answers_with_one_address),
        cmocka_unit_test(does_not_answer_half_a_query),
        cmocka_unit_test(finds_the_address_behind_other_records),
        cmocka_unit_test(finds_every_cut),
        cmocka_unit_test(refuses_hostile_names),
        cmocka_unit_test(counts_that_lie_end_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
