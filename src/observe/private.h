/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer's ground floor: its state, marks and notices. Above it stand phones and attempts
 * (phone.h), the protocols (protocol/protocol.h), and the door (observer.c). Nobody else includes
 * these.
 */
#ifndef OBSERVE_PRIVATE_H
#define OBSERVE_PRIVATE_H

#include "loader/loader.h"
#include "observe/facts.h"
#include "observe/observer.h"

/* Who is no known phone and has asked for an address in a frame as only loaders send: it may turn
 * out to be one with a static address. */
struct stranger {
    struct mac_address mac;
    instant_ns time_ns;
    uint64_t number; /* 0 = free */
    bool asked_for_itself;
};
#define STRANGERS_KEPT 8

#define QUICK_WORDS 64 /* of 64 bits: 4,096 bits */

struct observer {
    struct facts facts;
    struct phone_facts *phones_by_ip;
    struct phone_facts *oldest[PHONE_RANK_COUNT];
    struct phone_facts *touched; /* whose facts may have changed since somebody asked for it */
    size_t rebuild_bytes;
    struct stranger strangers[STRANGERS_KEPT]; /* a ring */
    struct mac_address asker; /* the loader that asked for another's address last, ... */
    instant_ns asker_ns;      /* ... when, or when its HTTP client spoke after that */
    unsigned next_stranger;
    instant_ns now_ns; /* of the newest frame or carrier change, never going back */
    uint64_t backward_steps;
    observation_sink *sink;
    void *sink_context;
    uint64_t mac_bits[QUICK_WORDS]; /* of every phone so far, by its last 12 bits: never too few */
    uint64_t ip_bits[QUICK_WORDS];
};

/* ---- marks and notices ---- */

void marks_add(struct marks *marks, const struct observer *observer, const struct frame *frame);
/* Tells the sink. `phone` may be NULL. */
void observe_tell(struct observer *observer, enum observation_kind kind, const struct frame *frame,
                  const struct phone_facts *phone, bool repeated);
void observe_tell_concluded(struct observer *observer, enum observation_kind kind,
                            const struct frame *frame, const struct phone_facts *phone,
                            const char *text);
/* Every frame, looked at or not, counts for time and number of frames. */
void observer_keep_time(struct observer *observer, instant_ns time_ns, uint64_t number);

/* ---- what the capture did, and what the loader makes of it ---- */

/* The frame was made on the capturing host, if it shows that. */
void observe_local_host(struct segment_facts *segment, const struct frame *frame);
/* loader_drop, without what the capture may have done itself and without tags. */
enum loader_drop observe_drop(const struct observer *observer, const struct frame *frame);
/* The frame's tags as captured. */
vlan_path observe_vlan(const struct frame *frame);

/* ---- who is there besides phones ---- */

/* An adapter, or a phone of another family or make, has spoken; `name` is raw. */
void observe_device_seen(struct observer *observer, const struct frame *frame,
                         enum neighbour_kind kind, const char *name, size_t length);
/* Returns: who has asked so (for its own address, if only that counts) within the time; NULL. */
const struct stranger *strangers_find(const struct observer *observer,
                                      const struct mac_address *mac, bool asked_for_itself,
                                      duration_ns within_ns);
/* The sender of this ARP request. */
void strangers_note(struct observer *observer, const struct frame *frame);

/* ---- serial numbers that were asked for ---- */

/* Finds or makes it. */
struct asked_serial *serials_get(struct observer *observer, const char *serial);
/* An order for this serial, or for everybody, whichever is newer; NULL if there is none. */
struct asked_serial *serials_find_order(struct observer *observer, const char *serial);

/* ---- frames that cannot matter (quick.c) ---- */

/* From now on no frame from or to this address is passed over. */
void known_note_mac(struct observer *observer, const struct mac_address *mac);
void known_note_ip(struct observer *observer, uint32_t ip);
/* May an address with these last 16 bits be a phone's? */
static inline bool known_bit(const uint64_t bits[QUICK_WORDS], uint16_t ending)
{
    return bits[ending / 64 % QUICK_WORDS] >> ending % 64 & 1;
}
static inline bool known_mac_ending(const struct observer *observer, uint16_t ending)
{
    return known_bit(observer->mac_bits, ending);
}
static inline bool known_ip_ending(const struct observer *observer, uint16_t ending)
{
    return known_bit(observer->ip_bits, ending);
}

#endif
