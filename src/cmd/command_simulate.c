/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spa-sos simulate: one or many simulated phones (phone/phone.h) on an interface. They hang on a
 * small switch (port/segment.h) whose time is that of the interface, one cable each, beside
 * whatever else --fault puts there; the interface is the switch's uplink.
 */
#include "cmd/commands.h"
#include "cmd/failure.h"
#include "cmd/messages.h"
#include "cmd/options/options.h"
#include "cmd/output_file.h"
#include "cmd/rights.h"
#include "phone/other_host.h"
#include "phone/phone_peer.h"
#include "port/interruption.h"
#include "port/live.h"
#include "port/recorder.h"
#include "report/report.h"
#include "run/plug.h"
#include "run/run.h"
#include "run/uplink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define LINGER_NS (2 * NS_PER_S) /* after the last phone has shown that it runs again */

struct simulation;

struct simulated_phone {
    const struct simulation *simulation;
    struct phone_peer peer;
    struct plug plug;
    struct mac_address mac;
    char serial[PHONE_TEXT_SIZE], product[PHONE_TEXT_SIZE];
    enum phone_state state; /* of its last event */
    bool is_written;        /* its image has been written to a file */
};

struct simulation {
    struct uplink uplink; /* the first member: the struct peer that is run on the interface */
    const struct options *command_line;
    struct simulate_options options;
    struct interface_info interface;
    int interruption;
    struct recording *recording;
    struct port *port;
    struct segment *segment;
    struct simulated_phone *phones;
    unsigned phone_count;
    struct other_host *host; /* NULL: there is none */
    struct plug host_plug;
    instant_ns now_ns;
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
    messages_print("%s.%03d %s %s%s%s", clock, (int)(event->time_ns % NS_PER_S / NS_PER_MS),
                   mac_format(&phone->mac).text, state, is_change ? "" : ": ",
                   is_change ? "" : event->text);
}

/* The image was accepted. A file that cannot be written is said and ends nothing. */
static void write_image(const struct simulation *simulation, struct simulated_phone *phone)
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
    const uint8_t *image = phone_download(phone->peer.phone, &length);
    struct error error;
    /* What this run has written itself is replaced by the next download. */
    if (output_file_write(name, simulation->command_line->overwrite || phone->is_written, image,
                          length, &error))
        phone->is_written = true;
    else
        messages_print("spa-sos simulate: %s", error.text);
}

static void observe(void *context, struct peer *peer, const struct peer_event *peer_event,
                    instant_ns now_ns)
{
    struct simulated_phone *phone = context;
    const struct phone_event *event = peer_event ? peer_event->own : NULL;
    (void)peer;
    (void)now_ns;
    if (!event)
        return;
    say_event(phone->simulation, phone, event);
    if (event->state == PHONE_FLASHING && phone->state != PHONE_FLASHING)
        write_image(phone->simulation, phone);
    phone->state = event->state;
}

/* ---- The switch's uplink ---- */

/* The interface also shows what was sent on it. */
static bool is_own_frame(const struct simulation *simulation, const struct captured_frame *frame)
{
    struct mac_address source;
    memcpy(source.octet, frame->bytes + 6, sizeof source.octet);
    for (unsigned i = 0; i < simulation->phone_count; i++)
        if (mac_equal(&source, &simulation->phones[i].mac))
            return true;
    return simulation->host && mac_equal(&source, other_host_mac(simulation->host));
}

static void look_for_end(struct simulation *simulation, instant_ns now_ns)
{
    if (!simulation->options.exit_after_flash || simulation->all_done_ns != INSTANT_NEVER)
        return;
    for (unsigned i = 0; i < simulation->phone_count; i++)
        if (!simulation->phones[i].peer.has_spoken_since_flash)
            return;
    simulation->all_done_ns = now_ns + LINGER_NS;
}

static void move_on(struct peer *peer, instant_ns now_ns)
{
    struct simulation *simulation = (struct simulation *)peer;
    uplink_operations.tick(peer, now_ns);
    simulation->now_ns = now_ns;
    look_for_end(simulation, now_ns);
}

static void receive(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns)
{
    /* Longer than what a loader could take, or no frame at all. */
    bool is_useless = frame->captured < frame->length || frame->length < 14;
    if (!is_useless && !is_own_frame((struct simulation *)peer, frame))
        uplink_operations.frame(peer, frame, now_ns);
    move_on(peer, now_ns);
}

static instant_ns next_deadline(const struct peer *peer)
{
    return instant_earlier(((const struct simulation *)peer)->all_done_ns,
                           uplink_operations.deadline(peer));
}

static bool is_done(const struct peer *peer)
{
    const struct simulation *simulation = (const struct simulation *)peer;
    return simulation->now_ns >= simulation->all_done_ns;
}

static void power_on(struct peer *peer, instant_ns now_ns)
{
    struct simulation *simulation = (struct simulation *)peer;
    move_on(peer, now_ns);
    for (unsigned i = 0; i < simulation->phone_count; i++)
        plug_start(&simulation->phones[i].plug);
}

static void tell_trouble(const struct simulation *simulation)
{
    const char *trouble = simulation->recording ? recording_trouble(simulation->recording) : NULL;
    if (trouble)
        messages_print("spa-sos simulate: %s", trouble);
}

static void watch_recording(void *context, struct peer *peer, const struct peer_event *event,
                            instant_ns now_ns)
{
    (void)peer;
    (void)event;
    (void)now_ns;
    tell_trouble(context);
}

/* Returns: false with ret_error if the interface failed. */
static bool run(struct simulation *simulation, struct error *ret_error)
{
    struct peer_operations operations = uplink_operations;
    operations.start = power_on;
    operations.frame = receive;
    operations.tick = move_on;
    operations.deadline = next_deadline;
    operations.done = is_done;
    simulation->uplink.peer.operations = &operations;
    enum run_end end = run_peer(simulation->port, &simulation->uplink.peer, watch_recording,
                                simulation, ret_error);
    simulation->uplink.peer.operations = &uplink_operations;
    if (simulation->recording)
        recording_finish(simulation->recording);
    tell_trouble(simulation);
    return end != RUN_FAILED;
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
        if (!simulate_options_phone(options, i, &config, ret_error))
            return false;
        phone_peer_init(&phone->peer, phone_new(&config, ret_error));
        if (!phone->peer.phone)
            return false;
        plug_in(&phone->plug, simulation->segment, &options->setup.cable, &phone->peer.peer);
        phone->simulation = simulation;
        phone->mac = config.mac;
        memcpy(phone->serial, config.serial, sizeof phone->serial);
        memcpy(phone->product, config.product, sizeof phone->product);
        phone->plug.observer = observe;
        phone->plug.context = phone;
        if (!simulation->command_line->quiet)
            fprintf(stderr, "%s %s serial %s on %s\n", mac_format(&config.mac).text, config.product,
                    config.serial, simulation->command_line->interface);
    }
    return true;
}

static bool make_segment(struct simulation *simulation, struct error *ret_error)
{
    const struct simulate_setup *setup = &simulation->options.setup;
    const struct segment_config config = {
        .kind = SEGMENT_SWITCH,
        .seed = setup->phone.seed,
        .start_ns = simulation->port->operations->now(simulation->port),
        .end_ns = INSTANT_NEVER,
        .is_immediate = true,
    };
    simulation->segment = segment_new(&config);
    uplink_attach(&simulation->uplink, simulation->segment);
    if (!make_phones(simulation, ret_error))
        return false;
    if (!other_host_is_wanted(&setup->host))
        return true;
    simulation->host = other_host_new(&setup->host, segment_now(simulation->segment), ret_error);
    if (!simulation->host)
        return false;
    plug_in(&simulation->host_plug, simulation->segment, NULL, other_host_peer(simulation->host));
    return true;
}

static bool open_port(struct simulation *simulation, struct error *ret_error)
{
    const struct options *options = simulation->command_line;
    const struct port_live_config config = {.interface = simulation->interface.name,
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
        fprintf(stderr, "spa-sos simulate: warning: %s %s\n", simulation->interface.name,
                simulation->interface.why);
    if (options->write_path) {
        simulation->recording =
            recording_create(options->write_path, options->overwrite, ret_error);
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
           make_segment(simulation, ret_error) && rights_give_up(options, ret_error) &&
           run(simulation, ret_error);
}

static void close_simulation(struct simulation *simulation)
{
    if (simulation->port)
        simulation->port->operations->close(simulation->port);
    recording_close(simulation->recording);
    segment_free(simulation->segment);
    for (unsigned i = 0; simulation->phones && i < simulation->phone_count; i++)
        phone_free(simulation->phones[i].peer.phone);
    other_host_free(simulation->host);
    uplink_free(&simulation->uplink);
    free(simulation->phones);
}

/* What became of the phones, as the only line of sight that a program has. */
static void report_as_json(const struct simulation *simulation)
{
    struct report_played_phone *phones = calloc(simulation->phone_count, sizeof *phones);
    bool all = true;
    if (!phones)
        abort();
    for (unsigned i = 0; i < simulation->phone_count; i++) {
        const struct simulated_phone *phone = &simulation->phones[i];
        phones[i] = (struct report_played_phone){.mac = phone->mac,
                                                 .serial = phone->serial,
                                                 .product = phone->product,
                                                 .state = phone_state_name(phone->state)};
        all = all && phone->peer.has_spoken_since_flash;
    }
    document_print(report_json_played("simulate", all ? RESULT_RECOVERED : RESULT_INCONCLUSIVE,
                                      phones, simulation->phone_count));
    free(phones);
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
    int status = 0;
    if (!simulate(&simulation, &error))
        status = failure_tell("simulate", options->json, &error);
    else if (options->json)
        report_as_json(&simulation);
    close_simulation(&simulation);
    if (status == 0 && interruption_signal() != 0)
        status = EXIT_SIGNAL_BASE + interruption_signal();
    return status;
}
