/* SPDX-License-Identifier: BSD-2-Clause */
/* A TCP and HTTP/1.0 responder in frames of our own: see service/http.h. */
#include "engine/service/http.h"

#include "base/random.h"
#include "engine/limits.h"

#include <stdio.h>
#include <string.h>

#define OWN_MSS    1400
#define OWN_WINDOW 1024

#define REQUEST_END 2 /* line ends in a row: a line without anything in it */

static size_t answer_length(const struct http_connection *connection)
{
    return connection->header_length + connection->body_length;
}

/* ---- Sending ---- */

/* `offset` counts from our SYN: 0 is the SYN itself, 1 the first byte of the answer. */
static void send_segment(struct core *core, const struct http_connection *connection,
                         uint32_t offset, uint8_t flags, const uint8_t *payload, size_t length)
{
    struct craft_tcp header = {
        .destination_mac = connection->client_mac,
        .source_ip = connection->own_ip,
        .destination_ip = connection->client_ip,
        .source_port = connection->own_port,
        .destination_port = connection->client_port,
        .sequence = connection->first + offset,
        .acknowledgement = connection->receive_next,
        .flags = flags | TCP_FLAG_ACK,
        .window = OWN_WINDOW,
        .mss = flags & TCP_FLAG_SYN ? OWN_MSS : 0,
    };
    outbox_tcp(&core->outbox, &header, payload, length);
}

static void send_ack(struct core *core, const struct http_connection *connection)
{
    size_t sent = connection->acknowledged + connection->flight;
    bool ended = connection->stage == HTTP_ENDING || connection->stage == HTTP_OVER;
    send_segment(core, connection, (uint32_t)(1 + sent + ended), 0, NULL, 0);
}

/* Copies a part of header and image. */
static void copy_answer(const struct core *core, const struct http_connection *connection,
                        size_t offset, uint8_t *ret, size_t length)
{
    size_t header_left =
        offset < connection->header_length ? connection->header_length - offset : 0;
    size_t of_header = header_left < length ? header_left : length;
    if (of_header)
        memcpy(ret, connection->header + offset, of_header);
    if (length > of_header)
        memcpy(ret + of_header,
               core->config.image + (offset + of_header - connection->header_length),
               length - of_header);
}

/* The largest segment that the client takes: the loader's window is 1024, its queue 5 buffers. */
static size_t segment_size(const struct http_connection *connection)
{
    size_t size = answer_length(connection) - connection->acknowledged;
    if (size > HTTP_SEGMENT_MAXIMUM)
        size = HTTP_SEGMENT_MAXIMUM;
    if (size > connection->mss)
        size = connection->mss;
    return size < connection->window ? size : connection->window;
}

static void send_current(struct core *core, struct http_connection *connection, instant_ns now_ns)
{
    uint8_t bytes[HTTP_SEGMENT_MAXIMUM];
    uint32_t offset = (uint32_t)(1 + connection->acknowledged);
    switch (connection->stage) {
    case HTTP_CONNECTING:
        send_segment(core, connection, 0, TCP_FLAG_SYN, NULL, 0);
        break;
    case HTTP_ANSWERING:
        if (connection->flight == 0) /* a repeat is the same segment again */
            connection->flight = segment_size(connection);
        if (connection->flight == 0 && connection->repeats)
            connection->flight = 1; /* asks a closed window whether it is open again */
        copy_answer(core, connection, connection->acknowledged, bytes, connection->flight);
        if (connection->flight)
            send_segment(core, connection, offset, TCP_FLAG_PSH, bytes, connection->flight);
        break;
    case HTTP_ENDING:
        send_segment(core, connection, offset, TCP_FLAG_FIN, NULL, 0);
        break;
    default:
        return;
    }
    timer_set(&core->timers, &connection->timer, now_ns + connection->repeat_ns);
}

static void send_new(struct core *core, struct http_connection *connection, instant_ns now_ns)
{
    duration_ns wait_ns = connection->turnaround_ns * REPEAT_TURNAROUNDS;
    if (connection->turnaround_ns == 0 || wait_ns > REPEAT_MAXIMUM_NS)
        wait_ns = connection->turnaround_ns ? REPEAT_MAXIMUM_NS : HTTP_REPEAT_FIRST_NS;
    connection->repeat_ns = wait_ns < REPEAT_MINIMUM_NS ? REPEAT_MINIMUM_NS : wait_ns;
    connection->repeats = 0;
    connection->repeated = false;
    connection->sent_ns = now_ns;
    send_current(core, connection, now_ns);
}

static void measure(struct core *core, struct http_connection *connection, instant_ns now_ns)
{
    if (connection->repeated)
        return;
    duration_ns sample_ns = now_ns - connection->sent_ns;
    statistics_add(&core->turnaround, sample_ns);
    if (connection->turnaround_ns == 0)
        connection->turnaround_ns = sample_ns;
    else
        connection->turnaround_ns += (sample_ns - connection->turnaround_ns) / 8;
}

/* ---- The request ---- */

static void take_request(struct http_connection *connection, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            connection->line_ends++;
            connection->line_complete = true;
        } else if (bytes[i] != '\r') {
            connection->line_ends = 0;
            if (!connection->line_complete &&
                connection->line_length + 1 < sizeof connection->request_line)
                connection->request_line[connection->line_length++] = (char)bytes[i];
        }
    }
}

static void begin_answer(struct core *core, struct http_connection *connection, bool is_image,
                         instant_ns now_ns)
{
    connection->is_image = is_image;
    connection->body_length = is_image ? core->config.image_length : 0;
    connection->header_length =
        (size_t)snprintf(connection->header, sizeof connection->header,
                         "HTTP/1.0 %s\r\nContent-Type: application/octet-stream\r\n"
                         "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                         is_image ? "200 OK" : "501 Not Implemented", connection->body_length);
    connection->acknowledged = connection->flight = 0;
    connection->stage = HTTP_ANSWERING;
    send_new(core, connection, now_ns);
}

void http_answer(struct core *core, struct http_connection *connection, instant_ns now_ns)
{
    begin_answer(core, connection, true, now_ns);
}

static enum http_result request_is_complete(struct core *core, struct http_connection *connection,
                                            instant_ns now_ns)
{
    if (strncmp(connection->request_line, "GET ", 4) == 0) {
        connection->stage = HTTP_WAITING;
        timer_stop(&core->timers, &connection->timer);
        return HTTP_ASKED;
    }
    begin_answer(core, connection, false, now_ns);
    return HTTP_NOTHING;
}

/* ---- The connection ---- */

bool http_can_carry(size_t image_length)
{
    return image_length + HTTP_HEADER_SIZE <= LOADER_ANSWER_MAXIMUM;
}

static bool is_syn(const struct tcp_segment *segment)
{
    return (segment->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN;
}

static bool is_same(const struct http_connection *connection, const struct frame *frame)
{
    return connection->stage != HTTP_CLOSED && connection->client_ip == frame->ipv4.source &&
           connection->own_ip == frame->ipv4.destination &&
           connection->client_port == frame->tcp.source_port &&
           connection->own_port == frame->tcp.destination_port;
}

/* The loader uses the same port and the same sequence number for every attempt: only the time tells
 * a new one from a late copy of the SYN before. */
bool http_is_new(const struct http_connection *connection, const struct frame *frame,
                 instant_ns now_ns)
{
    if (!is_syn(&frame->tcp))
        return false;
    bool recent = now_ns - connection->heard_ns < LOADER_RESTART_SHORTEST_NS;
    return !is_same(connection, frame) || (connection->stage != HTTP_CONNECTING && !recent);
}

static void connect(struct core *core, struct http_connection *connection,
                    const struct frame *frame, instant_ns now_ns)
{
    http_stop(core, connection);
    struct random random = random_from_seed(core->config.seed ^ (uint64_t)now_ns);
    struct timer timer = connection->timer;
    *connection = (struct http_connection){
        .stage = HTTP_CONNECTING,
        .client_mac = frame->ethernet.source,
        .client_ip = frame->ipv4.source,
        .own_ip = frame->ipv4.destination,
        .client_port = frame->tcp.source_port,
        .own_port = frame->tcp.destination_port,
        .first = (uint32_t)random_u64(&random),
        .receive_next = frame->tcp.sequence + 1,
        .window = frame->tcp.window,
        .mss = frame->tcp.mss ? frame->tcp.mss : HTTP_MSS_DEFAULT,
        .heard_ns = now_ns,
        .timer = timer,
        .retransmissions = connection->retransmissions,
    };
    send_new(core, connection, now_ns);
}

static enum http_result take_ack(struct core *core, struct http_connection *connection,
                                 uint32_t acknowledgement, instant_ns now_ns)
{
    uint32_t offset = acknowledgement - connection->first - 1;
    size_t news = offset - connection->acknowledged;
    switch (connection->stage) {
    case HTTP_CONNECTING:
        if (offset != 0)
            return HTTP_NOTHING;
        connection->stage = HTTP_REQUESTING;
        timer_set(&core->timers, &connection->timer, now_ns + HTTP_REQUEST_WAIT_NS);
        return HTTP_NOTHING;
    case HTTP_ANSWERING:
        if (news == 0 || news > connection->flight)
            return HTTP_NOTHING;
        measure(core, connection, now_ns);
        connection->acknowledged = offset;
        connection->flight = 0;
        if (connection->acknowledged == answer_length(connection))
            connection->stage = HTTP_ENDING;
        send_new(core, connection, now_ns);
        return connection->is_image ? HTTP_ADVANCED : HTTP_NOTHING;
    case HTTP_ENDING:
        if (news != 1)
            return HTTP_NOTHING;
        http_stop(core, connection);
        return connection->is_image ? HTTP_COMPLETE : HTTP_NOTHING;
    default:
        return HTTP_NOTHING;
    }
}

/* Returns: the request has just become complete. */
static bool take_bytes(struct core *core, struct http_connection *connection,
                       const struct tcp_segment *segment)
{
    bool has_news = segment->payload_length > 0 || (segment->flags & TCP_FLAG_FIN);
    if (!has_news)
        return false;
    bool complete = false;
    if (segment->sequence == connection->receive_next) {
        connection->receive_next +=
            (uint32_t)segment->payload_length + ((segment->flags & TCP_FLAG_FIN) != 0);
        if (connection->stage == HTTP_REQUESTING) {
            take_request(connection, segment->payload, segment->payload_length);
            complete = connection->line_ends >= REQUEST_END;
        }
    }
    if (!complete)
        send_ack(core, connection); /* otherwise the answer carries it */
    return complete;
}

static enum http_result reset(struct core *core, struct http_connection *connection)
{
    bool broken = connection->is_image &&
                  (connection->stage == HTTP_ANSWERING || connection->stage == HTTP_ENDING);
    http_stop(core, connection);
    connection->stage = HTTP_CLOSED;
    return broken ? HTTP_BROKEN : HTTP_NOTHING;
}

enum http_result http_segment(struct core *core, struct http_connection *connection,
                              const struct frame *frame, instant_ns now_ns)
{
    const struct tcp_segment *segment = &frame->tcp;
    if (http_is_new(connection, frame, now_ns)) {
        connect(core, connection, frame, now_ns);
        return HTTP_NOTHING;
    }
    if (!is_same(connection, frame))
        return HTTP_NOTHING;
    if (is_syn(segment)) {
        if (connection->stage == HTTP_CONNECTING)
            send_current(core, connection, now_ns);
        return HTTP_NOTHING;
    }
    if (segment->flags & TCP_FLAG_RST)
        return segment->sequence == connection->receive_next ? reset(core, connection)
                                                             : HTTP_NOTHING;
    if (!(segment->flags & TCP_FLAG_ACK))
        return HTTP_NOTHING;
    connection->heard_ns = now_ns;
    connection->window = segment->window;
    enum http_result result = take_ack(core, connection, segment->acknowledgement, now_ns);
    if (take_bytes(core, connection, segment))
        return request_is_complete(core, connection, now_ns);
    return result;
}

enum http_result http_timer(struct core *core, struct http_connection *connection,
                            instant_ns now_ns)
{
    bool asks = connection->stage == HTTP_CONNECTING || connection->stage == HTTP_REQUESTING;
    duration_ns patience_ns = asks ? HTTP_REQUEST_WAIT_NS : TRANSFER_SILENCE_NS;
    if (connection->stage == HTTP_ENDING && connection->repeats >= LAST_BLOCK_REPEATS) {
        http_stop(core, connection);
        return connection->is_image ? HTTP_PRESUMED : HTTP_NOTHING;
    }
    if (now_ns - connection->heard_ns >= patience_ns)
        return reset(core, connection);
    if (connection->stage == HTTP_REQUESTING)
        return HTTP_NOTHING;
    connection->repeats++;
    connection->repeated = true;
    connection->retransmissions++;
    core->retransmissions++;
    connection->repeat_ns = connection->repeat_ns * 2 < REPEAT_MAXIMUM_NS
                                ? connection->repeat_ns * 2
                                : REPEAT_MAXIMUM_NS;
    send_current(core, connection, now_ns);
    return HTTP_NOTHING;
}

void http_stop(struct core *core, struct http_connection *connection)
{
    timer_stop(&core->timers, &connection->timer);
    if (connection->stage != HTTP_CLOSED)
        connection->stage = HTTP_OVER;
}

uint64_t http_bytes_acknowledged(const struct http_connection *connection)
{
    if (!connection->is_image || connection->acknowledged < connection->header_length)
        return 0;
    return connection->acknowledged - connection->header_length;
}
