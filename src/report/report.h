/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a diagnosis looks like to people and to programs: as text, as the JSON document
 * "spa-sos/1" (docs: report.schema.json) and as a page for a ticket. The shape is the same in
 * success and failure and for every command. Everything is made in memory; writing it anywhere is
 * the caller's business. Text that came from the network is escaped here, and nowhere else.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/address.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/text.h"
#include "judge/verdict.h"
#include "observe/observer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t; /* jansson.h; ours to give away */

#define REPORT_SCHEMA "spa-sos/1"

struct report_counters {
    uint64_t frames_in;
    bool is_live; /* the run could send and lose frames: the next four mean something */
    uint64_t frames_out;
    uint64_t frames_unsent;
    uint64_t kernel_drops;
    uint64_t interface_drops;
    uint64_t retransmissions;  /* of DATA */
    uint64_t turnaround_count; /* DATA to ACK; 0: the next three mean nothing */
    duration_ns turnaround_median_ns, turnaround_p99_ns, turnaround_max_ns;
    uint64_t transferred_bytes; /* acknowledged, in the time below; rate = bytes / time */
    duration_ns transfer_ns;    /* 0 = no rate */
};

/* The firmware image sent, or found on the wire. The strings are the caller's. */
struct report_image {
    const char *version; /* raw text from the header */
    uint64_t bytes;
    unsigned sectors;
    const char *sha256; /* 64 hex digits */
};

/* The engine's view of one phone (session_state_name), joined to the diagnosis by MAC address. */
struct report_phone_state {
    struct mac_address mac;
    const char *state;
};

/* How much of the conversation the capture can have seen. */
struct report_capture {
    uint64_t frames;
    uint64_t cut_frames;    /* captured shorter than they were (snap length) */
    size_t longest_cut;     /* bytes captured of the longest of them */
    uint64_t from_phones;   /* frames that a phone sent */
    uint64_t to_phones;     /* unicast frames to a phone */
    uint64_t other_unicast; /* unicast frames between others: a mirror port or a hub */
    bool time_ran_backwards;
    bool truncated_file; /* the file ends in the middle of a frame */
};

/* Counts a frame, once the diagnosis tells who the phones are. Start with zeros. */
void report_capture_frame(struct report_capture *capture, const struct diagnosis *diagnosis,
                          const struct frame *frame);
/* What can be concluded from it, as one paragraph. */
void report_capture_text(const struct report_capture *capture, struct text *ret);

/* An order of a run, or an attempt of the phone's own that was served. */
struct report_attempt {
    struct mac_address mac; /* of the phone */
    duration_ns at_ns;      /* since the start of the run */
    const char *outcome;    /* plain text; "" = it was not over when the run ended */
};

/* Everything around a diagnosis; pointers may be NULL and are the caller's. */
struct report_facts {
    const char *command; /* "recover", "diagnose", ...: never NULL */
    const char *trace;   /* path of the trace */
    const struct report_counters *counters;
    const struct report_image *image;
    const struct report_phone_state *states;
    size_t state_count;
    const struct report_attempt *attempts; /* phone by phone, each in order of time */
    size_t attempt_count;
    const struct report_capture *capture;
    const struct error *error; /* what ended the run: then there is no result */
    const char *const *notes;  /* sentences about this run or trace ("redacted: ...") */
    size_t note_count;
};

/* "5, 7-9 and 12": `count` ascending frame numbers. */
void report_frame_list(const uint64_t *numbers, size_t count, struct text *ret);

/* "frame.number in {5,7..9,12}": the same as a display filter of Wireshark and tshark. */
void report_display_filter(const uint64_t *numbers, size_t count, struct text *ret);

/* One paragraph each, as text and page say it. */
void report_counters_text(const struct report_counters *counters, struct text *ret);
void report_image_text(const struct report_image *image, struct text *ret);

/* ---- a diagnosis, in each form that it can have ---- */

struct report_page; /* the story row by row: report_page.h */

struct report_source {
    const struct diagnosis *diagnosis;
    const struct report_facts *facts;
    const struct report_page *story; /* NULL: it was not kept */
};

enum report_form {
    REPORT_LINE,     /* the leading verdict: "no-dhcp (certain): The phone asked ...", unwrapped */
    REPORT_TEXT,     /* plain ASCII, at most 80 columns */
    REPORT_JSON,     /* the document of report_json, indented */
    REPORT_PAGE,     /* for a ticket: HTML in UTF-8, starting with the doctype */
    REPORT_LADDER,   /* the page's diagram: an HTML table */
    REPORT_TIMELINE, /* the story as text: seconds, frames, sender, receiver, what it is; '*': proof
                      */
    REPORT_FORM_COUNT
};

/* Appends it; lines end with \n. Where there is no story, a form that tells it adds nothing. */
void report_add(enum report_form form, const struct report_source *source, struct text *ret);

/* Returns: the document of one run or trace, with the story if there is one; the caller's
 * (json_decref). */
struct json_t *report_json(const struct report_source *source);

/* ---- documents of other kinds ---- */

/* How many frames were compared, and a line of `differences` for each that differs. */
struct json_t *report_json_comparison(size_t recorded, size_t now, const char *differences);
/* Of a dry run: how many frames stand in the trace. */
struct json_t *report_json_rehearsal(const char *command, const char *trace, uint64_t frames);
/* Of a list whose phones were all recovered by an earlier run. */
struct json_t *report_json_earlier(size_t phone_count);
/* A phone that was played on an interface. The strings are the caller's, raw; NULL: not known. */
struct report_played_phone {
    struct mac_address mac;
    const char *serial, *product, *state;
};
struct json_t *report_json_played(const char *command, enum verdict_result result,
                                  const struct report_played_phone *phones, size_t count);
/* The document of a command that has no answer: `error` instead of a result. */
struct json_t *report_json_error(const char *command, const struct error *error);
/* The same of one of several traces. */
struct json_t *report_json_unreadable(const char *command, const char *trace,
                                      const struct error *error);
/*
 * The document of several traces: takes over `traces` (a JSON array of documents as above); the
 * result is that of the worst by exit status. Returns: the caller's.
 */
struct json_t *report_json_traces(const char *command, struct json_t *traces,
                                  enum verdict_result worst);
/* Appends a document as it is printed: indented, with \n at the end. */
void report_json_print(const struct json_t *document, struct text *ret);

#endif
