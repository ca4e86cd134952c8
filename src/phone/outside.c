/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be seen of the phone from outside: frames sent, lines printed, state, flash, damage.
 * Frames and lines carry the processor's time and show when that time has come.
 */
#include "base/text.h"
#include "phone/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[PHONE_STATE_COUNT] = {
    [PHONE_OFF] = "off",
    [PHONE_BOOTING] = "booting",
    [PHONE_DHCP] = "asking for an address",
    [PHONE_LISTENING] = "listening",
    [PHONE_ARP_WAIT] = "resolving its gateway",
    [PHONE_TFTP] = "downloading",
    [PHONE_URL_DNS] = "resolving the name in its URL",
    [PHONE_URL_HTTP] = "downloading over HTTP",
    [PHONE_CHECKING] = "checking the image",
    [PHONE_FLASHING] = "writing flash",
    [PHONE_SERIAL_PROMPT] = "at its serial prompt",
    [PHONE_CRASHED] = "crashed",
    [PHONE_NORMAL_FIRMWARE] = "running its normal firmware",
};

const char *phone_state_name(enum phone_state state)
{
    return (unsigned)state < PHONE_STATE_COUNT ? state_names[state] : "unknown";
}

enum phone_state phone_state(const struct phone *phone)
{
    return phone->state;
}

const uint8_t *phone_download(const struct phone *phone, size_t *ret_length)
{
    *ret_length = phone->download_length;
    return phone->download;
}

const uint8_t *phone_flash_sector(const struct phone *phone, unsigned number)
{
    if (number >= PHONE_FLASH_SECTORS || !phone->sectors[number].written)
        return NULL;
    return phone->sectors[number].bytes;
}

unsigned phone_flash_count(const struct phone *phone)
{
    return phone->flash_count;
}

const char *phone_damage(const struct phone *phone)
{
    return phone->damage[0] ? phone->damage : NULL;
}

void phone_note(struct phone *phone, const char *format, ...)
{
    unsigned place = (phone->event_first + phone->event_count) % PHONE_EVENT_RING;
    if (phone->event_count == PHONE_EVENT_RING)
        phone->event_first = (phone->event_first + 1) % PHONE_EVENT_RING;
    else
        phone->event_count++;
    struct phone_event *event = &phone->events[place];
    event->time_ns = phone->cpu_ns;
    event->state = phone->state;
    va_list arguments;
    char text[sizeof event->text]; /* may hold what came from the wire */
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_escape(text, strlen(text), event->text, sizeof event->text);
}

void phone_set_state(struct phone *phone, enum phone_state state)
{
    if (phone->state == state)
        return;
    phone->state = state;
    phone_note(phone, "%s", phone_state_name(state));
}

void phone_damaged(struct phone *phone, const char *format, ...)
{
    char what[sizeof phone->damage];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (!phone->damage[0])
        text_escape(what, strlen(what), phone->damage, sizeof phone->damage);
    phone_note(phone, "this would have damaged a real phone: %s", what);
    phone_set_fate(phone, FATE_CRASH, LOADER_HEAP_CRASH_NS);
}

bool phone_next_output(struct phone *phone, struct phone_output *ret)
{
    const struct timed_output *first = &phone->outputs[phone->output_first];
    if (phone->output_count == 0 || first->due_ns > phone->now_ns)
        return false;
    ret->length = first->output.length;
    memcpy(ret->bytes, first->output.bytes, first->output.length);
    phone->output_first = (phone->output_first + 1) % PHONE_OUTPUT_RING;
    phone->output_count--;
    return true;
}

bool phone_next_event(struct phone *phone, struct phone_event *ret)
{
    if (phone->event_count == 0 || phone->events[phone->event_first].time_ns > phone->now_ns)
        return false;
    *ret = phone->events[phone->event_first];
    phone->event_first = (phone->event_first + 1) % PHONE_EVENT_RING;
    phone->event_count--;
    return true;
}

void phone_drop_future(struct phone *phone, instant_ns now_ns)
{
    while (phone->output_count > 0) {
        unsigned last = (phone->output_first + phone->output_count - 1) % PHONE_OUTPUT_RING;
        if (phone->outputs[last].due_ns <= now_ns)
            break;
        phone->output_count--;
    }
    while (phone->event_count > 0) {
        unsigned last = (phone->event_first + phone->event_count - 1) % PHONE_EVENT_RING;
        if (phone->events[last].time_ns <= now_ns)
            break;
        phone->event_count--;
    }
}
