/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines at the bottom of a terminal, at 80x24, 120x40 and 60x20 with 1, 4 and 40 phones, as
 * pictures: tests/golden/screens.txt (RENEW=1 writes it anew).
 */
#include "cmd/progress/status_area.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SCREENS_FILE "tests/golden/screens.txt"
#define NOW_NS       (1000 * NS_PER_S)

/* A shelf in the middle of its work: some done, some writing, one in transfer, the rest waiting. */
static void make_phones(struct session_status *phones, size_t count)
{
    static const enum session_state states[] = {SESSION_TRANSFER, SESSION_DELIVERED,
                                                SESSION_RECOVERED, SESSION_FAILED};
    for (size_t i = 0; i < count; i++) {
        struct session_status *phone = &phones[i];
        *phone = (struct session_status){
            .mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, (uint8_t)i}},
            .answered = i % 10 != 9,
            .product = "SPA504G",
            .state = count < 5 ? states[i] : SESSION_WAITING,
            .bytes_total = 4000000,
            .state_since_ns = NOW_NS - (duration_ns)(12 + i) * NS_PER_S,
        };
        snprintf(phone->serial, sizeof phone->serial, "CBT1411%04u", (unsigned)(i % 10000));
        if (count >= 5 && i < 12)
            phone->state = SESSION_RECOVERED;
        else if (count >= 5 && i < 17)
            phone->state = SESSION_DELIVERED;
        else if (count >= 5 && i == 17)
            phone->state = SESSION_TRANSFER;
        else if (count >= 5 && i == 18)
            phone->state = SESSION_FAILED;
        else if (i % 10 == 9)
            phone->state = SESSION_ADDRESSING;
        if (phone->state == SESSION_TRANSFER) {
            phone->bytes_acknowledged = 2200000;
            phone->transfer_start_ns = NOW_NS - 2 * NS_PER_S;
            phone->retransmissions = 3;
        }
    }
}

/* Those that get a line if there is room, in order. */
static size_t choose(const struct session_status *phones, size_t count, struct session_status *ret)
{
    static const enum session_state order[] = {SESSION_TRANSFER, SESSION_DELIVERED,
                                               SESSION_ADDRESSING, SESSION_WAITING};
    size_t chosen = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (size_t j = 0; j < count; j++)
            if (phones[j].state == order[i])
                ret[chosen++] = phones[j];
    return chosen;
}

static void compose(unsigned columns, unsigned rows, size_t count, struct text *ret)
{
    struct session_status phones[40], chosen[40];
    struct status_area area;
    make_phones(phones, count);
    struct status_view view = {.phones = chosen,
                               .phone_count = choose(phones, count, chosen),
                               .running_ns = 90 * NS_PER_S,
                               .flash_wait_ns = 600 * NS_PER_S,
                               .now_ns = NOW_NS};
    for (size_t i = 0; i < count; i++)
        view.in_state[phones[i].state]++;
    status_area_compose(&view, columns, rows, &area);
    text_add(ret, "---- %ux%u, %zu phone%s\n", columns, rows, count, count == 1 ? "" : "s");
    assert_true(area.count <= rows / 3);
    for (unsigned i = 0; i < area.count; i++) {
        assert_true(area.lines[i].length < columns);
        text_add(ret, "%s\n", text_chars(&area.lines[i]));
    }
    status_area_free(&area);
}

static char *read_screens(const char *path)
{
    static char contents[65536];
    FILE *file = fopen(path, "r");
    contents[0] = '\0';
    if (file) {
        contents[fread(contents, 1, sizeof contents - 1, file)] = '\0';
        fclose(file);
    }
    return contents;
}

static void the_screens_are_those_of_the_pictures(void **state)
{
    (void)state;
    static const unsigned sizes[][2] = {{80, 24}, {120, 40}, {60, 20}};
    static const size_t counts[] = {1, 4, 40};
    const char *top = getenv("top_srcdir");
    char path[512];
    struct text screens = TEXT_EMPTY;
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", SCREENS_FILE);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            compose(sizes[i][0], sizes[i][1], counts[j], &screens);
    if (getenv("RENEW")) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text_chars(&screens), file);
        fclose(file);
    }
    assert_string_equal(read_screens(path), text_chars(&screens));
    text_free(&screens);
}

static void before_any_phone_there_is_a_clock(void **state)
{
    (void)state;
    struct status_area area;
    const struct status_view none = {.running_ns = 12 * NS_PER_S};
    status_area_compose(&none, 80, 24, &area);
    assert_int_equal(area.count, 1);
    assert_string_equal(text_chars(&area.lines[0]), "no phone yet, 12 s");
    status_area_free(&area);
    const struct status_view unplugged = {.running_ns = 12 * NS_PER_S,
                                          .without_link_ns = 3 * NS_PER_S};
    status_area_compose(&unplugged, 80, 24, &area);
    assert_string_equal(text_chars(&area.lines[0]), "no link, 3 s");
    status_area_free(&area);
}

/* The smallest screens, and texts from the network that are longer than any. */
static void no_screen_is_too_small(void **state)
{
    (void)state;
    struct session_status phones[40];
    make_phones(phones, 40);
    for (size_t i = 0; i < 40; i++)
        memset(phones[i].serial, 0x1b, sizeof phones[i].serial - 1);
    for (unsigned columns = 1; columns < 100; columns++) {
        for (unsigned rows = 1; rows < 100; rows++) {
            const struct status_view view = {.in_state[SESSION_WAITING] = 40,
                                             .phones = phones,
                                             .phone_count = 40,
                                             .now_ns = NOW_NS};
            struct status_area area;
            status_area_compose(&view, columns, rows, &area);
            assert_true(area.count <= (rows / 3 > 2 ? rows / 3 : 2));
            for (unsigned i = 0; i < area.count; i++) {
                assert_true(area.lines[i].length <= (columns > 1 ? columns - 1 : 1));
                assert_null(strchr(text_chars(&area.lines[i]), 0x1b));
            }
            status_area_free(&area);
        }
    }
}

/* One that is finished has a line if it is the only one, else it is in the totals. */
static void who_is_finished_is_told_by_its_state(void **state)
{
    (void)state;
    static const struct {
        enum session_state state;
        const char *alone, *beside;
    } ends[] = {
        {SESSION_RECOVERED, "CBT14110000  SPA504G  recovered", "2 phones: 1 recovered, 1 waiting"},
        {SESSION_FAILED, "CBT14110000  SPA504G  failed", "2 phones: 1 failed, 1 waiting"},
        {SESSION_UNCONFIRMED, "CBT14110000  SPA504G  got the image; start not seen",
         "2 phones: 1 start not seen, 1 waiting"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct session_status phone;
        struct status_area area;
        make_phones(&phone, 1);
        phone.state = ends[i].state;
        struct status_view view = {.phones = &phone, .phone_count = 1, .now_ns = NOW_NS};
        view.in_state[ends[i].state] = 1;
        status_area_compose(&view, 80, 24, &area);
        assert_int_equal(area.count, 1);
        assert_string_equal(text_chars(&area.lines[0]), ends[i].alone);
        status_area_free(&area);
        view.in_state[SESSION_WAITING] = 1;
        view.phone_count = 0;
        status_area_compose(&view, 80, 24, &area);
        assert_int_equal(area.count, 1);
        assert_string_equal(text_chars(&area.lines[0]), ends[i].beside);
        status_area_free(&area);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_screens_are_those_of_the_pictures),
        cmocka_unit_test(before_any_phone_there_is_a_clock),
        cmocka_unit_test(no_screen_is_too_small),
        cmocka_unit_test(who_is_finished_is_told_by_its_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
