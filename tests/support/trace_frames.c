/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of a trace in memory: see trace_frames.h. */
#include "tests/support/trace_frames.h"

#include "port/trace.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *top_directory(void)
{
    const char *directory = getenv("top_srcdir");
    return directory ? directory : ".";
}

static void *checked(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void append(struct trace_frames *trace, const struct captured_frame *from)
{
    trace->frames = checked(realloc(trace->frames, (trace->count + 1) * sizeof(*trace->frames)));
    uint8_t *bytes = checked(malloc(from->captured + 1));
    memcpy(bytes, from->bytes, from->captured);
    struct frame *frame = &trace->frames[trace->count++];
    frame_dissect(bytes, from->captured, from->length, frame);
    frame->time_ns = from->time_ns;
    frame->number = from->number;
    frame->destination_unknown = from->destination_unknown;
    frame->time_unknown = from->time_unknown;
}

void trace_frames_load(const char *name, struct trace_frames *ret)
{
    char path[PATH_MAX];
    struct error error;
    struct captured_frame frame;
    enum port_event event;
    snprintf(path, sizeof path, "%s/pcaps/%s", top_directory(), name);
    struct port *port = port_trace_open(&(struct port_trace_config){.path = path}, &error);
    if (!port) {
        fprintf(stderr, "%s\n", error.text);
        exit(EXIT_FAILURE);
    }
    *ret = (struct trace_frames){0};
    while ((event = port->operations->next(port, INSTANT_NEVER, &frame, &error)) == PORT_FRAME)
        append(ret, &frame);
    if (event != PORT_END) {
        fprintf(stderr, "%s\n", error.text);
        exit(EXIT_FAILURE);
    }
    port->operations->close(port);
}

void trace_frames_free(struct trace_frames *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free((void *)(uintptr_t)trace->frames[i].bytes);
    free(trace->frames);
    *trace = (struct trace_frames){0};
}

char **trace_names(void)
{
    char pattern[PATH_MAX];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/pcaps/*.pcap", top_directory());
    if (glob(pattern, 0, NULL, &found) != 0) {
        fprintf(stderr, "%s: no traces\n", pattern);
        exit(EXIT_FAILURE);
    }
    char **names = checked(calloc(found.gl_pathc + 1, sizeof(*names)));
    for (size_t i = 0; i < found.gl_pathc; i++)
        names[i] = checked(strdup(strrchr(found.gl_pathv[i], '/') + 1));
    globfree(&found);
    return names;
}

void trace_names_free(char **names)
{
    for (size_t i = 0; names[i]; i++)
        free(names[i]);
    free(names);
}
