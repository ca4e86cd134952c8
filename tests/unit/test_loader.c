/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader is (docs: protocol), and that phone/, which has its own copy, agrees. */
#include "phone/constants.h"

/* The simulated phone's numbers, kept before loader/ says its own. */
static const long long phone_frame_maximum = LOADER_FRAME_MAXIMUM;
static const long long phone_receive_buffers = LOADER_RECEIVE_BUFFERS;
static const long long phone_udp_ttl = LOADER_TIME_TO_LIVE;
static const long long phone_syn_ttl = LOADER_HTTP_TIME_TO_LIVE;
static const long long phone_syn_window = LOADER_HTTP_WINDOW;
static const long long phone_arp_length = LOADER_ARP_FRAME_LENGTH;
static const long long phone_options = LOADER_DHCP_OPTIONS_MAX;
static const long long phone_default_server = LOADER_DEFAULT_SERVER_IP;
static const long long phone_dhcp_wait_ns = LOADER_DHCP_WAIT_NS;
static const long long phone_message_maximum = LOADER_RECM_BUFFER_LENGTH;
static const long long phone_reply_length = LOADER_RECM_REPLY_LENGTH;
static const long long phone_reset_ns = LOADER_RESET_NS;
static const long long phone_sendings = LOADER_TFTP_TRANSMISSIONS;
static const long long phone_answer_maximum = LOADER_HTTP_MAXIMUM;
static const long long phone_download_maximum = LOADER_DOWNLOAD_MAXIMUM;
#undef LOADER_FRAME_MAXIMUM
#undef LOADER_RECEIVE_BUFFERS
#undef LOADER_DHCP_WAIT_NS
#include "image/image.h"
#include "loader/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void phone_has_the_same_numbers(void **state)
{
    (void)state;
    assert_int_equal(phone_frame_maximum, LOADER_FRAME_MAXIMUM);
    assert_int_equal(phone_receive_buffers, LOADER_RECEIVE_BUFFERS);
    assert_int_equal(phone_udp_ttl, LOADER_UDP_TTL);
    assert_int_equal(phone_syn_ttl, LOADER_SYN_TTL);
    assert_int_equal(phone_syn_window, LOADER_SYN_WINDOW);
    assert_int_equal(phone_arp_length, LOADER_TFTP_ARP_LENGTH);
    assert_int_equal(phone_options, LOADER_OPTIONS_MAXIMUM);
    assert_int_equal(phone_default_server, LOADER_DEFAULT_SERVER);
    assert_int_equal(phone_dhcp_wait_ns, LOADER_DHCP_WAIT_NS);
    assert_int_equal(phone_message_maximum, RECM_PC_LENGTH);
    assert_int_equal(phone_reply_length, RECM_PHONE_LENGTH);
    assert_int_equal(phone_sendings, LOADER_SENDINGS);
    assert_int_equal(phone_answer_maximum, LOADER_ANSWER_MAXIMUM);
    assert_int_equal(phone_download_maximum, IMAGE_MAXIMUM_LENGTH);
    /* A phone that restarts as fast as it can is no copy of itself. */
    assert_true(phone_reset_ns >= LOADER_RESTART_SHORTEST_NS);
}

#define IP(a, b, c, d)                                                                             \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static void leases(void **state)
{
    static const struct {
        struct loader_lease_terms terms;
        enum loader_lease lease;
    } cases[] = {
        {{IP(192, 168, 77, 20), IP(255, 255, 255, 0), IP(192, 168, 77, 1), 0}, LOADER_LEASE_LIVES},
        {{IP(192, 168, 77, 20), 0, IP(192, 168, 77, 1), IP(192, 168, 77, 1)}, LOADER_LEASE_STOPS},
        /* Without a router the server counts: near, far, and 192.168.0.1 when siaddr is 0. */
        {{IP(192, 168, 77, 20), IP(255, 255, 255, 0), 0, IP(192, 168, 77, 1)},
         LOADER_LEASE_ASKS_FOR_NO_FILE},
        {{IP(192, 168, 77, 20), IP(255, 255, 255, 0), 0, IP(10, 0, 0, 1)}, LOADER_LEASE_STOPS},
        {{IP(192, 168, 77, 20), IP(255, 255, 255, 0), 0, 0}, LOADER_LEASE_STOPS},
        {{IP(192, 168, 0, 50), IP(255, 255, 255, 0), 0, 0}, LOADER_LEASE_ASKS_FOR_NO_FILE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(loader_lease(&cases[i].terms), cases[i].lease);
}

static void lease_terms_of_an_ack(void **state)
{
    /* Options that are absent leave their numbers without meaning. */
    struct dhcp_message ack = {.your_ip = IP(192, 168, 77, 20), .router = 5, .subnet_mask = 6};
    struct loader_lease_terms terms = loader_lease_terms(&ack);
    (void)state;
    assert_int_equal(terms.ip, ack.your_ip);
    assert_int_equal(terms.mask, 0);
    assert_int_equal(terms.router, 0);
    ack.has_router = ack.has_subnet_mask = true;
    terms = loader_lease_terms(&ack);
    assert_int_equal(terms.mask, 6);
    assert_int_equal(terms.router, 5);
}

static void series(void **state)
{
    const duration_ns soon = LOADER_RESTART_SHORTEST_NS - 1, late = LOADER_RESTART_SHORTEST_NS;
    (void)state;
    assert_int_equal(loader_series(7, 8, 0), LOADER_SERIES_GOES_ON);
    assert_int_equal(loader_series(7, 9000, late), LOADER_SERIES_GOES_ON); /* a gap */
    assert_int_equal(loader_series(65535, 0, late), LOADER_SERIES_GOES_ON);
    assert_int_equal(loader_series(7, 7, soon), LOADER_SERIES_COPY);
    assert_int_equal(loader_series(7, 2, NS_PER_S), LOADER_SERIES_COPY); /* 1.0 s late */
    assert_int_equal(loader_series(7, 0, soon), LOADER_SERIES_COPY);
    assert_int_equal(loader_series(7, 0, late), LOADER_SERIES_RESTARTED);
    /* Several transfers in one series, then a power cycle; or a gap through 65535. */
    assert_int_equal(loader_series(40000, 0, late), LOADER_SERIES_RESTARTED);
    assert_int_equal(loader_series(40000, 0, soon), LOADER_SERIES_COPY);
    assert_int_equal(loader_series(65000, 1000, late), LOADER_SERIES_GOES_ON);
    assert_int_equal(loader_series(40000, 60000, late), LOADER_SERIES_GOES_ON);
}

static void transaction_ids(void **state)
{
    const struct mac_address mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}};
    struct dhcp_message message = {
        .operation = DHCP_BOOTREQUEST,
        .type = DHCP_DISCOVER,
        .transaction_id = UINT32_C(0x16a1b2c3),
        .client_mac = mac,
        .vendor_class = {(const uint8_t *)"TI-dhcp 0.1", 11},
    };
    (void)state;
    assert_int_equal(loader_transaction_id(&mac, 1), 0x15a1b2c3);
    assert_true(loader_is_dhcp(&message));
    message.flags = 0x8000;
    assert_false(loader_is_dhcp(&message));
    message.flags = 0;
    message.transaction_id ^= 1;
    assert_false(loader_is_dhcp(&message));
}

static void syn(void **state)
{
    struct frame frame = {.ipv4 = {.time_to_live = 250},
                          .tcp = {.flags = TCP_FLAG_SYN, .window = 1024}};
    (void)state;
    assert_true(loader_is_syn(&frame));
    frame.tcp.sequence = 1;
    assert_false(loader_is_syn(&frame));
    frame.tcp.sequence = 0;
    frame.ipv4.time_to_live = 64;
    assert_false(loader_is_syn(&frame));
}

static void tftp_arp(void **state)
{
    struct frame frame = {.kind = FRAME_ARP, .length = 62, .arp.operation = ARP_REQUEST_OPERATION};
    (void)state;
    assert_true(loader_is_tftp_arp(&frame));
    frame.length = 66; /* as captured on a trunk port */
    assert_false(loader_is_tftp_arp(&frame));
    frame.ethernet.tag_count = 1;
    assert_true(loader_is_tftp_arp(&frame));
    frame.length = 62;
    assert_false(loader_is_tftp_arp(&frame));
    frame.length = 66;
    frame.arp.operation = ARP_REPLY_OPERATION;
    assert_false(loader_is_tftp_arp(&frame));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phone_has_the_same_numbers),
        cmocka_unit_test(leases),
        cmocka_unit_test(lease_terms_of_an_ack),
        cmocka_unit_test(series),
        cmocka_unit_test(transaction_ids),
        cmocka_unit_test(syn),
        cmocka_unit_test(tftp_arp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
