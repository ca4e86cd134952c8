/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of ring buffers: see trace_group.h. */
#include "cmd/trace_group.h"

#include "base/text.h"
#include "port/trace.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ADJOIN_NS (2 * NS_PER_S) /* a new file begins with the next frame */

struct part {
    const char *path;
    size_t place; /* on the command line */
    bool has_times;
    instant_ns first_ns, last_ns;
    size_t leader; /* place of the first part of its recording */
};

/* Digits count as one: cap_00001_2026.pcapng is like cap_00002_2027.pcapng, and x.pcap like
 * x.pcap1.
 */
static bool alike(const char *a, const char *b)
{
    while (*a || *b) {
        while (isdigit((unsigned char)*a))
            a++;
        while (isdigit((unsigned char)*b))
            b++;
        if (*a != *b)
            return false;
        if (*a) {
            a++;
            b++;
        }
    }
    return true;
}

static void note_time(void *context, const struct captured_frame *frame)
{
    struct part *part = context;

    if (frame->time_unknown)
        return;
    if (!part->has_times)
        part->first_ns = frame->time_ns;
    part->has_times = true;
    part->last_ns = frame->time_ns;
}

/* As far as it can be read; what is wrong with it is said when it is diagnosed. */
static void read_times(struct part *part)
{
    struct error ignored;

    if (strcmp(part->path, "-") != 0)
        port_trace_read(part->path, note_time, part, &ignored);
}

/* By time; what has none stays where it stood. */
static int compare_parts(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    if (x->has_times && y->has_times && x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static bool adjoin(const struct part *before, const struct part *after)
{
    return before->has_times && after->has_times && after->first_ns >= before->last_ns &&
           after->first_ns - before->last_ns <= ADJOIN_NS;
}

/* Gives each part its leader. */
static void find_leaders(struct part *parts, size_t count, bool join, struct trace_groups *ret)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j-- > 0;) {
            if (!join && !alike(parts[i].path, parts[j].path))
                continue;
            if (join || adjoin(&parts[j], &parts[i])) {
                parts[i].leader = parts[j].leader;
            } else if (!ret->hint && parts[i].has_times && parts[j].has_times) {
                struct text hint = TEXT_EMPTY;
                text_add(&hint,
                         "%s and %s look like parts of one recording, but their times do not "
                         "adjoin: they are judged one by one (--join judges all traces as one)",
                         path_shown(parts[j].path).text, path_shown(parts[i].path).text);
                ret->hint = strdup(text_chars(&hint));
                text_free(&hint);
            }
            break; /* only the newest one like it counts */
        }
}

static bool some_are_alike(const char *const *paths, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (alike(paths[i - 1], paths[i]))
            return true;
    return false;
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static void stand_alone(const char *const *paths, size_t count, struct trace_groups *ret)
{
    for (size_t i = 0; i < count; i++) {
        ret->paths[i] = paths[i];
        ret->groups[i] = (struct trace_group){.paths = ret->paths + i, .count = 1};
    }
    ret->count = count;
}

/* The groups in the order of their first file on the command line, the files of each by time. */
static void collect(const struct part *parts, size_t count, struct trace_groups *ret)
{
    size_t used = 0;
    for (size_t place = 0; place < count; place++) {
        struct trace_group group = {.paths = ret->paths + used};
        for (size_t i = 0; i < count; i++)
            if (parts[i].leader == place) {
                ret->paths[used++] = parts[i].path;
                group.count++;
            }
        if (group.count)
            ret->groups[ret->count++] = group;
    }
}

void trace_groups_make(const char *const *paths, size_t count, enum trace_grouping grouping,
                       struct trace_groups *ret)
{
    bool join = grouping == TRACES_JOINED;
    *ret = (struct trace_groups){.groups = allocate(count, sizeof *ret->groups),
                                 .paths = allocate(count, sizeof *ret->paths)};
    if (count < 2 || grouping == TRACES_APART || (!join && !some_are_alike(paths, count))) {
        stand_alone(paths, count, ret);
        return;
    }
    struct part *parts = allocate(count, sizeof *parts);
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct part){.path = paths[i], .place = i, .leader = i};
        read_times(&parts[i]);
    }
    qsort(parts, count, sizeof *parts, compare_parts);
    find_leaders(parts, count, join, ret);
    collect(parts, count, ret);
    free(parts);
}

void trace_groups_free(struct trace_groups *groups)
{
    free(groups->groups);
    free(groups->paths);
    free(groups->hint);
    *groups = (struct trace_groups){0};
}
