/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done about a phone: the cells of the table in states.c. */
#ifndef ENGINE_ACTIONS_H
#define ENGINE_ACTIONS_H

#include "engine/session.h"

void action_nothing(struct session *session, instant_ns now_ns);
void action_start_addressing(struct session *session, instant_ns now_ns);
void action_go_on_addressing(struct session *session, instant_ns now_ns);
void action_restart(struct session *session, instant_ns now_ns);
void action_be_addressed(struct session *session, instant_ns now_ns);
void action_be_patient(struct session *session, instant_ns now_ns);
void action_addressing_ended(struct session *session, instant_ns now_ns);
void action_lease_is_unfit(struct session *session, instant_ns now_ns);
void action_remind_of_power_cycle(struct session *session, instant_ns now_ns);
void action_is_alive(struct session *session, instant_ns now_ns);
void action_wait_for_answer(struct session *session, instant_ns now_ns);
void action_is_not_deaf(struct session *session, instant_ns now_ns);
void action_answers_after_all(struct session *session, instant_ns now_ns);
void action_answers_nothing(struct session *session, instant_ns now_ns);
void action_be_found(struct session *session, instant_ns now_ns);
void action_wait_for_turn(struct session *session, instant_ns now_ns);
void action_order(struct session *session, instant_ns now_ns);
void action_order_again(struct session *session, instant_ns now_ns);
void action_be_echoed(struct session *session, instant_ns now_ns);
void action_look_for_gateway(struct session *session, instant_ns now_ns);
void action_knows_no_gateway(struct session *session, instant_ns now_ns);
void action_gateway_is_dead(struct session *session, instant_ns now_ns);
void action_serve(struct session *session, instant_ns now_ns);
void action_serve_url(struct session *session, instant_ns now_ns);
void action_serve_again(struct session *session, instant_ns now_ns);
void action_be_delivered(struct session *session, instant_ns now_ns);
void action_presume_delivered(struct session *session, instant_ns now_ns);
void action_delivery_is_certain(struct session *session, instant_ns now_ns);
void action_deliver_again(struct session *session, instant_ns now_ns);
void action_stalled(struct session *session, instant_ns now_ns);
void action_refused(struct session *session, instant_ns now_ns);
void action_answers_after_delivery(struct session *session, instant_ns now_ns);
void action_asks_after_delivery(struct session *session, instant_ns now_ns);
void action_asks_url_after_delivery(struct session *session, instant_ns now_ns);
void action_watched_enough(struct session *session, instant_ns now_ns);
void action_retry_is_late(struct session *session, instant_ns now_ns);
void action_runs_firmware(struct session *session, instant_ns now_ns);
void action_fail_anew(struct session *session, instant_ns now_ns);
void action_tries_url_after_failure(struct session *session, instant_ns now_ns);
void action_found_after_failure(struct session *session, instant_ns now_ns);
void action_recovered_after_failure(struct session *session, instant_ns now_ns);

#endif
