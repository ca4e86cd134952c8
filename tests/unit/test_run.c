/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: what a peer says of the frames that are taken at the end is told as well. */
#include "run/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define END_NS 1000

/* A wire that gives back each frame that was sent, as a live interface does. */
struct echo_port {
    struct port port;
    unsigned sent, returned;
    bool is_interrupted;
};

static enum port_event echo_next(struct port *port, instant_ns deadline_ns,
                                 struct captured_frame *ret, struct error *ret_error)
{
    static const uint8_t bytes[60];
    struct echo_port *self = (struct echo_port *)port;
    (void)ret_error;
    /* Whoever waits for longer is interrupted; whoever only looks gets what is there. */
    if (self->is_interrupted && deadline_ns > END_NS) {
        self->is_interrupted = false;
        return PORT_INTERRUPTED;
    }
    if (self->returned == self->sent)
        return PORT_DEADLINE;
    *ret = (struct captured_frame){.time_ns = END_NS,
                                   .number = ++self->returned,
                                   .bytes = bytes,
                                   .captured = sizeof bytes,
                                   .length = sizeof bytes};
    return PORT_FRAME;
}

static bool echo_send(struct port *port, const uint8_t *bytes, size_t length,
                      struct error *ret_error)
{
    (void)bytes;
    (void)length;
    (void)ret_error;
    ((struct echo_port *)port)->sent++;
    return true;
}

static instant_ns echo_now(struct port *port)
{
    (void)port;
    return END_NS;
}

/* Sends one frame when it starts and has an event for each frame it hears. */
struct one_frame_peer {
    struct peer peer;
    bool is_done_at_once, has_output, is_stopped;
    unsigned heard, told;
};

static void one_start(struct peer *peer, instant_ns now_ns)
{
    (void)now_ns;
    ((struct one_frame_peer *)peer)->has_output = true;
}

static void one_frame(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns)
{
    (void)frame;
    (void)now_ns;
    ((struct one_frame_peer *)peer)->heard++;
}

static void one_tick(struct peer *peer, instant_ns now_ns)
{
    (void)peer;
    (void)now_ns;
}

static instant_ns one_deadline(const struct peer *peer)
{
    (void)peer;
    return INSTANT_NEVER;
}

static bool one_output(struct peer *peer, struct peer_output *ret)
{
    static const uint8_t bytes[60];
    struct one_frame_peer *self = (struct one_frame_peer *)peer;
    if (!self->has_output)
        return false;
    self->has_output = false;
    *ret = (struct peer_output){bytes, sizeof bytes};
    return true;
}

static bool one_event(struct peer *peer, struct peer_event *ret)
{
    struct one_frame_peer *self = (struct one_frame_peer *)peer;
    if (self->told == self->heard)
        return false;
    self->told++;
    *ret = (struct peer_event){.text = "heard"};
    return true;
}

static bool one_done(const struct peer *peer)
{
    return ((const struct one_frame_peer *)peer)->is_done_at_once;
}

static void one_stop(struct peer *peer, bool failed, instant_ns now_ns)
{
    (void)failed;
    (void)now_ns;
    ((struct one_frame_peer *)peer)->is_stopped = true;
}

static void count_events(void *context, struct peer *peer, const struct peer_event *event,
                         instant_ns now_ns)
{
    (void)peer;
    (void)now_ns;
    *(unsigned *)context += event != NULL;
}

static unsigned run(bool is_interrupted, struct one_frame_peer *peer, enum run_end expected)
{
    static const struct port_operations port_operations = {
        .next = echo_next, .send = echo_send, .now = echo_now};
    static const struct peer_operations peer_operations = {
        .start = one_start,
        .frame = one_frame,
        .tick = one_tick,
        .deadline = one_deadline,
        .next_output = one_output,
        .next_event = one_event,
        .done = one_done,
        .stop = one_stop,
    };
    struct echo_port port = {.port = {&port_operations}, .is_interrupted = is_interrupted};
    struct error error;
    unsigned events = 0;
    *peer = (struct one_frame_peer){.peer = {&peer_operations}, .is_done_at_once = !is_interrupted};
    assert_int_equal(run_peer(&port.port, &peer->peer, count_events, &events, &error), expected);
    return events;
}

static void events_of_the_last_frames_are_told_when_all_is_done(void **state)
{
    struct one_frame_peer peer;
    (void)state;
    assert_int_equal(run(false, &peer, RUN_DONE), 1);
    assert_false(peer.is_stopped);
}

static void events_of_the_last_frames_are_told_after_a_signal(void **state)
{
    struct one_frame_peer peer;
    (void)state;
    assert_int_equal(run(true, &peer, RUN_INTERRUPTED), 1);
    assert_true(peer.is_stopped);
}

/* What happens to one frame, a letter each: Frame given, Sent, sEttled, Told, Next asked for. */
static char order[32];

static void note(char letter)
{
    size_t length = strlen(order);
    if (length + 1 < sizeof order)
        order[length] = letter;
}

static enum port_event noting_next(struct port *port, instant_ns deadline_ns,
                                   struct captured_frame *ret, struct error *ret_error)
{
    static const uint8_t bytes[60];
    struct echo_port *self = (struct echo_port *)port;
    (void)deadline_ns;
    (void)ret_error;
    note('N');
    if (self->returned++ > 0)
        return PORT_END;
    *ret = (struct captured_frame){.time_ns = END_NS, .number = 1, .bytes = bytes, .captured = 60};
    return PORT_FRAME;
}

static bool noting_send(struct port *port, const uint8_t *bytes, size_t length,
                        struct error *ret_error)
{
    note('S');
    return echo_send(port, bytes, length, ret_error);
}

static void answering_frame(struct peer *peer, const struct captured_frame *frame,
                            instant_ns now_ns)
{
    note('F');
    one_frame(peer, frame, now_ns);
    ((struct one_frame_peer *)peer)->has_output = true;
}

static void answering_settle(struct peer *peer)
{
    (void)peer;
    note('E');
}

static void note_event(void *context, struct peer *peer, const struct peer_event *event,
                       instant_ns now_ns)
{
    (void)context;
    (void)peer;
    (void)now_ns;
    if (event)
        note('T');
}

static void an_answer_leaves_before_the_frame_is_observed_and_told(void **state)
{
    static const struct port_operations port_operations = {
        .next = noting_next, .send = noting_send, .now = echo_now};
    static const struct peer_operations peer_operations = {
        .frame = answering_frame,
        .settle = answering_settle,
        .tick = one_tick,
        .deadline = one_deadline,
        .next_output = one_output,
        .next_event = one_event,
    };
    struct echo_port port = {.port = {&port_operations}};
    struct one_frame_peer peer = {.peer = {&peer_operations}};
    struct error error;
    (void)state;
    assert_int_equal(run_peer(&port.port, &peer.peer, note_event, NULL, &error), RUN_TRACE_END);
    assert_string_equal(order, "NFSETN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_the_last_frames_are_told_when_all_is_done),
        cmocka_unit_test(events_of_the_last_frames_are_told_after_a_signal),
        cmocka_unit_test(an_answer_leaves_before_the_frame_is_observed_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
