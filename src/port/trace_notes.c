/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes about a recorded file: see trace_notes.h. */
#include "port/trace_notes.h"

#include "port/link_type.h"

#include <inttypes.h>
#include <string.h>

/* So many frames do not fall on whole seconds by chance. */
#define WHOLE_SECONDS_FRAMES 4

void trace_notes_frame(struct trace_notes *notes, const struct captured_frame *frame,
                       instant_ns recorded_ns)
{
    if (frame->time_unknown) {
        notes->without_time++;
    } else {
        if (notes->frames == notes->without_time)
            notes->first_ns = recorded_ns;
        notes->last_ns = recorded_ns;
        /* One is enough, and a division for every frame of a long file is not free. */
        notes->is_fine = notes->is_fine || recorded_ns % NS_PER_S != 0;
    }
    notes->frames++;
    if (frame->captured < frame->length) {
        notes->cut++;
        if (frame->captured > notes->cut_length)
            notes->cut_length = frame->captured;
    }
}

void trace_notes_tunnel(struct trace_notes *notes, const struct tunnel_content *content,
                        uint64_t number)
{
    notes->tunnels[content->kind]++;
    if (notes->first_tunnel_number == 0)
        notes->first_tunnel_number = number;
}

void trace_notes_backwards(struct trace_notes *notes, duration_ns by_ns, uint64_t number)
{
    if (notes->backward_steps++ == 0)
        notes->first_backward_number = number;
    if (by_ns > notes->backward_maximum_ns)
        notes->backward_maximum_ns = by_ns;
}

void trace_notes_foreign(struct trace_notes *notes, const struct capture_record *record)
{
    notes->foreign_frames++;
    for (size_t i = 0; i < TRACE_NOTES_FOREIGN; i++) {
        struct foreign_interface *foreign = &notes->foreign[i];
        if (foreign->frames == 0) {
            *foreign = (struct foreign_interface){.link_type = record->link_type,
                                                  .interface = record->interface};
            text_escape(record->interface_name, strlen(record->interface_name), foreign->name,
                        sizeof foreign->name);
        }
        if (foreign->link_type == record->link_type && foreign->interface == record->interface) {
            foreign->frames++;
            return;
        }
    }
}

enum port_trace_times trace_notes_times(const struct trace_notes *notes)
{
    uint64_t timed = notes->frames - notes->without_time;
    if (notes->frames == 0)
        return PORT_TRACE_TIMES_FINE;
    if (timed == 0 ||
        (timed >= WHOLE_SECONDS_FRAMES && notes->first_ns == notes->last_ns && !notes->is_fine))
        return PORT_TRACE_TIMES_MISSING;
    if (timed >= WHOLE_SECONDS_FRAMES && !notes->is_fine)
        return PORT_TRACE_TIMES_WHOLE_SECONDS;
    return PORT_TRACE_TIMES_FINE;
}

/* Begins a line; the sentence follows. */
static struct text *line(struct text *ret, const char *name)
{
    text_add(ret, "%s%s: ", ret->length > 0 ? "\n" : "", name);
    return ret;
}

static void write_foreign(const struct trace_notes *notes, const char *name, struct text *ret)
{
    uint64_t named = 0;
    for (size_t i = 0; i < TRACE_NOTES_FOREIGN && notes->foreign[i].frames > 0; i++) {
        const struct foreign_interface *foreign = &notes->foreign[i];
        char words[160];
        text_add(line(ret, name),
                 "%" PRIu64 " frames of interface %" PRIu32
                 "%s%s%s are passed over: their link type is "
                 "%s, which is no Ethernet; %s.",
                 foreign->frames, foreign->interface, foreign->name[0] ? " (" : "", foreign->name,
                 foreign->name[0] ? ")" : "",
                 link_type_describe(foreign->link_type, words, sizeof words),
                 link_type_advice(foreign->link_type));
        named += foreign->frames;
    }
    if (notes->foreign_frames > named)
        text_add(line(ret, name),
                 "%" PRIu64 " frames of further interfaces are passed over as well.",
                 notes->foreign_frames - named);
}

static void write_tunnels(const struct trace_notes *notes, const char *name, struct text *ret)
{
    for (enum tunnel_kind kind = 0; kind < TUNNEL_KIND_COUNT; kind++) {
        if (notes->tunnels[kind] > 0)
            text_add(line(ret, name),
                     "%" PRIu64 " of %" PRIu64
                     " frames came through %s, the tunnel of a mirror; the "
                     "frames inside are judged, under the numbers that the file has.",
                     notes->tunnels[kind], notes->frames, tunnel_name(kind));
    }
}

static void write_times(const struct trace_notes *notes, const char *name, struct text *ret)
{
    static const char advice[] =
        "the order of frames counts, and nothing certain rests on times; capture with tcpdump or "
        "Wireshark and keep the file as it is.";
    if (trace_notes_times(notes) == PORT_TRACE_TIMES_MISSING)
        text_add(line(ret, name), "the file holds frames without times: %s", advice);
    else if (trace_notes_times(notes) == PORT_TRACE_TIMES_WHOLE_SECONDS)
        text_add(line(ret, name), "the file holds times in whole seconds only: %s", advice);
    else if (notes->without_time > 0)
        text_add(line(ret, name),
                 "%" PRIu64 " of %" PRIu64
                 " frames are without times; they count as simultaneous with "
                 "the frame before.",
                 notes->without_time, notes->frames);
}

void trace_notes_write(const struct trace_notes *notes, const char *name, uint64_t records,
                       struct text *ret)
{
    if (notes->is_truncated)
        text_add(line(ret, name),
                 "the file ends inside a record after frame %" PRIu64
                 " (the recording was interrupted "
                 "or copied while it was written); the whole frames before it are used.",
                 records);
    if (notes->backward_steps > 0)
        text_add(line(ret, name),
                 "time runs backwards %" PRIu64 " times, first at frame %" PRIu64
                 ", by up to %.6f s; "
                 "such frames count as simultaneous with the frame before.",
                 notes->backward_steps, notes->first_backward_number,
                 (double)notes->backward_maximum_ns / 1e9);
    write_times(notes, name, ret);
    write_tunnels(notes, name, ret);
    write_foreign(notes, name, ret);
}
