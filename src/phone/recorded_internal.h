/* SPDX-License-Identifier: BSD-2-Clause */
/* The script of a recorded phone, shared by learning it (recorded_script.c) and playing it. */
#ifndef PHONE_RECORDED_INTERNAL_H
#define PHONE_RECORDED_INTERNAL_H

#include "phone/recorded.h"
#include "wire/craft.h"

/* What a frame is to the script: on the phone's side a kind of answer, on the other a stimulus. */
enum script_kind {
    SCRIPT_NOTHING, /* of no interest, or a step that follows the one before */
    SCRIPT_DISCOVER,
    SCRIPT_OFFER,
    SCRIPT_DHCP_REQUEST,
    SCRIPT_ACK_LEASE,
    SCRIPT_NAK,
    SCRIPT_REQUEST,
    SCRIPT_REPLY,
    SCRIPT_UPGRADE,
    SCRIPT_ECHO,
    SCRIPT_ARP_REQUEST,
    SCRIPT_ARP_REPLY,
    SCRIPT_READ_REQUEST,
    SCRIPT_DATA,
    SCRIPT_DATA_ACK,
    SCRIPT_TFTP_ERROR,
    SCRIPT_OTHER, /* any other frame of the phone: played as recorded */
};

struct script_step {
    enum script_kind kind;
    enum script_kind stimulus; /* SCRIPT_NOTHING: follows the step before */
    uint16_t block;            /* of SCRIPT_DATA_ACK, and of the stimulus SCRIPT_DATA */
    bool last_block;           /* its DATA was short: the transfer was complete */
    duration_ns delay_ns;      /* after the stimulus, or after the step before */
    size_t length;
    uint8_t *bytes; /* owned */
};

/* How a request reached the phone: a switch may let one way through and not the other. */
enum script_way { SCRIPT_WAY_GROUP, SCRIPT_WAY_BROADCAST, SCRIPT_WAY_UNICAST, SCRIPT_WAY_COUNT };

#define SCRIPT_DEAF_AFTER 3 /* unanswered frames that make a silence a habit */

/* What the phone knows of its surroundings; recorded once, live again. */
struct script_world {
    uint32_t ip;                /* its own */
    uint32_t router;            /* of the lease, or of its ARP requests */
    uint32_t server_identifier; /* of the lease */
    uint16_t transfer_port;
    char file_name[128];
    uint16_t announced_port;
};

struct recorded_phone {
    struct mac_address mac;
    double speed;
    struct craft *craft;
    struct script_step *steps;
    size_t step_count, step_capacity;

    /* While learning. */
    instant_ns stimulus_ns[SCRIPT_OTHER + 1]; /* when last heard and not yet answered; 0 = none */
    uint16_t stimulus_block;
    bool stimulus_short;
    instant_ns last_own_ns; /* of the phone's last frame; before it, the start of the trace */
    struct script_world recorded;
    char serial[RECM_TEXT_SIZE + 1];       /* from its REPLY; "" while unknown */
    unsigned unanswered[SCRIPT_OTHER + 1]; /* stimuli since the last answer */
    unsigned way_asked[SCRIPT_WAY_COUNT];  /* recovery messages, by their way */
    unsigned way_answered[SCRIPT_WAY_COUNT];
    enum script_way last_way;

    /* While playing. */
    struct script_world live;
    size_t position; /* the next step */
    instant_ns due_ns;
    size_t due_step;      /* the step that is due; SIZE_MAX: none */
    size_t transfer_step; /* the last SCRIPT_DATA_ACK played; SIZE_MAX: none */
    size_t last_played;   /* step; SIZE_MAX: none */
    uint16_t last_played_block;
    unsigned plays; /* how often it was played in a row */
    uint32_t last_transaction_id;
    uint16_t last_block;
    bool has_last_block;
    uint16_t next_identification;
    struct phone_output queue[4];
    unsigned queue_start, queue_count;
};

/* What `frame` is to a phone with this MAC address; frames of the phone give answers. */
enum script_kind script_classify(const struct recorded_phone *phone, const struct frame *frame);
enum script_way script_way(const struct frame *frame);
/* Takes from a frame what the world looks like. */
void script_observe(const struct recorded_phone *phone, struct script_world *world,
                    const struct frame *frame, enum script_kind kind);
/* Builds the step's frame for the live world; `block` for SCRIPT_DATA_ACK. Returns: its length. */
size_t script_render(struct recorded_phone *phone, const struct script_step *step, uint16_t block,
                     uint8_t ret[CRAFT_FRAME_SIZE]);

#endif
