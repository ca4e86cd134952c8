/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is shown while a run goes on, by the views that need no terminal (that one: netns,
 * test_command_line); and that an event costs the same however many phones there are.
 */
#include "cmd/progress/progress.h"
#include "engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENTS 20000
#define AT     "     0.0  " /* the time in front of what happens at once */

static int kept_stderr = -1;
static FILE *captured;

static void capture_start(void)
{
    captured = tmpfile();
    assert_non_null(captured);
    fflush(stderr);
    kept_stderr = dup(STDERR_FILENO);
    dup2(fileno(captured), STDERR_FILENO);
}

/* Returns: a static text, what went to standard error since capture_start. */
static const char *capture_end(void)
{
    static char text[65536];
    fflush(stderr);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    rewind(captured);
    text[fread(text, 1, sizeof text - 1, captured)] = '\0';
    fclose(captured);
    return text;
}

/* A station that knows so many phones, all of which have answered. */
static struct rig *rig_with_phones(unsigned count)
{
    struct rig *rig = rig_new();
    rig->config.mode = STATION_DISCOVER;
    rig_start(rig);
    for (unsigned i = 0; i < count; i++) {
        struct rig_phone phone = rig_phone(1);
        phone.mac.octet[4] = (uint8_t)(i >> 8);
        phone.mac.octet[5] = (uint8_t)i;
        phone.ip += i;
        rig_reply(rig, &phone);
    }
    assert_int_equal(station_session_count(rig->station), count);
    return rig;
}

static struct station_event event_of(const struct rig *rig, size_t index,
                                     enum station_event_kind kind, const char *text)
{
    struct session_status status;
    struct station_event event = {.time_ns = 2 * NS_PER_S, .kind = kind};
    station_session(rig->station, index, &status);
    event.mac = status.mac;
    event.old_state = SESSION_ADDRESSED;
    event.new_state = SESSION_FOUND;
    snprintf(event.text, sizeof event.text, "%s", text);
    return event;
}

/* Shows one event of each kind. Returns: what was printed. */
static const char *shown(bool events, int verbosity)
{
    struct rig *rig = rig_with_phones(1);
    const struct options options = {.events = events, .verbosity = verbosity};
    capture_start();
    struct progress *progress = progress_new(&options);
    progress_message(progress, "begin %d", 1);
    static const enum station_event_kind kinds[] = {STATION_EVENT_STATE, STATION_EVENT_MESSAGE,
                                                    STATION_EVENT_DETAIL, STATION_EVENT_FRAME};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        static const char *const texts[] = {"a state", "a message", "a detail", "a frame"};
        struct station_event event = event_of(rig, 0, kinds[i], texts[i]);
        progress_observe(progress, rig->station, &event, event.time_ns);
    }
    progress_observe(progress, rig->station, NULL, 3 * NS_PER_S);
    progress_finish(progress);
    progress_free(progress);
    rig_free(rig);
    return capture_end();
}

static void lines_are_as_many_as_were_asked_for(void **state)
{
    (void)state;
    assert_string_equal(shown(false, -1), "");
    assert_string_equal(shown(false, 0), "begin 1\n" AT "a state\n" AT "a message\n");
    assert_string_equal(shown(false, 1), "begin 1\n" AT "a state (has an address -> found)\n" AT
                                         "a message\n" AT "a detail\n");
    assert_string_equal(shown(false, 2), "begin 1\n" AT "a state (has an address -> found)\n" AT
                                         "a message\n" AT "a detail\n" AT "a frame\n");
}

static void programs_get_every_event_as_a_json_line(void **state)
{
    (void)state;
    const char *text = shown(true, -1);
    assert_non_null(strstr(text, "{\"event\":\"message\",\"text\":\"begin 1\"}\n"));
    assert_non_null(strstr(text, "{\"time\":2.0,\"event\":\"state\",\"mac\":\""));
    assert_non_null(
        strstr(text, "\"from\":\"has an address\",\"to\":\"found\",\"text\":\"a state\"}\n"));
    assert_non_null(strstr(text, "\"text\":\"a frame\"}\n"));
}

/* For a script that toggles the port of a PoE switch. */
static void a_power_cycle_is_asked_for_with_the_number_of_those_that_write(void **state)
{
    (void)state;
    struct rig *rig = rig_with_phones(1);
    const struct options options = {.events = true};
    capture_start();
    struct progress *progress = progress_new(&options);
    struct station_event event = event_of(rig, 0, STATION_EVENT_MESSAGE, "power-cycle it");
    progress_observe(progress, rig->station, &event, event.time_ns);
    event.asks_power_cycle = true;
    event.writing = 3;
    progress_observe(progress, rig->station, &event, event.time_ns);
    progress_free(progress);
    rig_free(rig);
    const char *text = capture_end();
    const char *second = strchr(text, '\n');
    assert_non_null(second);
    assert_non_null(strstr(second, "\"power_cycle\":true,\"writing\":3,"));
    const char *first = strstr(text, "power_cycle");
    assert_true(first > second); /* not where none is asked for */
}

static void waiting_is_said_once_where_nothing_is_redrawn(void **state)
{
    (void)state;
    const struct options options = {.verbosity = 0};
    capture_start();
    struct progress *progress = progress_new(&options);
    assert_false(progress_draws(progress));
    progress_waiting(progress, "no link yet", 0);
    progress_waiting(progress, "no link yet", NS_PER_S);
    progress_free(progress);
    assert_string_equal(capture_end(), "no link yet\n");
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Returns: seconds for EVENTS events of progress, spread over `count` phones. */
static double cost_with(unsigned count)
{
    struct rig *rig = rig_with_phones(count);
    const struct options options = {.verbosity = 0};
    struct progress *progress = progress_new(&options);
    double start = processor_seconds();
    for (size_t i = 0; i < EVENTS; i++) {
        struct station_event event =
            event_of(rig, i * 7919 % count, STATION_EVENT_PROGRESS, "acknowledged");
        progress_observe(progress, rig->station, &event, event.time_ns);
    }
    double taken = processor_seconds() - start;
    progress_free(progress);
    rig_free(rig);
    return taken;
}

/* A scan of all sessions costs some hundred times as much; caches and noise have room in 8. */
static void an_event_costs_the_same_with_one_phone_and_a_thousand(void **state)
{
    (void)state;
    double one = cost_with(1), many = cost_with(1000);
    if (many > 8 * one)
        fail_msg("%.0f ns with 1000 phones, %.0f ns with one", many / EVENTS * 1e9,
                 one / EVENTS * 1e9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_as_many_as_were_asked_for),
        cmocka_unit_test(programs_get_every_event_as_a_json_line),
        cmocka_unit_test(a_power_cycle_is_asked_for_with_the_number_of_those_that_write),
        cmocka_unit_test(waiting_is_said_once_where_nothing_is_redrawn),
        cmocka_unit_test(an_event_costs_the_same_with_one_phone_and_a_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
