/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answering side of one HTTP/1.0 download over a TCP just good enough for the loader's client
 * (docs: protocol, URL attempts): in-order segments, one of them in flight, repeated until it is
 * acknowledged, then FIN. Whatever path is asked for, the answer is the run's image.
 *
 * It never opens a connection, never answers a segment that belongs to none, and decides nothing:
 * whom to let in (http_is_new) and whom to answer (HTTP_ASKED) is its owner's business.
 */
#ifndef ENGINE_SERVICE_HTTP_H
#define ENGINE_SERVICE_HTTP_H

#include "engine/core.h"
#include "wire/frame.h"

#define HTTP_REQUEST_LINE_SIZE 128
#define HTTP_HEADER_SIZE       160

enum http_stage {
    HTTP_CLOSED,     /* none yet, or given up */
    HTTP_CONNECTING, /* our SYN is not acknowledged */
    HTTP_REQUESTING, /* the request is not complete */
    HTTP_WAITING,    /* it asked for a file; http_answer is due */
    HTTP_ANSWERING,  /* header and image are on their way */
    HTTP_ENDING,     /* all of it is acknowledged, our FIN is not */
    HTTP_OVER,       /* only the client's own FIN is still acknowledged */
};

struct http_connection {
    enum http_stage stage;
    struct mac_address client_mac;
    uint32_t client_ip, own_ip; /* own: whatever host the client meant */
    uint16_t client_port, own_port;
    uint32_t first;        /* our initial sequence number */
    uint32_t receive_next; /* the client's next byte */
    uint16_t window, mss;  /* the client's */

    char request_line[HTTP_REQUEST_LINE_SIZE]; /* what fits of it, terminated; raw */
    size_t line_length;
    bool line_complete;
    unsigned line_ends; /* in a row: two end the request */

    char header[HTTP_HEADER_SIZE];
    size_t header_length, body_length;
    bool is_image;               /* the answer is the image, not a refusal */
    size_t acknowledged, flight; /* bytes of the answer; of the segment in flight */

    bool repeated; /* this segment went out twice: its ACK measures nothing */
    unsigned repeats;
    duration_ns turnaround_ns, repeat_ns;
    instant_ns sent_ns, heard_ns;
    struct timer timer;       /* the owner sets the function and calls http_timer from it */
    unsigned retransmissions; /* in this run */
};

enum http_result {
    HTTP_NOTHING,  /* ignored, acknowledged or repeated */
    HTTP_ASKED,    /* a complete GET: call http_answer, or http_stop */
    HTTP_ADVANCED, /* some of the image was acknowledged */
    HTTP_COMPLETE, /* all of it and our FIN were acknowledged */
    HTTP_PRESUMED, /* all of it, but the ACK of our FIN is missing */
    HTTP_BROKEN,   /* the client gave up, or fell silent, in the middle of the answer */
};

/* Is the image small enough for the loader's HTTP buffer (header included)? */
bool http_can_carry(size_t image_length);
/* Is this a SYN that would begin a new connection, in the place of an older one? */
bool http_is_new(const struct http_connection *connection, const struct frame *frame,
                 instant_ns now_ns);
/* A segment of the client; a SYN only if the owner wants to serve it. */
enum http_result http_segment(struct core *core, struct http_connection *connection,
                              const struct frame *frame, instant_ns now_ns);
/* Begins to send the image. Stage HTTP_WAITING. */
void http_answer(struct core *core, struct http_connection *connection, instant_ns now_ns);
enum http_result http_timer(struct core *core, struct http_connection *connection,
                            instant_ns now_ns);
/* Sends nothing any more of its own accord. */
void http_stop(struct core *core, struct http_connection *connection);
/* Of the image, without the header. */
uint64_t http_bytes_acknowledged(const struct http_connection *connection);

#endif
