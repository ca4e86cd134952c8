/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded trace as a port: see trace.h. A capture reader hands out the records; this file adds
 * the filter, the clock, the numbers, and makes Ethernet frames of them.
 */
#include "port/trace.h"

#include "base/text.h"
#include "port/capture_reader.h"
#include "port/cooked.h"
#include "port/files.h"
#include "port/link_type.h"
#include "port/trace_notes.h"
#include "wire/ethernet.h"
#include "wire/tunnel.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SNAPSHOT_LENGTH 262144 /* for the filter compiler, which does not mind */
#define LINK_TYPES      3      /* that are read: LINK_TYPE_ETHERNET and two cooked ones */

/* A filter is compiled for each link type that the file really has. */
struct trace_filter {
    int link_type;
    struct bpf_program program;
};

struct trace {
    struct port port;
    char *name;                   /* for messages: of the file that is read now */
    const char *const *following; /* the files after it */
    size_t following_count;
    int own_descriptor; /* -1 = none to be closed */
    struct capture_reader *reader;
    char *expression; /* NULL = every frame */
    struct trace_filter filters[LINK_TYPES];
    size_t filter_count;
    struct cooked *cooked; /* NULL until a cooked frame comes */
    uint8_t *converted;    /* a cooked frame as Ethernet */
    size_t converted_capacity;
    port_trace_send *sent;
    void *context;

    bool started; /* now_ns is valid */
    instant_ns now_ns;
    uint64_t number; /* records read */
    unsigned extras; /* of the files before this one */
    bool is_pending; /* `pending` was read and not yet returned */
    bool is_over;    /* `end` is the answer from now on */
    enum port_event end;
    struct captured_frame pending;
    struct trace_notes notes;
    struct port_counters counters;
    struct error error;
    struct text warning;
};

static struct trace *trace_of(struct port *port)
{
    return (struct trace *)port; /* the port is the first member */
}

/* Returns: the record's time on a clock that never goes back. */
static instant_ns clamped_time(struct trace *trace, const struct capture_record *record)
{
    if (!record->has_time)
        return trace->now_ns;
    if (!trace->started || record->time_ns >= trace->now_ns)
        return record->time_ns;
    trace_notes_backwards(&trace->notes, trace->now_ns - record->time_ns, trace->number);
    return trace->now_ns;
}

static bool reserve_converted(struct trace *trace, size_t capacity)
{
    if (capacity <= trace->converted_capacity)
        return true;
    uint8_t *larger = realloc(trace->converted, capacity);
    if (!larger)
        return false;
    trace->converted = larger;
    trace->converted_capacity = capacity;
    return true;
}

/* Makes an Ethernet frame of a cooked one. Returns: false if it is too short, or without memory. */
static bool convert_cooked(struct trace *trace, size_t cooked_length, struct captured_frame *frame)
{
    if (!trace->cooked)
        trace->cooked = calloc(1, sizeof *trace->cooked);
    if (!trace->cooked || frame->captured < cooked_length ||
        !reserve_converted(trace, frame->captured - cooked_length + ETHERNET_HEADER_LENGTH))
        return false;
    frame->destination_unknown =
        !cooked_ethernet_header(trace->cooked, cooked_length, frame->bytes, frame->captured,
                                frame->length, trace->converted);
    memcpy(trace->converted + ETHERNET_HEADER_LENGTH, frame->bytes + cooked_length,
           frame->captured - cooked_length);
    frame->bytes = trace->converted;
    frame->captured = frame->captured - cooked_length + ETHERNET_HEADER_LENGTH;
    frame->length = frame->length - cooked_length + ETHERNET_HEADER_LENGTH;
    return true;
}

static void look_into_tunnel(struct trace *trace, struct captured_frame *frame)
{
    struct tunnel_content content;
    if (!tunnel_open(frame->bytes, frame->captured, frame->length, &content))
        return;
    trace_notes_tunnel(&trace->notes, &content, frame->number);
    frame->bytes = content.bytes;
    frame->captured = content.captured;
    frame->length = content.length;
    frame->tunnels = content.depth;
    frame->destination_unknown = false; /* the frame inside has a header of its own */
}

/* Fills `pending` from a record. Returns: false if a cooked frame is too short to be one. */
static bool take_record(struct trace *trace, const struct capture_record *record)
{
    struct captured_frame *frame = &trace->pending;
    *frame = (struct captured_frame){.number = trace->number,
                                     .bytes = record->bytes,
                                     .captured = record->captured,
                                     .length = record->length,
                                     .time_unknown = !record->has_time};
    if (record->link_type != LINK_TYPE_ETHERNET) {
        size_t header_length =
            record->link_type == LINK_TYPE_COOKED_V1 ? COOKED_V1_LENGTH : COOKED_V2_LENGTH;
        if (!convert_cooked(trace, header_length, frame))
            return false;
    }
    look_into_tunnel(trace, frame);
    /* Nobody sends to it: a redacted copy of a frame whose destination was not recorded. */
    if (frame->captured >= ETHERNET_HEADER_LENGTH && frame->bytes[5] == 0 &&
        memcmp(frame->bytes, &mac_zero, sizeof mac_zero) == 0)
        frame->destination_unknown = true;
    frame->time_ns = clamped_time(trace, record);
    trace_notes_frame(&trace->notes, frame, record->time_ns);
    return true;
}

/* ---- the filter ---- */

static struct bpf_program *compiled_for(struct trace *trace, int link_type, struct error *ret_error)
{
    for (size_t i = 0; i < trace->filter_count; i++)
        if (trace->filters[i].link_type == link_type)
            return &trace->filters[i].program;
    struct trace_filter *filter = &trace->filters[trace->filter_count];
    pcap_t *pcap = pcap_open_dead(link_type, SNAPSHOT_LENGTH);
    bool is_good = pcap && pcap_compile(pcap, &filter->program, trace->expression, 1,
                                        PCAP_NETMASK_UNKNOWN) == 0;
    if (!is_good)
        error_set(ret_error, ERROR_USAGE, "filter \"%s\": %s; see pcap-filter(7)",
                  path_shown(trace->expression).text, pcap ? pcap_geterr(pcap) : "out of memory");
    if (pcap)
        pcap_close(pcap);
    if (!is_good)
        return NULL;
    filter->link_type = link_type;
    trace->filter_count++;
    return &filter->program;
}

static bool passes_filter(struct trace *trace, const struct capture_record *record)
{
    if (!trace->expression)
        return true;
    const struct bpf_program *program = compiled_for(trace, record->link_type, &trace->error);
    if (!program) {
        trace->is_over = true;
        trace->end = PORT_FAILED;
        return false;
    }
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)record->captured,
                                 .len = (bpf_u_int32)record->length};
    return pcap_offline_filter(program, &header, record->bytes) != 0;
}

/* ---- reading ---- */

static bool refuse_link_type(const struct trace *trace, int link_type, struct error *ret_error)
{
    char words[160];
    return error_set(ret_error, ERROR_INPUT,
                     "%s: unusable trace: its link type is %s, expected Ethernet (EN10MB) or Linux "
                     "cooked (LINUX_SLL, LINUX_SLL2): %s",
                     trace->name, link_type_describe(link_type, words, sizeof words),
                     link_type_advice(link_type));
}

/* Goes on with the next file, if there is one. Returns: false at the end of all, or with an error.
 */
static bool open_following(struct trace *trace);

static void end_of_records(struct trace *trace, enum capture_event event)
{
    trace->notes.is_truncated = trace->notes.is_truncated || event == CAPTURE_CUT;
    if (event != CAPTURE_FAILED && open_following(trace))
        return;
    if (trace->is_over)
        return; /* the next file cannot be read */
    trace->is_over = true;
    trace->end = event == CAPTURE_FAILED ? PORT_FAILED : PORT_END;
    if (trace->end == PORT_END && trace->number > 0 &&
        trace->notes.foreign_frames == trace->number) {
        trace->end = PORT_FAILED;
        refuse_link_type(trace, trace->notes.foreign[0].link_type, &trace->error);
    }
}

/* Makes `pending` the next frame that passes the filter, or ends the trace. */
static void read_ahead(struct trace *trace)
{
    while (!trace->is_pending && !trace->is_over) {
        struct capture_record record;
        enum capture_event event = capture_reader_next(trace->reader, &record, &trace->error);
        if (event != CAPTURE_RECORD) {
            end_of_records(trace, event);
            continue;
        }
        trace->number++;
        if (!link_type_is_read(record.link_type))
            trace_notes_foreign(&trace->notes, &record);
        else if (passes_filter(trace, &record))
            trace->is_pending = take_record(trace, &record);
    }
    if (trace->is_pending && !trace->started) {
        trace->started = !trace->pending.time_unknown;
        trace->now_ns = trace->pending.time_ns;
    }
}

static enum port_event trace_next(struct port *port, instant_ns deadline_ns,
                                  struct captured_frame *ret, struct error *ret_error)
{
    struct trace *trace = trace_of(port);
    read_ahead(trace);
    if (!trace->is_pending) {
        if (trace->end == PORT_FAILED)
            *ret_error = trace->error;
        return trace->end;
    }
    if (trace->pending.time_ns > deadline_ns) {
        if (deadline_ns > trace->now_ns)
            trace->now_ns = deadline_ns;
        return PORT_DEADLINE;
    }
    if (trace->pending.time_ns > trace->now_ns)
        trace->now_ns = trace->pending.time_ns;
    trace->pending.time_ns = trace->now_ns;
    *ret = trace->pending;
    trace->is_pending = false;
    trace->counters.frames_in++;
    return PORT_FRAME;
}

static bool trace_send(struct port *port, const uint8_t *bytes, size_t length,
                       struct error *ret_error)
{
    (void)ret_error;
    struct trace *trace = trace_of(port);
    trace->counters.frames_out++;
    if (trace->sent)
        trace->sent(trace->context, bytes, length, trace->now_ns);
    return true;
}

static instant_ns trace_now(struct port *port)
{
    struct trace *trace = trace_of(port);
    if (!trace->started)
        read_ahead(trace);
    return trace->now_ns;
}

static void trace_counters(struct port *port, struct port_counters *ret)
{
    *ret = trace_of(port)->counters;
}

static void trace_close(struct port *port)
{
    struct trace *trace = trace_of(port);
    for (size_t i = 0; i < trace->filter_count; i++)
        pcap_freecode(&trace->filters[i].program);
    capture_reader_free(trace->reader);
    if (trace->own_descriptor >= 0)
        close(trace->own_descriptor);
    free(trace->expression);
    text_free(&trace->warning);
    free(trace->converted);
    free(trace->cooked);
    free(trace->name);
    free(trace);
}

static const struct port_operations trace_operations = {
    .next = trace_next,
    .send = trace_send,
    .now = trace_now,
    .counters = trace_counters,
    .close = trace_close,
};

const char *port_trace_warning(struct port *port)
{
    struct trace *trace = trace_of(port);
    text_free(&trace->warning);
    trace_notes_write(&trace->notes, trace->name, trace->number, &trace->warning);
    return trace->warning.length > 0 ? text_chars(&trace->warning) : NULL;
}

void port_trace_facts(struct port *port, struct port_trace_facts *ret)
{
    const struct trace *trace = trace_of(port);
    const struct trace_notes *notes = &trace->notes;
    *ret = (struct port_trace_facts){
        .times = trace_notes_times(notes),
        .frames = notes->frames,
        .cut_frames = notes->cut,
        .cut_length = notes->cut_length,
        .backward_steps = notes->backward_steps,
        .backward_maximum_ns = notes->backward_maximum_ns,
        .foreign_frames = notes->foreign_frames,
        .extras = trace->extras | (trace->reader ? capture_reader_extras(trace->reader) : 0),
    };
    for (enum tunnel_kind kind = 0; kind < TUNNEL_KIND_COUNT; kind++)
        ret->tunnelled_frames += notes->tunnels[kind];
}

/* ---- opening ---- */

/* Returns: a descriptor to read from, -1 with ret_error. */
static int open_descriptor(struct trace *trace, const struct port_trace_config *config,
                           struct error *ret_error)
{
    int descriptor = STDIN_FILENO;
    if (config->descriptor)
        descriptor = *config->descriptor;
    else if (strcmp(config->path, "-") != 0)
        descriptor = trace->own_descriptor = files_read(config->path);
    if (descriptor < 0) {
        error_set(ret_error, ERROR_INPUT, "%s: cannot open the trace: %s", trace->name,
                  strerror(errno));
        return -1;
    }
    struct stat status;
    const char *why = NULL;
    if (fstat(descriptor, &status) != 0)
        why = strerror(errno);
    else if (S_ISDIR(status.st_mode))
        why = "it is a directory, expected a pcap or pcapng file";
    else if (S_ISREG(status.st_mode) && status.st_size == 0)
        why = "the file is empty (0 bytes), expected a pcap or pcapng file";
    else if (isatty(descriptor))
        why = "standard input is a terminal; pipe a trace into it: tcpdump -w - ... | spa-sos "
              "diagnose -";
    if (!why)
        return descriptor;
    error_set(ret_error, ERROR_INPUT, "%s: unusable trace: %s", trace->name, why);
    return -1;
}

static bool open_reader(struct trace *trace, const struct port_trace_config *config,
                        struct error *ret_error)
{
    int descriptor = open_descriptor(trace, config, ret_error);
    if (descriptor < 0)
        return false;
    trace->reader = capture_reader_new(descriptor, trace->name, ret_error);
    if (!trace->reader)
        return false;
    int link_type = capture_reader_link_type(trace->reader);
    if (link_type >= 0 && !link_type_is_read(link_type))
        return refuse_link_type(trace, link_type, ret_error);
    /* A bad expression is told at once, whatever interfaces the file turns out to have. */
    return !trace->expression ||
           compiled_for(trace, link_type < 0 ? LINK_TYPE_ETHERNET : link_type, ret_error);
}

static bool open_following(struct trace *trace)
{
    if (trace->following_count == 0)
        return false;
    struct port_trace_config config = {.path = *trace->following++};
    trace->following_count--;
    trace->extras |= capture_reader_extras(trace->reader);
    capture_reader_free(trace->reader);
    trace->reader = NULL;
    if (trace->own_descriptor >= 0)
        close(trace->own_descriptor);
    trace->own_descriptor = -1;
    free(trace->name);
    trace->name = strdup(path_shown(config.path).text);
    if (trace->name && open_reader(trace, &config, &trace->error))
        return true;
    if (!trace->name)
        error_set(&trace->error, ERROR_ENVIRONMENT, "%s: out of memory",
                  path_shown(config.path).text);
    trace->is_over = true;
    trace->end = PORT_FAILED;
    return false;
}

struct port *port_trace_open(const struct port_trace_config *config, struct error *ret_error)
{
    const char *name = strcmp(config->path, "-") == 0 ? "standard input" : config->path;
    bool has_filter = config->filter && *config->filter;
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", path_shown(name).text);
        return NULL;
    }
    trace->port.operations = &trace_operations;
    trace->own_descriptor = -1;
    trace->sent = config->sent;
    trace->context = config->context;
    trace->following = config->following;
    trace->following_count = config->following_count;
    trace->name = strdup(path_shown(name).text);
    trace->expression = has_filter ? strdup(config->filter) : NULL;
    bool is_short = !trace->name || (has_filter && !trace->expression);
    if (is_short)
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", path_shown(name).text);
    if (is_short || !open_reader(trace, config, ret_error)) {
        trace_close(&trace->port);
        return NULL;
    }
    return &trace->port;
}

bool port_trace_each(struct port *port, port_trace_taker *take, void *context,
                     struct error *ret_error)
{
    struct captured_frame frame;
    enum port_event event;
    while ((event = port->operations->next(port, INSTANT_NEVER, &frame, ret_error)) == PORT_FRAME)
        take(context, &frame);
    return event == PORT_END;
}

bool port_trace_read(const char *path, port_trace_taker *take, void *context,
                     struct error *ret_error)
{
    const struct port_trace_config config = {.path = path};
    struct port *port = port_trace_open(&config, ret_error);
    if (!port)
        return false;
    bool is_whole = port_trace_each(port, take, context, ret_error);
    port->operations->close(port);
    return is_whole;
}
