/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the facts that more than one rule asks. */
#include "judge/rules_support.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Restart to first DISCOVER, and erasing and writing a sector of 64 KiB: lower bounds, inferred
 * (docs: protocol, boot and listening; open questions). */
#define SHORTEST_START_NS  SECONDS(5)
#define SHORTEST_SECTOR_NS SECONDS(1)
#define SECTORS_SKIPPED    4 /* both boot loaders, at most */

struct span_text rules_span(duration_ns duration)
{
    struct span_text result;
    if (duration < SECONDS(10))
        snprintf(result.text, sizeof(result.text), "%.1f s", (double)duration / NS_PER_S);
    else if (duration < SECONDS(180))
        snprintf(result.text, sizeof(result.text), "%lld s", (long long)(duration / NS_PER_S));
    else
        snprintf(result.text, sizeof(result.text), "%lld min", (long long)(duration / SECONDS(60)));
    return result;
}

struct phone_text rules_phone_words(const struct phone_facts *phone)
{
    struct phone_text result;
    char serial[ESCAPED(RECM_TEXT_SIZE)];

    text_escape(phone->reply.serial, strlen(phone->reply.serial), serial, sizeof(serial));
    if (phone->answered)
        snprintf(result.text, sizeof(result.text), "%s (%s)", serial, mac_format(&phone->mac).text);
    else
        snprintf(result.text, sizeof(result.text), "%s", mac_format(&phone->mac).text);
    return result;
}

/* The ids from outside in. Returns: their number. */
static unsigned vlan_list(vlan_path path, unsigned ret[5])
{
    unsigned count = 0;
    for (int shift = 4 * VLAN_PATH_BITS; shift >= 0; shift -= VLAN_PATH_BITS) {
        unsigned id = (unsigned)(vlan_ids(path) >> shift) & 0xfffU;
        if (id)
            ret[count++] = id;
    }
    return count;
}

struct vlan_text rules_vlan_words(vlan_path path)
{
    struct vlan_text result = {"0"};
    unsigned ids[5], count = vlan_list(path, ids);
    size_t length = 0;
    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(result.text + length, sizeof(result.text) - length, "%s%u",
                                   i ? "." : "", ids[i]);
    return result;
}

bool rules_vlans_differ(vlan_path a, vlan_path b)
{
    unsigned ids_a[5], ids_b[5], common = 0;
    unsigned count_a = vlan_list(a, ids_a), count_b = vlan_list(b, ids_b);
    while (common < count_a && common < count_b && ids_a[common] == ids_b[common])
        common++;
    return common < count_a && common < count_b;
}

struct filter_text rules_filter_words(const struct facts *facts)
{
    const char *filter = facts->quality.filter;
    struct filter_text result = {""};
    char shown[ESCAPED(FILTER_SHOWN)];
    if (!filter)
        return result;
    size_t length = strnlen(filter, FILTER_SHOWN);
    text_escape(filter, length, shown, sizeof(shown));
    snprintf(result.text, sizeof(result.text),
             "Only frames that match the filter '%s%s' were read.", shown,
             filter[length] ? "..." : "");
    return result;
}

bool rules_is_bystander(const struct phone_facts *phone)
{
    return phone->in_firmware && phone->loader_frames.total == 0 && phone->attempts == 0;
}

size_t rules_phones_concerned(const struct facts *facts)
{
    size_t count = 0;
    for (const struct phone_facts *phone = facts->phones; phone; phone = phone->by_mac.next)
        count += !rules_is_bystander(phone);
    return count;
}

static bool is_own_server(const struct facts *facts, const struct dhcp_server_seen *server)
{
    return rules_is_run(facts) && server->has_mac && mac_equal(&server->mac, &facts->own_mac);
}

struct server_text rules_dhcp_server_of(const struct facts *facts, const struct phone_facts *phone)
{
    struct server_text name = {""};
    uint32_t chosen = phone->boot.chosen_server;
    for (unsigned i = 0; i < SERVERS_MAXIMUM && phone->servers[i].identifier; i++) {
        const struct dhcp_server_seen *server = &phone->servers[i];
        if (is_own_server(facts, server)) {
            if (server->identifier == chosen)
                return (struct server_text){""};
            continue;
        }
        if (chosen == 0 || server->identifier == chosen)
            snprintf(name.text, sizeof name.text, "%s", ipv4_format(server->identifier).text);
    }
    if (chosen && name.text[0] == '\0')
        snprintf(name.text, sizeof name.text, "%s", ipv4_format(chosen).text);
    return name;
}

void rules_advise_about_server(const struct facts *facts, const struct phone_facts *phone,
                               const char *what, struct judgement *ret)
{
    struct server_text server = rules_dhcp_server_of(facts, phone);
    if (server.text[0])
        text_add(&ret->advice,
                 "%s DHCP server %s; or switch that server off and let spa-sos give the address "
                 "(--dhcp always). Then power-cycle the phone.",
                 what, server.text);
}

enum visibility rules_visibility_of(const struct phone_facts *phone)
{
    if (phone->boot.unicast_from_many)
        return SEES_SEVERAL_HOSTS;
    return phone->boot.unicast_to.total ? SEES_ONE_HOST : SEES_NO_UNICAST;
}

const char *rules_record_word(const struct facts *facts)
{
    return rules_is_run(facts) ? "trace" : "capture";
}

bool rules_is_run(const struct facts *facts)
{
    return facts->ending != ENDING_RECORDING;
}

duration_ns rules_until_end(const struct facts *facts, instant_ns since_ns)
{
    return facts->end_ns - since_ns;
}

duration_ns rules_silence(const struct facts *facts, const struct phone_facts *phone)
{
    return rules_until_end(facts, phone->seen_ns);
}

bool rules_attempt_is_current(const struct phone_facts *phone)
{
    return phone->attempt.begun && phone->attempt.boot_number == phone->boot_number;
}

bool rules_is_alive(const struct phone_facts *phone)
{
    const struct boot *boot = &phone->boot;
    return boot->arp_answers.total || boot->url.total || rules_attempt_is_current(phone) ||
           (boot->replies.total && phone->reply.ip != 0);
}

/* ---- REQUESTs ---- */

static const char *serial_of(const struct facts *facts, uint32_t index)
{
    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++)
        if (facts->segment.serials[i].index == index)
            return facts->segment.serials[i].serial;
    return NULL;
}

static bool is_for(const struct facts *facts, const struct phone_facts *phone,
                   const struct request_mark *mark)
{
    const char *serial = serial_of(facts, mark->serial_index);

    if (!serial)
        return false;
    if (strcmp(serial, RECM_WILDCARD_SERIAL) == 0)
        return true;
    return phone->answered ? strcmp(serial, phone->reply.serial) == 0
                           : recm_serial_form(serial) == SERIAL_PLAUSIBLE;
}

static bool in_url_window(const struct boot *boot, instant_ns time_ns)
{
    unsigned count = boot->url_attempts < URL_WINDOWS_KEPT ? boot->url_attempts : URL_WINDOWS_KEPT;
    for (unsigned i = 0; i < count; i++)
        if (time_ns >= boot->url_windows[i].begin_ns && time_ns <= boot->url_windows[i].end_ns)
            return true;
    return false;
}

static void mark_number(struct marks *marks, const struct request_mark *request)
{
    if (marks->total < MARKS_FIRST)
        marks->first[marks->total] = request->number;
    else
        marks->newest[(marks->total - MARKS_FIRST) % MARKS_NEWEST] = request->number;
    marks->total++;
}

static void count_request(const struct phone_facts *phone, const struct request_mark *mark,
                          struct asked *ret)
{
    ret->heard++;
    if (phone_set_has(&mark->answered_by, phone->index)) {
        mark_number(&ret->answered_marks, mark);
        if (mark->way == WAY_GROUP)
            ret->group_answered++;
        else if (mark->way == WAY_UNKNOWN)
            ret->unknown_answered++;
        else
            ret->other_answered++;
        return;
    }
    if (ret->unanswered++ == 0)
        ret->first_unanswered_ns = mark->time_ns;
    ret->newest_unanswered_ns = mark->time_ns;
    mark_number(&ret->unanswered_marks, mark);
    if (in_url_window(&phone->boot, mark->time_ns)) {
        ret->in_url++;
        mark_number(&ret->in_url_marks, mark);
    } else {
        ret->outside_url++;
        ret->group_unanswered += mark->way == WAY_GROUP;
        ret->unknown_unanswered += mark->way == WAY_UNKNOWN;
    }
}

void rules_asked_since(const struct facts *facts, const struct phone_facts *phone, uint64_t number,
                       struct asked *ret)
{
    const struct segment_facts *segment = &facts->segment;
    uint64_t total = segment->requests.total;
    uint64_t oldest = total > REQUESTS_KEPT ? total - REQUESTS_KEPT : 0;

    *ret = (struct asked){0};
    for (uint64_t i = oldest; i < total; i++) {
        const struct request_mark *mark = &segment->newest[i % REQUESTS_KEPT];
        if (mark->number < number)
            continue;
        if (mark->way == WAY_UNICAST && !mac_equal(&mark->to, &phone->mac))
            continue;
        if (is_for(facts, phone, mark))
            count_request(phone, mark, ret);
        else
            ret->foreign++;
    }
}

/* ---- downloads ---- */

/* When the phone's own frames went on, or the capture ended, after its last ACK. */
static instant_ns quiet_until(const struct facts *facts, const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    instant_ns until = facts->end_ns;

    if (attempt->rebooted)
        until = instant_earlier(until, attempt->reboot_ns);
    if (attempt->firmware_after.total)
        until = instant_earlier(until, attempt->firmware_after.first_ns);
    if (!attempt->rebooted && phone->boot.replies.newest_ns > attempt->last_ack_ns)
        until = instant_earlier(until, phone->boot.replies.newest_ns);
    return until;
}

struct amount_text rules_amount_words(const struct attempt *attempt)
{
    struct amount_text result;
    if (attempt->by_http)
        snprintf(result.text, sizeof(result.text), "%llu bytes over HTTP",
                 (unsigned long long)attempt_acknowledged_bytes(attempt));
    else
        snprintf(result.text, sizeof(result.text), "%llu blocks of the file",
                 (unsigned long long)attempt->blocks);
    return result;
}

enum completeness rules_completeness_of(const struct facts *facts, const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;

    if (attempt->complete)
        return COMPLETE_AS_SEEN;
    if (!attempt->begun || attempt->acks.total == 0 || attempt->wrong_block.total)
        return NOT_COMPLETE;
    bool last_was_sent =
        attempt->newest_data_is_short && attempt->newest_data == (uint16_t)(attempt->last_ack + 1);
    if (attempt->by_http)
        last_was_sent =
            attempt->final_data.total && attempt->http_acknowledged + 1 == attempt->http_end;
    bool data_is_invisible = attempt->data.total == 0 && !attempt->by_http;
    bool all_by_length =
        attempt->file_length && attempt_acknowledged_bytes(attempt) >= attempt->file_length;
    if ((!last_was_sent && !data_is_invisible && !all_by_length) || attempt->ack_repeats)
        return NOT_COMPLETE;
    return quiet_until(facts, phone) - attempt->last_ack_ns >= RULES_REPEAT_NS ? COMPLETE_BY_SILENCE
                                                                               : NOT_COMPLETE;
}

duration_ns rules_shortest_flashing(const struct attempt *attempt)
{
    uint64_t sectors = attempt->sector_count;

    if (sectors == 0 || sectors > IMAGE_SECTORS_MAXIMUM)
        sectors = attempt->blocks * TFTP_BLOCK_LENGTH / IMAGE_SECTOR_LENGTH;
    if (sectors > IMAGE_SECTORS_MAXIMUM)
        sectors = IMAGE_SECTORS_MAXIMUM;
    sectors -= sectors < SECTORS_SKIPPED ? sectors : SECTORS_SKIPPED;
    return SHORTEST_START_NS + (duration_ns)sectors * SHORTEST_SECTOR_NS;
}

bool rules_is_open_attempt(const struct facts *facts, const struct phone_facts *phone)
{
    return phone->attempt.begun && phone->attempt.firmware_after.total == 0 &&
           rules_completeness_of(facts, phone) == NOT_COMPLETE;
}

/* ---- words ---- */

const char *rules_request_defect_words(enum request_defect defect)
{
    static const char *const words[REQUEST_DEFECT_COUNT] = {
        [REQUEST_WELL_FORMED] = "nothing is wrong with it",
        [REQUEST_TAG] = "it carries an 802.1Q tag",
        [REQUEST_FRAME] = "the frame is longer than 1496 bytes or broken",
        [REQUEST_IP_OPTIONS] = "its IP header has options",
        [REQUEST_FRAGMENT] = "it is a fragment",
        [REQUEST_IP_CHECKSUM] = "its IP header checksum is wrong",
        [REQUEST_UDP_CHECKSUM] = "its UDP checksum is wrong",
        [REQUEST_DESTINATION_MAC] = "it is sent to a MAC address that is not the phone's",
        [REQUEST_DESTINATION_IP] =
            "its destination address is neither 234.4.8.10 nor the phone's own",
        [REQUEST_DESTINATION_PORT] = "its destination port is not 4810",
        [REQUEST_SOURCE_PORT] = "its source port is not 4811",
        [REQUEST_MAGIC] = "the letters RECM are missing",
        [REQUEST_OPERATION] = "its operation is neither 0 nor 2",
        [REQUEST_LENGTH] = "its payload is not 160 bytes long",
        [REQUEST_UNTERMINATED] = "a text in it has no end, or no usable length",
    };
    return words[defect];
}

const char *rules_lease_defect_words(enum lease_defect defect)
{
    static const char *const words[LEASE_DEFECT_COUNT] = {
        [LEASE_GOOD] = "no defect",
        [LEASE_TAG] = "it carries an 802.1Q tag",
        [LEASE_DESTINATION_MAC] = "it was sent to another MAC address",
        [LEASE_FRAME] = "the frame is longer than 1496 bytes or broken",
        [LEASE_IP_OPTIONS] = "its IP header has options",
        [LEASE_FRAGMENT] = "it is a fragment",
        [LEASE_IP_CHECKSUM] = "its IP header checksum is wrong",
        [LEASE_UDP_CHECKSUM] = "its UDP checksum is wrong",
        [LEASE_NO_TYPE] = "it has no message type (option 53)",
        [LEASE_NO_SERVER] = "it has no server identifier (option 54)",
        [LEASE_OVERLOAD] = "it puts options into other fields (option 52)",
        [LEASE_NO_END] = "its options have no end option",
        [LEASE_OPTIONS_LENGTH] = "it has more than 308 bytes of options",
        [LEASE_OPTIONS_BROKEN] = "its options are broken",
        [LEASE_TRANSACTION_ID] = "its transaction id is not that of the phone's DISCOVER",
    };
    return words[defect];
}

const char *rules_data_defect_words(enum data_defect defect)
{
    static const char *const words[DATA_DEFECT_COUNT] = {
        [DATA_GOOD] = "no defect",
        [DATA_TAG] = "the frames carry an 802.1Q tag",
        [DATA_FRAME] = "the frames are longer than 1496 bytes or broken",
        [DATA_IP_OPTIONS] = "their IP headers have options",
        [DATA_FRAGMENT] = "they are fragments",
        [DATA_IP_CHECKSUM] = "their IP header checksums are wrong",
        [DATA_UDP_CHECKSUM] = "their UDP checksums are wrong",
        [DATA_MAC] = "they go to a MAC address that is not the phone's",
        [DATA_IP] = "they go to an IP address that is not the phone's",
        [DATA_PORT] = "they go to a UDP port other than 2000",
    };
    return words[defect];
}

bool rules_is_waiting(const struct phone_facts *phone)
{
    const struct boot *boot = &phone->boot;
    bool has_address = boot->acks.total || boot->arp_answers.total || boot->replies.total ||
                       boot->url.total || boot->dhcp_requests.total;
    return !phone->in_firmware && has_address && phone->attempts == 0;
}
