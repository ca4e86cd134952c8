/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spa-sos simulate: one or many simulated phones (phone/phone.h) on an interface. They hang on a
 * small switch (port/segment.h) whose time is that of the interface, one cable each, beside
 * whatever else --fault puts there; the interface is the switch's uplink.
 */
#include "cmd/commands.h"
#include "cmd/host_endpoint.h"
#include "cmd/options/options.h"
#include "cmd/phone_endpoint.h"
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

struct simulation;

struct simulated_phone {
    const struct simulation *simulation;
    struct phone_endpoint endpoint;
    struct mac_address mac;
    enum phone_state state; /* of its last event */
};

struct simulation {
    const struct options *command_line;
    struct simulate_options options;
    struct interface_info interface;
    int interruption;
    struct recording *recording;
    struct port *port;
    struct segment *segment;
    struct segment_endpoint *uplink;
    struct simulated_phone *phones;
    unsigned phone_count;
    struct host_endpoint host;
    bool has_failed; /* a frame could not be sent: `failure` */
    struct error failure;
    instant_ns all_done_ns; /* INSTANT_NEVER: not yet */
};

static void say_event(const struct simulation *simulation, const struct simulated_phone *phone,
                      const struct phone_event *event)
{
    if (simulation->command_line->quiet)
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
    if (simulation->phone_count > 1)
        snprintf(name, sizeof name, "%s.%s", path, mac_format(&phone->mac).text);
    else
        snprintf(name, sizeof name, "%s", path);
    size_t length;
    const uint8_t *image = phone_download(phone->endpoint.phone, &length);
    FILE *file = fopen(name, "wbe");
    bool is_written = file && fwrite(image, 1, length, file) == length;
    if (file && fclose(file) != 0)
        is_written = false;
    if (!is_written)
        fprintf(stderr, "spa-sos simulate: %s: cannot write the image\n", name);
}

static void observe(void *context, const struct phone_event *event)
{
    struct simulated_phone *phone = context;
    say_event(phone->simulation, phone, event);
    if (event->state == PHONE_FLASHING && phone->state != PHONE_FLASHING)
        write_image(phone->simulation, phone);
    phone->state = event->state;
}

/* ---- The switch's uplink ---- */

static void send_uplink(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct simulation *simulation = context;
    (void)now_ns;
    if (!simulation->has_failed &&
        !simulation->port->operations->send(simulation->port, bytes, length, &simulation->failure))
        simulation->has_failed = true;
}

/* The interface also shows what was sent on it. */
static bool is_own_frame(const struct simulation *simulation, const struct port_frame *frame)
{
    struct mac_address source;
    memcpy(source.octet, frame->bytes + 6, sizeof source.octet);
    for (unsigned i = 0; i < simulation->phone_count; i++)
        if (mac_equal(&source, &simulation->phones[i].mac))
            return true;
    return simulation->host.host && mac_equal(&source, other_host_mac(simulation->host.host));
}

static void receive(struct simulation *simulation, const struct port_frame *frame)
{
    /* Longer than what a loader could take, or no frame at all. */
    if (frame->captured < frame->length || frame->length < 14 || is_own_frame(simulation, frame))
        return;
    segment_send(simulation->uplink, frame->bytes, frame->length);
}

/* Lets everything happen that is due. Returns: false with ret_error if the interface failed. */
static bool advance(struct simulation *simulation, instant_ns now_ns, struct error *ret_error)
{
    while (segment_step(simulation->segment, now_ns))
        ;
    if (simulation->has_failed)
        *ret_error = simulation->failure;
    return !simulation->has_failed;
}

static void look_for_end(struct simulation *simulation, instant_ns now_ns)
{
    if (!simulation->options.exit_after_flash || simulation->all_done_ns != INSTANT_NEVER)
        return;
    for (unsigned i = 0; i < simulation->phone_count; i++)
        if (!simulation->phones[i].endpoint.has_spoken_since_flash)
            return;
    simulation->all_done_ns = now_ns + LINGER_NS;
}

/* Returns: false with ret_error if the interface failed. */
static bool run(struct simulation *simulation, struct error *ret_error)
{
    struct port *port = simulation->port;
    instant_ns now_ns = port->operations->now(port);
    for (unsigned i = 0; i < simulation->phone_count; i++)
        phone_endpoint_power_on(&simulation->phones[i].endpoint);
    for (;;) {
        if (!advance(simulation, now_ns, ret_error))
            return false;
        struct port_frame frame;
        instant_ns deadline_ns =
            instant_earlier(simulation->all_done_ns, segment_deadline(simulation->segment));
        switch (port->operations->next(port, deadline_ns, &frame, ret_error)) {
        case PORT_FRAME:
            if (!advance(simulation, frame.time_ns, ret_error))
                return false;
            receive(simulation, &frame);
            now_ns = frame.time_ns;
            break;
        case PORT_DEADLINE:
            now_ns = port->operations->now(port);
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
    struct mac_address *mac = &options->setup.phone.mac;
    if (!options->has_mac) {
        *mac = (struct mac_address){{0x02, 0x53, 0x4f, 0, 0, 0}};
        if (getrandom(mac->octet + 3, 2, 0) != 2)
            return error_set(ret_error, ERROR_ENVIRONMENT, "no random numbers for a MAC address");
    }
    simulation->phones = calloc(simulation->phone_count, sizeof *simulation->phones);
    if (!simulation->phones)
        return error_set(ret_error, ERROR_ENVIRONMENT, "no memory for %u phones",
                         simulation->phone_count);
    for (unsigned i = 0; i < simulation->phone_count; i++) {
        struct simulated_phone *phone = &simulation->phones[i];
        struct phone_config config;
        if (!simulate_options_phone(options, i, &config, ret_error) ||
            !phone_endpoint_attach(&phone->endpoint, simulation->segment, &options->setup.cable,
                                   &config, ret_error))
            return false;
        phone->simulation = simulation;
        phone->mac = config.mac;
        phone->endpoint.observer = observe;
        phone->endpoint.observer_context = phone;
        if (!simulation->command_line->quiet)
            fprintf(stderr, "%s %s serial %s on %s\n", mac_format(&config.mac).text, config.product,
                    config.serial, simulation->command_line->interface);
    }
    return true;
}

static bool make_segment(struct simulation *simulation, struct error *ret_error)
{
    static const struct segment_device uplink = {.deliver = send_uplink};
    const struct simulate_setup *setup = &simulation->options.setup;
    const struct segment_config config = {
        .kind = SEGMENT_SWITCH,
        .seed = setup->phone.seed,
        .start_ns = simulation->port->operations->now(simulation->port),
        .end_ns = INSTANT_NEVER,
        .is_immediate = true,
    };
    simulation->segment = segment_new(&config);
    simulation->uplink = segment_attach(simulation->segment, NULL, &uplink, simulation);
    return make_phones(simulation, ret_error) &&
           (!other_host_is_wanted(&setup->host) ||
            host_endpoint_attach(&simulation->host, simulation->segment, &setup->host, ret_error));
}

static bool open_port(struct simulation *simulation, struct error *ret_error)
{
    const struct options *options = simulation->command_line;
    const struct port_live_config config = {.interface = options->interface,
                                            .gentle = options->gentle,
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
    const struct options *options = simulation->command_line;
    if (!interface_find_usable(options->interface, &simulation->interface, ret_error))
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
           make_segment(simulation, ret_error) && privileges_drop(ret_error) &&
           run(simulation, ret_error);
}

static void close_simulation(struct simulation *simulation)
{
    if (simulation->port)
        simulation->port->operations->close(simulation->port);
    recording_close(simulation->recording);
    segment_free(simulation->segment);
    for (unsigned i = 0; simulation->phones && i < simulation->phone_count; i++)
        phone_endpoint_free(&simulation->phones[i].endpoint);
    host_endpoint_free(&simulation->host);
    free(simulation->phones);
}

int command_simulate(const struct options *options)
{
    struct simulation simulation = {
        .command_line = options, .options = options->simulate, .all_done_ns = INSTANT_NEVER};
    struct error error = {0};
    if (options->simulate.is_fault_help) {
        simulate_options_print_faults();
        return 0;
    }
    simulation.phone_count = simulate_options_phone_count(&simulation.options);
    bool is_good = simulate(&simulation, &error);
    if (!is_good)
        fprintf(stderr, "spa-sos simulate: %s\n", error.text);
    close_simulation(&simulation);
    return is_good ? 0 : (int)error.kind;
}
