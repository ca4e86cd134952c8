/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules share: questions to the facts that more than one rule asks. */
#ifndef JUDGE_RULES_SUPPORT_H
#define JUDGE_RULES_SUPPORT_H

#include "judge/catalogue.h"
#include "loader/loader.h"
#include "wire/tftp.h"

#define SECONDS(n) ((n)*NS_PER_S)
/* The phone would have sent again what nobody answers: a longer silence means something. */
#define RULES_REPEAT_NS (LOADER_SILENCE_LONGEST_NS + SECONDS(1))

/* Room for a network text of `size` bytes, each as \xNN. */
#define ESCAPED(size) (4 * (size) + 1)

/* "12 s", "4 min". */
struct span_text {
    char text[32];
};
struct span_text rules_span(duration_ns duration);

/* "Only frames that match the filter 'arp' were read."; "" if all were. Valid by itself. */
#define FILTER_SHOWN 80 /* bytes of a filter in a sentence */
struct filter_text {
    char text[ESCAPED(FILTER_SHOWN) + 64];
};
struct filter_text rules_filter_words(const struct facts *facts);

/* The phone in words: its serial number if it is known, and its MAC address. Valid by itself. */
struct phone_text {
    char text[ESCAPED(RECM_TEXT_SIZE) + 32];
};
struct phone_text rules_phone_words(const struct phone_facts *phone);

/* "20"; "100.20" where one tag is inside another; "0" where none names a VLAN. */
struct vlan_text {
    char text[32];
};
struct vlan_text rules_vlan_words(vlan_path path);
/* Two different VLANs: behind the tags that both carry (a mirrored trunk) each names one more. */
bool rules_vlans_differ(vlan_path a, vlan_path b);

/* ---- who is concerned ---- */

/* It runs its normal firmware and was never in recovery here: it is no case. */
bool rules_is_bystander(const struct phone_facts *phone);
/* Phones that are no bystanders. */
size_t rules_phones_concerned(const struct facts *facts);

/*
 * The DHCP server of this start that is not this program: whom it chose, else who offered. "" if
 * none is known. Valid by itself.
 */
struct server_text {
    char text[16];
};
struct server_text rules_dhcp_server_of(const struct facts *facts, const struct phone_facts *phone);
/*
 * Where a foreign server is the suspect, the advice names it: what to do there ("Add option 1 to
 * the lease of"), or what to do without it. Else the advice of the catalogue stays.
 */
void rules_advise_about_server(const struct facts *facts, const struct phone_facts *phone,
                               const char *what, struct judgement *ret);

/* ---- what is visible ---- */

/*
 * Whether the capture shows what hosts send to this phone (docs: protocol, what a PC sees on a
 * switch). Frames of one host may be the capturing host's own; of two, the port shows others.
 */
enum visibility { SEES_NO_UNICAST, SEES_ONE_HOST, SEES_SEVERAL_HOSTS };
enum visibility rules_visibility_of(const struct phone_facts *phone);

/* ---- the end of the story ---- */

/* It is judged as a run of this program, over or not; else as a recording of anybody's. */
bool rules_is_run(const struct facts *facts);
/* What holds the frames, as its reader calls it: a run has a trace, others make a capture. */
const char *rules_record_word(const struct facts *facts);
/* Time from `since_ns` to the end of the capture. */
duration_ns rules_until_end(const struct facts *facts, instant_ns since_ns);
/* Since the phone's newest frame. */
duration_ns rules_silence(const struct facts *facts, const struct phone_facts *phone);
/* Something in this boot shows that it got past its DHCP client: REPLY, ARP, order, URL. */
bool rules_is_alive(const struct phone_facts *phone);
/* The attempt belongs to the running boot. */
bool rules_attempt_is_current(const struct phone_facts *phone);

/* ---- REQUESTs as one phone hears them ---- */

struct asked {
    unsigned heard; /* well-formed and for this phone: wildcard, its serial, or serial unknown */
    unsigned unanswered;                                       /* of them */
    unsigned group_unanswered, group_answered, other_answered; /* by destination MAC */
    unsigned unknown_unanswered, unknown_answered;             /* by one that was not recorded */
    unsigned in_url, outside_url;                              /* unanswered, by URL attempts */
    unsigned foreign; /* for a serial that is not this phone's */
    struct marks unanswered_marks, in_url_marks, answered_marks;
    instant_ns first_unanswered_ns, newest_unanswered_ns;
};

/* Of the REQUESTs kept, those from frame `number` on: the order counts, times may be coarse. */
void rules_asked_since(const struct facts *facts, const struct phone_facts *phone, uint64_t number,
                       struct asked *ret);

/* ---- downloads ---- */

/* "40 blocks of the file", as far as seen. */
struct amount_text {
    char text[40];
};
struct amount_text rules_amount_words(const struct attempt *attempt);

enum completeness { NOT_COMPLETE, COMPLETE_BY_SILENCE, COMPLETE_AS_SEEN };
/* Whether the phone has the whole file, as seen or as its later silence shows. */
enum completeness rules_completeness_of(const struct facts *facts, const struct phone_facts *phone);
/* A shorter time than this is not enough for writing the image and starting again. */
duration_ns rules_shortest_flashing(const struct attempt *attempt);
/* It is there, has its address, and no order has been given to it. */
bool rules_is_waiting(const struct phone_facts *phone);
/* A download was ordered and is not completed. */
bool rules_is_open_attempt(const struct facts *facts, const struct phone_facts *phone);

/* A rule need not look at everything. */
#define RULE(name)                                                                                 \
    bool name(const struct facts *facts __attribute__((unused)),                                   \
              const struct phone_facts *phone __attribute__((unused)), struct judgement *ret)

/* rules_outcome.c */
RULE(judge_recovered);
RULE(judge_flashing);
RULE(judge_delivered);
RULE(judge_found);
RULE(judge_several_phones);
RULE(judge_firmware_running);
RULE(judge_firmware_crash_loop);
RULE(judge_vlan_changes);
RULE(judge_no_phone_seen);
RULE(judge_capture_too_short);
RULE(judge_interrupted);
RULE(judge_timed_out);
RULE(judge_no_link);
RULE(judge_link_flapping);
/* rules_address.c */
RULE(judge_no_dhcp);
RULE(judge_dhcp_late);
RULE(judge_dhcp_offer_unusable);
RULE(judge_dhcp_ack_lost);
RULE(judge_dhcp_refused);
RULE(judge_lease_without_mask);
RULE(judge_lease_without_router);
RULE(judge_two_dhcp_servers);
RULE(judge_port_blocked);
RULE(judge_static_phone);
RULE(judge_duplicate_address);
/* rules_discovery.c */
RULE(judge_request_not_sent);
RULE(judge_request_malformed);
RULE(judge_serial_mismatch);
RULE(judge_snooping);
RULE(judge_different_vlans);
RULE(judge_tagged_port);
RULE(judge_busy_with_url);
RULE(judge_not_one_segment);
RULE(judge_reply_filtered);
RULE(judge_another_tool);
RULE(judge_phone_deaf);
/* rules_order.c */
RULE(judge_upgrade_ignored);
RULE(judge_no_gateway);
RULE(judge_gateway_dead);
RULE(judge_wildcard_upgrade);
/* rules_transfer.c */
RULE(judge_request_for_file_unanswered);
RULE(judge_tftp_refused);
RULE(judge_data_not_reaching);
RULE(judge_two_tftp_servers);
RULE(judge_wrong_block);
RULE(judge_transfer_stalled);
RULE(judge_rebooted_in_transfer);
RULE(judge_nested_upgrade);
/* rules_image.c */
RULE(judge_image_rejected);
RULE(judge_still_in_recovery);
RULE(judge_power_lost_while_writing);
RULE(judge_wrong_family);
RULE(judge_image_corrupt_on_wire);

/* In words, as parts of sentences. */
const char *rules_request_defect_words(enum request_defect defect);
const char *rules_lease_defect_words(enum lease_defect defect);
const char *rules_data_defect_words(enum data_defect defect);

#endif
