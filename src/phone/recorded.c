/* SPDX-License-Identifier: BSD-2-Clause */
/* Playing a recorded phone: see recorded.h. */
#include "phone/recorded_internal.h"

#include <stdlib.h>
#include <string.h>

#define NO_STEP SIZE_MAX

struct recorded_phone *recorded_phone_new(const struct mac_address *mac, double speed,
                                          struct error *ret_error)
{
    struct recorded_phone *phone = calloc(1, sizeof *phone);
    if (!phone)
        abort();
    phone->mac = *mac;
    phone->speed = speed;
    phone->due_step = NO_STEP;
    phone->transfer_step = NO_STEP;
    phone->last_played = NO_STEP;
    phone->craft = craft_new(ret_error);
    if (!phone->craft) {
        free(phone);
        return NULL;
    }
    return phone;
}

void recorded_phone_free(struct recorded_phone *phone)
{
    if (!phone)
        return;
    for (size_t i = 0; i < phone->step_count; i++)
        free(phone->steps[i].bytes);
    free(phone->steps);
    craft_free(phone->craft);
    free(phone);
}

size_t recorded_phone_step_count(const struct recorded_phone *phone)
{
    return phone->step_count;
}

bool recorded_phone_finished(const struct recorded_phone *phone)
{
    return phone->position >= phone->step_count && phone->due_step == NO_STEP;
}

static void plan(struct recorded_phone *phone, size_t step, instant_ns now_ns)
{
    phone->due_step = step;
    phone->due_ns = now_ns + (duration_ns)((double)phone->steps[step].delay_ns / phone->speed);
}

/* A step that follows the one before needs nobody: it is planned as soon as it is next. */
static void plan_next(struct recorded_phone *phone, instant_ns now_ns)
{
    if (phone->due_step == NO_STEP && phone->position < phone->step_count &&
        phone->steps[phone->position].stimulus == SCRIPT_NOTHING)
        plan(phone, phone->position, now_ns);
}

void recorded_phone_start(struct recorded_phone *phone, instant_ns now_ns)
{
    phone->position = 0;
    phone->due_step = NO_STEP;
    phone->live = (struct script_world){0};
    /* A phone whose trace shows no lease has a static address: it is known from the start. */
    if (phone->recorded.server_identifier == 0)
        phone->live =
            (struct script_world){.ip = phone->recorded.ip, .router = phone->recorded.router};
    plan_next(phone, now_ns);
}

static void play(struct recorded_phone *phone, size_t index, uint16_t block)
{
    const unsigned size = sizeof phone->queue / sizeof phone->queue[0];
    if (phone->queue_count == size)
        return;
    struct phone_output *output = &phone->queue[(phone->queue_start + phone->queue_count) % size];
    output->length = script_render(phone, &phone->steps[index], block, output->bytes);
    if (output->length > 0)
        phone->queue_count++;
}

bool recorded_phone_next_output(struct recorded_phone *phone, struct phone_output *ret)
{
    const unsigned size = sizeof phone->queue / sizeof phone->queue[0];
    if (phone->queue_count == 0)
        return false;
    *ret = phone->queue[phone->queue_start];
    phone->queue_start = (phone->queue_start + 1) % size;
    phone->queue_count--;
    return true;
}

instant_ns recorded_phone_deadline(const struct recorded_phone *phone)
{
    return phone->due_step == NO_STEP ? INSTANT_NEVER : phone->due_ns;
}

/*
 * Where the recorded partner answered at once and today's does not, the phone asks again as every
 * loader does (docs: protocol; the pace is that of the recorded traces).
 */
static const struct repeat {
    enum script_kind kind, awaited;
    duration_ns interval_ns;
    unsigned times; /* in all */
} repeats[] = {
    {SCRIPT_DISCOVER, SCRIPT_OFFER, 5 * NS_PER_S, 2},
    {SCRIPT_ARP_REQUEST, SCRIPT_ARP_REPLY, 280 * NS_PER_MS, 3},
    {SCRIPT_READ_REQUEST, SCRIPT_DATA, 6400 * NS_PER_MS, 5},
    {SCRIPT_DATA_ACK, SCRIPT_DATA, 6400 * NS_PER_MS, 5},
};

static void plan_repeat(struct recorded_phone *phone, size_t played, instant_ns now_ns)
{
    size_t next = phone->position;
    if (phone->due_step != NO_STEP || next >= phone->step_count)
        return;
    for (size_t i = 0; i < sizeof repeats / sizeof repeats[0]; i++) {
        const struct repeat *repeat = &repeats[i];
        if (phone->steps[played].kind != repeat->kind ||
            phone->steps[next].stimulus != repeat->awaited || phone->plays >= repeat->times)
            continue;
        phone->due_step = played;
        phone->due_ns = now_ns + (duration_ns)((double)repeat->interval_ns / phone->speed);
    }
}

void recorded_phone_tick(struct recorded_phone *phone, instant_ns now_ns)
{
    if (phone->due_step == NO_STEP || now_ns < phone->due_ns)
        return;
    size_t index = phone->due_step;
    const struct script_step *step = &phone->steps[index];
    uint16_t block = step->block;
    phone->due_step = NO_STEP;
    if (step->kind == SCRIPT_DATA_ACK) {
        phone->transfer_step = index;
        if (phone->has_last_block)
            block = phone->last_block;
    }
    phone->plays =
        index == phone->last_played && block == phone->last_played_block ? phone->plays + 1 : 1;
    phone->last_played = index;
    phone->last_played_block = block;
    play(phone, index, block);
    if (index >= phone->position)
        phone->position = index + 1;
    plan_next(phone, now_ns);
    plan_repeat(phone, index, now_ns);
}

/*
 * Does this stimulus bring the step forth? A read request comes after an ARP reply, and also after
 * any ARP request that the phone answers meanwhile: the loader's quirk (docs: protocol, ARP).
 */
static bool answers(const struct script_step *step, enum script_kind stimulus)
{
    return step->stimulus == stimulus ||
           (step->kind == SCRIPT_READ_REQUEST && step->stimulus == SCRIPT_ARP_REPLY &&
            stimulus == SCRIPT_ARP_REQUEST);
}

/*
 * The step from `position` on that answers this stimulus, NO_STEP if the script has none. Without
 * its lease the phone goes nowhere.
 */
static size_t find_answer(const struct recorded_phone *phone, enum script_kind stimulus)
{
    for (size_t i = phone->position; i < phone->step_count; i++) {
        if (answers(&phone->steps[i], stimulus))
            return i;
        if (phone->steps[i].kind == SCRIPT_DHCP_REQUEST)
            return NO_STEP;
    }
    return NO_STEP;
}

/* The last step before `position` that answered this stimulus since the phone started. */
static size_t find_earlier_answer(const struct recorded_phone *phone, enum script_kind stimulus)
{
    for (size_t i = phone->position; i-- > 0;) {
        if (phone->steps[i].stimulus == stimulus)
            return i;
        /* Nothing is answered across a restart, or while the phone checks and writes an image. */
        if (phone->steps[i].kind == SCRIPT_DISCOVER || phone->steps[i].last_block)
            return NO_STEP;
    }
    return NO_STEP;
}

/* The ACK that ended the recorded transfer which `index` belongs to, NO_STEP if it never ended. */
static size_t find_last_ack(const struct recorded_phone *phone, size_t index)
{
    for (size_t i = index; i < phone->step_count; i++) {
        if (phone->steps[i].kind == SCRIPT_READ_REQUEST || phone->steps[i].kind == SCRIPT_DISCOVER)
            return NO_STEP;
        if (phone->steps[i].kind == SCRIPT_DATA_ACK && phone->steps[i].last_block)
            return i;
    }
    return NO_STEP;
}

/*
 * A DATA block: a recorded transfer that was complete acknowledges a live one of any length; one
 * that broke off does so at the recorded block.
 */
static void hear_data(struct recorded_phone *phone, const struct tftp_packet *data,
                      instant_ns now_ns)
{
    uint16_t expected = (uint16_t)(phone->has_last_block ? phone->last_block + 1 : 1);
    size_t index = find_answer(phone, SCRIPT_DATA);
    bool scripted = index != NO_STEP && phone->steps[index].block == data->block;
    if (data->block != expected && !scripted)
        return;
    if (index == NO_STEP)
        index = phone->transfer_step;
    if (index == NO_STEP)
        return;
    size_t last = find_last_ack(phone, index);
    bool ends = data->wire_length < TFTP_BLOCK_LENGTH;
    if (last != NO_STEP && ends)
        index = last;
    else if (last != NO_STEP && index == last)
        index = phone->transfer_step != NO_STEP ? phone->transfer_step : last;
    else if (last == NO_STEP && phone->steps[index].block != data->block)
        return;
    phone->has_last_block = true;
    phone->last_block = data->block;
    plan(phone, index, now_ns);
}

static void hear(struct recorded_phone *phone, enum script_kind stimulus, instant_ns now_ns)
{
    size_t index = find_answer(phone, stimulus);
    size_t earlier = find_earlier_answer(phone, stimulus);
    /*
     * What the phone answered before it answers again, as long as the script does not wait for
     * just this; steps are skipped only where the partner goes another way than the recorded one.
     */
    bool repeatable =
        stimulus == SCRIPT_REQUEST || stimulus == SCRIPT_UPGRADE || stimulus == SCRIPT_ARP_REQUEST;
    if (!repeatable || phone->unanswered[stimulus] >= SCRIPT_DEAF_AFTER)
        earlier = NO_STEP;
    if (earlier != NO_STEP && index != phone->position)
        index = stimulus == SCRIPT_UPGRADE && index != NO_STEP ? index : earlier;
    if (index != NO_STEP)
        plan(phone, index, now_ns);
}

/* Did this way never reach the phone, however often it was tried? */
static bool is_deaf_to(const struct recorded_phone *phone, enum script_way way)
{
    return phone->way_answered[way] == 0 && phone->way_asked[way] >= SCRIPT_DEAF_AFTER;
}

void recorded_phone_frame(struct recorded_phone *phone, const struct frame *frame,
                          instant_ns now_ns)
{
    enum script_kind kind = script_classify(phone, frame);
    if (kind == SCRIPT_NOTHING || mac_equal(&frame->ethernet.source, &phone->mac))
        return;
    script_observe(phone, &phone->live, frame, kind);
    if ((kind == SCRIPT_REQUEST || kind == SCRIPT_UPGRADE) && is_deaf_to(phone, script_way(frame)))
        return;
    if (kind == SCRIPT_UPGRADE)
        phone->has_last_block = false;
    if (kind == SCRIPT_DATA)
        hear_data(phone, &frame->tftp, now_ns);
    else
        hear(phone, kind, now_ns);
}
