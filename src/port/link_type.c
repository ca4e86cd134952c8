/* SPDX-License-Identifier: BSD-2-Clause */
/* Link types that are no Ethernet, and what to do about them: see link_type.h. */
#include "port/link_type.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#define LINK_TYPE_RAW   101 /* in files; the library's own number differs by system */
#define LINK_TYPE_PKTAP 258
#define USER_FIRST      147
#define USER_LAST       162

bool link_type_is_read(int link_type)
{
    return link_type == LINK_TYPE_ETHERNET || link_type == LINK_TYPE_COOKED_V1 ||
           link_type == LINK_TYPE_COOKED_V2;
}

static int library_number(int link_type)
{
    if (link_type == LINK_TYPE_RAW)
        return DLT_RAW;
    return link_type == LINK_TYPE_PKTAP ? DLT_PKTAP : link_type;
}

char *link_type_describe(int link_type, char *ret, size_t size)
{
    const char *name = pcap_datalink_val_to_name(library_number(link_type));
    const char *words = pcap_datalink_val_to_description(library_number(link_type));
    snprintf(ret, size, "%s (%s, number %d)", name ? name : "unknown", words ? words : "no name",
             link_type);
    return ret;
}

static const struct {
    const char *name_start; /* of libpcap's name */
    const char *advice;
} advices[] = {
    {"PKTAP",
     "macOS adds that header on pktap and \"any\": capture on the Ethernet interface itself, "
     "tcpdump -i en5 -w FILE (networksetup -listallhardwareports names it)"},
    {"DSA_TAG", "the tag belongs to the switch chip: capture on the port or the bridge instead of "
                "the chip's own interface, tcpdump -i lan1 or -i br-lan instead of eth0"},
    {"JUNIPER", "Juniper's own header: mirror the phone's port to a PC and capture there (on the "
                "device, monitor traffic interface ... write-file writes this format)"},
    {"IEEE802_11", "these are radio frames: the phone hangs on a cable, capture on the wired "
                   "interface of the PC or on a mirror port"},
    {"PRISM", "these are radio frames: capture on a wired interface"},
    {"USB", "these are the packets of a USB bus: capture on the network interface of the adapter"},
    {"BLUETOOTH", "these are Bluetooth packets: capture on the Ethernet interface"},
    {"NFLOG", "netfilter's log has no Ethernet header: capture on the interface itself, "
              "tcpdump -i eth0 -w FILE"},
    {"NULL", "a loopback interface or a VPN was captured: choose the interface with the phone's "
             "cable"},
    {"LOOP", "a loopback interface was captured: choose the interface with the phone's cable"},
    {"RAW", "a VPN or tunnel was captured, which has no Ethernet header: choose the interface with "
            "the phone's cable"},
    {"PPP", "a dial-up line or VPN was captured: choose the interface with the phone's cable"},
};

const char *link_type_advice(int link_type)
{
    if (link_type >= USER_FIRST && link_type <= USER_LAST)
        return "the number is for private use, and the file does not say what it means (149 can be "
               "PKTAP of macOS: then tcpdump -i en5 instead): capture with tcpdump or Wireshark on "
               "the Ethernet interface with the phone's cable or on a "
               "mirror port";
    const char *name = pcap_datalink_val_to_name(library_number(link_type));
    for (size_t i = 0; name && i < sizeof advices / sizeof advices[0]; i++)
        if (strncmp(name, advices[i].name_start, strlen(advices[i].name_start)) == 0)
            return advices[i].advice;
    return "capture on an Ethernet interface: that with the phone's cable, or a mirror port";
}
