/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The station: everything the tool does on one segment, as a pure function of frames and time. It
 * owns the sessions (one per phone, by MAC address), the prober, the DHCP server, the ARP nudge and
 * stand-in, the TFTP server, and the observer, whose facts judge/ turns into the outcome.
 *
 * Order of use: station_new, station_start, then station_frame and station_tick with times that
 * never go back; after each call drain station_next_output and station_next_event; stop when
 * station_done. Own frames come back from the port like all others: the station recognises them by
 * their source.
 */
#ifndef ENGINE_STATION_H
#define ENGINE_STATION_H

#include "base/error.h"
#include "base/instant.h"
#include "engine/config.h"
#include "engine/event.h"
#include "engine/output.h"
#include "judge/verdict.h"
#include "observe/observer.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of one phone: a copy, valid by itself. */
struct session_status {
    struct mac_address mac;
    bool answered; /* REPLY seen: the texts are filled (raw, to be escaped) */
    char serial[RECM_TEXT_SIZE + 1];
    char product[RECM_TEXT_SIZE + 1];
    char software[RECM_TEXT_SIZE + 1];
    char hardware[RECM_TEXT_SIZE + 1];
    uint32_t ip;
    bool selected;
    enum session_state state;
    unsigned attempts;           /* UPGRADE orders and URLs served that began an attempt */
    uint64_t bytes_acknowledged; /* of the running or last transfer */
    uint64_t bytes_total;
    unsigned retransmissions; /* of DATA, this run */
    instant_ns state_since_ns;
    instant_ns transfer_start_ns, transfer_end_ns; /* 0 = not yet */
};

struct station_counters {
    uint64_t frames_in, frames_out;
    uint64_t retransmissions;
    uint64_t turnaround_count; /* DATA to ACK */
    duration_ns turnaround_median_ns, turnaround_p99_ns, turnaround_max_ns;
    uint64_t drops[WIRE_REASON_COUNT]; /* received frames by reason */
};

struct station;

/* Copies `config`. Returns: a station for station_free, or NULL with ret_error filled. */
struct station *station_new(const struct station_config *config, struct error *ret_error);
void station_free(struct station *station);

void station_start(struct station *station, instant_ns now_ns);
/* Takes a frame, and does at once what can wait until it is answered. */
void station_frame(struct station *station, const struct frame *frame, instant_ns now_ns);
/*
 * The two halves of station_frame, for whoever sends in between: what answers the frame is in
 * station_next_output after the first; the second observes it (its bytes must still be there) and
 * prepares what will probably be asked for next.
 */
void station_take(struct station *station, const struct frame *frame, instant_ns now_ns);
void station_settle(struct station *station);
void station_tick(struct station *station, instant_ns now_ns);
/* From the port: recorded for the verdict; work pauses while no frame can pass. */
void station_link(struct station *station, enum link_state state, instant_ns now_ns);
/* Returns: how long the cable has carried no link, 0 if it carries one. */
duration_ns station_without_link(const struct station *station, instant_ns now_ns);
/* The user or a signal ends the run: sends nothing any more. */
void station_stop(struct station *station, instant_ns now_ns);
/* The same where the interface or the system failed. */
void station_fail(struct station *station, instant_ns now_ns);
instant_ns station_deadline(const struct station *station);
bool station_next_output(struct station *station, struct station_output *ret);
bool station_next_event(struct station *station, struct station_event *ret);
bool station_done(const struct station *station);

size_t station_session_count(const struct station *station);
/* `index` below the count, in order of appearance. */
void station_session(const struct station *station, size_t index, struct session_status *ret);
/* How many are in that state, and where: in order, `from` on. Returns: false if there is no more.
 */
size_t station_count_in(const struct station *station, enum session_state state);
bool station_next_in(const struct station *station, enum session_state state, size_t from,
                     size_t *ret_index);
/* The session that a name of the selection means, the first of several; in constant time. Returns:
 * false if none has shown it. */
bool station_session_named(const struct station *station, const struct phone_name *name,
                           struct session_status *ret);
/* The same by MAC address, in constant time. Returns: false if there is no such session. */
bool station_session_of(const struct station *station, const struct mac_address *mac,
                        struct session_status *ret);
/*
 * The attempt `number` (from 0) of a session, by its index. Returns: false if there is none;
 * otherwise when it began, in nanoseconds since the start of the run, and its outcome ("" if it is
 * not over), which the station keeps.
 */
bool station_attempt(const struct station *station, size_t index, unsigned number,
                     duration_ns *ret_since_start_ns, const char **ret_outcome);
void station_counters(const struct station *station, struct station_counters *ret);
/* The file name the phones are told to ask for. */
const char *station_file_name(const struct station *station);
/* The outcome so far, from the observer: the only place that names it. Free with diagnosis_free. */
void station_diagnose(const struct station *station, struct diagnosis *ret);

#endif
