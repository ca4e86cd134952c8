/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a frame, or a part of it, was not taken: one code for everything a parser can refuse.
 * Rules, messages and tests use the codes; the texts are for people.
 */
#ifndef WIRE_REASON_H
#define WIRE_REASON_H

enum wire_reason {
    WIRE_OK = 0,
    WIRE_TRUNCATED, /* the capture holds fewer bytes than the frame had (snap length) */
    WIRE_ETHERNET_SHORT,
    WIRE_ETHERNET_TAG_SHORT,
    WIRE_ETHERNET_TYPE_UNKNOWN, /* neither a known ethertype nor known LLC/SNAP */
    WIRE_ARP_SHORT,
    WIRE_ARP_NOT_ETHERNET_IPV4,
    WIRE_ARP_OPERATION,
    WIRE_IPV4_SHORT,
    WIRE_IPV4_VERSION,
    WIRE_IPV4_HEADER_LENGTH,
    WIRE_IPV4_TOTAL_LENGTH,
    WIRE_IPV4_CHECKSUM,
    WIRE_IPV4_FRAGMENT,
    WIRE_IPV4_PROTOCOL_UNKNOWN,
    WIRE_UDP_SHORT,
    WIRE_UDP_LENGTH,
    WIRE_UDP_CHECKSUM,
    WIRE_UDP_PORT_UNKNOWN, /* a UDP datagram of no protocol this program knows */
    WIRE_DHCP_SHORT,
    WIRE_DHCP_OPERATION,
    WIRE_DHCP_HARDWARE_TYPE,
    WIRE_DHCP_COOKIE,
    WIRE_DHCP_OPTION_TRUNCATED, /* an option reaches beyond the message */
    WIRE_DHCP_OPTION_LENGTH,    /* an option this program reads has a wrong length */
    WIRE_DHCP_OVERLOAD,         /* option 52: refused by name, the loader does not know it */
    WIRE_DHCP_NO_END,
    WIRE_DHCP_NO_MESSAGE_TYPE, /* plain BOOTP */
    WIRE_DHCP_MESSAGE_TYPE,
    WIRE_TFTP_SHORT,
    WIRE_TFTP_OPCODE,
    WIRE_TFTP_STRING, /* a string without NUL */
    WIRE_TFTP_MODE,   /* not octet, netascii or mail */
    WIRE_TFTP_OPTION, /* an option name without value */
    WIRE_TFTP_TRAILING,
    WIRE_RECM_SHORT,
    WIRE_RECM_LENGTH,
    WIRE_RECM_MAGIC,
    WIRE_RECM_OPERATION,
    WIRE_RECM_PORT,
    WIRE_RECM_SERIAL_UNTERMINATED,
    WIRE_RECM_FILE_NAME_UNTERMINATED,
    WIRE_RECM_FILE_NAME_LENGTH,
    WIRE_DNS_SHORT,
    WIRE_DNS_NAME,
    WIRE_IGMP_SHORT,
    WIRE_IGMP_CHECKSUM,
    WIRE_IGMP_TYPE,
    WIRE_TCP_SHORT,
    WIRE_TCP_HEADER_LENGTH,
    WIRE_TCP_CHECKSUM,
    WIRE_ICMP_SHORT,
    WIRE_STP_SHORT,
    WIRE_STP_PROTOCOL,
    WIRE_CDP_SHORT,
    WIRE_CDP_TLV,
    WIRE_LLDP_TLV,
    WIRE_REASON_COUNT
};

/* Returns: a stable short name ("udp-checksum"), a static string. */
const char *wire_reason_name(enum wire_reason reason);
/* Returns: one plain sentence part ("the UDP checksum is wrong"), a static string. */
const char *wire_reason_text(enum wire_reason reason);

#endif
