/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers of the tests of the formats: see wire_support.h. The frames are put together by hand, not
 * by craft.h, so that builder and reader are not tested against each other alone.
 */
#include "wire_support.h"

#include "base/bytes.h"

#include <ctype.h>
#include <glob.h>
#include <pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IPV4_OFFSET 14
#define PC_IP       UINT32_C(0xc0a84d01)

static const char *source_directory(void)
{
    const char *directory = getenv("top_srcdir");
    return directory != NULL ? directory : ".";
}

struct trace trace_read(const char *name)
{
    struct trace trace = {0};
    char path[4096], message[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;

    snprintf(trace.name, sizeof trace.name, "%s", name);
    snprintf(path, sizeof path, "%s/pcaps/%s", source_directory(), name);
    pcap_t *pcap = pcap_open_offline(path, message);
    if (pcap == NULL)
        fail_msg("%s", message);
    while (pcap_next_ex(pcap, &header, &bytes) == 1) {
        trace.frames = realloc(trace.frames, (trace.count + 1) * sizeof *trace.frames);
        assert_non_null(trace.frames);
        struct trace_frame *frame = &trace.frames[trace.count++];
        *frame =
            (struct trace_frame){exact_copy(bytes, header->caplen), header->caplen, header->len};
    }
    pcap_close(pcap);
    return trace;
}

void trace_free(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free(trace->frames[i].bytes);
    free(trace->frames);
    *trace = (struct trace){0};
}

size_t trace_for_each(void (*visit)(const struct trace *trace, void *context), void *context)
{
    char pattern[4096];
    glob_t found;
    size_t count;

    snprintf(pattern, sizeof pattern, "%s/pcaps/*.pcap", source_directory());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    count = found.gl_pathc;
    for (size_t i = 0; i < count; i++) {
        struct trace trace = trace_read(strrchr(found.gl_pathv[i], '/') + 1);
        visit(&trace, context);
        trace_free(&trace);
    }
    globfree(&found);
    return count;
}

static unsigned digit_value(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = strchr(digits, tolower((unsigned char)digit));

    assert_non_null(at);
    return (unsigned)(at - digits);
}

size_t bytes_from_hex(const char *hex, uint8_t *ret, size_t size)
{
    size_t digits = 0;

    for (; *hex != '\0'; hex++) {
        if (isspace((unsigned char)*hex))
            continue;
        assert_true(digits / 2 < size);
        unsigned high = digits % 2 == 0 ? 0 : ret[digits / 2] * 16U;
        ret[digits / 2] = (uint8_t)(high + digit_value(*hex));
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return digits / 2;
}

uint8_t *exact_copy(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length);

    assert_true(copy != NULL || length == 0);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

size_t ethernet_frame(uint16_t type, const uint8_t *payload, size_t length, uint8_t *ret)
{
    struct writer writer = writer_over(ret, SUPPORT_FRAME_SIZE);

    writer_copy(&writer, "\x01\x00\x5e\x04\x08\x0a\x3c\x97\x0e\x4b\x21\x07", 12);
    writer_be16(&writer, type);
    writer_copy(&writer, payload, length);
    assert_false(writer.failed);
    return writer.length;
}

void fix_ipv4_checksum(uint8_t *frame)
{
    uint8_t *header = frame + IPV4_OFFSET;

    bytes_store_be16(header + 10, 0);
    bytes_store_be16(header + 10,
                     ipv4_checksum_finish(ipv4_checksum_add(0, header, (header[0] & 0x0fU) * 4)));
}

size_t ipv4_frame(uint8_t protocol, const uint8_t *payload, size_t length, uint8_t *ret)
{
    uint8_t packet[SUPPORT_FRAME_SIZE];
    struct writer writer = writer_over(packet, sizeof packet);
    size_t total;

    writer_be16(&writer, 0x4500);
    writer_be16(&writer, (uint16_t)(IPV4_HEADER_LENGTH + length));
    writer_be32(&writer, 0x12340000);
    writer_u8(&writer, 64);
    writer_u8(&writer, protocol);
    writer_be16(&writer, 0);
    writer_be32(&writer, PC_IP);
    writer_be32(&writer, RECM_GROUP_IP);
    writer_copy(&writer, payload, length);
    assert_false(writer.failed);
    total = ethernet_frame(ETHERTYPE_IPV4_VALUE, packet, writer.length, ret);
    fix_ipv4_checksum(ret);
    return total;
}

size_t udp_frame(uint16_t source_port, uint16_t destination_port, const uint8_t *payload,
                 size_t length, uint8_t *ret)
{
    uint8_t datagram[SUPPORT_FRAME_SIZE];
    struct writer writer = writer_over(datagram, sizeof datagram);
    uint32_t sum;

    writer_be16(&writer, source_port);
    writer_be16(&writer, destination_port);
    writer_be16(&writer, (uint16_t)(UDP_HEADER_LENGTH + length));
    writer_be16(&writer, 0);
    writer_copy(&writer, payload, length);
    assert_false(writer.failed);
    sum = ipv4_checksum_pseudo_header(PC_IP, RECM_GROUP_IP, IPV4_PROTOCOL_UDP, writer.length);
    bytes_store_be16(datagram + 6,
                     ipv4_checksum_finish(ipv4_checksum_add(sum, datagram, writer.length)));
    return ipv4_frame(IPV4_PROTOCOL_UDP, datagram, writer.length, ret);
}

size_t tcp_frame(const uint8_t *payload, size_t length, uint8_t *ret)
{
    uint8_t segment[SUPPORT_FRAME_SIZE];
    struct writer writer = writer_over(segment, sizeof segment);
    uint32_t sum;

    writer_be16(&writer, 459);
    writer_be16(&writer, 80);
    writer_be32(&writer, 1);
    writer_be32(&writer, 1001);
    writer_be16(&writer, 0x5000 | TCP_FLAG_ACK | TCP_FLAG_PSH);
    writer_be16(&writer, 1024);
    writer_be32(&writer, 0);
    writer_copy(&writer, payload, length);
    assert_false(writer.failed);
    sum = ipv4_checksum_pseudo_header(PC_IP, RECM_GROUP_IP, IPV4_PROTOCOL_TCP, writer.length);
    bytes_store_be16(segment + 16,
                     ipv4_checksum_finish(ipv4_checksum_add(sum, segment, writer.length)));
    return ipv4_frame(IPV4_PROTOCOL_TCP, segment, writer.length, ret);
}

size_t request_frame(uint8_t *ret)
{
    uint8_t payload[RECM_PC_LENGTH];

    recm_build_request("CBT141900A1", payload);
    return udp_frame(RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof payload, ret);
}

size_t data_frame(size_t data_length, uint8_t *ret)
{
    uint8_t payload[1500] = {0};
    struct writer writer = writer_over(payload, sizeof payload);

    tftp_write_data(&writer, 7, payload + 4, data_length);
    return udp_frame(6900, TFTP_PHONE_PORT, payload, writer.length, ret);
}

/* Dissects a copy of the exact size, that lives until the next call. */
struct frame dissect_copy(const uint8_t *bytes, size_t captured, size_t length)
{
    static uint8_t *copy;
    struct frame frame = {0};

    free(copy);
    copy = NULL;
    if (bytes == NULL)
        return frame;
    copy = exact_copy(bytes, captured);
    frame_dissect(copy, captured, length, &frame);
    return frame;
}

int dissect_drop_copy(void **state)
{
    (void)state;
    dissect_copy(NULL, 0, 0);
    return 0;
}
