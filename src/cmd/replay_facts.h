/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trace shows about the run that it recorded: who the phone and the PC were, what the PC was
 * told to do, and the image it served. The first of two passes of `replay`.
 */
#ifndef CMD_REPLAY_FACTS_H
#define CMD_REPLAY_FACTS_H

#include "base/error.h"
#include "engine/station.h"
#include "observe/transfer_image.h"

struct replay_facts {
    bool has_phone, has_pc;
    struct mac_address phone_mac; /* the first phone in recovery mode, or the one asked for */
    struct mac_address pc_mac;    /* who sends recovery requests, leases or DATA */
    uint32_t pc_ip;
    unsigned prefix_length;
    int vlan;
    bool requested, has_specific_serial;
    char serial[RECM_TEXT_SIZE + 1]; /* asked for by the first REQUEST, if not the wildcard */
    instant_ns first_reply_ns;       /* of the phone; 0 = none */
    bool chosen_at_once;             /* the order came before a second phone could have answered */
    char file_name[128];             /* of the first UPGRADE */
    uint16_t tftp_port;              /* announced in it */
    uint16_t transfer_port;          /* source of DATA */
    bool ordered;                    /* an UPGRADE was sent */
    unsigned broadcast_requests, group_requests;
    bool gave_leases;
    duration_ns offer_delay_ns; /* from the first DISCOVER to the PC's first OFFER */
    bool discovered;            /* the phone asked for a lease */
    instant_ns first_discover_ns;
    instant_ns start_ns, end_ns; /* of the PC's first frame; of the trace */
    uint64_t phone_frames, pc_frames;
    struct transfer_image *transfer; /* what the PC served; NULL if nothing */
};

/*
 * Reads the whole trace. `wanted` chooses the phone (NULL: the first one). Returns: false with
 * ret_error if it cannot be read; facts to be freed with replay_facts_free either way.
 */
bool replay_facts_read(const char *path, const struct mac_address *wanted, struct replay_facts *ret,
                       struct error *ret_error);
void replay_facts_free(struct replay_facts *facts);

/*
 * The configuration of a station that does what the recorded PC did, as far as the trace shows it.
 * It keeps views into `facts` and `image` (NULL: what the PC served, else zeros of one block).
 */
void replay_facts_configure(const struct replay_facts *facts, const uint8_t *image,
                            size_t image_length, struct station_config *ret);

#endif
