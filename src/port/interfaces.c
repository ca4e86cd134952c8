/* SPDX-License-Identifier: BSD-2-Clause */
/* The network interfaces of this host: see interfaces.h. */
#include "port/interfaces.h"

#include "base/text.h"
#include "port/rtnetlink.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KIND_SIZE 32

/* What one RTM_NEWLINK message says beyond struct interface_info. */
struct link_message {
    unsigned short hardware_type;
    bool is_loopback;
    int master_index;
    int lower_index;         /* of a VLAN: the interface that carries it */
    char kind[KIND_SIZE];    /* "bridge", "vlan", ... or "" for hardware */
    char in_kind[KIND_SIZE]; /* what it is a member of: "bridge", "bond", ... */
};

struct link_list {
    struct interface_list list;
    struct link_message *messages; /* parallel to list.items */
};

const char *interface_kind_name(enum interface_kind kind)
{
    static const char *const names[INTERFACE_KIND_COUNT] = {
        [INTERFACE_ETHERNET] = "ethernet", [INTERFACE_WIRELESS] = "wireless",
        [INTERFACE_BRIDGE] = "bridge",     [INTERFACE_BRIDGE_PORT] = "bridge port",
        [INTERFACE_BOND] = "bond",         [INTERFACE_BOND_MEMBER] = "bond member",
        [INTERFACE_VLAN] = "vlan",         [INTERFACE_VIRTUAL] = "virtual",
        [INTERFACE_LOOPBACK] = "loopback", [INTERFACE_TUNNEL] = "tunnel",
    };
    return names[kind];
}

/* What messages are read into. */
struct link_reading {
    const struct rtnetlink_way *way;
    struct link_list *links;
};

/* What the attributes of one message are read into. */
struct link_target {
    const struct rtnetlink_way *way;
    struct interface_info *info;
    struct link_message *message;
};

static void read_link_information(const struct rtnetlink_attribute *attribute, void *context)
{
    struct link_message *message = context;
    if (attribute->type == IFLA_INFO_KIND)
        rtnetlink_store_text(message->kind, sizeof message->kind, attribute);
    else if (attribute->type == IFLA_INFO_SLAVE_KIND)
        rtnetlink_store_text(message->in_kind, sizeof message->in_kind, attribute);
}

static void read_altname(const struct rtnetlink_attribute *attribute, void *context)
{
    struct interface_info *info = context;
    size_t i = 0;
    if (attribute->type != IFLA_ALT_IFNAME)
        return;
    while (i < INTERFACE_ALTNAMES_MAXIMUM && info->altnames[i][0])
        i++;
    if (i < INTERFACE_ALTNAMES_MAXIMUM)
        rtnetlink_store_text(info->altnames[i], sizeof info->altnames[i], attribute);
}

static void store_index(int *ret, const struct rtnetlink_attribute *attribute)
{
    uint32_t index = (uint32_t)*ret;
    rtnetlink_store_u32(&index, attribute);
    *ret = (int)index;
}

static void read_link_attribute(const struct rtnetlink_attribute *attribute, void *context)
{
    struct link_target *target = context;
    struct interface_info *info = target->info;
    uint8_t has_carrier;
    switch (attribute->type) {
    case IFLA_IFNAME:
        rtnetlink_store_text(info->name, sizeof info->name, attribute);
        break;
    case IFLA_ADDRESS:
        if (attribute->size == sizeof info->mac.octet)
            memcpy(info->mac.octet, attribute->value, sizeof info->mac.octet);
        break;
    case IFLA_MTU:
        rtnetlink_store_u32(&info->mtu, attribute);
        break;
    case IFLA_CARRIER:
        has_carrier = info->has_carrier;
        rtnetlink_store_u8(&has_carrier, attribute);
        info->has_carrier = has_carrier != 0;
        break;
    case IFLA_MASTER:
        store_index(&target->message->master_index, attribute);
        break;
    case IFLA_LINK:
        store_index(&target->message->lower_index, attribute);
        break;
    case IFLA_PROP_LIST:
        target->way->nested(attribute, read_altname, info);
        break;
    case IFLA_LINKINFO:
        target->way->nested(attribute, read_link_information, target->message);
        break;
    default:
        break;
    }
}

static bool read_link(const struct rtnetlink_message *received, void *context)
{
    struct link_reading *reading = context;
    struct link_list *links = reading->links;
    struct ifinfomsg link;
    if (received->type != RTM_NEWLINK || received->size < sizeof link)
        return true;
    memcpy(&link, received->body, sizeof link);
    size_t count = links->list.count;
    struct interface_info *items =
        realloc(links->list.items, (count + 1) * sizeof *links->list.items);
    if (!items)
        return false;
    links->list.items = items;
    struct link_message *messages = realloc(links->messages, (count + 1) * sizeof *links->messages);
    if (!messages)
        return false;
    links->messages = messages;

    struct interface_info info = {.index = link.ifi_index, .is_up = link.ifi_flags & IFF_UP};
    struct link_message message = {.hardware_type = link.ifi_type,
                                   .is_loopback = link.ifi_flags & IFF_LOOPBACK};
    struct link_target target = {reading->way, &info, &message};
    reading->way->attributes(received, sizeof link, read_link_attribute, &target);
    info.has_carrier = info.has_carrier && info.is_up;
    items[count] = info;
    messages[count] = message;
    links->list.count++;
    return true;
}

static struct interface_info *find_index(const struct interface_list *list, int index)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].index == index)
            return &list->items[i];
    return NULL;
}

static void read_local_address(const struct rtnetlink_attribute *attribute, void *context)
{
    if (attribute->type == IFA_LOCAL)
        rtnetlink_store_u32(context, attribute);
}

static bool read_address(const struct rtnetlink_message *received, void *context)
{
    struct link_reading *reading = context;
    struct ifaddrmsg message;
    if (received->type != RTM_NEWADDR || received->size < sizeof message)
        return true;
    memcpy(&message, received->body, sizeof message);
    struct interface_info *info = find_index(&reading->links->list, (int)message.ifa_index);
    uint32_t ip = 0; /* in network order */
    reading->way->attributes(received, sizeof message, read_local_address, &ip);
    if (info && ip != 0 && info->address_count < INTERFACE_ADDRESSES_MAXIMUM)
        info->addresses[info->address_count++] =
            (struct interface_address){.ip = ntohl(ip), .prefix_length = message.ifa_prefixlen};
    return true;
}

/* Asks for all links or addresses and hands every answer to `take`. Returns: false with errno. */
static bool read_list(struct rtnetlink *rtnetlink, struct link_reading *reading, uint16_t type,
                      rtnetlink_message_taker take)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    struct ifaddrmsg address = {.ifa_family = AF_INET};
    bool asked = type == RTM_GETLINK
                     ? reading->way->ask(rtnetlink, type, &link, sizeof link, true)
                     : reading->way->ask(rtnetlink, type, &address, sizeof address, true);
    enum rtnetlink_status status = asked ? RTNETLINK_MORE : RTNETLINK_FAILED;
    while (status == RTNETLINK_MORE)
        status = reading->way->read(rtnetlink, take, reading);
    return status == RTNETLINK_DONE;
}

/* The directory exists for every driver of the kernel's wireless stack. */
static bool is_wireless(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/sys/class/net/%s/phy80211", name);
    return access(path, F_OK) == 0;
}

static unsigned link_speed(const char *name)
{
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return 0;
    struct ethtool_cmd command = {.cmd = ETHTOOL_GSET};
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    request.ifr_data = (char *)&command;
    bool known = ioctl(descriptor, SIOCETHTOOL, &request) == 0;
    close(descriptor);
    /* ethtool_cmd_speed() shifts into the sign bit when the speed is unknown. */
    unsigned speed = known ? (unsigned)command.speed_hi << 16 | command.speed : 0;
    return speed == (unsigned)SPEED_UNKNOWN ? 0 : speed;
}

static enum interface_kind kind_of(const struct interface_info *info,
                                   const struct link_message *message)
{
    if (message->is_loopback)
        return INTERFACE_LOOPBACK;
    if (message->hardware_type != ARPHRD_ETHER)
        return INTERFACE_TUNNEL;
    if (strcmp(message->in_kind, "bridge") == 0)
        return INTERFACE_BRIDGE_PORT;
    if (strcmp(message->in_kind, "bond") == 0 || strcmp(message->in_kind, "team") == 0)
        return INTERFACE_BOND_MEMBER;
    if (strcmp(message->kind, "bridge") == 0)
        return INTERFACE_BRIDGE;
    if (strcmp(message->kind, "bond") == 0 || strcmp(message->kind, "team") == 0)
        return INTERFACE_BOND;
    if (strcmp(message->kind, "vlan") == 0)
        return INTERFACE_VLAN;
    if (is_wireless(info->name))
        return INTERFACE_WIRELESS;
    return message->kind[0] ? INTERFACE_VIRTUAL : INTERFACE_ETHERNET;
}

static void judge(struct interface_info *info, enum interface_use use, const char *why)
{
    info->use = use;
    snprintf(info->why, sizeof info->why, "%s", why);
}

/* `lower` is the name of the interface below a VLAN, or "". */
static void judge_kind(struct interface_info *info, const char *lower)
{
    char why[INTERFACE_WHY_SIZE];
    switch (info->kind) {
    case INTERFACE_LOOPBACK:
        judge(info, INTERFACE_UNUSABLE, "is the host's loopback: no cable, no phone");
        return;
    case INTERFACE_TUNNEL:
        judge(info, INTERFACE_UNUSABLE,
              "carries no Ethernet frames (a tunnel, VPN or point-to-point link)");
        return;
    case INTERFACE_WIRELESS:
        judge(info, INTERFACE_DOUBTFUL,
              "is wireless, and these phones hang on a cable: frames reach them only through an "
              "access point that bridges, and multicast over the air is lossy; use a wired "
              "interface");
        return;
    case INTERFACE_BRIDGE:
        judge(info, INTERFACE_DOUBTFUL,
              "is a bridge of this host: works if the phone hangs on one of its ports; the port "
              "itself is the better choice");
        return;
    case INTERFACE_BRIDGE_PORT:
        snprintf(why, sizeof why,
                 "is a port of bridge %s: the phone's frames also go to the bridge and to all that "
                 "is behind it, its DHCP servers included",
                 info->master);
        break;
    case INTERFACE_BOND:
        judge(info, INTERFACE_DOUBTFUL,
              "is a bond: which of its cables a frame takes is not ours to say");
        return;
    case INTERFACE_BOND_MEMBER:
        snprintf(why, sizeof why,
                 "is a member of %s: what the switch answers may come in on another member; use a "
                 "cable that is in no bond",
                 info->master);
        break;
    case INTERFACE_VLAN:
        snprintf(why, sizeof why,
                 "is a VLAN: its frames leave %s tagged, and the recovery loader drops tagged "
                 "frames; right only if a switch removes the tag in front of the phone",
                 lower);
        break;
    default:
        return;
    }
    judge(info, INTERFACE_DOUBTFUL, why);
}

static void complete(struct link_list *links)
{
    for (size_t i = 0; i < links->list.count; i++) {
        struct interface_info *info = &links->list.items[i];
        const struct link_message *message = &links->messages[i];
        const struct interface_info *master = find_index(&links->list, message->master_index);
        const struct interface_info *lower = find_index(&links->list, message->lower_index);
        if (master)
            snprintf(info->master, sizeof info->master, "%s", master->name);
        info->kind = kind_of(info, message);
        judge_kind(info, lower ? lower->name : "another interface");
        if (info->use != INTERFACE_UNUSABLE && info->mtu < INTERFACE_MTU_MINIMUM) {
            char why[INTERFACE_WHY_SIZE];
            snprintf(why, sizeof why, "has an MTU of %u, at least %d is needed", info->mtu,
                     INTERFACE_MTU_MINIMUM);
            judge(info, INTERFACE_UNUSABLE, why);
        }
        if (info->has_carrier)
            info->speed_mbps = link_speed(info->name);
    }
}

bool interface_list_read_by(const struct rtnetlink_way *way, struct interface_list *ret,
                            struct error *ret_error)
{
    struct link_list links = {0};
    struct link_reading reading = {way, &links};
    struct rtnetlink *rtnetlink = way->open(0, true);
    bool done = rtnetlink && read_list(rtnetlink, &reading, RTM_GETLINK, read_link) &&
                read_list(rtnetlink, &reading, RTM_GETADDR, read_address);
    int saved = errno;
    way->close(rtnetlink);
    if (done)
        complete(&links);
    free(links.messages);
    if (!done) {
        free(links.list.items);
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "cannot list the network interfaces (netlink): %s", strerror(saved));
    }
    *ret = links.list;
    return true;
}

bool interface_list_read(struct interface_list *ret, struct error *ret_error)
{
    return interface_list_read_by(rtnetlink_of_this_build, ret, ret_error);
}

void interface_list_free(struct interface_list *list)
{
    free(list->items);
    *list = (struct interface_list){0};
}

static void say_missing(const struct interface_list *list, const char *name,
                        struct error *ret_error)
{
    struct text names = TEXT_EMPTY;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].use != INTERFACE_UNUSABLE)
            text_add(&names, "%s%s", names.length > 0 ? ", " : "", list->items[i].name);
    char escaped[128];
    error_set(ret_error, ERROR_ENVIRONMENT, "%s: no such interface; %s%s (see spa-sos interfaces)",
              text_escape(name, strlen(name), escaped, sizeof escaped),
              names.length > 0 ? "can be used: " : "none can be used", text_chars(&names));
    text_free(&names);
}

static bool has_altname(const struct interface_info *info, const char *name)
{
    for (size_t i = 0; i < INTERFACE_ALTNAMES_MAXIMUM; i++)
        if (name[0] && strcmp(info->altnames[i], name) == 0)
            return true;
    return false;
}

static bool has_address(const struct interface_info *info, uint32_t ip)
{
    for (size_t i = 0; i < info->address_count; i++)
        if (info->addresses[i].ip == ip)
            return true;
    return false;
}

/* A number that is no name: "2". Returns: 0 for anything else. */
static int index_of(const char *name)
{
    char *end;
    errno = 0;
    long number = isdigit((unsigned char)name[0]) ? strtol(name, &end, 10) : 0;
    return number > 0 && number <= INT_MAX && errno == 0 && *end == '\0' ? (int)number : 0;
}

/* What it is called comes first, then what else it is known by. */
static const struct interface_info *find(const struct interface_list *list, const char *name)
{
    struct mac_address mac;
    uint32_t ip;
    bool is_mac = mac_parse(name, &mac) && !mac_equal(&mac, &mac_zero),
         is_ip = ipv4_parse(name, &ip);
    int index = index_of(name);

    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    for (size_t i = 0; i < list->count; i++)
        if (has_altname(&list->items[i], name) || (index && list->items[i].index == index) ||
            (is_mac && mac_equal(&list->items[i].mac, &mac)) ||
            (is_ip && has_address(&list->items[i], ip)))
            return &list->items[i];
    return NULL;
}

/* Copies what was found to `ret`, if it can be used. `name` is what was asked for. */
static bool take_usable(const struct interface_list *list, const struct interface_info *found,
                        const char *name, struct interface_info *ret, struct error *ret_error)
{
    if (!found) {
        say_missing(list, name, ret_error);
        return false;
    }
    if (found->use == INTERFACE_UNUSABLE)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: unusable: it %s", found->name,
                         found->why);
    *ret = *found;
    return true;
}

bool interface_find_usable(const char *name, struct interface_info *ret, struct error *ret_error)
{
    struct interface_list list;
    if (!interface_list_read(&list, ret_error))
        return false;
    bool usable = take_usable(&list, find(&list, name), name, ret, ret_error);
    interface_list_free(&list);
    return usable;
}

bool interface_find_number(int index, struct interface_info *ret, struct error *ret_error)
{
    struct interface_list list;
    char number[16];
    if (!interface_list_read(&list, ret_error))
        return false;
    snprintf(number, sizeof number, "%d", index);
    bool usable = take_usable(&list, find_index(&list, index), number, ret, ret_error);
    interface_list_free(&list);
    return usable;
}
