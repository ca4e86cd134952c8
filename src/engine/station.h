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

#include "base/address.h"
#include "base/error.h"
#include "base/instant.h"
#include "judge/verdict.h"
#include "observe/observer.h"
#include "wire/craft.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum station_mode {
    STATION_DISCOVER, /* find phones, order nothing */
    STATION_RECOVER,
    STATION_WATCH, /* send nothing */
};

enum dhcp_policy { DHCP_POLICY_AUTO, DHCP_POLICY_ALWAYS, DHCP_POLICY_NEVER };
enum gateway_policy {
    GATEWAY_POLICY_AUTO,
    GATEWAY_POLICY_NUDGE,
    GATEWAY_POLICY_STAND_IN,
    GATEWAY_POLICY_NEVER
};

/* Which phones this run is for. The strings and arrays are the caller's and outlive the station. */
struct station_selection {
    const char *const *serials; /* only these; count 0 and mac count 0 = any */
    size_t serial_count;
    const struct mac_address *macs;
    size_t mac_count;
    bool all; /* every phone that answers; otherwise one, and several phones is a failure */
};

struct station_config {
    enum station_mode mode;
    struct mac_address source_mac;
    uint32_t address;       /* the tool's own IPv4 address: source, router, DHCP and TFTP server */
    unsigned prefix_length; /* its prefix: the rest of it is the pool of leases */
    int vlan;               /* CRAFT_NO_VLAN, or the tag to send and expect */
    struct station_selection selection;
    const uint8_t *image; /* the checked image, caller's; NULL unless STATION_RECOVER */
    size_t image_length;
    const char *file_name;  /* NULL: a name with a random part from the seed */
    uint16_t tftp_port;     /* announced in UPGRADE: 69 */
    uint16_t transfer_port; /* source port of all DATA; 0: one from the seed */
    enum dhcp_policy dhcp;
    enum gateway_policy gateway;
    duration_ns probe_interval_ns; /* 1.5 s */
    duration_ns timeout_ns;        /* without progress; 0 = never */
    duration_ns flash_wait_ns;     /* 600 s; 0 = report delivered at once */
    bool group_only;               /* no broadcast or unicast MAC tricks */
    bool force;                    /* go on although another program recovers on this segment */
    bool keep_going;               /* a bench: never done by itself */
    bool answer_urls;              /* serve the image to the phones' own URL attempts too */
    bool frame_events;             /* STATION_EVENT_FRAME for every frame: slow, for -vv */
    unsigned parallel_transfers;   /* 1 */
    unsigned attempts_maximum;     /* 5 */
    uint64_t seed;                 /* file name, transaction ports, IP ids */
};

/* A session's state; the table of states and events is in engine/session_states.c. */
enum session_state {
    SESSION_NEW,        /* a frame of this phone was seen */
    SESSION_ADDRESSING, /* its DHCP client is at work */
    SESSION_ADDRESSED,  /* it has a lease, or shows an address; no REPLY yet */
    SESSION_FOUND,      /* it answered a REQUEST */
    SESSION_WAITING,    /* chosen, another transfer comes first */
    SESSION_ORDERED,    /* UPGRADE sent */
    SESSION_ECHOED,     /* it confirmed the order */
    SESSION_GATEWAY,    /* it resolves its gateway */
    SESSION_TRANSFER,   /* RRQ answered, DATA and ACK in lockstep */
    SESSION_DELIVERED,  /* last ACK: it checks and writes */
    SESSION_RETRY,      /* an attempt failed; until it answers a REQUEST again */
    SESSION_RECOVERED,  /* its normal firmware was seen after the transfer */
    SESSION_FAILED,     /* attempts used up, or what happened cannot be retried */
    SESSION_STATE_COUNT
};

enum station_event_kind {
    STATION_EVENT_STATE,    /* a session changed its state */
    STATION_EVENT_PROGRESS, /* blocks acknowledged; at most one per new ACK */
    STATION_EVENT_MESSAGE,  /* something the user should read now */
    STATION_EVENT_DETAIL,   /* for -v */
    STATION_EVENT_FRAME,    /* for -vv */
};

struct station_event {
    instant_ns time_ns;
    enum station_event_kind kind;
    struct mac_address mac; /* zero: about the segment */
    enum session_state old_state, new_state;
    char text[256]; /* one plain sentence, escaped */
};

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

struct station_output {
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t length;
};

struct station;

struct station_config station_config_default(void);
/* Copies `config`. Returns: a station for station_free, or NULL with ret_error filled. */
struct station *station_new(const struct station_config *config, struct error *ret_error);
void station_free(struct station *station);

void station_start(struct station *station, instant_ns now_ns);
void station_frame(struct station *station, const struct frame *frame, instant_ns now_ns);
void station_tick(struct station *station, instant_ns now_ns);
/* Link state of the cable, from the port: recorded for the verdict; work pauses while it is down.
 */
void station_carrier(struct station *station, bool up, instant_ns now_ns);
/* Returns: how long the cable has carried no link, 0 if it carries one. */
duration_ns station_without_link(const struct station *station, instant_ns now_ns);
/* The user or a signal ends the run: sends nothing any more. */
void station_stop(struct station *station, instant_ns now_ns);
instant_ns station_deadline(const struct station *station);
bool station_next_output(struct station *station, struct station_output *ret);
bool station_next_event(struct station *station, struct station_event *ret);
bool station_done(const struct station *station);

size_t station_session_count(const struct station *station);
/* `index` below the count, in order of appearance. */
void station_session(const struct station *station, size_t index, struct session_status *ret);
/* The same by MAC address, in constant time. Returns: false if there is no such session. */
bool station_session_of(const struct station *station, const struct mac_address *mac,
                        struct session_status *ret);
void station_counters(const struct station *station, struct station_counters *ret);
const char *session_state_name(enum session_state state);
/* The file name the phones are told to ask for. */
const char *station_file_name(const struct station *station);
/* The outcome so far, from the observer: the only place that names it. Free with diagnosis_free. */
void station_diagnose(const struct station *station, struct diagnosis *ret);

#endif
