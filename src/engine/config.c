/* SPDX-License-Identifier: BSD-2-Clause */
/* Defaults, and what a run cannot be told: see config.h. */
#include "engine/config.h"

#include "engine/limits.h"
#include "image/image.h"
#include "wire/craft.h"
#include "wire/recm.h"
#include "wire/tftp.h"

struct station_config station_config_default(void)
{
    return (struct station_config){
        .mode = STATION_RECOVER,
        .address = UINT32_C(0xc6120001), /* 198.18.0.1: benchmark range, RFC 2544 */
        .prefix_length = 16,
        .vlan = CRAFT_NO_VLAN,
        .tftp_port = TFTP_SERVER_PORT,
        .dhcp = DHCP_POLICY_AUTO,
        .gateway = GATEWAY_POLICY_AUTO,
        .probe_interval_ns = PROBE_INTERVAL_NS,
        .flash_wait_ns = FLASH_WAIT_NS,
        .quiet_ns = DISCOVER_QUIET_NS,
        .parallel_transfers = PARALLEL_AUTO,
        .attempts_maximum = ATTEMPTS_MAXIMUM,
    };
}

bool station_config_check(const struct station_config *config, struct error *ret_error)
{
    uint32_t mask = ipv4_mask(config->prefix_length);
    uint32_t host = config->address & ~mask;
    if (config->address == 0 || (config->prefix_length < 31 && (host == 0 || host == ~mask)))
        return error_set(ret_error, ERROR_USAGE, "%s/%u is not an address of a host in its network",
                         ipv4_format(config->address).text, config->prefix_length);
    if (mac_is_group(&config->source_mac) || mac_equal(&config->source_mac, &mac_zero))
        return error_set(ret_error, ERROR_USAGE, "%s is not the MAC address of a host",
                         mac_format(&config->source_mac).text);
    if (config->vlan != CRAFT_NO_VLAN && (config->vlan < 0 || config->vlan > 4094))
        return error_set(ret_error, ERROR_USAGE, "%d is not a VLAN number from 0 to 4094",
                         config->vlan);
    if (config->file_name && !recm_file_name_is_sendable(config->file_name))
        return error_set(ret_error, ERROR_USAGE,
                         "the file name must have 1 to %d printable ASCII characters",
                         RECM_FILE_NAME_MAXIMUM);
    for (size_t i = 0; i < config->selection.name_count; i++) {
        const char *serial = config->selection.names[i].serial;
        if (serial && !recm_serial_is_sendable(serial))
            return error_set(ret_error, ERROR_USAGE,
                             "a serial number has 1 to 19 printable ASCII characters");
    }
    if (config->mode == STATION_RECOVER &&
        (!config->image || !config->image_length || config->image_length > IMAGE_MAXIMUM_LENGTH))
        return error_set(ret_error, ERROR_INPUT,
                         "the image must have 1 to %u bytes, more destroys the phone's memory",
                         IMAGE_MAXIMUM_LENGTH);
    if (config->probe_interval_ns <= 0 || !config->attempts_maximum)
        return error_set(ret_error, ERROR_USAGE, "probe interval and attempts must not be zero");
    return true;
}
