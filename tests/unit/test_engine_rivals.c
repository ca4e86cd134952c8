/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Beside another program: two copies of this one on a segment with a simulated phone, and the
 * vendor's utility, which may finish, or die in the middle.
 */
#include "phone/other_host.h"
#include "phone/phone_peer.h"
#include "run/plug.h"
#include "tests/support/station_copy.h"
#include "tests/support/synthetic_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE_BYTES 60000
#define START_NS    (1000 * NS_PER_S)

struct scene {
    struct segment *segment;
    uint8_t *image;
    size_t image_length;
    struct copy copies[2];
    struct phone_peer phone;
    struct plug phone_plug, host_plug;
    struct other_host *host;
};

/* Its MAC address ends with `last`: the lower one goes on in a tie. */
static struct station_config copy_config(const struct scene *scene, unsigned index, uint8_t last)
{
    struct station_config config = station_config_default();
    config.is_live = true;
    config.source_mac = (struct mac_address){{0x3c, 0x97, 0x0e, 0x4b, 0x21, last}};
    config.image = scene->image;
    config.image_length = scene->image_length;
    config.seed = 17u + index;
    config.dhcp = DHCP_POLICY_ALWAYS;
    return config;
}

static void add_copy(struct scene *scene, unsigned index, uint8_t last)
{
    const struct station_config config = copy_config(scene, index, last);
    copy_plug_in(&scene->copies[index], &config, scene->segment);
}

static struct scene *scene_new(enum segment_kind kind, uint64_t seed)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct phone_config config = phone_config_default();
    struct error error;
    assert_non_null(scene);
    scene->segment = segment_new(&(struct segment_config){
        .kind = kind, .seed = seed, .start_ns = START_NS, .end_ns = INSTANT_NEVER});
    scene->image = synthetic_image(IMAGE_BYTES, 1, &scene->image_length);
    config.flash_ns = 20 * NS_PER_S;
    phone_peer_init(&scene->phone, phone_new(&config, &error));
    assert_non_null(scene->phone.phone);
    plug_in(&scene->phone_plug, scene->segment, NULL, &scene->phone.peer);
    return scene;
}

static void scene_free(struct scene *scene)
{
    for (unsigned i = 0; i < 2; i++)
        station_free(scene->copies[i].station);
    segment_free(scene->segment);
    phone_free(scene->phone.phone);
    other_host_free(scene->host);
    free(scene->image);
    free(scene);
}

static void wait(struct scene *scene, duration_ns wait_ns)
{
    instant_ns end_ns = segment_now(scene->segment) + wait_ns;
    while (segment_step(scene->segment, end_ns))
        ;
}

static bool is_recovered(const struct scene *scene)
{
    return phone_flash_count(scene->phone.phone) == 1 &&
           phone_state(scene->phone.phone) == PHONE_NORMAL_FIRMWARE;
}

static bool says(const struct copy *copy, const char *part)
{
    return strstr(copy->said, part) != NULL;
}

/* Both end, one of them having recovered the phone, the other having watched. */
static void assert_one_went_on(struct scene *scene, unsigned winner)
{
    struct copy *going_on = &scene->copies[winner], *watching = &scene->copies[1 - winner];
    assert_true(is_recovered(scene));
    assert_int_equal(going_on->orders, 1);
    assert_int_equal(watching->orders, 0);
    assert_true(station_done(going_on->station));
    assert_true(station_done(watching->station));
    assert_true(says(watching, "Another copy of this program recovers phones on this segment"));
    assert_true(says(watching, "recovered by the other program"));
    struct diagnosis diagnosis;
    station_diagnose(watching->station, &diagnosis);
    assert_int_equal(diagnosis.status, 0);
    assert_int_equal(diagnosis.leading.id, VERDICT_RECOVERED);
    diagnosis_free(&diagnosis);
}

static void two_copies_at_the_same_moment_agree_on_the_lower_mac(void **state)
{
    static const enum segment_kind kinds[] = {SEGMENT_SWITCH, SEGMENT_HUB, SEGMENT_SNOOPING_SWITCH};
    (void)state;
    for (unsigned round = 0; round < 60; round++) {
        struct scene *scene = scene_new(kinds[round % 3], round);
        bool lower_first = round % 2;
        add_copy(scene, 0, lower_first ? 0x07 : 0x70);
        add_copy(scene, 1, lower_first ? 0x70 : 0x07);
        plug_start(&scene->copies[0].plug);
        wait(scene, (duration_ns)round * 30 * NS_PER_MS); /* up to 1.8 s */
        plug_start(&scene->copies[1].plug);
        wait(scene, (duration_ns)(round % 7) * NS_PER_S);
        plug_start(&scene->phone_plug);
        wait(scene, 120 * NS_PER_S);
        assert_one_went_on(scene, lower_first ? 0 : 1);
        scene_free(scene);
    }
}

static void of_two_copies_the_one_that_was_there_first_goes_on(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 40; round++) {
        struct scene *scene = scene_new(round % 2 ? SEGMENT_SWITCH : SEGMENT_HUB, round);
        /* The later one has the higher MAC: no doubt about it. */
        add_copy(scene, 0, 0x07);
        add_copy(scene, 1, 0x70);
        plug_start(&scene->copies[0].plug);
        wait(scene, 3 * NS_PER_S);
        plug_start(&scene->phone_plug);
        wait(scene, (duration_ns)round * 800 * NS_PER_MS); /* at any moment until it flashes */
        if (!station_done(scene->copies[0].station) && !is_recovered(scene))
            plug_start(&scene->copies[1].plug);
        wait(scene, 200 * NS_PER_S);
        assert_true(is_recovered(scene));
        assert_int_equal(scene->copies[0].orders, 1);
        assert_int_equal(scene->copies[1].orders, 0);
        scene_free(scene);
    }
}

/* The later one has the lower MAC: whichever goes on, exactly one does. */
static void a_later_copy_with_the_lower_mac_is_no_stalemate(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 40; round++) {
        struct scene *scene = scene_new(round % 2 ? SEGMENT_SWITCH : SEGMENT_HUB, round);
        add_copy(scene, 0, 0x70);
        add_copy(scene, 1, 0x07);
        plug_start(&scene->copies[0].plug);
        wait(scene, 3 * NS_PER_S);
        plug_start(&scene->phone_plug);
        wait(scene, (duration_ns)round * 700 * NS_PER_MS);
        if (!is_recovered(scene))
            plug_start(&scene->copies[1].plug);
        wait(scene, 200 * NS_PER_S);
        assert_true(is_recovered(scene));
        assert_int_equal(scene->copies[0].orders + scene->copies[1].orders, 1);
        scene_free(scene);
    }
}

/* One selects this phone, the other that one: one after the other, and neither is lost. */
static void copies_for_different_phones_take_turns(void **state)
{
    static const struct phone_name names[] = {{.serial = "CBT141100HR"}, {.serial = "CBT141100HZ"}};
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        struct scene *scene = scene_new(round % 2 ? SEGMENT_SWITCH : SEGMENT_HUB, round);
        struct phone_config config = phone_config_default();
        struct phone_peer second;
        struct plug second_plug = {0};
        struct error error;
        config.flash_ns = 20 * NS_PER_S;
        config.mac.octet[5] ^= 0x55;
        snprintf(config.serial, sizeof config.serial, "%s", names[1].serial);
        phone_peer_init(&second, phone_new(&config, &error));
        plug_in(&second_plug, scene->segment, NULL, &second.peer);
        for (unsigned i = 0; i < 2; i++) {
            struct station_config station = copy_config(scene, i, i ? 0x70 : 0x07);
            station.selection.names = &names[(i + round) % 2];
            station.selection.name_count = 1;
            copy_plug_in(&scene->copies[i], &station, scene->segment);
        }
        plug_start(&scene->copies[round / 2 % 2].plug);
        wait(scene, (duration_ns)round * 100 * NS_PER_MS);
        plug_start(&scene->copies[1 - round / 2 % 2].plug);
        plug_start(&scene->phone_plug);
        plug_start(&second_plug);
        wait(scene, 240 * NS_PER_S);
        for (unsigned i = 0; i < 2; i++) {
            if (!station_done(scene->copies[i].station))
                print_message("round %u: copy %u:\n%s", round, i, scene->copies[i].said);
            assert_true(station_done(scene->copies[i].station));
            assert_in_range(scene->copies[i].orders, 1, 2); /* one may be repeated */
        }
        bool first_watched = says(&scene->copies[0], "this one watches");
        assert_true(says(&scene->copies[first_watched ? 0 : 1],
                         "It has recovered its phone, and is silent: this one goes on."));
        assert_true(is_recovered(scene));
        assert_int_equal(phone_flash_count(second.phone), 1);
        scene_free(scene);
        phone_free(second.phone);
    }
}

static void a_copy_that_ends_is_taken_over_from(void **state)
{
    (void)state;
    struct scene *scene = scene_new(SEGMENT_SWITCH, 1);
    add_copy(scene, 0, 0x07);
    add_copy(scene, 1, 0x70);
    plug_start(&scene->copies[0].plug);
    plug_start(&scene->copies[1].plug);
    wait(scene, 5 * NS_PER_S);
    assert_int_equal(scene->copies[1].requests, 1);
    station_stop(scene->copies[0].station, segment_now(scene->segment));
    plug_start(&scene->phone_plug);
    wait(scene, 45 * NS_PER_S);
    assert_true(says(&scene->copies[1], "has been silent for 30 s: this one goes on"));
    wait(scene, 120 * NS_PER_S);
    /* It gave no address while it stood back, so that the phone may have to be started again. */
    if (!is_recovered(scene)) {
        phone_power_off(scene->phone.phone, segment_now(scene->segment));
        phone_power_on(scene->phone.phone, segment_now(scene->segment));
        plug_touch(&scene->phone_plug);
        wait(scene, 120 * NS_PER_S);
    }
    assert_true(is_recovered(scene));
    scene_free(scene);
}

/* ---- The vendor's utility ---- */

static struct scene *beside_the_utility(enum segment_kind kind, unsigned dies_at_block)
{
    struct scene *scene = scene_new(kind, 3);
    struct error error;
    const struct other_host_config config = {
        .asks_for_phones = true,
        .image = scene->image,
        .image_length = scene->image_length,
        .dies_at_block = dies_at_block,
    };
    add_copy(scene, 0, 0x07);
    scene->host = other_host_new(&config, START_NS, &error);
    assert_non_null(scene->host);
    plug_in(&scene->host_plug, scene->segment, NULL, other_host_peer(scene->host));
    plug_start(&scene->host_plug);
    wait(scene, 4 * NS_PER_S);
    plug_start(&scene->copies[0].plug);
    plug_start(&scene->phone_plug);
    return scene;
}

static void the_vendors_utility_may_finish(void **state)
{
    static const enum segment_kind kinds[] = {SEGMENT_SWITCH, SEGMENT_HUB};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct scene *scene = beside_the_utility(kinds[i], 0);
        struct copy *ours = &scene->copies[0];
        wait(scene, 200 * NS_PER_S);
        assert_true(is_recovered(scene));
        assert_int_equal(ours->orders, 0);
        assert_true(says(ours, "Another program recovers phones on this segment: "));
        assert_true(says(ours, "This one orders nothing and watches"));
        assert_true(says(ours, "recovered by the other program"));
        assert_false(says(ours, "ower-cycle it"));
        assert_true(station_done(ours->station));
        scene_free(scene);
    }
}

static void the_vendors_utility_that_dies_in_mid_transfer_is_taken_over_from(void **state)
{
    static const enum segment_kind kinds[] = {SEGMENT_SWITCH, SEGMENT_HUB};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct scene *scene = beside_the_utility(kinds[i], 40);
        struct copy *ours = &scene->copies[0];
        wait(scene, 50 * NS_PER_S);
        assert_int_equal(ours->orders, 0);
        wait(scene, 200 * NS_PER_S);
        assert_true(says(ours, "It has brought no new block for 60 s, after block 39, although the "
                               "phone asked "));
        assert_true(ours->orders >= 1);
        assert_true(is_recovered(scene));
        assert_true(station_done(ours->station));
        scene_free(scene);
    }
}

/* Its server is a firewall away: the phone asks five times, and is recovered by this program. */
static void the_vendors_utility_without_a_server_is_taken_over_from(void **state)
{
    (void)state;
    struct scene *scene = beside_the_utility(SEGMENT_SWITCH, 1);
    struct copy *ours = &scene->copies[0];
    wait(scene, 200 * NS_PER_S);
    assert_true(says(ours, "The phone that it ordered asked 5 times for the file and got nothing: "
                           "no TFTP server answers there, or a firewall is in the way; this one "
                           "goes on."));
    assert_true(is_recovered(scene));
    scene_free(scene);
}

/* It wrote what the utility brought: its silence is no reason to pull the plug. */
static void a_phone_that_may_be_writing_is_not_to_be_power_cycled(void **state)
{
    (void)state;
    struct scene *scene = beside_the_utility(SEGMENT_SWITCH, 0);
    struct copy *ours = &scene->copies[0];
    wait(scene, 10 * NS_PER_S);
    for (unsigned i = 0; i < 300 && !is_recovered(scene); i++) {
        wait(scene, NS_PER_S);
        assert_int_equal(ours->orders, 0);
    }
    assert_false(says(ours, "ower-cycle it"));
    scene_free(scene);
}

/* A snooping switch keeps its REQUESTs from the phone: it asks for ever, and nothing comes of it.
 */
static void the_vendors_utility_that_no_phone_hears_is_no_stalemate(void **state)
{
    (void)state;
    for (unsigned dies_at = 0; dies_at < 2; dies_at++) {
        struct scene *scene = beside_the_utility(SEGMENT_SNOOPING_SWITCH, dies_at);
        struct copy *ours = &scene->copies[0];
        wait(scene, 25 * NS_PER_S);
        assert_int_equal(ours->orders, 0);
        wait(scene, 40 * NS_PER_S);
        assert_true(says(ours, "No phone has answered it for 30 s: this one asks too"));
        assert_true(says(ours, "A phone answers this program and not that one"));
        wait(scene, 200 * NS_PER_S);
        assert_true(is_recovered(scene));
        assert_true(station_done(ours->station));
        scene_free(scene);
    }
}

/* ... but one that a phone answers may order it at any moment: nothing is asked or ordered. */
static void the_vendors_utility_that_is_answered_is_left_alone(void **state)
{
    (void)state;
    struct scene *scene = scene_new(SEGMENT_SWITCH, 3);
    struct error error;
    const struct other_host_config config = {.asks_for_phones =
                                                 true}; /* its user has not ordered */
    add_copy(scene, 0, 0x07);
    scene->host = other_host_new(&config, START_NS, &error);
    plug_in(&scene->host_plug, scene->segment, NULL, other_host_peer(scene->host));
    plug_start(&scene->host_plug);
    wait(scene, 4 * NS_PER_S);
    plug_start(&scene->copies[0].plug);
    wait(scene, 60 * NS_PER_S); /* in vain so far: there is no phone */
    assert_true(says(&scene->copies[0], "this one asks too"));
    plug_start(&scene->phone_plug);
    wait(scene, 20 * NS_PER_S);
    unsigned requests = scene->copies[0].requests;
    wait(scene, 120 * NS_PER_S);
    assert_int_equal(scene->copies[0].requests, requests);
    assert_int_equal(scene->copies[0].orders, 0);
    assert_false(says(&scene->copies[0], "A phone answers this program and not that one"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_copies_at_the_same_moment_agree_on_the_lower_mac),
        cmocka_unit_test(of_two_copies_the_one_that_was_there_first_goes_on),
        cmocka_unit_test(a_later_copy_with_the_lower_mac_is_no_stalemate),
        cmocka_unit_test(copies_for_different_phones_take_turns),
        cmocka_unit_test(a_copy_that_ends_is_taken_over_from),
        cmocka_unit_test(the_vendors_utility_may_finish),
        cmocka_unit_test(the_vendors_utility_that_dies_in_mid_transfer_is_taken_over_from),
        cmocka_unit_test(the_vendors_utility_without_a_server_is_taken_over_from),
        cmocka_unit_test(the_vendors_utility_that_no_phone_hears_is_no_stalemate),
        cmocka_unit_test(the_vendors_utility_that_is_answered_is_left_alone),
        cmocka_unit_test(a_phone_that_may_be_writing_is_not_to_be_power_cycled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
