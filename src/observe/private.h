/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the observer share: nobody else includes this. */
#ifndef OBSERVE_PRIVATE_H
#define OBSERVE_PRIVATE_H

#include "loader/loader.h"
#include "observe/facts.h"
#include "observe/observer.h"

/* An ARP conversation that may turn out to be a loader's first sign of life. */
struct arp_candidate {
    struct mac_address mac;
    instant_ns time_ns;
    uint64_t number; /* 0 = free */
    bool asked_for_itself;
};
#define ARP_CANDIDATES 8

#define QUICK_WORDS 64 /* of 64 bits: 4,096 bits */

struct observer {
    struct facts facts;
    struct phone_facts *phones_by_ip;
    struct phone_facts *oldest[PHONE_RANK_COUNT];
    struct phone_facts *touched; /* whose facts may have changed since somebody asked for it */
    size_t rebuild_bytes;
    struct arp_candidate candidates[ARP_CANDIDATES]; /* a ring */
    struct mac_address asker; /* the loader that asked for another's address last, ... */
    instant_ns asker_ns;      /* ... when, or when its HTTP client spoke after that */
    unsigned next_candidate;
    instant_ns now_ns; /* of the newest frame or carrier change, never going back */
    uint64_t backward_steps;
    observation_sink *sink;
    void *sink_context;
    uint64_t mac_bits[QUICK_WORDS]; /* of every phone so far, by its last 12 bits: never too few */
    uint64_t ip_bits[QUICK_WORDS];
};

void marks_add(struct marks *marks, const struct observer *observer, const struct frame *frame);

struct phone_facts *phone_find(struct observer *observer, const struct mac_address *mac);
struct phone_facts *phone_find_ip(struct observer *observer, uint32_t ip);
/* The one seen last, of those that did more than ask for an address if there are any; NULL. */
const struct phone_facts *phone_newest(const struct observer *observer);
/* Finds or makes it. */
struct phone_facts *phone_get(struct observer *observer, const struct mac_address *mac,
                              const struct frame *frame);
/* It begins anew, as a loader or with its firmware: in the same VLAN as before? */
void phone_started(struct observer *observer, struct phone_facts *phone, const struct frame *frame);
/* Any frame of the phone; keeps it in the table. */
void phone_spoke(struct observer *observer, struct phone_facts *phone, const struct frame *frame);
/*
 * A UDP frame of the loader: follows its series of IP ids, and begins a new boot if it restarted.
 * Returns: false for a copy of a frame already seen, which is no event.
 */
bool phone_spoke_as_loader(struct observer *observer, struct phone_facts *phone,
                           const struct frame *frame);
void phone_spoke_as_firmware(struct observer *observer, struct phone_facts *phone,
                             const struct frame *frame);
/* It uses this address now. */
void phone_set_ip(struct observer *observer, struct phone_facts *phone, uint32_t ip,
                  const struct frame *frame);
/* It is at least of this rank from now on. */
void phone_raise(struct observer *observer, struct phone_facts *phone, enum phone_rank rank);

/* loader_drop, without what the capture may have done itself and without tags. */
enum loader_drop observe_drop(const struct observer *observer, const struct frame *frame);
/* The frame's tags as captured. */
vlan_path observe_vlan(const struct frame *frame);

/* An order for this serial, or for everybody, whichever is newer; NULL if there is none. */
struct asked_serial *observe_order_find(struct observer *observer, const char *serial);

/* An adapter, or a phone of another family or make, has spoken; `name` is raw. */
void observe_device_seen(struct observer *observer, const struct frame *frame,
                         enum neighbour_kind kind, const char *name, size_t length);

/* One function per format; `from` and `to` are the phones at the ends of the frame, or NULL. */
void observe_dhcp(struct observer *observer, const struct frame *frame);
void observe_recm(struct observer *observer, const struct frame *frame);
void observe_tftp(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                  struct phone_facts *to);
/* It has asked for an address in a frame of the length that only loaders send, so lately that a
 * request for a file can follow from it. */
bool arp_looks_like_loader(const struct observer *observer, const struct mac_address *mac);
void observe_arp(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                 struct phone_facts *to);
void observe_url(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                 struct phone_facts *to);
/* TCP of a phone's HTTP attempt, either way. Returns: the frame is part of a download. */
bool observe_http(struct observer *observer, const struct frame *frame, struct phone_facts *phone,
                  bool from_phone);

/* A URL attempt: the phone does not listen until `until_ns`. */
void url_busy(struct observer *observer, struct phone_facts *phone, const struct frame *frame,
              instant_ns until_ns);
/* The phone has confirmed an order. `order` may be NULL (not seen). */
void attempt_echoed(struct observer *observer, struct phone_facts *phone, const struct frame *frame,
                    const struct asked_serial *order);
/* An order for this phone that nobody saw confirmed, given just now; begins an attempt if so. */
void attempt_expected(struct observer *observer, struct phone_facts *phone);
/* A new download, in the place of the one before. */
void attempt_begin(struct observer *observer, struct phone_facts *phone);
/* Ends a running download: judges what was put together. */
void attempt_close(struct observer *observer, struct attempt *attempt);

/* Tells the sink. `phone` may be NULL. */
void observe_tell(struct observer *observer, enum observation_kind kind, const struct frame *frame,
                  const struct phone_facts *phone, bool repeated);
void observe_tell_concluded(struct observer *observer, enum observation_kind kind,
                            const struct frame *frame, const struct phone_facts *phone,
                            const char *text);

/* ---- frames that cannot matter (observer_quick.c) ---- */

/* Every frame, looked at or not, counts for time and number of frames. */
void observer_keep_time(struct observer *observer, instant_ns time_ns, uint64_t number);
/* From now on no frame from or to this address is passed over. */
void quick_note_mac(struct observer *observer, const struct mac_address *mac);
void quick_note_ip(struct observer *observer, uint32_t ip);

#endif
