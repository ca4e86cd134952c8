/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: every form that is read, each near miss that is not, and prefix lengths to their ends.
 */
#include "base/address.h"
#include "base/phone_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct mac_address phone = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}};

static void reads_every_form_of_a_mac_address(void **state)
{
    static const char *const forms[] = {
        "00:24:14:a1:b2:c3", "00:24:14:A1:B2:C3", "00-24-14-a1-b2-c3",
        "0024.14a1.b2c3",    "002414a1b2c3",      "002414A1B2C3",
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct mac_address mac = mac_zero;
        if (!mac_parse(forms[i], &mac) || !mac_equal(&mac, &phone))
            fail_msg("\"%s\" is not read", forms[i]);
    }
}

static void refuses_what_is_no_mac_address(void **state)
{
    static const char *const texts[] = {
        "",
        "00:24:14:a1:b2",
        "00:24:14:a1:b2:c",
        "00:24:14:a1:b2:c3:",
        "00:24:14:a1:b2:c3 ",
        " 00:24:14:a1:b2:c3",
        "00:24:14-a1:b2:c3",
        "00-24-14-a1-b2:c3",
        "00:24:14:a1:b2:g3",
        "00:24:14:a1:b2c3:",
        "0:24:14:a1:b2:c33",
        "0024.14a1-b2c3",
        "0024:14a1:b2c3",
        "002414a1b2c",
        "002414a1b2c33",
        "002414a1b2cx",
        "00 24 14 a1 b2 c3",
        "::::::::::::",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct mac_address mac = phone;
        if (mac_parse(texts[i], &mac))
            fail_msg("\"%s\" is read", texts[i]);
        assert_true(mac_equal(&mac, &phone));
    }
}

static void formats_and_classifies_mac_addresses(void **state)
{
    struct mac_address group = mac_of_group(0xea04080a);

    (void)state;
    assert_string_equal(mac_format(&phone).text, "00:24:14:a1:b2:c3");
    assert_string_equal(mac_format(&group).text, "01:00:5e:04:08:0a");
    /* Only 23 bits of the group reach the MAC address. */
    group = mac_of_group(0xefffffff);
    assert_string_equal(mac_format(&group).text, "01:00:5e:7f:ff:ff");
    assert_true(mac_is_group(&group));
    assert_true(mac_is_group(&mac_broadcast));
    assert_false(mac_is_group(&phone));
    assert_false(mac_is_group(&mac_zero));
    assert_false(mac_equal(&phone, &group));
}

static void every_byte_counts_in_a_comparison(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof phone.octet; i++) {
        struct mac_address other = phone;
        assert_true(mac_equal(&other, &phone));
        other.octet[i] ^= 1;
        assert_false(mac_equal(&other, &phone));
    }
}

static void reads_and_formats_ipv4_addresses(void **state)
{
    static const struct {
        const char *text;
        uint32_t ip;
    } addresses[] = {
        {"0.0.0.0", 0},
        {"192.168.77.1", 0xc0a84d01},
        {"234.4.8.10", 0xea04080a},
        {"255.255.255.255", 0xffffffff},
    };

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        uint32_t ip = 1;
        assert_true(ipv4_parse(addresses[i].text, &ip));
        assert_int_equal(ip, addresses[i].ip);
        assert_string_equal(ipv4_format(ip).text, addresses[i].text);
    }
}

static void refuses_what_is_no_ipv4_address(void **state)
{
    static const char *const texts[] = {
        "",          "1",        "1.2.3",    "1.2.3.4.5",   "256.1.1.1", "1.2.3.",
        "1.2.3.4 ",  " 1.2.3.4", "1.2.3.-4", "0x1.2.3.4",   "1..3.4",    "a.b.c.d",
        "1.2.3.4/8", "127.1",    "::1",      "01.2.3.0004",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t ip = 42;
        if (ipv4_parse(texts[i], &ip))
            fail_msg("\"%s\" is read", texts[i]);
        assert_int_equal(ip, 42);
    }
}

static void reads_prefixes_of_0_to_32_bits(void **state)
{
    uint32_t ip;
    unsigned length;

    (void)state;
    assert_true(ipv4_parse_prefix("198.18.0.1/16", &ip, &length));
    assert_int_equal(ip, 0xc6120001);
    assert_int_equal(length, 16);
    assert_true(ipv4_parse_prefix("0.0.0.0/0", &ip, &length));
    assert_int_equal(length, 0);
    assert_true(ipv4_parse_prefix("255.255.255.255/32", &ip, &length));
    assert_int_equal(length, 32);

    static const char *const wrong[] = {
        "198.18.0.1",         "198.18.0.1/",    "198.18.0.1/33",
        "198.18.0.1/-1",      "198.18.0.1/+8",  "198.18.0.1/8x",
        "198.18.0.1/008",     "198.18.0.1 /16", "/16",
        "198.18.0/16",        "198.18.0.1/8/8", "",
        "255.255.255.2555/8",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ip = 42;
        length = 43;
        if (ipv4_parse_prefix(wrong[i], &ip, &length))
            fail_msg("\"%s\" is read", wrong[i]);
        assert_int_equal(ip, 42);
        assert_int_equal(length, 43);
    }
}

static void masks_of_every_length(void **state)
{
    uint32_t mask = 0;

    (void)state;
    for (unsigned length = 0; length <= 32; length++) {
        assert_int_equal(ipv4_mask(length), mask);
        mask = mask >> 1 | UINT32_C(0x80000000);
    }
}

static void a_phone_is_known_by_serial_number_or_mac_address(void **state)
{
    (void)state;
    struct mac_address mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}}, other = mac;
    const struct phone_name by_serial = {.serial = "CBT141100HR"}, by_mac = {.mac = mac};
    struct mac_text text;
    other.octet[5]++;
    assert_true(phone_name_is(&by_serial, "CBT141100HR", &other));
    assert_false(phone_name_is(&by_serial, "cbt141100hr", &other));
    assert_false(phone_name_is(&by_serial, NULL, &mac)); /* it has not told its number */
    assert_false(phone_name_is(&by_serial, "CBT141100H", &mac_zero));
    assert_true(phone_name_is(&by_mac, NULL, &mac));
    assert_false(phone_name_is(&by_mac, "CBT141100HR", &other));
    assert_string_equal(phone_name_text(&by_serial, &text), "CBT141100HR");
    assert_string_equal(phone_name_text(&by_mac, &text), "00:24:14:a1:b2:c3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form_of_a_mac_address),
        cmocka_unit_test(refuses_what_is_no_mac_address),
        cmocka_unit_test(formats_and_classifies_mac_addresses),
        cmocka_unit_test(every_byte_counts_in_a_comparison),
        cmocka_unit_test(reads_and_formats_ipv4_addresses),
        cmocka_unit_test(refuses_what_is_no_ipv4_address),
        cmocka_unit_test(reads_prefixes_of_0_to_32_bits),
        cmocka_unit_test(masks_of_every_length),
        cmocka_unit_test(a_phone_is_known_by_serial_number_or_mac_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
