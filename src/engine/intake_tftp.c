/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TFTP of others: requests of phones for a file, their ACKs, and the ERRORs and blocks of other
 * servers (docs: protocol, rules for the PC side, 4 to 7).
 */
#include "engine/intake_tftp.h"

#include "base/text.h"
#include "engine/limits.h"
#include "engine/service/url.h"
#include "engine/states.h"
#include "loader/loader.h"

#include <string.h>

void intake_ordered_elsewhere(struct intake *intake, struct session *session, bool asks_for_file,
                              instant_ns now_ns)
{
    if (session)
        session_is_served_elsewhere(session, now_ns);
    rival_orders(intake->rival, asks_for_file, now_ns);
}

/* The proof that an RRQ is ours: this run ordered that phone, and the name is this run's. */
static bool is_ours(const struct intake *intake, const struct session *session,
                    const struct tftp_packet *request)
{
    return session && session->ordered && intake->core->config.mode == STATION_RECOVER &&
           strcmp(request->file_name, intake->core->file_name) == 0;
}

static void note_foreign_request(struct intake *intake, const struct frame *frame,
                                 instant_ns now_ns)
{
    char name[200];
    const struct tftp_packet *request = &frame->tftp;
    text_escape(request->file_name, strlen(request->file_name), name, sizeof name);
    journal_detail(&intake->core->journal, now_ns, &frame->ethernet.source,
                   "asks %s for the file \"%s\", which this run did not order; not answered",
                   ipv4_format(frame->ipv4.destination).text, name);
}

/* What an UPGRADE makes a phone send goes to the group; its own URLs name a host. */
static bool is_of_an_order(const struct frame *frame)
{
    return frame->ipv4.destination == RECM_GROUP_IP && frame->udp.source_port == TFTP_PHONE_PORT &&
           frame->ipv4.time_to_live == LOADER_UDP_TTL;
}

static void take_read_request(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    uint16_t port = frame->udp.destination_port;
    struct core *core = intake->core;
    if (port != TFTP_SERVER_PORT && port != core->config.tftp_port && port != core->transfer_port)
        return;
    /* A loader asks from one port, and takes DATA there only. */
    bool is_loader = frame->udp.source_port == TFTP_PHONE_PORT;
    struct session *session =
        is_loader ? choice_meet(intake->choice, &frame->ethernet.source, now_ns) : NULL;
    bool ours = is_ours(intake, session, &frame->tftp);
    if (!ours && !url_takes_request(intake->choice, session, frame, now_ns)) {
        note_foreign_request(intake, frame, now_ns);
        if (is_of_an_order(frame) && !core_file_is_unique(core, frame->tftp.file_name))
            intake_ordered_elsewhere(
                intake, choice_meet(intake->choice, &frame->ethernet.source, now_ns), true, now_ns);
        return;
    }
    /* Late and duplicated ones must not start a second download (rule 7). */
    if (session_heard(session, frame->ipv4.identification, now_ns) == HEARD_STALE)
        return;
    session->transfer.ip = frame->ipv4.source;
    session->transfer.port = frame->udp.source_port;
    if (session->state == SESSION_TRANSFER && session->transfer.block == 1 &&
        session->by_url == !ours && !session->restarted)
        tftp_asked_again(core, &session->transfer, now_ns);
    else
        session_handle(session, ours ? EVENT_FILE_ASKED : EVENT_URL_ASKED, now_ns);
}

static void acknowledged(struct intake *intake, struct session *session, uint16_t block,
                         instant_ns now_ns)
{
    struct core *core = intake->core;
    switch (tftp_ack(core, &session->transfer, block, now_ns)) {
    case TFTP_ADVANCED:
        session_goes_forward(session, now_ns);
        if (session->transfer.block == session->transfer.block_count)
            session_image_is_out(session, now_ns);
        journal_add(&core->journal, now_ns, STATION_EVENT_PROGRESS, &session->mac);
        break;
    case TFTP_COMPLETE:
        journal_add(&core->journal, now_ns, STATION_EVENT_PROGRESS, &session->mac);
        session_handle(session, EVENT_LAST_ACK, now_ns);
        break;
    case TFTP_NOTHING:
    case TFTP_PRESUMED:
    case TFTP_STALLED:
        break;
    }
}

/*
 * Did a frame that comes late belong to the download that is being served? Its IP id then lies
 * between that of the RRQ and the last one heard.
 */
static bool is_of_this_download(const struct session *session, uint16_t ip_id)
{
    uint16_t since_request = (uint16_t)(ip_id - session->transfer_ip_id);
    return since_request >= 1 &&
           since_request <= (uint16_t)(session->ip_id - session->transfer_ip_id);
}

/* An ACK of an ordered download that another server answers. */
static void served_elsewhere(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    struct session *session = choice_meet(intake->choice, &frame->ethernet.source, now_ns);
    rival_serves(intake->rival, frame->tftp.block, now_ns);
    if (session)
        session_is_served_elsewhere(session, now_ns);
}

/*
 * The request for our file was answered by somebody else's server too, and the phone takes that
 * one's blocks. Two orders would make it begin anew again and again: this run stops, and says so.
 */
static void acknowledged_elsewhere(struct intake *intake, struct session *session,
                                   const struct frame *frame, instant_ns now_ns)
{
    struct core *core = intake->core;
    if (!session->other_server_said)
        journal_message(&core->journal, now_ns, &session->mac,
                        "Another TFTP server answers the phone: it acknowledges to port %u.",
                        (unsigned)frame->udp.destination_port);
    session->other_server_said = true;
    if (frame->tftp.block == session->elsewhere_block)
        return; /* a copy, or one that waits in vain */
    session->elsewhere_block = frame->tftp.block;
    if (++session->elsewhere_blocks < ELSEWHERE_CERTAIN || core->config.force)
        return;
    session_is_served_elsewhere(session, now_ns);
    rival_serves(intake->rival, frame->tftp.block, now_ns);
    session_handle(session, EVENT_REFUSED, now_ns);
}

static void take_ack(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    struct session *session = roster_find(intake->choice->roster, &frame->ethernet.source);
    bool is_foreign = frame->udp.destination_port != intake->core->transfer_port;
    if (is_foreign && is_of_an_order(frame) && (!session || !session->ordered))
        served_elsewhere(intake, frame, now_ns);
    if (!session || frame->udp.source_port != session->transfer.port)
        return;
    uint16_t ip_id = frame->ipv4.identification, block = frame->tftp.block;
    /* A network that reorders must not hide that the newest block has arrived (rule 6). */
    bool overtaken = session->state == SESSION_TRANSFER && block == session->transfer.block &&
                     is_of_this_download(session, ip_id);
    if (session_heard(session, ip_id, now_ns) == HEARD_STALE && !overtaken)
        return;
    if (frame->udp.destination_port != intake->core->transfer_port) {
        if (session->state == SESSION_TRANSFER)
            acknowledged_elsewhere(intake, session, frame, now_ns);
        return;
    }
    if (session->state == SESSION_TRANSFER) {
        acknowledged(intake, session, block, now_ns);
    } else if (session_has_image(session) && session->presumed) {
        if (block == session->transfer.block_count)
            session_handle(session, EVENT_LAST_ACK, now_ns);
        else if (block + 1 == session->transfer.block_count)
            session_handle(session, EVENT_BLOCK_MISSING, now_ns);
    }
}

/* Somebody else's ERROR makes the phone give up at once; it listens again. */
static void take_error(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    struct session *session = roster_find(intake->choice->roster, &frame->ethernet.destination);
    if (session && session_is_active(session) && session->state != SESSION_ORDERED)
        session_handle(session, EVENT_REFUSED, now_ns);
    else
        rival_refuses(intake->rival);
}

void intake_tftp(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    switch (frame->tftp.opcode) {
    case TFTP_RRQ:
        take_read_request(intake, frame, now_ns);
        break;
    case TFTP_ACK:
        take_ack(intake, frame, now_ns);
        break;
    case TFTP_ERROR:
        take_error(intake, frame, now_ns);
        break;
    default:
        break;
    }
}
