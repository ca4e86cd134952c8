/* SPDX-License-Identifier: BSD-2-Clause */
/* Replacements for addresses and words: what they keep, what they must not keep. */
#include "loader/loader.h"
#include "redact/pseudonym.h"
#include "wire/dhcp.h"
#include "wire/recm.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = pseudonyms_new(7);
    return 0;
}

static int tear_down(void **state)
{
    pseudonyms_free(*state);
    return 0;
}

static uint32_t ip(const char *text)
{
    uint32_t value = 0;
    assert_true(ipv4_parse(text, &value));
    return value;
}

static struct mac_address mac(const char *text)
{
    struct mac_address value = {{0}};
    assert_true(mac_parse(text, &value));
    return value;
}

static void replaced(struct pseudonyms *pseudonyms, const char *original, char *ret)
{
    strcpy(ret, original);
    pseudonym_text(pseudonyms, (uint8_t *)ret, strlen(original));
    assert_int_equal(strlen(ret), strlen(original));
}

static void a_mac_address_keeps_its_vendor_and_is_always_replaced_by_the_same(void **state)
{
    struct mac_address original = mac("00:24:14:a1:b2:c3"), neighbour = mac("00:24:14:a1:b2:c4");
    struct mac_address first = pseudonym_mac(*state, &original);
    struct mac_address other = pseudonym_mac(*state, &neighbour);
    struct mac_address again = pseudonym_mac(*state, &original);
    assert_memory_equal(first.octet, original.octet, 3);
    assert_memory_not_equal(first.octet, original.octet, 6);
    assert_true(mac_equal(&first, &again));
    assert_false(mac_equal(&first, &other));
}

static void groups_and_broadcast_stay(void **state)
{
    static const char *const stay[] = {"ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
                                       "01:00:5e:04:08:0a", "01:80:c2:00:00:00",
                                       "01:00:0c:cc:cc:cc"};
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++) {
        struct mac_address original = mac(stay[i]);
        struct mac_address copy = pseudonym_mac(*state, &original);
        assert_true(mac_equal(&original, &copy));
    }
    /* The solicited-node group of IPv6 holds half of somebody's MAC address. */
    struct mac_address solicited = mac("33:33:ff:a1:b2:c3");
    struct mac_address copy = pseudonym_mac(*state, &solicited);
    assert_memory_not_equal(copy.octet + 3, solicited.octet + 3, 3);

    static const char *const ips[] = {"0.0.0.0", "255.255.255.255", "234.4.8.10", "127.0.0.1",
                                      "192.168.0.1"};
    for (size_t i = 0; i < sizeof ips / sizeof ips[0]; i++)
        assert_int_equal(pseudonym_ip(*state, ip(ips[i])), ip(ips[i]));
}

static void addresses_of_a_subnet_stay_together_and_private_ones_private(void **state)
{
    uint32_t phone = pseudonym_ip(*state, ip("192.168.77.20"));
    uint32_t gateway = pseudonym_ip(*state, ip("192.168.77.1"));
    uint32_t elsewhere = pseudonym_ip(*state, ip("192.168.78.20"));
    uint32_t everybody = pseudonym_ip(*state, ip("192.168.77.255"));
    assert_int_equal(phone >> 16, 0xc0a8);
    assert_int_equal(phone >> 8, gateway >> 8);
    assert_int_not_equal(phone, gateway);
    assert_int_not_equal(phone >> 8, elsewhere >> 8);
    assert_int_not_equal(phone >> 8, ip("192.168.77.0") >> 8);
    assert_int_equal(everybody, phone | 0xff);

    assert_int_equal(pseudonym_ip(*state, ip("10.1.2.3")) >> 24, 10);
    assert_int_equal(pseudonym_ip(*state, ip("172.20.2.3")) >> 20, 0xac1);
    assert_int_equal(pseudonym_ip(*state, ip("169.254.2.3")) >> 16, 0xa9fe);
    assert_int_not_equal(pseudonym_ip(*state, ip("8.8.8.8")), ip("8.8.8.8"));
}

static void learned_masks_decide_what_a_subnet_is(void **state)
{
    pseudonyms_learn_subnet(*state, ip("10.20.30.40"), ip("255.255.0.0"));
    uint32_t a = pseudonym_ip(*state, ip("10.20.30.40"));
    uint32_t b = pseudonym_ip(*state, ip("10.20.99.1"));
    assert_int_equal(a >> 16, b >> 16);
    assert_int_equal(pseudonym_ip(*state, ip("10.20.255.255")), a | 0xffff);

    pseudonyms_learn_subnet(*state, ip("192.168.9.130"), ip("255.255.255.252"));
    uint32_t c = pseudonym_ip(*state, ip("192.168.9.129"));
    uint32_t d = pseudonym_ip(*state, ip("192.168.9.130"));
    assert_int_equal(c >> 2, d >> 2);
    assert_int_not_equal(c, d);
}

static void two_addresses_never_become_one(void **state)
{
    static uint8_t seen[256];
    memset(seen, 0, sizeof seen);
    for (uint32_t host = 0; host < 256; host++) {
        uint8_t copy = (uint8_t)pseudonym_ip(*state, ip("192.168.77.0") + host);
        assert_int_equal(seen[copy], 0);
        seen[copy] = 1;
    }
}

static void the_loaders_transaction_ids_follow_its_mac(void **state)
{
    struct mac_address original = mac("00:24:14:a1:b2:c3");
    struct mac_address copy = pseudonym_mac(*state, &original);
    for (unsigned n = 1; n < 5; n++)
        assert_int_equal(
            pseudonym_transaction(*state, loader_transaction_id(&original, n), &original),
            loader_transaction_id(&copy, n));
    uint32_t other = pseudonym_transaction(*state, 0x12345678, &original);
    assert_int_not_equal(other, 0x12345678);
    assert_int_equal(other, pseudonym_transaction(*state, 0x12345678, &original));
}

static void what_everybody_knows_stays_in_texts(void **state)
{
    static const char *const stay[] = {
        "TNETV1050SDB",      "TI-dhcp 0.1",
        "Cisco SPA504G",     "spa50x-30x-7-6-2f.bin",
        "spa525g-7-5-5.bin", "/spa51x-7-6-2.bin",
        "7.4.4rec",          "1.0.2",
        "FFFFFFFFFFFF",      "octet",
        "File not found",    "Access violation",
        "HTTP/1.0",          "User-Agent: Linksys/SPA-5X51-(88014FA00024)",
    };
    char copy[128];
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++) {
        replaced(*state, stay[i], copy);
        assert_string_equal(copy, stay[i]);
    }
}

static void names_are_replaced_with_their_form_kept(void **state)
{
    static const char *const names[] = {"reception",   "smith-laptop",    "kremlin.example",
                                        "4147359",     "SEP002414A1B2C3", "CBT141100HR",
                                        "88019FA42805"};
    char copy[128], again[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        replaced(*state, names[i], copy);
        replaced(*state, names[i], again);
        assert_string_equal(copy, again);
        assert_string_not_equal(copy, names[i]);
        assert_int_equal(recm_serial_form(copy), recm_serial_form(names[i]));
        for (size_t at = 0; names[i][at]; at++) {
            assert_int_equal(!!ispunct((unsigned char)copy[at]),
                             !!ispunct((unsigned char)names[i][at]));
        }
    }
}

static void serials_keep_their_relations(void **state)
{
    char upper[32], lower[32], close[32];
    replaced(*state, "CBT141100HR", upper);
    replaced(*state, "cbt141100hr", lower);
    replaced(*state, "CBT141100HS", close);
    for (char *c = lower; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    assert_string_equal(upper, lower);
    assert_string_not_equal(upper, close);
}

static void addresses_inside_texts_are_those_of_the_packets(void **state)
{
    struct mac_address original = mac("00:24:14:a1:b2:c3");
    char text[64], expected[64];
    struct mac_address copy = pseudonym_mac(*state, &original);
    replaced(*state, "phone 00:24:14:a1:b2:c3 here", text);
    assert_non_null(strstr(text, mac_format(&copy).text));
    replaced(*state, "002414A1B2C3", text);
    snprintf(expected, sizeof expected, "%02X%02X%02X%02X%02X%02X", copy.octet[0], copy.octet[1],
             copy.octet[2], copy.octet[3], copy.octet[4], copy.octet[5]);
    assert_string_equal(text, expected);
    replaced(*state, "0024.14a1.b2c3", text);
    assert_memory_equal(text, "0024.14", 7);
    assert_string_not_equal(text, "0024.14a1.b2c3");

    replaced(*state, "http://192.168.177.111/x", text);
    assert_null(strstr(text, "177"));
    uint32_t ip_copy = pseudonym_ip(*state, ip("192.168.177.111"));
    unsigned a, b, c, d;
    assert_int_equal(sscanf(text, "http://%u.%u.%u.%u/x", &a, &b, &c, &d), 4);
    assert_int_equal(a << 24 | b << 16 | c << 8 | d, ip_copy);
    replaced(*state, "ask 10.1.2.3.", text);
    assert_null(strstr(text, "10.1.2.3"));
}

static void hostile_texts_do_no_harm(void **state)
{
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 'q';
    pseudonym_text(*state, bytes, sizeof bytes);
    assert_null(memchr(bytes, 'q', sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(0x80 + i);
    for (size_t length = 0; length < sizeof bytes; length++)
        pseudonym_text(*state, bytes, length);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mac_address_keeps_its_vendor_and_is_always_replaced_by_the_same),
        TEST(groups_and_broadcast_stay),
        TEST(addresses_of_a_subnet_stay_together_and_private_ones_private),
        TEST(learned_masks_decide_what_a_subnet_is),
        TEST(two_addresses_never_become_one),
        TEST(the_loaders_transaction_ids_follow_its_mac),
        TEST(what_everybody_knows_stays_in_texts),
        TEST(names_are_replaced_with_their_form_kept),
        TEST(serials_keep_their_relations),
        TEST(addresses_inside_texts_are_those_of_the_packets),
        TEST(hostile_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
