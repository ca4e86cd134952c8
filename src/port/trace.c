/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded trace as a port: see trace.h. libpcap reads the file; this file adds the clock, the
 * numbers, the conversion of cooked headers, and words for what is wrong with a file.
 */
#include "port/trace.h"

#include "base/bytes.h"
#include "base/text.h"
#include "port/cooked.h"

#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BUFFER_BYTES ((size_t)256 * 1024)
#define ETHERNET_LENGTH   14

struct trace {
    struct port port;
    pcap_t *pcap;
    char *name;   /* for messages */
    char *buffer; /* of the file; NULL = the C library's */
    bool has_filter;
    struct bpf_program filter;
    size_t cooked_length; /* of the cooked header; 0 = Ethernet */
    struct cooked *cooked;
    uint8_t *converted; /* a cooked frame as Ethernet */
    size_t converted_capacity;
    port_trace_send *sent;
    void *context;

    bool started; /* now_ns is valid */
    instant_ns now_ns;
    uint64_t number;   /* records read */
    bool is_pending;   /* `pending` was read and not yet returned */
    bool is_truncated; /* the last record is cut off */
    bool is_over;      /* `end` is the answer from now on */
    enum port_event end;
    struct port_frame pending;
    uint64_t backward_steps;
    uint64_t first_backward_number;
    duration_ns backward_maximum_ns;
    struct port_counters counters;
    struct error error;
    char reader_error[PCAP_ERRBUF_SIZE];
    struct text warning;
};

static struct trace *trace_of(struct port *port)
{
    return (struct trace *)port; /* the port is the first member */
}

/* Damaged files can hold any number of seconds: keeps them inside instant_ns. */
static instant_ns instant_of(const struct timeval *time)
{
    const int64_t latest_s = INT64_MAX / NS_PER_S - 8;
    int64_t seconds = (int64_t)time->tv_sec;
    if (seconds < 0)
        seconds = 0;
    if (seconds > latest_s)
        seconds = latest_s;
    int64_t fraction_ns = (int64_t)time->tv_usec; /* opened with nanosecond precision */
    if (fraction_ns < 0 || fraction_ns > 4 * NS_PER_S)
        fraction_ns = 0;
    return seconds * NS_PER_S + fraction_ns;
}

/* Returns: the frame's time on a clock that never goes back. */
static instant_ns clamped_time(struct trace *trace, instant_ns time_ns)
{
    if (!trace->started || time_ns >= trace->now_ns)
        return time_ns;
    if (trace->backward_steps++ == 0)
        trace->first_backward_number = trace->number;
    if (trace->now_ns - time_ns > trace->backward_maximum_ns)
        trace->backward_maximum_ns = trace->now_ns - time_ns;
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

/* Fills `pending` from a record. Returns: false if a cooked frame is too short to be one. */
static bool take_record(struct trace *trace, const struct pcap_pkthdr *header, const uint8_t *bytes)
{
    size_t captured = header->caplen;
    size_t length = header->len < header->caplen ? header->caplen : header->len;
    bool destination_unknown = false;
    if (trace->cooked_length > 0) {
        size_t cooked_length = trace->cooked_length;
        if (captured < cooked_length ||
            !reserve_converted(trace, captured - cooked_length + ETHERNET_LENGTH))
            return false;
        destination_unknown = !cooked_ethernet_header(trace->cooked, cooked_length, bytes, captured,
                                                      length, trace->converted);
        memcpy(trace->converted + ETHERNET_LENGTH, bytes + cooked_length, captured - cooked_length);
        bytes = trace->converted;
        captured = captured - cooked_length + ETHERNET_LENGTH;
        length = length - cooked_length + ETHERNET_LENGTH;
    }
    trace->pending = (struct port_frame){.time_ns = clamped_time(trace, instant_of(&header->ts)),
                                         .number = trace->number,
                                         .bytes = bytes,
                                         .captured = captured,
                                         .length = length,
                                         .destination_unknown = destination_unknown};
    return true;
}

static void end_of_records(struct trace *trace, int status)
{
    trace->is_over = true;
    trace->end = PORT_END;
    if (status == PCAP_ERROR_BREAK)
        return;
    const char *why = pcap_geterr(trace->pcap);
    if (strncmp(why, "truncated", strlen("truncated")) == 0) {
        trace->is_truncated = true;
        return;
    }
    trace->end = PORT_FAILED;
    char hint[128] = "";
    if (trace->number > 0)
        snprintf(hint, sizeof hint,
                 "\nThe frames before that can be used on their own: editcap -r IN OUT 1-%" PRIu64,
                 trace->number);
    error_set(&trace->error, ERROR_INPUT, "%s: damaged after frame %" PRIu64 ": %s%s", trace->name,
              trace->number, why, hint);
}

/* Makes `pending` the next frame that passes the filter, or ends the trace. */
static void read_ahead(struct trace *trace)
{
    while (!trace->is_pending && !trace->is_over) {
        struct pcap_pkthdr *header;
        const uint8_t *bytes;
        int status = pcap_next_ex(trace->pcap, &header, &bytes);
        if (status != 1) {
            end_of_records(trace, status);
            return;
        }
        trace->number++;
        if (trace->has_filter && pcap_offline_filter(&trace->filter, header, bytes) == 0)
            continue;
        trace->is_pending = take_record(trace, header, bytes);
    }
    if (trace->is_pending && !trace->started) {
        trace->started = true;
        trace->now_ns = trace->pending.time_ns;
    }
}

static enum port_event trace_next(struct port *port, instant_ns deadline_ns, struct port_frame *ret,
                                  struct error *ret_error)
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
    if (trace->has_filter)
        pcap_freecode(&trace->filter);
    if (trace->pcap)
        pcap_close(trace->pcap);
    free(trace->buffer); /* only now: closing the file still uses it */
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
    if (trace->is_truncated)
        text_add(&trace->warning,
                 "%s: the file ends inside a record after frame %" PRIu64
                 " (the recording was interrupted or copied while it was written); the whole "
                 "frames before it are used.",
                 trace->name, trace->number);
    if (trace->backward_steps > 0)
        text_add(&trace->warning,
                 "%s%s: time runs backwards %" PRIu64 " times, first at frame %" PRIu64
                 ", by up to %.6f s; such frames count as simultaneous with the frame before.",
                 trace->warning.length > 0 ? "\n" : "", trace->name, trace->backward_steps,
                 trace->first_backward_number, (double)trace->backward_maximum_ns / 1e9);
    return trace->warning.length > 0 ? text_chars(&trace->warning) : NULL;
}

/* Returns: a hint for files that users take for traces, "" if there is none. */
static const char *format_hint(FILE *file)
{
    uint8_t magic[6];
    if (pread(fileno(file), magic, sizeof magic, 0) != (ssize_t)sizeof magic)
        return "";
    if (magic[0] == 0x1f && magic[1] == 0x8b)
        return "; it is compressed with gzip: gunzip -c FILE | spa-sos diagnose -";
    if (memcmp(magic,
               "\xfd"
               "7zXZ",
               6) == 0)
        return "; it is compressed with xz: xz -dc FILE | spa-sos diagnose -";
    if (memcmp(magic, "PK\x03\x04", 4) == 0)
        return "; it is a zip archive";
    return "";
}

static FILE *open_file(struct trace *trace, const char *path, struct error *ret_error)
{
    FILE *file = stdin;
    if (strcmp(path, "-") != 0)
        file = fopen(path, "rbe");
    if (!file) {
        error_set(ret_error, ERROR_INPUT, "%s: cannot open the trace: %s", path, strerror(errno));
        return NULL;
    }
    struct stat status;
    const char *why = NULL;
    if (fstat(fileno(file), &status) != 0)
        why = strerror(errno);
    else if (S_ISDIR(status.st_mode))
        why = "it is a directory, expected a pcap or pcapng file";
    else if (S_ISREG(status.st_mode) && status.st_size == 0)
        why = "the file is empty (0 bytes), expected a pcap or pcapng file";
    else if (file == stdin && isatty(fileno(file)))
        why = "standard input is a terminal; pipe a trace into it: tcpdump -w - ... | spa-sos "
              "diagnose -";
    if (why) {
        error_set(ret_error, ERROR_INPUT, "%s: unusable trace: %s", trace->name, why);
        if (file != stdin)
            fclose(file);
        return NULL;
    }
    /* The C library takes a size only together with memory, which stdin keeps beyond this port. */
    static char stdin_buffer[READ_BUFFER_BYTES];
    trace->buffer = file == stdin ? NULL : malloc(READ_BUFFER_BYTES);
    char *buffer = file == stdin ? stdin_buffer : trace->buffer;
    if (buffer)
        setvbuf(file, buffer, _IOFBF, READ_BUFFER_BYTES);
    __fsetlocking(file, FSETLOCKING_BYCALLER); /* two reads a record, and no other thread */
    return file;
}

static bool open_pcap(struct trace *trace, const char *path, struct error *ret_error)
{
    FILE *file = open_file(trace, path, ret_error);
    if (!file)
        return false;
    trace->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO,
                                                           trace->reader_error);
    if (!trace->pcap) {
        error_set(ret_error, ERROR_INPUT,
                  "%s: unusable trace: expected a pcap or pcapng file, found %s%s", trace->name,
                  trace->reader_error, format_hint(file));
        if (file != stdin)
            fclose(file);
        return false;
    }
    return true;
}

static bool check_link_type(struct trace *trace, struct error *ret_error)
{
    int link_type = pcap_datalink(trace->pcap);
    switch (link_type) {
    case DLT_EN10MB:
        return true;
    case DLT_LINUX_SLL:
        trace->cooked_length = COOKED_V1_LENGTH;
        break;
    case DLT_LINUX_SLL2:
        trace->cooked_length = COOKED_V2_LENGTH;
        break;
    default: {
        const char *name = pcap_datalink_val_to_name(link_type);
        const char *words = pcap_datalink_val_to_description(link_type);
        return error_set(ret_error, ERROR_INPUT,
                         "%s: unusable trace: its link type is %s (%s, number %d), expected "
                         "Ethernet (EN10MB) or Linux cooked (LINUX_SLL, LINUX_SLL2)",
                         trace->name, name ? name : "unknown", words ? words : "no name",
                         link_type);
    }
    }
    trace->cooked = calloc(1, sizeof *trace->cooked);
    if (!trace->cooked)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", trace->name);
    return true;
}

static bool compile_filter(struct trace *trace, const char *filter, struct error *ret_error)
{
    if (!filter || !*filter)
        return true;
    if (pcap_compile(trace->pcap, &trace->filter, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return error_set(ret_error, ERROR_USAGE, "filter \"%s\": %s; see pcap-filter(7)", filter,
                         pcap_geterr(trace->pcap));
    trace->has_filter = true;
    return true;
}

struct port *port_trace_open(const struct port_trace_config *config, struct error *ret_error)
{
    const char *name = strcmp(config->path, "-") == 0 ? "standard input" : config->path;
    struct trace *trace = calloc(1, sizeof *trace);
    if (trace)
        trace->name = strdup(name);
    if (!trace || !trace->name) {
        free(trace);
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", name);
        return NULL;
    }
    trace->port.operations = &trace_operations;
    trace->sent = config->sent;
    trace->context = config->context;
    if (!open_pcap(trace, config->path, ret_error) || !check_link_type(trace, ret_error) ||
        !compile_filter(trace, config->filter, ret_error)) {
        trace_close(&trace->port);
        return NULL;
    }
    return &trace->port;
}
