/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and texts of the reason codes: one table, in the order of the enumeration. */
#include "wire/reason.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *text;
} reasons[WIRE_REASON_COUNT] = {
    [WIRE_OK] = {"ok", "nothing is wrong"},
    [WIRE_TRUNCATED] = {"truncated", "the capture holds only the beginning of the frame"},
    [WIRE_ETHERNET_SHORT] = {"ethernet-short", "the frame is shorter than an Ethernet header"},
    [WIRE_ETHERNET_TAG_SHORT] = {"ethernet-tag-short", "the frame ends inside a VLAN tag"},
    [WIRE_ETHERNET_TYPE_UNKNOWN] = {"ethernet-type-unknown", "the ethertype is not known"},
    [WIRE_ARP_SHORT] = {"arp-short", "the ARP packet is shorter than 28 bytes"},
    [WIRE_ARP_NOT_ETHERNET_IPV4] = {"arp-not-ethernet-ipv4",
                                    "the ARP packet is not for Ethernet and IPv4"},
    [WIRE_ARP_OPERATION] = {"arp-operation", "the ARP operation is neither request nor reply"},
    [WIRE_IPV4_SHORT] = {"ipv4-short", "the packet is shorter than an IPv4 header"},
    [WIRE_IPV4_VERSION] = {"ipv4-version", "the IP version is not 4"},
    [WIRE_IPV4_HEADER_LENGTH] = {"ipv4-header-length", "the IPv4 header length is impossible"},
    [WIRE_IPV4_TOTAL_LENGTH] = {"ipv4-total-length",
                                "the IPv4 total length does not fit the frame"},
    [WIRE_IPV4_CHECKSUM] = {"ipv4-checksum", "the IPv4 header checksum is wrong"},
    [WIRE_IPV4_FRAGMENT] = {"ipv4-fragment", "the IPv4 packet is a fragment"},
    [WIRE_IPV4_PROTOCOL_UNKNOWN] = {"ipv4-protocol-unknown", "the IPv4 protocol is not known"},
    [WIRE_UDP_SHORT] = {"udp-short", "the datagram is shorter than a UDP header"},
    [WIRE_UDP_LENGTH] = {"udp-length", "the UDP length does not fit the IPv4 packet"},
    [WIRE_UDP_CHECKSUM] = {"udp-checksum", "the UDP checksum is wrong"},
    [WIRE_UDP_PORT_UNKNOWN] = {"udp-port-unknown",
                               "the UDP ports belong to no protocol of the recovery"},
    [WIRE_DHCP_SHORT] = {"dhcp-short", "the DHCP message is shorter than its fixed part"},
    [WIRE_DHCP_OPERATION] = {"dhcp-operation", "the BOOTP operation is neither request nor reply"},
    [WIRE_DHCP_HARDWARE_TYPE] = {"dhcp-hardware-type",
                                 "the DHCP hardware address is not an Ethernet address"},
    [WIRE_DHCP_COOKIE] = {"dhcp-cookie", "the DHCP magic cookie is missing"},
    [WIRE_DHCP_OPTION_TRUNCATED] = {"dhcp-option-truncated",
                                    "a DHCP option reaches beyond the message"},
    [WIRE_DHCP_OPTION_LENGTH] = {"dhcp-option-length", "a DHCP option has a wrong length"},
    [WIRE_DHCP_OVERLOAD] = {"dhcp-overload",
                            "DHCP option 52 (overload) is used, which the loader does not know"},
    [WIRE_DHCP_NO_END] = {"dhcp-no-end", "the DHCP end option is missing"},
    [WIRE_DHCP_NO_MESSAGE_TYPE] = {"dhcp-no-message-type",
                                   "DHCP option 53 (message type) is missing: plain BOOTP"},
    [WIRE_DHCP_MESSAGE_TYPE] = {"dhcp-message-type", "the DHCP message type is not known"},
    [WIRE_TFTP_SHORT] = {"tftp-short", "the TFTP packet is too short for its opcode"},
    [WIRE_TFTP_OPCODE] = {"tftp-opcode", "the TFTP opcode is not known"},
    [WIRE_TFTP_STRING] = {"tftp-string", "a TFTP string is not terminated"},
    [WIRE_TFTP_MODE] = {"tftp-mode", "the TFTP mode is not octet, netascii or mail"},
    [WIRE_TFTP_OPTION] = {"tftp-option", "a TFTP option has no value, or there are too many"},
    [WIRE_TFTP_TRAILING] = {"tftp-trailing", "bytes follow the end of the TFTP packet"},
    [WIRE_RECM_SHORT] = {"recm-short", "the recovery message is too short for its fields"},
    [WIRE_RECM_LENGTH] = {"recm-length", "the recovery message does not have the exact length"},
    [WIRE_RECM_MAGIC] = {"recm-magic", "the recovery message does not carry RECM at offset 4"},
    [WIRE_RECM_OPERATION] = {"recm-operation",
                             "the recovery message has an operation that its sender may not use"},
    [WIRE_RECM_PORT] = {"recm-port",
                        "the recovery message has the wrong UDP ports (4811 to 4810 is right)"},
    [WIRE_RECM_SERIAL_UNTERMINATED] = {"recm-serial-unterminated",
                                       "no NUL follows the serial number in its 20 bytes"},
    [WIRE_RECM_FILE_NAME_UNTERMINATED] = {"recm-file-name-unterminated",
                                          "no NUL follows the file name"},
    [WIRE_RECM_FILE_NAME_LENGTH] = {"recm-file-name-length",
                                    "the file name is empty or longer than 67 characters"},
    [WIRE_DNS_SHORT] = {"dns-short", "the DNS message ends too early"},
    [WIRE_DNS_NAME] = {"dns-name", "a name in the DNS message is malformed"},
    [WIRE_IGMP_SHORT] = {"igmp-short", "the IGMP message is too short"},
    [WIRE_IGMP_CHECKSUM] = {"igmp-checksum", "the IGMP checksum is wrong"},
    [WIRE_IGMP_TYPE] = {"igmp-type", "the IGMP message type is not known"},
    [WIRE_TCP_SHORT] = {"tcp-short", "the segment is shorter than a TCP header"},
    [WIRE_TCP_HEADER_LENGTH] = {"tcp-header-length", "the TCP header length is impossible"},
    [WIRE_TCP_CHECKSUM] = {"tcp-checksum", "the TCP checksum is wrong"},
    [WIRE_ICMP_SHORT] = {"icmp-short", "the ICMP message is shorter than its header"},
    [WIRE_STP_SHORT] = {"stp-short", "the spanning tree message is too short"},
    [WIRE_STP_PROTOCOL] = {"stp-protocol", "the spanning tree protocol identifier is not 0"},
    [WIRE_CDP_SHORT] = {"cdp-short", "the CDP message is shorter than its header"},
    [WIRE_CDP_TLV] = {"cdp-tlv", "a CDP field reaches beyond the message"},
    [WIRE_LLDP_TLV] = {"lldp-tlv", "an LLDP field reaches beyond the message"},
};

const char *wire_reason_name(enum wire_reason reason)
{
    return (unsigned)reason < WIRE_REASON_COUNT ? reasons[reason].name : "unknown";
}

const char *wire_reason_text(enum wire_reason reason)
{
    return (unsigned)reason < WIRE_REASON_COUNT ? reasons[reason].text : "unknown reason";
}
