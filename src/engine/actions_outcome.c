/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions from a phone's last ACK on: what becomes of the image, and of those that failed. */
#include "engine/actions.h"

#include "engine/actions_common.h"
#include "engine/limits.h"

void action_be_delivered(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    session->delivered = true;
    session->transfer_end_ns = now_ns;
    if (session->by_http)
        session_image_is_out(session, now_ns);
    session->probes = 0;
    /* A phone whose last ACK was lost may still be in its TFTP wait, where it answers too. */
    session_ask_after(session, session->presumed ? TRANSFER_ROUND_NS : REFUSAL_PROBE_FIRST_NS,
                      now_ns);
    duration_ns watched_ns = core->config.flash_wait_ns;
    session_enter(session, watched_ns ? SESSION_DELIVERED : SESSION_UNCONFIRMED, now_ns,
                  session->presumed
                      ? "has probably got the whole image (its last ACK is missing)"
                      : "has got the whole image; it checks and writes it. Do not unplug it");
    if (watched_ns)
        actions_set_deadline(session, now_ns + watched_ns);
}

/* It fell silent with all but the last block acknowledged. */
void action_presume_delivered(struct session *session, instant_ns now_ns)
{
    session->presumed = true;
    action_be_delivered(session, now_ns);
}

/* The ACK that was missed has come after all. */
void action_delivery_is_certain(struct session *session, instant_ns now_ns)
{
    (void)now_ns;
    session->presumed = false;
}

void action_deliver_again(struct session *session, instant_ns now_ns)
{
    session->presumed = false;
    session_enter(session, SESSION_TRANSFER, now_ns, "still waits for the last block");
    tftp_resume(session->core, &session->transfer, now_ns);
}

/*
 * It is in recovery mode again after it got the image. Once that can have other reasons than an
 * image that its boot loader cannot start (it lost its power, or crashed before it wrote), and
 * another transfer costs minutes where giving up costs a phone: only the second time is final, and
 * only those count of which the whole image was acknowledged and that took long enough to write it.
 * Returns: false if that was it.
 */
static bool may_try_once_more(struct session *session, instant_ns now_ns)
{
    bool may_be_written =
        !session->presumed && now_ns - session->transfer_end_ns >= FLASH_SHORTEST_NS;
    session->not_started += may_be_written;
    if (session->not_started >= NOT_STARTED_FINAL) {
        actions_fail(
            session, now_ns, true,
            "the image was written, but the boot loader did not start it: still in recovery mode");
        return false;
    }
    if (may_be_written)
        session_attempt_ends(session, "it got the image and was in recovery mode again");
    if (may_be_written)
        actions_say(
            session, now_ns,
            "it is in recovery mode again, though the image may have been written; it is tried "
            "once more");
    return true;
}

/* It listens again at once: the image was refused (or, in a new IP id series, did not start). */
void action_answers_after_delivery(struct session *session, instant_ns now_ns)
{
    if (session->restarted) {
        if (may_try_once_more(session, now_ns)) {
            actions_attempt_failed(session, now_ns, CAUSE_RESTARTED, NULL);
            if (session->state == SESSION_RETRY)
                action_wait_for_turn(session, now_ns);
        }
        return;
    }
    actions_attempt_failed(session, now_ns, CAUSE_IMAGE_REFUSED, NULL);
    if (session->state == SESSION_RETRY)
        action_wait_for_turn(session, now_ns);
}

void action_asks_after_delivery(struct session *session, instant_ns now_ns)
{
    if (may_try_once_more(session, now_ns))
        action_restart(session, now_ns);
}

void action_asks_url_after_delivery(struct session *session, instant_ns now_ns)
{
    if (!session->presumed)
        actions_attempt_failed(session, now_ns, CAUSE_IMAGE_REFUSED, NULL);
    if (session->state != SESSION_FAILED)
        action_serve_url(session, now_ns);
}

void action_watched_enough(struct session *session, instant_ns now_ns)
{
    session_enter(session, SESSION_UNCONFIRMED, now_ns,
                  "its normal firmware was not seen in the time given by --flash-wait");
}

void action_retry_is_late(struct session *session, instant_ns now_ns)
{
    if (actions_waits_for_writing(session, now_ns) || actions_was_not_asked(session, now_ns))
        return;
    if (session->given_up[0]) {
        actions_give_up(session, now_ns);
        return;
    }
    if (session->power_cycle_asked) {
        actions_fail(session, now_ns, false, "it answers nothing any more");
        return;
    }
    session_power_cycle_asked(session, true);
    actions_ask_for_power_cycle(
        session, now_ns, "it does not answer any more. Power-cycle it now; it is tried again.");
    actions_set_deadline(session, now_ns + RETRY_PATIENCE_NS);
}

/*
 * It has got the whole image and had the time to write it: every block was sent, and but for the
 * last one acknowledged, whatever was heard in its name since.
 */
static bool has_written(const struct session *session, instant_ns now_ns)
{
    return session->delivered ||
           (session->image_out_ns && now_ns - session->image_out_ns >= FLASH_SHORTEST_NS);
}

void action_runs_firmware(struct session *session, instant_ns now_ns)
{
    if (has_written(session, now_ns)) {
        session_attempt_ends(session, "recovered");
        session_enter(session, SESSION_RECOVERED, now_ns,
                      session->core->config.keep_going
                          ? "recovered: its normal firmware runs. You may unplug it now. Connect "
                            "the next phone"
                          : "recovered: its normal firmware runs. You may unplug it now");
        return;
    }
    if (session->elsewhere_ns) {
        session->core->other_is_done = true;
        session_enter(session, SESSION_RECOVERED, now_ns,
                      "recovered by the other program: its normal firmware runs");
    } else if (session->core->config.mode == STATION_RECOVER && session->state != SESSION_NEW)
        actions_fail(session, now_ns, false, "it runs its normal firmware; it needs no recovery");
}

void action_fail_anew(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        action_start_addressing(session, now_ns);
}

void action_tries_url_after_failure(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        action_be_addressed(session, now_ns);
}

void action_found_after_failure(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        action_be_found(session, now_ns);
}

void action_recovered_after_failure(struct session *session, instant_ns now_ns)
{
    if (has_written(session, now_ns))
        action_runs_firmware(session, now_ns);
}
