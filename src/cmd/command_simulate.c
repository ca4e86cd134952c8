/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spa-sos simulate: one or many simulated phones (phone/phone.h) on an interface. The phones hang
 * on one cable as behind a small switch: each hears what is sent to it and to groups, the other
 * phones' group frames included.
 */
#include "cmd/commands.h"
#include "cmd/simulate_options.h"
#include "port/interruption.h"
#include "port/live.h"
#include "port/privileges.h"
#include "port/recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define LINGER_NS (2 * NS_PER_S) /* after the last phone has shown that it runs again */

struct simulated_phone {
    struct phone *phone;
    struct mac_address mac;
    enum phone_state state; /* of its last event */
    bool has_spoken;        /* sent a frame after it was flashed */
};

struct simulation {
    struct simulate_options options;
    struct interface_info interface;
    int interruption;
    struct recording *recording;
    struct port *port;
    struct simulated_phone *phones;
    instant_ns all_done_ns; /* INSTANT_NEVER: not yet */
};

static void say_event(const struct simulation *simulation, const struct simulated_phone *phone,
                      const struct phone_event *event)
{
    if (simulation->options.is_quiet)
        return;
    time_t seconds = (time_t)(event->time_ns / NS_PER_S);
    struct tm local;
    char clock[16];
    localtime_r(&seconds, &local);
    strftime(clock, sizeof clock, "%H:%M:%S", &local);
    const char *state = phone_state_name(event->state);
    bool is_change = strcmp(state, event->text) == 0;
    fprintf(stderr, "%s.%03d %s %s%s%s\n", clock, (int)(event->time_ns % NS_PER_S / NS_PER_MS),
            mac_format(&phone->mac).text, state, is_change ? "" : ": ",
            is_change ? "" : event->text);
}

/* The image was accepted. A file that cannot be written is said and ends nothing. */
static void write_image(const struct simulation *simulation, const struct simulated_phone *phone)
{
    const char *path = simulation->options.image_path;
    if (!path)
        return;
    char name[4096];
    if (simulation->options.count > 1)
        snprintf(name, sizeof name, "%s.%s", path, mac_format(&phone->mac).text);
    else
        snprintf(name, sizeof name, "%s", path);
    size_t length;
    const uint8_t *image = phone_download(phone->phone, &length);
    FILE *file = fopen(name, "wbe");
    bool is_written = file && fwrite(image, 1, length, file) == length;
    if (file && fclose(file) != 0)
        is_written = false;
    if (!is_written)
        fprintf(stderr, "spa-sos simulate: %s: cannot write the image\n", name);
}

/* Sends what the phone wants sent and says what it does. */
static bool drain(struct simulation *simulation, struct simulated_phone *phone,
                  struct error *ret_error)
{
    struct phone_output output;
    struct phone_event event;
    while (phone_next_output(phone->phone, &output)) {
        if (!simulation->port->operations->send(simulation->port, output.bytes, output.length,
                                                ret_error))
            return false;
        phone->has_spoken |= phone_flash_count(phone->phone) > 0;
    }
    while (phone_next_event(phone->phone, &event)) {
        say_event(simulation, phone, &event);
        if (event.state == PHONE_FLASHING && phone->state != PHONE_FLASHING)
            write_image(simulation, phone);
        phone->state = event.state;
    }
    return true;
}

static bool deliver(struct simulation *simulation, const struct port_frame *frame,
                    struct error *ret_error)
{
    struct mac_address destination, source;
    if (frame->captured < frame->length || frame->length < 14)
        return true; /* longer than what a loader could take */
    memcpy(destination.octet, frame->bytes, sizeof destination.octet);
    memcpy(source.octet, frame->bytes + 6, sizeof source.octet);
    bool is_group = mac_is_group(&destination);
    for (unsigned i = 0; i < simulation->options.count; i++) {
        struct simulated_phone *phone = &simulation->phones[i];
        if (mac_equal(&source, &phone->mac) || (!is_group && !mac_equal(&destination, &phone->mac)))
            continue;
        phone_frame(phone->phone, frame->bytes, frame->length, frame->time_ns);
        if (!drain(simulation, phone, ret_error))
            return false;
    }
    return true;
}

static bool tick(struct simulation *simulation, instant_ns now_ns, struct error *ret_error)
{
    for (unsigned i = 0; i < simulation->options.count; i++) {
        struct simulated_phone *phone = &simulation->phones[i];
        if (phone_deadline(phone->phone) > now_ns)
            continue;
        phone_tick(phone->phone, now_ns);
        if (!drain(simulation, phone, ret_error))
            return false;
    }
    return true;
}

static void look_for_end(struct simulation *simulation, instant_ns now_ns)
{
    if (!simulation->options.exit_after_flash || simulation->all_done_ns != INSTANT_NEVER)
        return;
    for (unsigned i = 0; i < simulation->options.count; i++)
        if (!simulation->phones[i].has_spoken)
            return;
    simulation->all_done_ns = now_ns + LINGER_NS;
}

static instant_ns next_deadline(const struct simulation *simulation)
{
    instant_ns deadline_ns = simulation->all_done_ns;
    for (unsigned i = 0; i < simulation->options.count; i++)
        deadline_ns = instant_earlier(deadline_ns, phone_deadline(simulation->phones[i].phone));
    return deadline_ns;
}

/* Returns: false with ret_error if the interface failed. */
static bool run(struct simulation *simulation, struct error *ret_error)
{
    struct port *port = simulation->port;
    instant_ns now_ns = port->operations->now(port);
    for (unsigned i = 0; i < simulation->options.count; i++) {
        phone_power_on(simulation->phones[i].phone, now_ns);
        if (!drain(simulation, &simulation->phones[i], ret_error))
            return false;
    }
    for (;;) {
        struct port_frame frame;
        switch (port->operations->next(port, next_deadline(simulation), &frame, ret_error)) {
        case PORT_FRAME:
            if (!deliver(simulation, &frame, ret_error))
                return false;
            break;
        case PORT_DEADLINE:
            if (!tick(simulation, port->operations->now(port), ret_error))
                return false;
            break;
        case PORT_INTERRUPTED:
        case PORT_END:
            return true;
        case PORT_FAILED:
            return false;
        case PORT_CARRIER_UP:
        case PORT_CARRIER_DOWN:
            break; /* the loader does not look at its link */
        }
        now_ns = port->operations->now(port);
        if (now_ns >= simulation->all_done_ns)
            return true;
        look_for_end(simulation, now_ns);
        const char *trouble =
            simulation->recording ? recording_trouble(simulation->recording) : NULL;
        if (trouble)
            fprintf(stderr, "spa-sos simulate: %s\n", trouble);
    }
}

static bool say_waiting(void *context, bool is_enabled, unsigned waited_s)
{
    const struct simulation *simulation = context;
    if (waited_s == 0)
        fprintf(stderr, "spa-sos simulate: %s: waiting for %s\n", simulation->interface.name,
                is_enabled ? "a link" : "it to be switched on");
    return true;
}

static bool make_phones(struct simulation *simulation, struct error *ret_error)
{
    struct simulate_options *options = &simulation->options;
    if (!options->has_mac) {
        options->phone.mac = (struct mac_address){{0x02, 0x53, 0x4f, 0, 0, 0}};
        if (getrandom(options->phone.mac.octet + 3, 2, 0) != 2)
            return error_set(ret_error, ERROR_ENVIRONMENT, "no random numbers for a MAC address");
    }
    simulation->phones = calloc(options->count, sizeof *simulation->phones);
    if (!simulation->phones)
        return error_set(ret_error, ERROR_ENVIRONMENT, "no memory for %u phones", options->count);
    for (unsigned i = 0; i < options->count; i++) {
        struct phone_config config;
        if (!simulate_options_phone(options, i, &config, ret_error))
            return false;
        simulation->phones[i].mac = config.mac;
        simulation->phones[i].phone = phone_new(&config, ret_error);
        if (!simulation->phones[i].phone)
            return false;
        if (!options->is_quiet)
            fprintf(stderr, "%s %s serial %s on %s\n", mac_format(&config.mac).text, config.product,
                    config.serial, options->interface);
    }
    return true;
}

static bool open_port(struct simulation *simulation, struct error *ret_error)
{
    const struct simulate_options *options = &simulation->options;
    const struct port_live_config config = {.interface = options->interface,
                                            .gentle = options->is_gentle,
                                            .unfiltered = true,
                                            .interrupt_descriptor = simulation->interruption};
    simulation->port = port_live_open(&config, ret_error);
    if (!simulation->port)
        return false;
    if (simulation->recording) {
        struct port *recorder = port_recorder_new(simulation->port, simulation->recording);
        if (!recorder)
            return error_set(ret_error, ERROR_ENVIRONMENT, "out of memory");
        simulation->port = recorder;
    }
    return true;
}

static bool simulate(struct simulation *simulation, struct error *ret_error)
{
    const struct simulate_options *options = &simulation->options;
    if (!interface_find_usable(options->interface, &simulation->interface, ret_error) ||
        !make_phones(simulation, ret_error))
        return false;
    if (simulation->interface.use == INTERFACE_DOUBTFUL)
        fprintf(stderr, "spa-sos simulate: warning: %s %s\n", options->interface,
                simulation->interface.why);
    if (options->write_path) {
        simulation->recording = recording_create(options->write_path, ret_error);
        if (!simulation->recording)
            return false;
    }
    simulation->interruption = interruption_open(ret_error);
    if (simulation->interruption < 0)
        return false;
    enum port_event event = port_live_wait_carrier(&simulation->interface, simulation->interruption,
                                                   say_waiting, simulation, ret_error);
    if (event == PORT_INTERRUPTED)
        return true;
    return event == PORT_CARRIER_UP && open_port(simulation, ret_error) &&
           privileges_drop(ret_error) && run(simulation, ret_error);
}

static void close_simulation(struct simulation *simulation)
{
    if (simulation->port)
        simulation->port->operations->close(simulation->port);
    recording_close(simulation->recording);
    for (unsigned i = 0; simulation->phones && i < simulation->options.count; i++)
        phone_free(simulation->phones[i].phone);
    free(simulation->phones);
}

int command_simulate(int argc, char **argv)
{
    struct simulation simulation = {.all_done_ns = INSTANT_NEVER};
    struct error error = {0};
    if (!simulate_options_parse(argc, argv, &simulation.options, &error)) {
        fprintf(stderr, "spa-sos simulate: %s\n", error.text);
        return (int)error.kind;
    }
    if (simulation.options.is_help) {
        simulate_options_print_help();
        return 0;
    }
    if (simulation.options.is_fault_help) {
        simulate_options_print_faults();
        return 0;
    }
    bool is_good = simulate(&simulation, &error);
    if (!is_good)
        fprintf(stderr, "spa-sos simulate: %s\n", error.text);
    close_simulation(&simulation);
    return is_good ? 0 : (int)error.kind;
}
