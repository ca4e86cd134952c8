/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a trace, more than once if need be: see trace_source.h. */
#include "cmd/trace_source.h"

#include "port/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool fill_spool(struct trace_source *source, struct error *ret_error)
{
    char buffer[65536];
    size_t length;
    source->spool = tmpfile();
    while (source->spool && (length = fread(buffer, 1, sizeof buffer, stdin)) > 0) {
        if (fwrite(buffer, 1, length, source->spool) != length)
            break;
    }
    if (!source->spool || ferror(source->spool) || fflush(source->spool) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "standard input cannot be kept in a temporary file: %s", strerror(errno));
    return true;
}

bool trace_source_open(const char *name, const char *filter, bool again, struct trace_source *ret,
                       struct error *ret_error)
{
    *ret = (struct trace_source){.name = name, .filter = filter};
    return !again || strcmp(name, "-") != 0 || fill_spool(ret, ret_error);
}

void trace_source_close(struct trace_source *source)
{
    if (source->spool)
        fclose(source->spool);
    free(source->warning);
}

struct reading {
    trace_frame_passer *pass;
    trace_frame_taker *take;
    void *context;
};

static void take_captured(void *context, const struct captured_frame *captured)
{
    const struct reading *reading = context;
    struct frame frame;
    if (reading->pass && reading->pass(reading->context, captured))
        return;
    frame_dissect_captured(captured, &frame);
    reading->take(reading->context, &frame);
}

bool trace_source_read(struct trace_source *source, trace_frame_passer *pass,
                       trace_frame_taker *take, void *context, struct error *ret_error)
{
    int spooled = source->spool ? fileno(source->spool) : -1;
    if (source->spool && lseek(spooled, 0, SEEK_SET) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "standard input cannot be read again: %s",
                         strerror(errno));
    struct port_trace_config config = {
        .path = source->name,
        .descriptor = source->spool ? &spooled : NULL,
        .following = source->following,
        .following_count = source->following_count,
        .filter = source->filter,
    };
    struct port *port = port_trace_open(&config, ret_error);
    if (!port)
        return false;
    bool is_whole =
        port_trace_each(port, take_captured, &(struct reading){pass, take, context}, ret_error);
    port_trace_facts(port, &source->facts);
    const char *warning = port_trace_warning(port);
    free(source->warning);
    source->warning = warning ? strdup(warning) : NULL;
    port->operations->close(port);
    return is_whole;
}
