/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A download from its first byte to the reset (docs: firmware image, what the phone does with the
 * file): memory, check, programming of the sectors one after the other.
 */
#include "phone/internal.h"

#include <stdlib.h>
#include <string.h>

#define DOWNLOAD_FIRST_CAPACITY (64u << 10)

/* Makes room for `length` bytes; memory that was got once is kept. */
static bool grow(uint8_t **bytes, size_t *capacity, size_t length)
{
    if (length <= *capacity)
        return true;
    size_t wanted = *capacity ? *capacity : DOWNLOAD_FIRST_CAPACITY;
    while (wanted < length)
        wanted *= 2;
    uint8_t *grown = realloc(*bytes, wanted);
    if (!grown)
        return false;
    *bytes = grown;
    *capacity = wanted;
    return true;
}

bool recovery_download_append(struct phone *phone, const uint8_t *bytes, size_t length,
                              size_t limit)
{
    size_t total = phone->download_length + length;
    if (total > limit) {
        phone_damaged(phone, "download of more than %zu bytes", limit);
        phone_set_state(phone, PHONE_CRASHED);
        phone_stop_timer(phone);
        return false;
    }
    if (!grow(&phone->download, &phone->download_capacity, total)) {
        recovery_download_failed(phone, "the computer running the simulation has no memory left");
        return false;
    }
    if (length > 0)
        memcpy(phone->download + phone->download_length, bytes, length);
    phone->download_length = total;
    return true;
}

void recovery_download_failed(struct phone *phone, const char *why)
{
    bool url = phone->attempt.kind == ATTEMPT_URL;
    phone_note(phone, "console: download failed: %s", why);
    phone_print_cost(phone, LOADER_FAILURE_PRINT_NS);
    phone->attempt.arp_target = 0;
    if (url)
        url_next_attempt(phone);
    else
        recovery_listen(phone);
}

static struct firmware_memory downloaded(const struct phone *phone)
{
    return (struct firmware_memory){.bytes = phone->download, .length = phone->download_length};
}

/* The check is a function of the bytes alone: the same bytes as last time need no second one. */
static void check_image(struct phone *phone)
{
    size_t length = phone->download_length;
    if (phone->checked && phone->checked_length == length &&
        memcmp(phone->checked, phone->download, length) == 0)
        return;
    struct firmware_memory memory = downloaded(phone);
    firmware_check(&memory, phone->check);
    phone->checked_generation++;
    if (!grow(&phone->checked, &phone->checked_capacity, length)) {
        phone->checked_length = SIZE_MAX;
        return;
    }
    memcpy(phone->checked, phone->download, length);
    phone->checked_length = length;
}

/* Table entries from `first` on that are written: all but the skipped sectors. */
static unsigned entries_to_program(const struct phone *phone, unsigned first)
{
    struct firmware_memory memory = downloaded(phone);
    unsigned count = 0;
    for (unsigned i = first; i < phone->check->entry_count; i++)
        count += !firmware_sector_is_skipped(firmware_sector_number(&memory, i));
    return count;
}

static duration_ns sector_time(const struct phone *phone)
{
    if (phone->config.flash_ns == 0)
        return phone->config.timing == PHONE_TIMING_HARDWARE ? LOADER_SECTOR_FLASH_NS : 0;
    return phone->config.flash_ns / entries_to_program(phone, 0);
}

static void skip_loader_sectors(struct phone *phone)
{
    struct firmware_memory memory = downloaded(phone);
    for (; phone->flash_entry < phone->check->entry_count; phone->flash_entry++) {
        unsigned number = firmware_sector_number(&memory, phone->flash_entry);
        if (!firmware_sector_is_skipped(number))
            return;
        phone_note(phone, number <= 1 ? "console: Skip upgrade boot loader in recovery mode"
                                      : "console: Skip upgrade recovery code in recovery mode");
    }
}

static bool loses_power_now(struct phone *phone)
{
    if (!phone->config.faults.power_loss_in_flash || phone->power_loss_done)
        return false;
    phone->power_loss_done =
        2 * entries_to_program(phone, phone->flash_entry) <= entries_to_program(phone, 0);
    return phone->power_loss_done;
}

static void flash_next(struct phone *phone)
{
    skip_loader_sectors(phone);
    if (loses_power_now(phone))
        phone_set_fate(phone, FATE_POWER_OFF, 0);
    else if (phone->flash_entry < phone->check->entry_count)
        phone_set_timer(phone, sector_time(phone), false);
    else
        phone_set_timer(phone, 0, false);
}

static void accepted(struct phone *phone)
{
    phone_set_state(phone, PHONE_FLASHING);
    phone->flash_entry = 0;
    flash_next(phone);
}

void recovery_download_complete(struct phone *phone)
{
    phone_set_state(phone, PHONE_CHECKING);
    phone_stop_timer(phone);
    check_image(phone);
    struct firmware_check *check = phone->check;
    if (check->result == FIRMWARE_CRASHES) {
        phone_note(phone, "console: nothing; it hashes over a length taken from junk");
        phone_set_timer(phone, LOADER_JUNK_HANG_NS, false);
        return;
    }
    phone_spend(phone, (duration_ns)phone->download_length * LOADER_CHECK_BYTE_COST_NS);
    phone_print_cost(phone, LOADER_CHECK_PRINT_NS);
    bool rejects = phone->config.faults.rejects_image;
    if (rejects) {
        phone_note(phone, "console: incorrect firmware digest");
        phone_note(phone, "console: Validate firmware failed");
    }
    for (unsigned i = 0; i < check->line_count && !rejects; i++)
        phone_note(phone, "console: %s", check->lines[i]);
    if (check->result == FIRMWARE_ACCEPTED && !rejects)
        accepted(phone);
    else
        recovery_download_failed(phone, "image refused, nothing written");
}

static void program_sector(struct phone *phone)
{
    struct firmware_memory memory = downloaded(phone);
    unsigned number = firmware_sector_number(&memory, phone->flash_entry);
    phone_note(phone, "console: Programming sector:%u", number);
    if (number >= PHONE_FLASH_SECTORS)
        return; /* outside the flash: the loader does not notice */
    struct flash_sector *sector = &phone->sectors[number];
    if (!sector->bytes)
        sector->bytes = malloc(PHONE_SECTOR_LENGTH);
    if (!sector->bytes)
        return;
    sector->written = true;
    if (sector->generation == phone->checked_generation && sector->entry == phone->flash_entry)
        return;
    size_t length = firmware_unpack(&memory, phone->flash_entry, sector->bytes);
    if (length < PHONE_SECTOR_LENGTH)
        memset(sector->bytes + length, 0xff, PHONE_SECTOR_LENGTH - length); /* erased */
    sector->generation = phone->checked_generation;
    sector->entry = phone->flash_entry;
}

static void written(struct phone *phone)
{
    phone->flash_count++;
    phone_note(phone, "image written, reset");
    if (phone->config.after_flash == PHONE_STAYS_IN_RECOVERY ||
        phone->config.faults.stays_in_recovery)
        phone_reset(phone);
    else
        normal_firmware_start(phone);
}

void flash_timer(struct phone *phone)
{
    if (phone->state == PHONE_CHECKING) {
        phone_note(phone, "crashed on a file that is no image");
        phone_reset(phone);
        return;
    }
    if (phone->flash_entry < phone->check->entry_count) {
        program_sector(phone);
        phone->flash_entry++;
        flash_next(phone);
    } else {
        written(phone);
    }
}
