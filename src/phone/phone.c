/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phone as a whole: power, time and the receive buffers. What it does with a frame or a timer
 * stands in the other files, what can be seen of it in outside.c.
 */
#include "phone/internal.h"

#include <stdlib.h>
#include <string.h>

struct phone_config phone_config_default(void)
{
    return (struct phone_config){.mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}},
                                 .serial = "CBT141100HR",
                                 .product = "SPA504G",
                                 .software = "7.4.4rec",
                                 .hardware = "1.0.2",
                                 .timing = PHONE_TIMING_HARDWARE,
                                 .after_flash = PHONE_STARTS_FIRMWARE,
                                 .seed = 1};
}

struct phone *phone_new(const struct phone_config *config, struct error *ret_error)
{
    if (mac_is_group(&config->mac)) {
        error_set(ret_error, ERROR_USAGE, "a phone cannot have the group address %s as its MAC",
                  mac_format(&config->mac).text);
        return NULL;
    }
    struct phone *phone = calloc(1, sizeof *phone);
    struct craft *craft = phone ? craft_new(ret_error) : NULL;
    if (phone)
        phone->check = malloc(sizeof *phone->check);
    if (!craft || !phone->check) {
        if (!phone || craft)
            error_set(ret_error, ERROR_ENVIRONMENT, "no memory for a simulated phone");
        craft_free(craft);
        free(phone ? phone->check : NULL);
        free(phone);
        return NULL;
    }
    phone->craft = craft;
    phone_become(phone, config);
    return phone;
}

void phone_become(struct phone *phone, const struct phone_config *config)
{
    phone->config = *config;
    phone->random = random_from_seed(config->seed);
    phone->state = PHONE_OFF;
    phone->now_ns = phone->cpu_ns = 0;
    phone->timer_ns = phone->fate_ns = INSTANT_NEVER;
    phone->fate = FATE_NONE;
    phone->power_loss_done = false;
    phone->output_count = phone->event_count = 0;
    for (unsigned i = 0; i < PHONE_FLASH_SECTORS; i++)
        phone->sectors[i].written = false;
    phone->flash_count = 0;
    phone->download_length = 0;
    phone->damage[0] = '\0';
    url_parse_all(phone);
}

void phone_free(struct phone *phone)
{
    if (!phone)
        return;
    for (unsigned i = 0; i < PHONE_FLASH_SECTORS; i++)
        free(phone->sectors[i].bytes);
    craft_free(phone->craft);
    free(phone->download);
    free(phone->checked);
    free(phone->check);
    free(phone);
}

/* ---- Time ---- */

void phone_set_timer(struct phone *phone, duration_ns wait_ns, bool counts_loops)
{
    phone->timer_ns = phone->cpu_ns + wait_ns;
    phone->timer_counts_loops = counts_loops;
}

void phone_stop_timer(struct phone *phone)
{
    phone->timer_ns = INSTANT_NEVER;
}

void phone_spend(struct phone *phone, duration_ns hardware_ns)
{
    if (phone->config.timing == PHONE_TIMING_HARDWARE)
        phone->cpu_ns += hardware_ns;
}

void phone_print_cost(struct phone *phone, duration_ns hardware_ns)
{
    if (phone->config.console_locked)
        return;
    phone_spend(phone, phone->config.faults.slow_console ? 4 * hardware_ns : hardware_ns);
}

duration_ns phone_stretch(const struct phone *phone, duration_ns nominal_ns)
{
    if (phone->config.timing == PHONE_TIMING_NOMINAL)
        return nominal_ns;
    int64_t permille = phone->slow_receive ? LOADER_STRETCH_HTTP_PERMILLE : LOADER_STRETCH_PERMILLE;
    return nominal_ns / 1000 * permille;
}

void phone_set_fate(struct phone *phone, enum fate fate, duration_ns wait_ns)
{
    if (phone->fate != FATE_NONE && phone->fate_ns <= phone->cpu_ns + wait_ns)
        return;
    phone->fate = fate;
    phone->fate_ns = phone->cpu_ns + wait_ns;
}

/* ---- Power ---- */

/* What a restart of the loader forgets; flash, damage done and the faults' memory stay. */
static void forget(struct phone *phone)
{
    phone->chain.filled = phone->chain.taken = phone->chain.released = 0;
    phone->fate = FATE_NONE;
    phone->fate_ns = INSTANT_NEVER;
    phone->ip_identification = 0;
    phone->ip = phone->mask = phone->gateway = phone->server_ip = 0;
    phone->dns_server_count = 0;
    phone->address_spoilt = phone->slow_receive = false;
    phone->dhcp = (struct dhcp_client){0};
    phone->window = phone->next_url = 0;
    for (unsigned i = 0; i < PHONE_URLS; i++) {
        if (phone->urls[i].is_name)
            phone->urls[i].host_ip = 0;
    }
    phone->attempt = (struct attempt){0};
    phone->download_length = 0;
    phone_transmit_garbage(phone, phone->reply_buffer, sizeof phone->reply_buffer);
}

static void boot(struct phone *phone, duration_ns before_ns)
{
    forget(phone);
    phone_set_state(phone, PHONE_BOOTING);
    bool hardware = phone->config.timing == PHONE_TIMING_HARDWARE;
    duration_ns boot_ns = hardware ? LOADER_BOOT_HARDWARE_NS : LOADER_BOOT_NOMINAL_NS;
    if (phone->config.is_static)
        boot_ns = LOADER_STATIC_BOOT_NS;
    if (phone->config.boot_ns > 0)
        boot_ns = phone->config.boot_ns;
    phone_set_timer(phone, before_ns + boot_ns, false);
    if (phone->config.faults.reboot_loop)
        phone_set_fate(phone, FATE_RESET, before_ns + boot_ns + S(8));
}

void phone_reset(struct phone *phone)
{
    phone_note(phone, "reset");
    boot(phone, LOADER_RESET_NS);
}

static void boot_done(struct phone *phone)
{
    const struct phone_config *config = &phone->config;
    if (!config->is_static) {
        dhcp_client_start(phone);
        return;
    }
    phone->ip = config->static_ip;
    phone->mask = config->static_mask;
    phone->gateway = config->static_gateway;
    phone->next_hop = mac_zero;
    recovery_configured(phone);
}

static void go_dark(struct phone *phone, instant_ns now_ns)
{
    phone_drop_future(phone, now_ns);
    phone->cpu_ns = now_ns;
    phone_stop_timer(phone);
    phone->fate = FATE_NONE;
    phone->fate_ns = INSTANT_NEVER;
    phone_set_state(phone, PHONE_OFF);
}

static void meet_fate(struct phone *phone)
{
    enum fate fate = phone->fate;
    phone_drop_future(phone, phone->cpu_ns);
    phone->fate = FATE_NONE;
    phone->fate_ns = INSTANT_NEVER;
    switch (fate) {
    case FATE_NONE:
        break;
    case FATE_CRASH:
        phone_stop_timer(phone);
        phone_set_state(phone, PHONE_CRASHED);
        break;
    case FATE_RESET:
        phone_reset(phone);
        break;
    case FATE_POWER_OFF:
        go_dark(phone, phone->cpu_ns);
        phone_set_fate(phone, FATE_POWER_ON, phone->config.faults.power_off_ns);
        break;
    case FATE_POWER_ON:
        boot(phone, 0);
        break;
    }
}

/* ---- Dispatch ---- */

static void timer_came(struct phone *phone)
{
    phone_stop_timer(phone);
    switch (phone->state) {
    case PHONE_BOOTING:
        boot_done(phone);
        break;
    case PHONE_DHCP:
        dhcp_client_timer(phone);
        break;
    case PHONE_LISTENING:
        recovery_timer(phone);
        break;
    case PHONE_ARP_WAIT:
        arp_timer(phone);
        break;
    case PHONE_TFTP:
        tftp_client_timer(phone);
        break;
    case PHONE_URL_DNS:
        url_dns_timer(phone);
        break;
    case PHONE_URL_HTTP:
        http_client_timer(phone);
        break;
    case PHONE_CHECKING:
    case PHONE_FLASHING:
        flash_timer(phone);
        break;
    case PHONE_NORMAL_FIRMWARE:
        normal_firmware_timer(phone);
        break;
    case PHONE_OFF:
    case PHONE_SERIAL_PROMPT:
    case PHONE_CRASHED:
    case PHONE_STATE_COUNT:
        break;
    }
}

/* Stages whose loop looks at the receive buffers. */
static bool takes_frames(const struct phone *phone)
{
    switch (phone->state) {
    case PHONE_DHCP:
    case PHONE_LISTENING:
    case PHONE_ARP_WAIT:
    case PHONE_TFTP:
    case PHONE_URL_DNS:
    case PHONE_URL_HTTP:
    case PHONE_NORMAL_FIRMWARE:
        return true;
    default:
        return false;
    }
}

/* The five buffers become free again together. */
static void release_buffer(struct phone *phone)
{
    struct receive_chain *chain = &phone->chain;
    if (chain->released < chain->taken && phone->cpu_ns <= phone->now_ns)
        chain->released++;
    if (chain->released == LOADER_RECEIVE_BUFFERS)
        chain->filled = chain->taken = chain->released = 0;
}

static void frame_came(struct phone *phone)
{
    struct receive_buffer *buffer = &phone->chain.buffers[phone->chain.taken++];
    instant_ns start_ns = phone->cpu_ns;
    enum phone_state before = phone->state;
    instant_ns timer_before_ns = phone->timer_ns;
    if (before == PHONE_NORMAL_FIRMWARE) {
        normal_firmware_frame(phone, buffer->bytes, buffer->length);
    } else {
        if (phone->slow_receive)
            phone_spend(phone, LOADER_SLOW_FRAME_COST_NS);
        phone_spend(phone, LOADER_FRAME_COST_NS +
                               random_below(&phone->random, LOADER_FRAME_COST_SPREAD_NS));
        acceptance_frame(phone, buffer->bytes, buffer->length);
    }
    /* The loop that counts stands still while it handles a frame. */
    if (phone->timer_counts_loops && phone->timer_ns == timer_before_ns &&
        phone->timer_ns != INSTANT_NEVER)
        phone->timer_ns += phone->cpu_ns - start_ns;
}

static bool frame_waits(const struct phone *phone)
{
    return phone->chain.taken < phone->chain.filled && takes_frames(phone);
}

static instant_ns later(instant_ns a, instant_ns b)
{
    return a > b ? a : b;
}

/* When the processor next has something to do; INSTANT_NEVER if it has not. */
static instant_ns next_step(const struct phone *phone)
{
    instant_ns next_ns = phone->timer_ns;
    if (frame_waits(phone))
        next_ns = instant_earlier(next_ns, phone->chain.buffers[phone->chain.taken].arrival_ns);
    next_ns = next_ns == INSTANT_NEVER ? next_ns : later(next_ns, phone->cpu_ns);
    return instant_earlier(next_ns, phone->fate_ns);
}

/* Lives through everything up to now_ns. A full output ring makes the phone wait for its reader. */
static void advance(struct phone *phone, instant_ns now_ns)
{
    phone->now_ns = later(phone->now_ns, now_ns);
    release_buffer(phone);
    while (phone->output_count + PHONE_OUTPUT_RESERVE <= PHONE_OUTPUT_RING) {
        instant_ns step_ns = next_step(phone);
        if (step_ns > phone->now_ns)
            return;
        phone->cpu_ns = step_ns;
        if (step_ns == phone->fate_ns)
            meet_fate(phone);
        else if (frame_waits(phone) &&
                 phone->chain.buffers[phone->chain.taken].arrival_ns <= step_ns)
            frame_came(phone);
        else
            timer_came(phone);
        release_buffer(phone);
    }
}

void phone_power_on(struct phone *phone, instant_ns now_ns)
{
    advance(phone, now_ns);
    if (phone->state != PHONE_OFF)
        return;
    phone->cpu_ns = phone->now_ns;
    boot(phone, 0);
}

void phone_power_off(struct phone *phone, instant_ns now_ns)
{
    advance(phone, now_ns);
    go_dark(phone, phone->now_ns);
}

void phone_frame(struct phone *phone, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    advance(phone, now_ns);
    struct receive_chain *chain = &phone->chain;
    bool receiver_is_on = phone->state != PHONE_OFF && phone->state != PHONE_BOOTING;
    if (!receiver_is_on || length > PHONE_FRAME_SIZE ||
        !acceptance_mac_filter(phone, bytes, length) || chain->filled == LOADER_RECEIVE_BUFFERS)
        return;
    struct receive_buffer *buffer = &chain->buffers[chain->filled++];
    buffer->arrival_ns = phone->now_ns;
    buffer->length = length;
    memcpy(buffer->bytes, bytes, length);
    advance(phone, now_ns);
}

void phone_tick(struct phone *phone, instant_ns now_ns)
{
    advance(phone, now_ns);
}

instant_ns phone_deadline(const struct phone *phone)
{
    instant_ns deadline_ns = next_step(phone);
    if (phone->output_count > 0)
        deadline_ns = instant_earlier(deadline_ns, phone->outputs[phone->output_first].due_ns);
    return deadline_ns;
}
