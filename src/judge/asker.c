/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses that virtual machines, containers and VPNs give themselves: see asker.h. */
#include "judge/asker.h"

#include <string.h>

#define BRIDGE_ADVICE                                                                              \
    "Run the program on the computer itself, or bridge the virtual machine's network adapter to "  \
    "the wired interface (no NAT, no host-only network); then ask again."

/* Network part of a MAC address; the rest counts the machines. */
static const struct {
    uint8_t prefix[3];
    unsigned length;
    const char *maker;
} machines[] = {
    {{0x08, 0x00, 0x27}, 3, "VirtualBox"}, {{0x0a, 0x00, 0x27}, 3, "VirtualBox"},
    {{0x00, 0x0c, 0x29}, 3, "VMware"},     {{0x00, 0x50, 0x56}, 3, "VMware"},
    {{0x00, 0x05, 0x69}, 3, "VMware"},     {{0x00, 0x15, 0x5d}, 3, "Hyper-V"},
    {{0x52, 0x54, 0x00}, 3, "QEMU/KVM"},   {{0x00, 0x1c, 0x42}, 3, "Parallels"},
    {{0x00, 0x16, 0x3e}, 3, "Xen"},        {{0x02, 0x42, 0}, 2, "Docker"},
};

static const struct {
    uint32_t network;
    unsigned prefix_length;
    const char *words;
    const char *advice;
} networks[] = {
    {0x0a000200, 24, "the NAT of a virtual machine (VirtualBox, QEMU)", BRIDGE_ADVICE},
    {0xc0a83800, 24, "a host-only network of VirtualBox", BRIDGE_ADVICE},
    {0xc0a87a00, 24, "the NAT of a virtual machine (libvirt)", BRIDGE_ADVICE},
    {0xc0a84100, 24, "Docker Desktop's own network",
     "Run the program on the computer itself, or the container with the host's network."},
    {0xac110000, 16, "Docker's own network",
     "Run the program on the computer itself, or the container with the host's network (docker run "
     "--network host)."},
    {0x64400000, 10, "a VPN (Tailscale) or a provider's NAT",
     "Send through the wired interface, with the VPN off: spa-sos recover -i INTERFACE."},
    {0x0a080000, 24, "a VPN (OpenVPN)",
     "Send through the wired interface, with the VPN off: spa-sos recover -i INTERFACE."},
};

static const char *machine_of(const struct mac_address *mac)
{
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (memcmp(mac->octet, machines[i].prefix, machines[i].length) == 0)
            return machines[i].maker;
    return NULL;
}

bool asker_is_remote(const struct mac_address *mac, uint32_t ip, struct text *ret_why,
                     struct text *ret_advice)
{
    const char *machine = machine_of(mac);

    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        if ((ip ^ networks[i].network) >> (32 - networks[i].prefix_length) != 0)
            continue;
        text_add(ret_why,
                 " They come from %s%s%s: that is %s, and such frames do not reach the "
                 "phone's cable.",
                 ipv4_format(ip).text, machine ? " with a MAC address of " : "",
                 machine ? machine : "", networks[i].words);
        text_add(ret_advice, "%s", networks[i].advice);
        return true;
    }
    if (!machine)
        return false;
    text_add(ret_why,
             " They come from a virtual machine (%s is a MAC address of %s): unless its adapter is "
             "bridged, no phone hears them.",
             mac_format(mac).text, machine);
    text_add(ret_advice, "%s", BRIDGE_ADVICE);
    return true;
}
