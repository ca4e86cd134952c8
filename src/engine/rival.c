/* SPDX-License-Identifier: BSD-2-Clause */
/* Who goes on, and who stands back: see rival.h. */
#include "engine/rival.h"

#include "engine/limits.h"
#include "wire/recm.h"

#include <stdio.h>
#include <string.h>

/* Who it is, for a message. */
static void say(const struct rival *rival, instant_ns now_ns, const char *what)
{
    struct core *core = rival->core;
    if (core->config.mode == STATION_WATCH)
        return;
    const char *space = *what ? " " : "";
    if (mac_equal(&rival->mac, &mac_zero))
        journal_message(&core->journal, now_ns, NULL,
                        "Another program recovers phones on this segment.%s%s", space, what);
    else
        journal_message(&core->journal, now_ns, NULL,
                        "%s recovers phones on this segment: %s (%s).%s%s",
                        rival->is_copy ? "Another copy of this program" : "Another program",
                        mac_format(&rival->mac).text, ipv4_format(rival->ip).text, space, what);
}

static void tell_once(struct rival *rival, instant_ns now_ns, const char *what)
{
    if (rival->is_told)
        return;
    rival->is_told = true;
    say(rival, now_ns, what);
}

static void set_standing(struct rival *rival, enum standing standing)
{
    struct core *core = rival->core;
    if (core->standing == standing)
        return;
    core->standing = standing;
    core->changed = true;
    core->asks_beside = false;
    rival->trial_ns = 0;
    rival->is_told = false;
}

/* ---- When it falls silent ---- */

/* A copy that serves says that it lives by its reports; one that only asks has to ask. */
static instant_ns silence_ends(const struct rival *rival)
{
    instant_ns block_end_ns = rival->block_ns ? rival->block_ns + RIVAL_STALL_NS : 0;
    if (rival->core->other_is_done && block_end_ns &&
        rival->is_copy) /* what counts is whether it takes another */
        return rival->heard_ns + RIVAL_SILENCE_NS;
    if (block_end_ns && !rival->is_copy)
        return block_end_ns;
    if (!rival->ordered)
        return rival->asked_ns + (rival->is_copy ? COPIES_SILENCE_NS : RIVAL_SILENCE_NS);
    instant_ns end_ns = rival->heard_ns + RIVAL_SILENCE_NS;
    return end_ns > block_end_ns ? end_ns : block_end_ns;
}

/* It may only ask, where no phone hears it. */
static bool may_be_in_vain(const struct rival *rival)
{
    return !rival->is_copy && !rival->ordered && !rival->block_ns;
}

/* When to look again at what it has become of, while this one stands back. */
static instant_ns next_look(const struct rival *rival)
{
    instant_ns next_ns = silence_ends(rival);
    if (!may_be_in_vain(rival))
        return next_ns;
    if (rival->trial_ns)
        return instant_earlier(next_ns, rival->trial_ns);
    if (rival->core->asks_beside)
        return next_ns;
    instant_ns since_ns = rival->replied_ns > rival->first_ns ? rival->replied_ns : rival->first_ns;
    return instant_earlier(next_ns, since_ns + RIVAL_VAIN_NS);
}

static void stand_back(struct rival *rival, instant_ns now_ns)
{
    struct core *core = rival->core;
    set_standing(rival, STANDING_BACK);
    tell_once(
        rival, now_ns,
        rival->is_copy
            ? "It goes on; this one watches, and takes over if that one falls silent."
            : "This one orders nothing and watches; it takes over when that one has been silent "
              "for 30 s, or has brought no new block for 60 s (--force orders all the same).");
    timer_set(&core->timers, &rival->timer, next_look(rival));
}

/* Why it is taken over from, as far as its phone's frames tell. */
static void describe_failure(const struct rival *rival, size_t size, char ret[static size])
{
    static const char *const goes_on = "this one goes on";
    long long stall_s = (long long)(RIVAL_STALL_NS / NS_PER_S);
    if (rival->core->other_is_done)
        snprintf(ret, size, "It has recovered its phone, and is silent: %s.", goes_on);
    else if (rival->trial_ns)
        snprintf(ret, size, "A phone answers this program and not that one: %s.", goes_on);
    else if (rival->block_ns && rival->repeated_acks)
        snprintf(
            ret, size,
            "It has brought no new block for %lld s, after block %u, although the phone asked "
            "%u more time%s for the next one: it has stopped, or its frames do not arrive; %s.",
            stall_s, (unsigned)rival->block, rival->repeated_acks,
            rival->repeated_acks == 1 ? "" : "s", goes_on);
    else if (rival->block_ns)
        snprintf(ret, size, "It has brought no new block for %lld s, after block %u: %s.", stall_s,
                 (unsigned)rival->block, goes_on);
    else if (rival->refused)
        snprintf(ret, size, "Its TFTP server refused the file that it told the phone to fetch; %s.",
                 goes_on);
    else if (rival->file_requests)
        snprintf(ret, size,
                 "The phone that it ordered asked %u time%s for the file and got nothing: no TFTP "
                 "server answers there, or a firewall is in the way; %s.",
                 rival->file_requests, rival->file_requests == 1 ? "" : "s", goes_on);
    else if (rival->ordered)
        snprintf(ret, size, "The phone that it ordered never asked for the file; %s.", goes_on);
    else
        snprintf(ret, size, "It has been silent for %lld s: %s.",
                 (long long)(RIVAL_SILENCE_NS / NS_PER_S), goes_on);
}

/* The other one has fallen silent, or reaches no phone: the phones are asked, and those that answer
 * are ordered. */
static void take_over(struct rival *rival, instant_ns now_ns)
{
    struct core *core = rival->core;
    char why[300];
    describe_failure(rival, sizeof why, why);
    core->takes_over = true;
    core->progress_ns = now_ns;
    core->other_is_done = false;
    core->first_request_ns = 0; /* of those that take over none was here first */
    set_standing(rival, STANDING_FREE);
    say(rival, now_ns, why);
    rival->is_overridden = true;
    rival->ordered = rival->refused = false;
    rival->file_requests = rival->repeated_acks = 0;
    rival->signs = 0;
    rival->first_ns = rival->block_ns = rival->claim_ns = rival->trial_ns = 0;
}

/* Standing back: what has become of the other one? */
static void look_at(struct rival *rival, instant_ns now_ns)
{
    struct core *core = rival->core;
    bool trial_ends = may_be_in_vain(rival) && rival->trial_ns && now_ns >= rival->trial_ns;
    if (trial_ends || now_ns >= silence_ends(rival)) {
        take_over(rival, now_ns);
        return;
    }
    if (now_ns >= next_look(rival)) {
        core->asks_beside = true;
        say(rival, now_ns, "No phone has answered it for 30 s: this one asks too.");
    }
    timer_set(&core->timers, &rival->timer, next_look(rival));
}

void rival_is_answered(struct rival *rival, instant_ns now_ns)
{
    struct core *core = rival->core;
    if (core->standing != STANDING_BACK || !may_be_in_vain(rival))
        return;
    bool is_first = core->asks_beside;
    core->asks_beside = false;
    if (is_first) {
        rival->trial_ns = now_ns + RIVAL_TRIAL_NS;
    } else if (rival->trial_ns == 0 || now_ns > rival->trial_ns - RIVAL_TRIAL_NS + RIVAL_COPY_NS) {
        rival->trial_ns = 0; /* nothing was asked by this one */
        rival->replied_ns = now_ns;
    }
    timer_set(&core->timers, &rival->timer, next_look(rival));
}

static void came_due(void *owner, instant_ns now_ns)
{
    struct rival *rival = owner;
    struct core *core = rival->core;
    if (core->standing == STANDING_DOUBT && rival->claim_ns) {
        stand_back(rival, now_ns);
    } else if (core->standing == STANDING_DOUBT) {
        set_standing(rival, STANDING_FREE); /* one frame, or one that yields */
        if (rival->is_copy)
            tell_once(rival, now_ns, "This one goes on.");
    } else if (core->standing == STANDING_BACK) {
        look_at(rival, now_ns);
    }
}

void rival_init(struct rival *ret, struct core *core, struct membership *membership)
{
    *ret = (struct rival){.core = core, .membership = membership};
    ret->timer = timer_for(came_due, ret);
}

bool rival_silences(const struct rival *rival)
{
    return rival->core->standing == STANDING_BACK && rival->is_copy;
}

/* ---- What it does ---- */

static bool has_lower_mac(const struct rival *rival)
{
    return memcmp(&rival->mac, &rival->core->config.source_mac, sizeof rival->mac) < 0;
}

/* Two copies. Returns: what this one does. */
static enum standing between_copies(const struct rival *rival, instant_ns now_ns)
{
    const struct core *core = rival->core;
    if (core->echoed)
        return STANDING_FREE;
    if (rival->ordered)
        return STANDING_BACK;
    if (now_ns - rival->first_ns >= COPIES_DECIDE_NS)
        return has_lower_mac(rival) ? STANDING_BACK : STANDING_FREE;
    if (rival->first_ns - core->first_request_ns > COPIES_APART_NS)
        return STANDING_FREE;
    if (has_lower_mac(rival) || core->first_request_ns - rival->first_ns > COPIES_APART_NS)
        return STANDING_BACK;
    return STANDING_DOUBT;
}

static void decide(struct rival *rival, instant_ns now_ns)
{
    struct core *core = rival->core;
    if (core->config.force || core->config.mode != STATION_RECOVER) {
        if (rival->signs > 1 || rival->ordered || core->config.force)
            tell_once(rival, now_ns, core->config.force ? "Going on all the same (--force)." : "");
        return;
    }
    enum standing standing = STANDING_BACK;
    if (rival->is_copy)
        standing = between_copies(rival, now_ns);
    else if (!rival->ordered && rival->signs < RIVAL_SIGNS)
        standing = STANDING_DOUBT; /* one stray frame decides nothing */
    if (core->standing == STANDING_BACK)
        standing = STANDING_BACK; /* that the other goes on is what was agreed */
    if (standing == STANDING_BACK) {
        stand_back(rival, now_ns);
        return;
    }
    set_standing(rival, standing);
    if (standing == STANDING_FREE) {
        if (rival->is_copy && !rival->is_told)
            membership_report(rival->membership, now_ns); /* a claim */
        tell_once(rival, now_ns,
                  "This one goes on, because it was here first or has the lower MAC.");
    } else if (!timer_runs(&rival->timer))
        timer_set(&core->timers, &rival->timer,
                  now_ns + (rival->is_copy ? COPIES_DECIDE_NS : RIVAL_DOUBT_NS));
}

/* Notes a sign of life of the host that sent this frame. */
static void note_sender(struct rival *rival, const struct frame *frame, bool is_copy,
                        instant_ns now_ns)
{
    rival->claim_ns = 0; /* if it reported, that was its start's */
    bool is_new = !mac_equal(&rival->mac, &frame->ethernet.source) && !rival->ordered;
    bool was_silent = rival->signs && now_ns - rival->heard_ns > RIVAL_SILENCE_NS;
    if (is_new || was_silent || rival->first_ns == 0) {
        rival->first_ns = now_ns;
        rival->signs = 0;
    }
    rival->mac = frame->ethernet.source;
    rival->ip = frame->ipv4.source;
    rival->is_copy = is_copy;
    rival->signs++;
    rival->asked_ns = rival->heard_ns = now_ns;
}

void rival_asks(struct rival *rival, const struct frame *frame, instant_ns now_ns)
{
    struct core *core = rival->core;
    bool is_copy = frame->ipv4.source == core->config.address ||
                   (mac_is_group(&frame->ethernet.destination) &&
                    frame->ipv4.time_to_live == OWN_TIME_TO_LIVE);
    if (rival->is_overridden && !is_copy && frame->recm.operation == RECM_REQUEST)
        return; /* it asks and asks, and brings nothing */
    note_sender(rival, frame, is_copy, now_ns);
    if (frame->recm.operation == RECM_UPGRADE)
        rival->signs += RIVAL_SIGNS;
    decide(rival, now_ns);
}

void rival_reports(struct rival *rival, const struct frame *frame, instant_ns now_ns)
{
    struct core *core = rival->core;
    if (frame->igmp.type == IGMP_QUERY)
        rival->query_ns = now_ns;
    if (frame->igmp.type != IGMP_V2_REPORT || frame->igmp.group != RECM_GROUP_IP ||
        frame->ipv4.source != core->config.address)
        return;
    bool is_known = mac_equal(&rival->mac, &frame->ethernet.source) && rival->heard_ns;
    if (is_known)
        rival->heard_ns = now_ns;
    bool is_asked_for = rival->query_ns && now_ns - rival->query_ns < QUERY_ANSWER_NS;
    bool may_be_claim =
        !core->echoed && !is_asked_for && !core->config.force &&
        core->config.mode == STATION_RECOVER &&
        (core->standing == STANDING_DOUBT || (core->standing == STANDING_FREE && !is_known &&
                                              now_ns - core->first_request_ns < COPIES_ANSWER_NS));
    if (!may_be_claim)
        return;
    rival->mac = frame->ethernet.source;
    rival->ip = frame->ipv4.source;
    rival->is_copy = true;
    rival->claim_ns = rival->heard_ns = rival->asked_ns = now_ns;
    set_standing(rival, STANDING_DOUBT);
    timer_set(&core->timers, &rival->timer, now_ns + COPIES_CLAIM_NS);
}

void rival_refuses(struct rival *rival)
{
    rival->refused = rival->ordered;
}

void rival_orders(struct rival *rival, bool asks_for_file, instant_ns now_ns)
{
    rival->file_requests += asks_for_file;
    rival->signs++;
    rival->ordered = true;
    rival->block_ns = 0;
    rival->heard_ns = now_ns;
    decide(rival, now_ns);
}

void rival_serves(struct rival *rival, uint16_t block, instant_ns now_ns)
{
    bool is_new = rival->block_ns == 0 || block != rival->block;
    bool is_progress = is_new && block > rival->furthest;
    rival->signs++;
    rival->ordered = true;
    rival->heard_ns = now_ns;
    rival->block = block;
    rival->file_requests = 0;
    rival->core->other_is_done = false;
    rival->repeated_acks = is_new ? 0 : rival->repeated_acks + 1;
    if (is_new)
        rival->block_ns = now_ns;
    if (is_progress) {
        rival->furthest = block;
        rival->core->progress_ns = now_ns;
    }
    if (rival->core->standing != STANDING_BACK)
        decide(rival, now_ns);
}
