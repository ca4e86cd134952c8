/* SPDX-License-Identifier: BSD-2-Clause */
/* spa-sos interfaces: which interfaces can be used, and why the others cannot. */
#include "cmd/commands.h"
#include "cmd/failure.h"
#include "port/interfaces.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define ADDRESSES_TEXT_SIZE (INTERFACE_ADDRESSES_MAXIMUM * 20)

static const char *const use_names[] = {
    [INTERFACE_USABLE] = "usable",
    [INTERFACE_DOUBTFUL] = "doubtful",
    [INTERFACE_UNUSABLE] = "unusable",
};

static const char *link_name(const struct interface_info *info)
{
    if (!info->is_up)
        return "off";
    return info->has_carrier ? "up" : "no link";
}

static void format_addresses(const struct interface_info *info, char *ret, size_t size)
{
    size_t length = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < info->address_count && length < size; i++)
        length += (size_t)snprintf(ret + length, size - length, "%s%s/%u", i > 0 ? " " : "",
                                   ipv4_format(info->addresses[i].ip).text,
                                   info->addresses[i].prefix_length);
}

static void print_text(const struct interface_list *list)
{
    printf("%-15s %-12s %-17s %-8s %-10s %s\n", "INTERFACE", "KIND", "MAC ADDRESS", "LINK", "SPEED",
           "ADDRESSES");
    for (size_t i = 0; i < list->count; i++) {
        const struct interface_info *info = &list->items[i];
        char addresses[ADDRESSES_TEXT_SIZE], speed[24] = "-";
        format_addresses(info, addresses, sizeof addresses);
        if (info->speed_mbps > 0)
            snprintf(speed, sizeof speed, "%u Mb/s", info->speed_mbps);
        printf("%-15s %-12s %-17s %-8s %-10s %s\n", info->name, interface_kind_name(info->kind),
               mac_equal(&info->mac, &mac_zero) ? "-" : mac_format(&info->mac).text,
               link_name(info), speed, addresses[0] ? addresses : "-");
        if (info->use != INTERFACE_USABLE)
            printf("%15s %s: %s\n", "", use_names[info->use], info->why);
        else if (!info->is_up)
            printf("%15s usable once it is switched on: ip link set %s up\n", "", info->name);
    }
}

static json_t *interface_json(const struct interface_info *info)
{
    json_t *object =
        json_pack("{s:s, s:s, s:b, s:b, s:i, s:s}", "name", info->name, "kind",
                  interface_kind_name(info->kind), "up", info->is_up, "carrier", info->has_carrier,
                  "mtu", (int)info->mtu, "use", use_names[info->use]);
    json_t *addresses = json_array();
    for (size_t i = 0; i < info->address_count; i++)
        json_array_append_new(addresses,
                              json_sprintf("%s/%u", ipv4_format(info->addresses[i].ip).text,
                                           info->addresses[i].prefix_length));
    json_object_set_new(object, "addresses", addresses);
    if (!mac_equal(&info->mac, &mac_zero))
        json_object_set_new(object, "mac", json_string(mac_format(&info->mac).text));
    if (info->speed_mbps > 0)
        json_object_set_new(object, "speed_mbps", json_integer(info->speed_mbps));
    if (info->master[0])
        json_object_set_new(object, "master", json_string(info->master));
    if (info->why[0])
        json_object_set_new(object, "why", json_string(info->why));
    return object;
}

static size_t usable_count(const struct interface_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->items[i].use != INTERFACE_UNUSABLE;
    return count;
}

static void print_json(const struct interface_list *list)
{
    json_t *interfaces = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(interfaces, interface_json(&list->items[i]));
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:o}", "schema", "spa-sos/1", "command", "interfaces", "result",
                  usable_count(list) > 0 ? "found" : "nothing-found", "interfaces", interfaces);
    document_print(document);
}

int command_interfaces(const struct options *options)
{
    struct interface_list list;
    struct error error;
    if (!interface_list_read(&list, &error))
        return failure_tell("interfaces", options->json, &error);
    if (options->json)
        print_json(&list);
    else
        print_text(&list);
    int status = usable_count(&list) > 0 ? 0 : 5;
    interface_list_free(&list);
    return status;
}
