/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Downloads: from the confirmed order to the last ACK (docs: protocol, TFTP client). The phone's
 * ACKs say what it has stored; DATA says what was sent and whether the phone could take it. The
 * file is put together by transfer_image and judged at the end.
 */
#include "observe/protocol/protocol.h"

#include "base/bytes.h"
#include "base/text.h"

#include <string.h>

/* P7.15: what it asks for then it asks for five times, and all but the last can be lost. */
#define ARP_TO_REQUEST_NS (LOADER_SENDINGS * LOADER_SILENCE_LONGEST_NS)
#define URL_READ_NS                                                                                \
    (LOADER_SENDINGS * LOADER_SILENCE_LONGEST_NS + 15 * NS_PER_S) /* an RRQ to a unicast address   \
                                                                   */
#define URL_RRQ_BUSY_NS LOADER_SILENCE_LONGEST_NS

enum { IMAGE_FILE_LEN_OFFSET = 0x58, IMAGE_COUNT_OFFSET = 0x7c };

/* ---- what the phone asks for ---- */

static void observe_upgrade_rrq(struct observer *observer, struct phone_facts *phone,
                                const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;

    if (attempt_is_running(observer, attempt)) {
        attempt_begin_nested(observer, phone);
    } else if (!attempt->begun || attempt->from_url || attempt->rebooted || attempt->complete ||
               attempt->acks.total > 0 || attempt->errors.total > 0) {
        attempt_begin(observer, phone);
        attempt_take_order(
            attempt, phone->answered ? serials_find_order(observer, phone->reply.serial) : NULL);
    }
    marks_add(&attempt->read_requests, observer, frame);
    if (attempt->nested.total && attempt->read_requests.total == 1)
        marks_add(&attempt->nested, observer, frame);
    if (frame->tftp.file_name) {
        size_t length = strnlen(frame->tftp.file_name, sizeof(attempt->file_name) - 1);
        memcpy(attempt->file_name, frame->tftp.file_name, length);
        attempt->file_name[length] = '\0';
    }
    observe_tell(observer, OBSERVED_RRQ, frame, phone, attempt->read_requests.total > 1);
}

static void observe_url_rrq(struct observer *observer, struct phone_facts *phone,
                            const struct frame *frame)
{
    struct boot *boot = &phone->boot;

    boot->url_read_pending = true;
    marks_add(&boot->url_read_requests, observer, frame);
    memcpy(boot->url_host, ipv4_format(frame->ipv4.destination).text, IPV4_TEXT_SIZE);
    if (frame->tftp.file_name) {
        size_t length = strnlen(frame->tftp.file_name, sizeof(boot->url_file_name) - 1);
        memcpy(boot->url_file_name, frame->tftp.file_name, length);
        boot->url_file_name[length] = '\0';
    }
    phone_busy_with_url(observer, phone, frame, observer->now_ns + URL_RRQ_BUSY_NS);
    observe_tell(observer, OBSERVED_URL, frame, phone, boot->url_read_requests.total > 1);
}

/*
 * DATA or ACK without a running attempt: an answer to a URL's RRQ, or the capture begins in the
 * middle. Returns: false if it belongs to nothing: a server that goes on after the phone restarted.
 */
static bool need_attempt(struct observer *observer, struct phone_facts *phone, bool from_phone)
{
    struct boot *boot = &phone->boot;
    struct attempt *attempt = &phone->attempt;
    bool usable = attempt->begun && !attempt->rebooted && attempt->firmware_after.total == 0;
    bool asked_by_itself = boot->url_read_pending &&
                           observer->now_ns - boot->url_read_requests.newest_ns <= URL_READ_NS;

    if (usable && !asked_by_itself)
        return true;
    if (!from_phone && !asked_by_itself && phone->attempts > 0)
        return false;
    attempt_begin(observer, phone);
    if (!asked_by_itself)
        return true;
    boot->url_read_pending = false;
    attempt->from_url = true;
    attempt->read_requests = boot->url_read_requests;
    boot->url_read_requests = (struct marks){0};
    memcpy(attempt->file_name, boot->url_file_name, sizeof(attempt->file_name));
    return true;
}

/* ---- what the phone has stored ---- */

static void note_jump(struct observer *observer, struct phone_facts *phone,
                      const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;

    if (attempt->wrong_block.total == 0) {
        attempt->wrong_expected = (uint16_t)(attempt->last_ack + 1);
        attempt->wrong_got = frame->tftp.block;
        attempt->wrong_is_sure =
            frame->ipv4.identification == (uint16_t)(phone->identification_before + 1);
    }
    if (attempt->newest_data_number && attempt->newest_data == frame->tftp.block) {
        struct frame data = {.number = attempt->newest_data_number};
        marks_add(&attempt->wrong_block, observer, &data);
    }
    marks_add(&attempt->wrong_block, observer, frame);
}

static void observe_ack(struct observer *observer, struct phone_facts *phone,
                        const struct frame *frame)
{
    uint16_t block = frame->tftp.block;

    if (block == 0 && phone->attempt.acks.total == 0)
        return; /* the answer to an OACK */
    need_attempt(observer, phone, true);
    struct attempt *attempt = &phone->attempt;
    bool repeated = attempt->acks.total > 0 && block == attempt->last_ack;

    observe_tell(observer, OBSERVED_ACK, frame, phone, repeated);
    if (attempt->complete)
        return;
    if (repeated) {
        attempt->ack_repeats++;
        marks_add(&attempt->repeated_acks, observer, frame);
    } else {
        if (attempt->acks.total > 0 && block != (uint16_t)(attempt->last_ack + 1))
            note_jump(observer, phone, frame);
        attempt->ack_repeats = 0;
        attempt->repeated_acks = (struct marks){0};
        attempt->blocks++;
    }
    marks_add(&attempt->acks, observer, frame);
    attempt->last_ack = block;
    attempt->last_ack_number = frame->number;
    attempt->last_ack_ns = observer->now_ns;
    attempt->server_port = frame->udp.destination_port;

    if (attempt->rebuild) {
        size_t before, after;
        transfer_image_bytes(attempt->rebuild, &before);
        transfer_image_ack(attempt->rebuild, block, frame->ipv4.identification);
        transfer_image_bytes(attempt->rebuild, &after);
        observer->rebuild_bytes += after - before;
    }
    if (attempt->has_newest_data && attempt->newest_data == block &&
        attempt->newest_data_is_short) {
        attempt->complete = true;
        phone_close_attempt(observer, attempt);
        observe_tell_concluded(
            observer, OBSERVED_COMPLETE, frame, phone,
            "the last block is acknowledged: the phone checks and writes the image");
    }
}

/* ---- what is sent to the phone ---- */

static enum data_defect judge_data(const struct observer *observer, const struct phone_facts *phone,
                                   const struct frame *frame)
{
    const struct mac_address *destination = &frame->ethernet.destination;

    switch (observe_drop(observer, frame)) {
    case LOADER_TAKES:
        break;
    case LOADER_DROPS_IP_OPTIONS:
        return DATA_IP_OPTIONS;
    case LOADER_DROPS_FRAGMENT:
        return DATA_FRAGMENT;
    case LOADER_DROPS_IP_CHECKSUM:
        return DATA_IP_CHECKSUM;
    case LOADER_DROPS_UDP_CHECKSUM:
        return DATA_UDP_CHECKSUM;
    default:
        return DATA_FRAME;
    }
    if (observe_vlan(frame) != NO_VLAN && observe_vlan(frame) != phone->vlan)
        return DATA_TAG;
    if (!frame->destination_unknown && !mac_is_group(destination) &&
        !mac_equal(destination, &phone->mac))
        return DATA_MAC;
    if (frame->ipv4.destination != RECM_GROUP_IP && phone->ip &&
        frame->ipv4.destination != phone->ip)
        return DATA_IP;
    return frame->udp.destination_port == TFTP_PHONE_PORT ? DATA_GOOD : DATA_PORT;
}

static void see_tftp_server(struct observer *observer, struct attempt *attempt,
                            const struct frame *frame)
{
    for (unsigned i = 0; i < SERVERS_MAXIMUM; i++) {
        struct tftp_server_seen *server = &attempt->servers[i];
        if (server->ip == 0) {
            *server = (struct tftp_server_seen){.ip = frame->ipv4.source,
                                                .port = frame->udp.source_port,
                                                .mac = frame->ethernet.source,
                                                .round = attempt->read_requests.total};
            attempt->server_count++;
        }
        if (server->ip == frame->ipv4.source && server->port == frame->udp.source_port) {
            marks_add(&server->data, observer, frame);
            return;
        }
    }
}

static void read_image_header(struct attempt *attempt, const struct frame *frame)
{
    static const char magic[] = "SkOsMo5 fIrMwArE";

    if (attempt->first_block_seen || frame->tftp.block != 1 ||
        frame->tftp.data_length < sizeof(magic) - 1)
        return;
    attempt->first_block_seen = true;
    attempt->has_magic = memcmp(frame->tftp.data, magic, sizeof(magic) - 1) == 0;
    attempt->is_package =
        memcmp(frame->tftp.data, "MZ", 2) == 0 || memcmp(frame->tftp.data, "PK", 2) == 0;
    if (!attempt->has_magic || frame->tftp.data_length < IMAGE_HEADER_LENGTH)
        return;
    attempt->file_length = bytes_load_be32(frame->tftp.data + IMAGE_FILE_LEN_OFFSET);
    attempt->sector_count = bytes_load_be32(frame->tftp.data + IMAGE_COUNT_OFFSET);
}

static void observe_good_data(struct observer *observer, struct attempt *attempt,
                              const struct frame *frame)
{
    const struct tftp_packet *tftp = &frame->tftp;

    marks_add(&attempt->good_data, observer, frame);
    /* Once block 1 has come the phone drops what another port sends. */
    if (attempt->acks.total > 0 && frame->udp.source_port != attempt->server_port)
        return;
    if (attempt->acks.total == 0 && attempt->servers[0].port != frame->udp.source_port)
        return; /* the first one to answer is the one whose block 1 is taken */
    read_image_header(attempt, frame);
    bool repeated = attempt->has_newest_data && attempt->newest_data == tftp->block;
    attempt->data_repeats = repeated ? attempt->data_repeats + 1 : 0;
    attempt->has_newest_data = true;
    attempt->newest_data = tftp->block;
    attempt->newest_data_number = frame->number;
    attempt->newest_data_is_short = tftp->wire_length < TFTP_BLOCK_LENGTH;
    if (attempt->newest_data_is_short)
        marks_add(&attempt->final_data, observer, frame);
    if (attempt->rebuild)
        transfer_image_data(attempt->rebuild, tftp->block, tftp->data, tftp->data_length,
                            tftp->wire_length);
}

static void observe_data(struct observer *observer, struct phone_facts *phone,
                         const struct frame *frame)
{
    if (!need_attempt(observer, phone, false)) {
        observe_tell(observer, OBSERVED_DATA, frame, phone, true);
        return;
    }
    struct attempt *attempt = &phone->attempt;
    enum data_defect defect = judge_data(observer, phone, frame);

    observe_tell(observer, OBSERVED_DATA, frame, phone,
                 attempt->has_newest_data && attempt->newest_data == frame->tftp.block);
    if (attempt->complete)
        return; /* repeated: the last ACK was lost */
    marks_add(&attempt->data, observer, frame);
    if (defect == DATA_GOOD) {
        bool is_ours = mac_equal(&frame->ethernet.source, &observer->facts.own_mac);
        phone_raise(observer, phone, is_ours ? PHONE_OURS : PHONE_SERVED);
        see_tftp_server(observer, attempt, frame);
        observe_good_data(observer, attempt, frame);
        return;
    }
    marks_add(&attempt->bad_data, observer, frame);
    attempt->data_defect = defect;
    if (defect == DATA_PORT)
        attempt->defect_port = frame->udp.destination_port;
}

static void observe_error(struct observer *observer, struct phone_facts *phone,
                          const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;
    const char *text = frame->tftp.error_text ? frame->tftp.error_text : "";

    observe_tell(observer, OBSERVED_TFTP_ERROR, frame, phone, false);
    if (!attempt->begun || attempt->complete || attempt->rebooted)
        return;
    marks_add(&attempt->errors, observer, frame);
    attempt->error_code = frame->tftp.error_code;
    text_escape(text, strlen(text), attempt->error_text, sizeof(attempt->error_text));
}

/* ---- the door ---- */

/*
 * DATA that misses its port is no TFTP to the dissector. What is sent to the address of a phone
 * that waits for DATA 1, and looks like it, is taken for it.
 */
static bool is_stray_data(const struct frame *frame, const struct phone_facts *to)
{
    static const uint8_t data_1[4] = {0, TFTP_DATA, 0, 1};

    return frame->has_udp && to->attempt.begun && to->attempt.acks.total == 0 &&
           to->attempt.read_requests.total > 0 && frame->payload_length >= sizeof(data_1) &&
           memcmp(frame->payload, data_1, sizeof(data_1)) == 0;
}

static void observe_from_phone(struct observer *observer, const struct frame *frame)
{
    bool to_group = frame->ipv4.destination == RECM_GROUP_IP;
    struct phone_facts *phone = phone_find(observer, &frame->ethernet.source);

    /* To the group only the loader sends; a unicast TFTP client on port 2000 may be anybody, but
     * for one that has just asked for an address in a loader's frame. */
    if (!phone && !to_group &&
        (frame->ipv4.time_to_live != LOADER_UDP_TTL ||
         !strangers_find(observer, &frame->ethernet.source, false, ARP_TO_REQUEST_NS)))
        return;
    if (!phone)
        phone = phone_get(observer, &frame->ethernet.source, frame);
    else if (phone->in_firmware && !to_group)
        return;
    if (!phone_spoke_as_loader(observer, phone, frame))
        return;
    phone_raise(observer, phone, PHONE_ENGAGED);
    phone_set_ip(observer, phone, frame->ipv4.source, frame);
    if (frame->tftp.opcode == TFTP_ACK)
        observe_ack(observer, phone, frame);
    else if (frame->tftp.opcode == TFTP_RRQ && to_group)
        observe_upgrade_rrq(observer, phone, frame);
    else if (frame->tftp.opcode == TFTP_RRQ)
        observe_url_rrq(observer, phone, frame);
}

void observe_tftp(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                  struct phone_facts *to)
{
    if (!frame->has_ipv4 || !frame->has_udp)
        return;
    if (frame->kind == FRAME_TFTP && frame->udp.source_port == TFTP_PHONE_PORT &&
        (frame->tftp.opcode == TFTP_ACK || frame->tftp.opcode == TFTP_RRQ)) {
        observe_from_phone(observer, frame);
        return;
    }
    if (from)
        return;
    if (!to)
        to = phone_find_ip(observer, frame->ipv4.destination);
    if (!to || to->in_firmware)
        return;
    if (frame->kind != FRAME_TFTP && is_stray_data(frame, to)) {
        struct frame data = *frame;
        data.kind = FRAME_TFTP;
        tftp_parse(frame->payload, frame->payload_length, &data.tftp);
        observe_data(observer, to, &data);
    } else if (frame->kind == FRAME_TFTP && frame->tftp.opcode == TFTP_DATA) {
        observe_data(observer, to, frame);
    } else if (frame->kind == FRAME_TFTP && frame->tftp.opcode == TFTP_ERROR) {
        observe_error(observer, to, frame);
    }
}
