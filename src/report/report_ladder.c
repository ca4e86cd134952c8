/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ladder diagram: one vertical line per host, one arrow per row. Each row is a small drawing of
 * its own in a table, so that paper can break between rows.
 */
#include "report/report_forms.h"
#include "report/report_rows.h"

#include <inttypes.h>
#include <string.h>

#define DRAWING_WIDTH 640
#define ROW_HEIGHT    30
#define ARROW_Y       22
#define LABEL_Y       12
#define LABEL_MAXIMUM 72 /* characters that fit */
#define LANE_MARGIN   70

struct lane {
    struct mac_address mac;
    bool is_phone;
    bool asks, serves_files, serves_leases; /* what it sends */
};

struct ladder {
    struct lane lanes[LANES_MAXIMUM];
    size_t count;
    bool has_others; /* more hosts than lanes: the last line is theirs */
    const struct report_page *page;
    const struct diagnosis *diagnosis;
};

static struct lane *find_lane(struct ladder *ladder, const struct mac_address *mac)
{
    for (size_t i = 0; i < ladder->count; i++) {
        if (mac_equal(&ladder->lanes[i].mac, mac))
            return &ladder->lanes[i];
    }
    return NULL;
}

static struct lane *add_lane(struct ladder *ladder, const struct mac_address *mac, bool is_phone)
{
    struct lane *lane = find_lane(ladder, mac);
    if (lane || mac_is_group(mac) || mac_equal(mac, &mac_zero))
        return lane;
    if (ladder->count == LANES_MAXIMUM) {
        ladder->has_others = true;
        return NULL;
    }
    ladder->lanes[ladder->count] = (struct lane){.mac = *mac, .is_phone = is_phone};
    return &ladder->lanes[ladder->count++];
}

static void note_role(struct lane *lane, const struct observation *observation)
{
    if (!lane || observation->from_phone)
        return;
    lane->asks |= observation->kind == OBSERVED_REQUEST || observation->kind == OBSERVED_UPGRADE;
    lane->serves_files |=
        observation->kind == OBSERVED_DATA || observation->kind == OBSERVED_TFTP_ERROR;
    lane->serves_leases |= observation->kind == OBSERVED_DHCP;
}

static void find_lanes(struct ladder *ladder)
{
    const struct diagnosis *diagnosis = ladder->diagnosis;
    for (size_t i = 0; i < diagnosis->phone_count && i + 2 < LANES_MAXIMUM; i++)
        add_lane(ladder, &diagnosis->phones[i].mac, true);
    for (size_t i = 0; i < page_row_count(ladder->page); i++) {
        const struct observation *observation = &page_row(ladder->page, i)->first;
        if (!observation->has_frame)
            continue;
        note_role(add_lane(ladder, &observation->from, false), observation);
        add_lane(ladder, &observation->to, false);
    }
}

static size_t line_count(const struct ladder *ladder)
{
    return ladder->count + ladder->has_others;
}

/* Where the line with this index stands. */
static unsigned line_x(const struct ladder *ladder, size_t index)
{
    size_t gaps = line_count(ladder) > 1 ? line_count(ladder) - 1 : 1;
    return LANE_MARGIN + (unsigned)(index * (DRAWING_WIDTH - 2 * LANE_MARGIN) / gaps);
}

static size_t line_of(const struct ladder *ladder, const struct mac_address *mac)
{
    for (size_t i = 0; i < ladder->count; i++) {
        if (mac_equal(&ladder->lanes[i].mac, mac))
            return i;
    }
    return line_count(ladder) - 1;
}

static void add_role(const struct lane *lane, const struct diagnosis *diagnosis, struct text *ret)
{
    char serial[4 * RECM_TEXT_SIZE + 1];
    if (!lane->is_phone) {
        text_add(ret, "%s",
                 lane->asks            ? "PC"
                 : lane->serves_files  ? "TFTP server"
                 : lane->serves_leases ? "DHCP server"
                                       : "host");
        return;
    }
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        const struct diagnosis_phone *phone = &diagnosis->phones[i];
        if (!mac_equal(&phone->mac, &lane->mac))
            continue;
        text_add(ret, "phone");
        if (phone->answered)
            page_html_text(ret, " "),
                page_html_text(
                    ret, text_escape(phone->serial, strlen(phone->serial), serial, sizeof(serial)));
    }
}

static void add_head(const struct ladder *ladder, struct text *ret)
{
    text_add(ret,
             "<thead><tr><th>seconds</th><th>frame</th><th class=\"drawing\"><svg viewBox=\"0 0 %d "
             "36\" role=\"img\" aria-label=\"hosts\">",
             DRAWING_WIDTH);
    for (size_t i = 0; i < line_count(ladder); i++) {
        unsigned x = line_x(ladder, i);
        if (i == ladder->count) {
            text_add(ret, "<text class=\"role\" x=\"%u\" y=\"13\">other hosts</text>", x);
            continue;
        }
        text_add(ret, "<text class=\"role\" x=\"%u\" y=\"13\">", x);
        add_role(&ladder->lanes[i], ladder->diagnosis, ret);
        text_add(ret, "</text><text class=\"mac\" x=\"%u\" y=\"28\">%s</text>", x,
                 mac_format(&ladder->lanes[i].mac).text);
    }
    text_add(ret, "</svg></th></tr></thead>\n");
}

/* A tip at `x`, pointing to the right or to the left. */
static void add_tip(unsigned x, bool to_right, struct text *ret)
{
    int back = to_right ? -8 : 8;
    text_add(ret, "<path class=\"tip\" d=\"M%u %d l%d -4 v8 z\"/>", x, ARROW_Y, back);
}

static void add_line(unsigned from, unsigned to, bool is_both_ways, struct text *ret)
{
    text_add(ret, "<path class=\"arrow\" d=\"M%u %d H%u\"/>", from, ARROW_Y, to);
    if (to != from)
        add_tip(to, to > from, ret);
    if (to != from && is_both_ways)
        add_tip(from, from > to, ret);
}

static void add_arrow(const struct ladder *ladder, const struct page_row *row, struct text *ret)
{
    const struct observation *observation = &row->first;
    unsigned from = line_x(ladder, line_of(ladder, &observation->from));
    if (row->is_transfer) {
        add_line(line_x(ladder, line_of(ladder, &observation->phone)),
                 line_x(ladder, line_of(ladder, &row->server)), true, ret);
        return;
    }
    if (!mac_is_group(&observation->to)) {
        add_line(from, line_x(ladder, line_of(ladder, &observation->to)), false, ret);
        return;
    }
    /* To everybody: from the first line to the last, with tips at both ends. */
    unsigned left = line_x(ladder, 0), right = line_x(ladder, line_count(ladder) - 1);
    text_add(ret, "<path class=\"arrow group\" d=\"M%u %d H%u\"/>", left, ARROW_Y, right);
    if (from != left)
        add_tip(left, false, ret);
    if (from != right)
        add_tip(right, true, ret);
    text_add(ret, "<circle class=\"tip\" cx=\"%u\" cy=\"%d\" r=\"3\"/>", from, ARROW_Y);
}

/* Summaries end with ", FROM > TO", which the arrow shows already. */
static size_t length_without_addresses(const char *summary)
{
    size_t length = strlen(summary);
    const char *comma = strrchr(summary, ',');
    return comma && strstr(comma, " > ") ? (size_t)(comma - summary) : length;
}

static void add_label(const struct page_row *row, struct text *ret)
{
    struct text words = TEXT_EMPTY;
    text_add(ret, "<text class=\"label\" x=\"%d\" y=\"%d\">", DRAWING_WIDTH / 2, LABEL_Y);
    if (row->is_transfer) {
        page_row_text(row, &words);
    } else {
        size_t length = length_without_addresses(row->first.text);
        bool is_long = length > LABEL_MAXIMUM;
        text_add(&words, "%.*s%s", (int)(is_long ? LABEL_MAXIMUM - 3 : length), row->first.text,
                 is_long ? "..." : "");
        if (row->count > 1)
            text_add(&words, ", %" PRIu64 " times", row->count);
    }
    page_html_text(ret, text_chars(&words));
    text_add(ret, "</text>");
    text_free(&words);
}

static void add_row(const struct ladder *ladder, const struct page_row *row, struct text *ret)
{
    const struct observation *first = &row->first;
    bool is_evidence = page_row_is_evidence(row, &ladder->diagnosis->leading);
    text_add(ret, "<tr class=\"%s%s\"><td>%.3f</td><td>", is_evidence ? "evidence " : "",
             first->concluded ? "concluded" : "",
             (double)(first->time_ns - ladder->diagnosis->first_ns) / (double)NS_PER_S);
    if (first->number > 0)
        text_add(ret, "%" PRIu64, first->number);
    if (row->last_number > first->number)
        text_add(ret, "%s%" PRIu64,
                 row->last_number - first->number + 1 == row->count ? "&#8211;"
                                                                    : "&#8201;&#8230;&#8201;",
                 row->last_number);
    text_add(ret,
             "</td><td class=\"drawing\"><svg viewBox=\"0 0 %d %d\" aria-hidden=\"true\">"
             "<path class=\"line\" d=\"",
             DRAWING_WIDTH, ROW_HEIGHT);
    for (size_t i = 0; i < line_count(ladder); i++)
        text_add(ret, "M%u 0V%d", line_x(ladder, i), ROW_HEIGHT);
    text_add(ret, "\"/>");
    if (first->has_frame && !first->concluded)
        add_arrow(ladder, row, ret);
    add_label(row, ret);
    text_add(ret, "</svg></td></tr>\n");
}

void report_ladder_add(const struct report_source *source, struct text *ret)
{
    const struct report_page *page = source->story;
    struct ladder ladder = {.page = page, .diagnosis = source->diagnosis};
    find_lanes(&ladder);
    text_add(ret, "<table class=\"ladder\">\n");
    add_head(&ladder, ret);
    text_add(ret, "<tbody>\n");
    for (size_t i = 0; i < page_row_count(page); i++) {
        uint64_t omitted = page_rows_omitted_before(page, i);
        if (omitted > 0)
            text_add(ret,
                     "<tr class=\"omitted\"><td></td><td></td><td>%" PRIu64
                     " more events are left out here; spa-sos diagnose --timeline lists "
                     "them</td></tr>\n",
                     omitted);
        add_row(&ladder, page_row(page, i), ret);
    }
    text_add(ret, "</tbody></table>\n");
}
