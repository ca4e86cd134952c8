/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults by name, and the two that interfere with frames: see fault.h. Faults of the wire (loss,
 * duplication, reordering) belong to port/segment, not to the phone.
 */
#include "phone/fault.h"

#include "base/bytes.h"
#include "phone/internal.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/recm.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_POWER_LOSS_BLOCK 10
#define DEFAULT_POWER_OFF_NS     S(3)

struct fault_row {
    struct phone_fault fault;
    size_t flag; /* of the bool in struct phone_faults */
};

#define FLAG(member) offsetof(struct phone_faults, member)

static const struct fault_row rows[] = {
    {{"deaf-after-lease", NULL, "gets an address, then answers nothing, not even ARP"},
     FLAG(deaf_after_lease)},
    {{"final-ack-not-sent", NULL, "never acknowledges the last block, but has it"},
     FLAG(final_ack_not_sent)},
    {{"firmware-crash-loop", NULL, "the normal firmware starts and crashes again and again"},
     FLAG(firmware_crash_loop)},
    {{"frozen-after-reply", NULL, "answers one request, then nothing any more"},
     FLAG(frozen_after_reply)},
    {{"ignores-upgrade", NULL, "answers requests, but no upgrade order"}, FLAG(ignores_upgrade)},
    {{"liar", NULL, "sends malformed messages, wrong lengths and hostile strings"}, FLAG(liar)},
    {{"power-loss-at-block", "N", "loses power once, after block N (10) of the transfer"},
     FLAG(power_loss_at_block)},
    {{"power-loss-while-writing", NULL, "loses power once, half-way through writing flash"},
     FLAG(power_loss_in_flash)},
    {{"reboot-loop", NULL, "restarts 8 s after it began to ask for an address, for ever"},
     FLAG(reboot_loop)},
    {{"rejects-image", NULL, "refuses every image after its transfer"}, FLAG(rejects_image)},
    {{"slow-console", NULL, "prints four times slower, and answers as much later"},
     FLAG(slow_console)},
    {{"stays-in-recovery", NULL, "comes up in recovery mode again after flashing"},
     FLAG(stays_in_recovery)},
};

const struct phone_fault *phone_fault_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index].fault : NULL;
}

bool phone_fault_by_name(const char *name, struct phone_config *config)
{
    size_t name_length = strcspn(name, "=");
    const char *parameter = name[name_length] == '=' ? name + name_length + 1 : NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct phone_fault *fault = &rows[i].fault;
        if (strlen(fault->name) != name_length || memcmp(fault->name, name, name_length) != 0)
            continue;
        unsigned long number = DEFAULT_POWER_LOSS_BLOCK;
        if (parameter) {
            char *end;
            number = strtoul(parameter, &end, 10);
            if (!fault->parameter || parameter[0] < '0' || parameter[0] > '9' || *end != '\0' ||
                number == 0 || number > 65535)
                return false;
        }
        struct phone_faults *faults = &config->faults;
        *(bool *)(void *)((char *)faults + rows[i].flag) = true;
        if (fault->parameter)
            faults->block_number = (unsigned)number;
        if (faults->power_off_ns == 0)
            faults->power_off_ns = DEFAULT_POWER_OFF_NS;
        return true;
    }
    return false;
}

void fault_block_stored(struct phone *phone, unsigned block)
{
    const struct phone_faults *faults = &phone->config.faults;
    if (!faults->power_loss_at_block || phone->power_loss_done || block != faults->block_number)
        return;
    phone->power_loss_done = true;
    /* Later than the ACK, which is on the wire already. */
    phone_set_fate(phone, FATE_POWER_OFF, 1);
}

/* ---- The liar ---- */

static const char *const hostile_texts[] = {
    "%n%n%s%s",        "\x1b[2J\x1b]0;x\a", "<script>alert(1)", "\"};DROP",
    "../../../../etc", "\r\nSPA",           "\xff\xfe\xfd",     "AAAAAAAAAAAAAAAAAAAAAAAA",
};

/* A payload byte was changed: checksum 0 means "none", so that the lie is not dropped for it. */
static void forget_checksum(uint8_t *frame)
{
    bytes_store_be16(frame + ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + 6, 0);
}

static void lie_with_text(struct phone *phone, struct phone_output *output, size_t payload)
{
    const char *text =
        hostile_texts[random_below(&phone->random, sizeof hostile_texts / sizeof hostile_texts[0])];
    static const uint8_t places[] = {2, 4, 8, 28, 32, 54, 74};
    size_t place = payload + places[random_below(&phone->random, sizeof places)];
    for (size_t i = 0; text[i] != '\0' && place + i < output->length; i++)
        output->bytes[place + i] = (uint8_t)text[i];
    forget_checksum(output->bytes);
}

static void lie_with_bytes(struct phone *phone, struct phone_output *output, size_t payload)
{
    unsigned count = 1 + random_below(&phone->random, 8);
    for (unsigned i = 0; i < count && output->length > payload; i++) {
        size_t place = payload + random_below(&phone->random, (uint32_t)(output->length - payload));
        output->bytes[place] = (uint8_t)random_u64(&phone->random);
    }
    forget_checksum(output->bytes);
}

/* Longer or shorter than its headers say. */
static void lie_with_length(struct phone *phone, struct phone_output *output)
{
    size_t length = ETHERNET_HEADER_LENGTH +
                    random_below(&phone->random, ETHERNET_MAXIMUM_LENGTH - ETHERNET_HEADER_LENGTH);
    if (length > output->length)
        phone_transmit_garbage(phone, output->bytes + output->length, length - output->length);
    output->length = length;
}

static void lie_with_header(struct phone *phone, struct phone_output *output)
{
    size_t place = ETHERNET_HEADER_LENGTH + random_below(&phone->random, IPV4_HEADER_LENGTH + 8);
    if (place < output->length)
        output->bytes[place] = (uint8_t)random_u64(&phone->random);
}

void fault_distort(struct phone *phone, struct phone_output *output)
{
    size_t payload = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + 8;
    if (output->length < payload)
        return;
    bool is_ipv4 = bytes_load_be16(output->bytes + 12) == ETHERTYPE_IPV4_VALUE;
    switch (random_below(&phone->random, 8)) {
    case 0:
        if (is_ipv4)
            lie_with_text(phone, output, payload);
        break;
    case 1:
        if (is_ipv4)
            lie_with_bytes(phone, output, payload);
        break;
    case 2:
        lie_with_length(phone, output);
        break;
    case 3:
        lie_with_header(phone, output);
        break;
    default: /* half of what a liar says is true */
        break;
    }
}
