/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One phone, by its MAC address: what is known of it, and a state machine from the first frame to
 * the normal firmware. What an event does in a state is in states.c, how it is done in actions*.c;
 * session_enter alone changes the state. A session answers nobody but its own phone.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include "engine/cause.h"
#include "engine/service/arp.h"
#include "engine/service/dhcp.h"
#include "engine/service/http.h"
#include "engine/service/tftp.h"

#include "loader/loader.h"
#include "wire/recm.h"

#include <uthash.h>

/* How a frame stands to the phone's earlier ones, by its IP id and time. */
enum heard {
    HEARD_NEXT,      /* the series continues */
    HEARD_STALE,     /* a duplicate or a late one: not to be acted upon */
    HEARD_RESTARTED, /* the series began anew: the phone has restarted */
};

#define ATTEMPTS_RECORDED 16 /* the first ones; the last place is that of the newest */

/* What became of an order, or of an attempt of the phone's own that was served. */
struct attempt_record {
    instant_ns begin_ns;
    bool is_over;
    char outcome[160]; /* plain, escaped; "" until it is over */
};

struct session {
    UT_hash_handle hh; /* by mac */
    struct mac_address mac;
    size_t index; /* in order of appearance */
    struct core *core;

    struct ledger_share share; /* what the ledger has counted of it, ... */
    bool is_counted;           /* ... if it has */
    enum session_state state;
    instant_ns state_since_ns;
    struct timer timer; /* the state's deadline */

    bool answered; /* the texts below are from its REPLY */
    char serial[RECM_TEXT_SIZE + 1];
    char product[RECM_TEXT_SIZE + 1];
    char software[RECM_TEXT_SIZE + 1];
    char hardware[RECM_TEXT_SIZE + 1];
    uint32_t ip;      /* 0 = unknown */
    unsigned replies; /* since it was first heard of */
    bool doubtful;    /* another MAC address answers with its serial number */

    bool ordered;            /* this run has sent it an UPGRADE */
    instant_ns image_out_ns; /* when the last block was sent to it; 0 = never */
    unsigned answers_in_row; /* by the gaps of ANSWERS_SPACED_NS and ANSWERS_GAP_NS */
    instant_ns answered_ns;  /* the newest */
    bool surely_listens;     /* ... since then it has answered so often that it does not write */
    char given_up[200];      /* why, of one that may be writing all the same; "" = it is not */
    char other_serial[RECM_TEXT_SIZE + 1]; /* of its newest REPLY, where that is another one */
    unsigned unusable_serials;      /* chosen, and the newest REPLY had none that can be ordered */
    bool delivered;                 /* it has got the whole image at least once */
    bool final;                     /* FAILED for good: nothing it does starts it again */
    bool power_cycle_asked;         /* the user was told to power-cycle it; once per silence */
    bool other_server_said;         /* that another TFTP server answers it was told */
    bool counted;                   /* discover: it has answered for the first time */
    bool not_meant_said;            /* that it is not the phone asked for was told */
    bool presumed;                  /* DELIVERED without having heard the last ACK */
    bool restarted;                 /* the frame at hand began a new IP id series */
    uint32_t lease_server;          /* whose lease it asked for; 0 = nobody's yet */
    instant_ns lease_ns;            /* when it asked for that */
    enum loader_lease lease;        /* ... and what becomes of it with that, as far as is known */
    bool lease_has_mask;            /* ... of a lease that was seen */
    bool lease_seen;                /* that was seen, not guessed */
    bool alive;                     /* an ARP frame of it was seen since: it is not deaf */
    bool victim;                    /* an unfit server has had it in this run */
    bool refused;                   /* ... by a NAK: since its start it asks without end */
    bool in_dhcp_stage;             /* nothing has shown yet that it has its address */
    instant_ns stage_ns;            /* the first DHCP message since its start */
    unsigned failures[CAUSE_COUNT]; /* attempts */
    unsigned failed_attempt;        /* the number of the last one that failed */
    bool has_router;                /* it has asked for its gateway in this run */
    unsigned not_started;           /* deliveries after which it was in recovery mode again */
    unsigned attempts;              /* orders and URLs served that began an attempt */
    unsigned questions;             /* since it was last heard of */
    unsigned orders;                /* UPGRADEs of this attempt */
    uint16_t ip_id, transfer_ip_id; /* the last one heard; that of the RRQ being served */
    bool ip_id_known;
    instant_ns heard_ns;
    /* With its image: whether it refused that only a REQUEST can show. */
    struct timer probe_timer;
    duration_ns probe_wait_ns;
    bool probe_is_due;
    unsigned probes;
    instant_ns transfer_start_ns, transfer_end_ns;
    unsigned elsewhere_blocks; /* acknowledged to another server in this transfer */
    uint16_t elsewhere_block;  /* the newest of them */
    instant_ns elsewhere_ns; /* when another program's server last brought it a block; 0 = never */

    struct dhcp_client dhcp;
    struct gateway_help gateway;
    struct tftp_transfer transfer;
    bool by_url, by_http;           /* the attempt is the phone's own, not an order; over HTTP */
    bool url_said;                  /* the user was told about the phone's URL */
    struct http_connection http;    /* of an attempt by HTTP */
    struct attempt_record *records; /* owned, ATTEMPTS_RECORDED places; NULL before the first */
    unsigned record_count;
    uint64_t reached, furthest; /* how far it came: since it last fell back, and ever */
    unsigned vain;              /* how often it fell back since it last came further than ever */
    struct session *previous, *next; /* in the list of those that wait for their turn */
    bool gave_way;                   /* in its transfer, but in nobody's way any more */
    bool is_writer;                  /* in the list of those that write: */
    struct session *previous_writer, *next_writer;
};

/* Returns: a session in state NEW, its timers still without functions (session_attach_timers);
 * aborts without memory. */
struct session *session_new(struct core *core, struct dhcp_server *dhcp,
                            const struct mac_address *mac, size_t index, instant_ns now_ns);
/* Its timers, its lease and its place in lists go with it. */
void session_free(struct session *session);

/* The one door for changes of state: keeps the counts of the core and tells the event. `why` is
 * plain and escaped. The state's deadline is stopped. */
void session_enter(struct session *session, enum session_state state, instant_ns now_ns,
                   const char *why);
/*
 * It has done something; that is progress of the run if it came further by it. Whoever goes round
 * in circles makes none after a few rounds, so that --timeout ends that too.
 */
void session_goes_forward(struct session *session, instant_ns now_ns);
/* Its last block was sent: it may be writing from now on. */
void session_image_is_out(struct session *session, instant_ns now_ns);
/* Another program ordered or serves it, or seems to: it may be writing that one's image. */
void session_is_served_elsewhere(struct session *session, instant_ns now_ns);
/* A REPLY of it has come; the newest REQUEST of this run was sent at `asked_ns`. */
void session_answers(struct session *session, instant_ns asked_ns, instant_ns now_ns);
/* An attempt begins, or the one that has begun is over; `outcome` is plain and escaped. */
void session_attempt_begins(struct session *session, instant_ns now_ns);
void session_attempt_ends(struct session *session, const char *outcome);
/* The user was told to power-cycle it, or that is over. */
void session_power_cycle_asked(struct session *session, bool is_asked);
/* With its image it is to be asked after `wait_ns`; too long a wait: not any more. */
void session_ask_after(struct session *session, duration_ns wait_ns, instant_ns now_ns);
/*
 * A DISCOVER or REQUEST of its DHCP stage, `first` since the phone's start or not. A REQUEST that
 * was acknowledged ends the stage as soon as the phone shows that it has the ACK.
 */
void session_in_dhcp_stage(struct session *session, bool first, bool is_acknowledged,
                           instant_ns now_ns);
/* Is any loader in its DHCP stage, so that it must hear nothing that is not for it (rule 2)? */
bool session_any_in_dhcp_stage(const struct core *core, instant_ns now_ns);
/* Of the image, in the running or last transfer. */
uint64_t session_bytes_acknowledged(const struct session *session);
/* Notes a UDP frame's IP id. */
enum heard session_heard(struct session *session, uint16_t ip_id, instant_ns now_ns);
/* The cable was dead for so long: the patience with this phone starts again where it was. */
void session_pause(struct session *session, duration_ns by_ns);
bool session_state_is_active(enum session_state state);
/* From the order to the last ACK: it occupies a transfer slot. */
bool session_is_active(const struct session *session);
/*
 * In its transfer nothing was heard of it since `heard_ns`: after TURN_SILENCE_NS its turn is free,
 * for those that wait and for those that must be asked first. It goes on beside them if it answers.
 */
void session_give_way(struct session *session, instant_ns heard_ns, instant_ns now_ns);
/* It asked for the lease of another server. */
bool session_has_foreign_lease(const struct session *session);
/* It has got the whole image, and nothing was heard of it since. */
bool session_has_image(const struct session *session);
/* Nothing more is to be expected of it in this run. */
bool session_is_over(const struct session *session);
/* It should be asked by itself: it has an address but has not answered, or not again yet. */
bool session_is_due(const struct session *session);
/* Only a power cycle helps it. */
bool session_is_lost(const struct session *session);
/* More than one frame speaks for it: its DHCP client was heard, or it answered twice. */
bool session_is_credible(const struct session *session);
#define SESSION_NAME_SIZE (4 * RECM_TEXT_SIZE)

/* Returns: its serial number, escaped, where it is known, else its MAC address; in `buffer`. */
const char *session_name(const struct session *session, size_t size, char buffer[static size]);

/*
 * "CBT141100HR, CBT141100HS and 3 more", escaped: the phones that write their flash. Returns: ret,
 * "" while nobody does.
 */
char *session_list_writers(const struct core *core, char *ret, size_t size);
/* "SPA504G CBT141100HR (00:24:14:a1:b2:c3)", escaped, for messages. Returns: ret. */
char *session_describe(const struct session *session, char *ret, size_t size);

#endif
