/* SPDX-License-Identifier: BSD-2-Clause */
/* DHCP messages: fields and options, each way an option can be broken, and whose message it is. */
#include "base/bytes.h"
#include "loader/loader.h"
#include "wire/dhcp.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPTIONS_OFFSET 240

static const struct mac_address phone_mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}};

/* A message of the fixed part and the options given as hex. */
static size_t message_with(const char *options, uint8_t ret[600])
{
    const struct dhcp_message fixed = {
        .operation = DHCP_BOOTREPLY,
        .hops = 1,
        .transaction_id = 0x15a1b2c3,
        .seconds = 2,
        .flags = 0x8000,
        .client_ip = 0x01020304,
        .your_ip = 0xc0a84d14,
        .server_ip = 0xc0a84d01,
        .relay_ip = 0xc0a84dfe,
        .client_mac = phone_mac,
    };
    struct writer writer = writer_over(ret, 600);

    dhcp_write_fixed(&writer, &fixed);
    assert_int_equal(writer.length, OPTIONS_OFFSET);
    return OPTIONS_OFFSET + bytes_from_hex(options, ret + OPTIONS_OFFSET, 600 - OPTIONS_OFFSET);
}

static enum wire_reason parse_with(const char *options, struct dhcp_message *ret)
{
    uint8_t bytes[600];
    size_t length = message_with(options, bytes);
    uint8_t *copy = exact_copy(bytes, length);
    enum wire_reason reason = dhcp_parse(copy, length, ret);

    free(copy);
    return reason;
}

static void reads_every_fixed_field(void **state)
{
    struct dhcp_message dhcp;

    (void)state;
    assert_int_equal(parse_with("350102 ff", &dhcp), WIRE_OK);
    assert_int_equal(dhcp.operation, DHCP_BOOTREPLY);
    assert_int_equal(dhcp.hops, 1);
    assert_int_equal(dhcp.transaction_id, 0x15a1b2c3);
    assert_int_equal(dhcp.seconds, 2);
    assert_int_equal(dhcp.flags, 0x8000);
    assert_int_equal(dhcp.client_ip, 0x01020304);
    assert_int_equal(dhcp.your_ip, 0xc0a84d14);
    assert_int_equal(dhcp.server_ip, 0xc0a84d01);
    assert_int_equal(dhcp.relay_ip, 0xc0a84dfe);
    assert_true(mac_equal(&dhcp.client_mac, &phone_mac));
}

static void reads_every_option_it_knows(void **state)
{
    uint8_t bytes[600];
    size_t length =
        message_with("00 350105 0104ffffff00 0308c0a84d01c0a84d02 060cc0a84d03c0a84d04c0a84d05"
                     "0c0374656c 3204c0a84d14 330400015180 3604c0a84d01 3c025449 3d0701002414a1b2c3"
                     "00 2b00 ff 0000",
                     bytes);
    struct dhcp_message dhcp;

    (void)state;
    assert_int_equal(dhcp_parse(bytes, length, &dhcp), WIRE_OK);
    assert_int_equal(dhcp.type, DHCP_ACK);
    assert_true(dhcp.has_end && dhcp.has_subnet_mask && dhcp.has_router);
    assert_true(dhcp.has_server_identifier && dhcp.has_requested_ip && dhcp.has_lease_time);
    assert_int_equal(dhcp.subnet_mask, 0xffffff00);
    assert_int_equal(dhcp.router, 0xc0a84d01);
    assert_int_equal(dhcp.dns_server_count, 2);
    assert_int_equal(dhcp.dns_servers[0], 0xc0a84d03);
    assert_int_equal(dhcp.dns_servers[1], 0xc0a84d04);
    assert_int_equal(dhcp.requested_ip, 0xc0a84d14);
    assert_int_equal(dhcp.lease_time_s, 86400);
    assert_int_equal(dhcp.server_identifier, 0xc0a84d01);
    assert_int_equal(dhcp.host_name.length, 3);
    assert_memory_equal(dhcp.host_name.bytes, "tel", 3);
    assert_int_equal(dhcp.vendor_class.length, 2);
    assert_memory_equal(dhcp.vendor_class.bytes, "TI", 2);
    assert_int_equal(dhcp.client_identifier.length, 7);
    assert_int_equal(dhcp.options_length, length - OPTIONS_OFFSET - 2);
}

static void of_an_option_given_twice_the_first_counts(void **state)
{
    struct dhcp_message dhcp;

    (void)state;
    assert_int_equal(
        parse_with("350102 350105 0104ffffff00 0104ff000000 0304c0a84d01 0304c0a84d02 ff", &dhcp),
        WIRE_OK);
    assert_int_equal(dhcp.type, DHCP_OFFER);
    assert_int_equal(dhcp.subnet_mask, 0xffffff00);
    assert_int_equal(dhcp.router, 0xc0a84d01);
}

static void names_each_fault_of_the_options(void **state)
{
    static const struct {
        const char *options;
        enum wire_reason reason;
        uint8_t type; /* what is still read */
    } cases[] = {
        {"350105 01", WIRE_DHCP_OPTION_TRUNCATED, DHCP_ACK},
        {"350105 0104ffffff", WIRE_DHCP_OPTION_TRUNCATED, DHCP_ACK},
        {"350105", WIRE_DHCP_NO_END, DHCP_ACK},
        {"350105 0000", WIRE_DHCP_NO_END, DHCP_ACK},
        {"", WIRE_DHCP_NO_END, DHCP_TYPE_NONE},
        {"ff", WIRE_DHCP_NO_MESSAGE_TYPE, DHCP_TYPE_NONE},
        {"350109 ff", WIRE_DHCP_MESSAGE_TYPE, 9},
        {"350108 ff", WIRE_OK, DHCP_INFORM},
        {"35020501 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_TYPE_NONE},
        {"3500 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"0103ffffff 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"0300 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"0305c0a84d0100 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"0602c0a8 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"0c00 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"3205c0a84d1400 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"330100 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"3600 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"3c00 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"3d00 350105 ff", WIRE_DHCP_OPTION_LENGTH, DHCP_ACK},
        {"340103 350105 ff", WIRE_DHCP_OVERLOAD, DHCP_ACK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dhcp_message dhcp;
        assert_int_equal(parse_with(cases[i].options, &dhcp), cases[i].reason);
        assert_int_equal(dhcp.type, cases[i].type);
        assert_int_equal(dhcp.transaction_id, 0x15a1b2c3);
    }
}

static void names_each_fault_of_the_fixed_part(void **state)
{
    static const struct {
        size_t offset;
        uint8_t value;
        enum wire_reason reason;
    } faults[] = {
        {0, 0, WIRE_DHCP_OPERATION},     {0, 3, WIRE_DHCP_OPERATION},
        {1, 6, WIRE_DHCP_HARDWARE_TYPE}, {2, 16, WIRE_DHCP_HARDWARE_TYPE},
        {236, 0, WIRE_DHCP_COOKIE},      {239, 0, WIRE_DHCP_COOKIE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        uint8_t bytes[600];
        struct dhcp_message dhcp;
        size_t length = message_with("350105 ff", bytes);
        bytes[faults[i].offset] = faults[i].value;
        assert_int_equal(dhcp_parse(bytes, length, &dhcp), faults[i].reason);
        assert_int_equal(dhcp.type, faults[i].offset < 236 ? DHCP_ACK : DHCP_TYPE_NONE);
    }
}

static void finds_every_cut(void **state)
{
    uint8_t bytes[600];
    size_t length = message_with("350105 0104ffffff00 ff", bytes);

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        uint8_t *copy = exact_copy(bytes, cut);
        size_t options = cut < OPTIONS_OFFSET ? 0 : cut - OPTIONS_OFFSET;
        bool between = options == 0 || options == 3 || options == 9;
        struct dhcp_message dhcp;
        assert_int_equal(dhcp_parse(copy, cut, &dhcp), cut < OPTIONS_OFFSET ? WIRE_DHCP_SHORT
                                                       : cut == length      ? WIRE_OK
                                                       : between            ? WIRE_DHCP_NO_END
                                                                 : WIRE_DHCP_OPTION_TRUNCATED);
        (void)dhcp_find_option(copy, cut, DHCP_OPTION_ROUTER);
        free(copy);
    }
}

static void finds_any_option(void **state)
{
    uint8_t bytes[600];
    size_t length = message_with("00 350105 3703010306 4200 ff 420161", bytes);
    struct dhcp_option_view view = dhcp_find_option(bytes, length, DHCP_OPTION_PARAMETER_LIST);

    (void)state;
    assert_int_equal(view.length, 3);
    assert_memory_equal(view.bytes, "\x01\x03\x06", 3);
    view = dhcp_find_option(bytes, length, 66);
    assert_non_null(view.bytes);
    assert_int_equal(view.length, 0);
    assert_null(dhcp_find_option(bytes, length, 67).bytes);
    length = message_with("350105 37ff0103", bytes);
    assert_null(dhcp_find_option(bytes, length, DHCP_OPTION_PARAMETER_LIST).bytes);
    bytes[236] = 0;
    assert_null(dhcp_find_option(bytes, length, DHCP_OPTION_MESSAGE_TYPE).bytes);
}

static void writes_the_end_and_pads(void **state)
{
    uint8_t bytes[600];
    struct writer writer = writer_over(bytes, sizeof bytes);

    (void)state;
    dhcp_write_fixed(&writer, &(struct dhcp_message){.operation = DHCP_BOOTREQUEST});
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_DISCOVER);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    assert_int_equal(writer.length, DHCP_REPLY_LENGTH);
    assert_int_equal(bytes[243], 0xff);
    /* A message that is longer already gets its end and nothing else. */
    writer = writer_over(bytes, sizeof bytes);
    writer_zeros(&writer, 320);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    assert_int_equal(writer.length, 321);
    /* One that does not fit is no message. */
    writer = writer_over(bytes, 250);
    dhcp_write_fixed(&writer, &(struct dhcp_message){.operation = DHCP_BOOTREQUEST});
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    assert_true(writer.failed);
}

static void derives_the_loaders_transaction_id(void **state)
{
    static const struct mac_address wrapping = {{0, 0, 0xff, 1, 2, 3}};

    (void)state;
    assert_int_equal(loader_transaction_id(&phone_mac, 1), 0x15a1b2c3);
    assert_int_equal(loader_transaction_id(&phone_mac, 2), 0x16a1b2c3);
    assert_int_equal(loader_transaction_id(&wrapping, 1), 0x00010203);
}

static struct dhcp_message loader_discover(void)
{
    return (struct dhcp_message){
        .operation = DHCP_BOOTREQUEST,
        .type = DHCP_DISCOVER,
        .transaction_id = 0x15a1b2c3,
        .client_mac = phone_mac,
        .vendor_class = {(const uint8_t *)"TI-dhcp 0.1", 11},
    };
}

static void recognises_the_loader_by_all_its_marks(void **state)
{
    struct dhcp_message dhcp = loader_discover();

    (void)state;
    assert_true(loader_is_dhcp(&dhcp));
    dhcp.type = DHCP_REQUEST;
    assert_true(loader_is_dhcp(&dhcp));
    /* Refused again and again it counts on, beyond 256 too. */
    dhcp.transaction_id = 0x14a1b2c3;
    assert_true(loader_is_dhcp(&dhcp));

    dhcp = loader_discover();
    dhcp.transaction_id ^= 1;
    assert_false(loader_is_dhcp(&dhcp));
    dhcp = loader_discover();
    dhcp.flags = 0x8000;
    assert_false(loader_is_dhcp(&dhcp));
    dhcp = loader_discover();
    dhcp.type = DHCP_INFORM;
    assert_false(loader_is_dhcp(&dhcp));
    dhcp = loader_discover();
    dhcp.operation = DHCP_BOOTREPLY;
    assert_false(loader_is_dhcp(&dhcp));
    dhcp = loader_discover();
    dhcp.vendor_class.length = 10;
    assert_false(loader_is_dhcp(&dhcp));
    dhcp.vendor_class = (struct dhcp_option_view){(const uint8_t *)"TI-dhcp 0.1x", 12};
    assert_false(loader_is_dhcp(&dhcp));
    dhcp.vendor_class = (struct dhcp_option_view){0};
    assert_false(loader_is_dhcp(&dhcp));
    assert_false(dhcp_is_normal_firmware(&dhcp));
}

static void recognises_the_normal_firmware(void **state)
{
    static const struct {
        const char *vendor_class;
        bool normal;
    } cases[] = {
        {"Cisco SPA504G", true},   {"CISCO SPA525G2", true}, {"LINKSYS SPA942", true},
        {"Cisco SPA", true},       {"Cisco SP", false},      {"xCisco SPA504G", false},
        {"Linksys SPA942", false}, {"TI-dhcp 0.1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dhcp_message dhcp = loader_discover();
        dhcp.vendor_class = (struct dhcp_option_view){(const uint8_t *)cases[i].vendor_class,
                                                      strlen(cases[i].vendor_class)};
        assert_int_equal(dhcp_is_normal_firmware(&dhcp), cases[i].normal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_fixed_field),
        cmocka_unit_test(reads_every_option_it_knows),
        cmocka_unit_test(of_an_option_given_twice_the_first_counts),
        cmocka_unit_test(names_each_fault_of_the_options),
        cmocka_unit_test(names_each_fault_of_the_fixed_part),
        cmocka_unit_test(finds_every_cut),
        cmocka_unit_test(finds_any_option),
        cmocka_unit_test(writes_the_end_and_pads),
        cmocka_unit_test(derives_the_loaders_transaction_id),
        cmocka_unit_test(recognises_the_loader_by_all_its_marks),
        cmocka_unit_test(recognises_the_normal_firmware),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
