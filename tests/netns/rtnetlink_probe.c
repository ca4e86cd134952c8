/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds the two ways to speak netlink against each other, for tests/netns/test_rtnetlink.sh:
 *
 *     rtnetlink_probe list               what both say of all interfaces
 *     rtnetlink_probe follow INDEX       what both say of one, at each change until it is gone or
 *                                        10 s have passed
 *
 * Exit status 1 and a line "differ ..." where they disagree.
 */
#include "port/carrier.h"
#include "port/interfaces.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rtnetlink_way *const ways[] = {
    &rtnetlink_plain,
#ifdef HAVE_LIBMNL
    &rtnetlink_libmnl,
#endif
};
#define WAYS (sizeof ways / sizeof ways[0])

static void describe(char *ret, size_t size, const struct interface_info *info)
{
    int length =
        snprintf(ret, size, "%d %s kind=%s master=%s mac=%02x%02x up=%d carrier=%d mtu=%u",
                 info->index, info->name, interface_kind_name(info->kind), info->master,
                 info->mac.octet[0], info->mac.octet[5], info->is_up, info->has_carrier, info->mtu);
    size_t at = (size_t)length;
    for (size_t i = 0; i < INTERFACE_ALTNAMES_MAXIMUM && info->altnames[i][0] && at < size; i++)
        at += (size_t)snprintf(ret + at, size - at, " altname=%s", info->altnames[i]);
    for (size_t i = 0; i < info->address_count && at < size; i++)
        at += (size_t)snprintf(ret + at, size - at, " address=%08" PRIx32 "/%u",
                               info->addresses[i].ip, info->addresses[i].prefix_length);
    if (at < size)
        snprintf(ret + at, size - at, " why=%s", info->why);
}

static int list(void)
{
    struct interface_list lists[WAYS];
    struct error error = {0};
    int status = 0;
    for (size_t i = 0; i < WAYS; i++) {
        if (!interface_list_read_by(ways[i], &lists[i], &error)) {
            printf("error %s: %s\n", ways[i]->name, error.text);
            return 1;
        }
    }
    for (size_t i = 0; i < lists[0].count; i++) {
        char said[WAYS][2048] = {{0}};
        for (size_t j = 0; j < WAYS; j++)
            if (i < lists[j].count)
                describe(said[j], sizeof said[j], &lists[j].items[i]);
        puts(said[0]);
        for (size_t j = 1; j < WAYS; j++) {
            if (strcmp(said[0], said[j]) == 0)
                continue;
            printf("differ %s: %s\n", ways[j]->name, said[j]);
            status = 1;
        }
    }
    printf("%zu interfaces by", lists[0].count);
    for (size_t i = 0; i < WAYS; i++) {
        printf(" %s", ways[i]->name);
        status |= lists[i].count != lists[0].count;
    }
    for (size_t i = 0; i < WAYS; i++)
        interface_list_free(&lists[i]);
    puts("");
    return status;
}

static int follow(int index)
{
    static const char *const names[] = {"unknown", "disabled", "absent", "present", "removed"};
    struct carrier *carriers[WAYS];
    struct pollfd polled[WAYS];
    struct error error = {0};
    for (size_t i = 0; i < WAYS; i++) {
        carriers[i] = carrier_open(ways[i], index, &error);
        if (!carriers[i]) {
            printf("error %s: %s\n", ways[i]->name, error.text);
            return 1;
        }
        polled[i] = (struct pollfd){.fd = carrier_descriptor(carriers[i]), .events = POLLIN};
    }
    enum carrier_state last = CARRIER_UNKNOWN;
    int status = 0;
    while (status == 0 && last != CARRIER_REMOVED) {
        /* The kernel tells one socket after the other: all of them are to have it. */
        for (size_t i = 0; i < WAYS && status == 0; i++)
            if (poll(&polled[i], 1, i == 0 ? 10000 : 1000) != 1)
                status = 1;
        if (status != 0)
            break;
        enum carrier_state state = carrier_read(carriers[0]);
        for (size_t i = 1; i < WAYS; i++) {
            enum carrier_state other = carrier_read(carriers[i]);
            if (other != state)
                other = carrier_ask(carriers[i]); /* between two changes */
            if (other != state && (state = carrier_ask(carriers[0])) != other) {
                printf("differ %s: %s\n", ways[i]->name, names[other]);
                status = 1;
            }
        }
        if (state != last)
            puts(names[state]);
        last = state;
    }
    for (size_t i = 0; i < WAYS; i++)
        carrier_close(carriers[i]);
    return status;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    if (argc == 3 && strcmp(argv[1], "follow") == 0)
        return follow(atoi(argv[2]));
    return 2;
}
