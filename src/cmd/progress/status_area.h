/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines at the bottom of a terminal, as a pure function of what the phones do and of the
 * screen's size: those at work, and totals where there are more. Nothing is written here.
 */
#ifndef CMD_PROGRESS_STATUS_AREA_H
#define CMD_PROGRESS_STATUS_AREA_H

#include "base/text.h"
#include "engine/station.h"

#define STATUS_AREA_LINES 64

enum status_color { STATUS_PLAIN, STATUS_GOOD, STATUS_BAD };

struct status_area {
    struct text lines[STATUS_AREA_LINES]; /* each shorter than the screen is wide */
    enum status_color colors[STATUS_AREA_LINES];
    /* At most a third of the rows: wrapped by a narrower screen it has to fit as well, since what
     * has scrolled off cannot be erased. */
    unsigned count;
};

struct status_view {
    size_t in_state[SESSION_STATE_COUNT]; /* how many phones */
    /* Those worth a line, at most STATUS_AREA_LINES, the nearest to its end first; of one phone in
     * all that one. */
    const struct session_status *phones;
    size_t phone_count;
    duration_ns running_ns, without_link_ns; /* 0: there is a link */
    duration_ns flash_wait_ns;               /* longest time of writing; 0: not waited for */
    instant_ns now_ns;
};

/* Fills `ret`, to be freed by status_area_free. */
void status_area_compose(const struct status_view *view, unsigned columns, unsigned rows,
                         struct status_area *ret);
void status_area_free(struct status_area *area);
/* The same for a station that runs since `running_ns`: at the cost of the lines, however many
 * phones there are. */
void status_area_of(const struct station *station, duration_ns running_ns, instant_ns now_ns,
                    duration_ns flash_wait_ns, unsigned columns, unsigned rows,
                    struct status_area *ret);

#endif
