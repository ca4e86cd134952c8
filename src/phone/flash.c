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

bool download_append(struct phone *phone, const uint8_t *bytes, size_t length, size_t limit)
{
    size_t total = phone->download_length + length;
    if (total > limit) {
        phone_damaged(phone, "download of more than %zu bytes", limit);
        phone_set_state(phone, PHONE_CRASHED);
        phone_stop_timer(phone);
        return false;
    }
    if (!grow(&phone->download, &phone->download_capacity, total)) {
        download_failed(phone, "the computer running the simulation has no memory left");
        return false;
    }
    memcpy(phone->download + phone->download_length, bytes, length);
    phone->download_length = total;
    return true;
}

void download_failed(struct phone *phone, const char *why)
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
    if (!grow(&phone->checked, &phone->checked_capacity, length)) {
        phone->checked_length = SIZE_MAX;
        return;
    }
    memcpy(phone->checked, phone->download, length);
    phone->checked_length = length;
}

static duration_ns sector_time(const struct phone *phone)
{
    if (phone->config.flash_ns == 0)
        return phone->config.timing == PHONE_TIMING_HARDWARE ? LOADER_SECTOR_FLASH_NS : 0;
    struct firmware_memory memory = downloaded(phone);
    unsigned programmed = 0;
    for (unsigned i = 0; i < phone->check->entry_count; i++)
        programmed += !firmware_sector_is_skipped(firmware_sector_number(&memory, i));
    return programmed > 0 ? phone->config.flash_ns / programmed : 0;
}

static void flash_next(struct phone *phone)
{
    const struct phone_faults *faults = &phone->config.faults;
    unsigned entries = phone->check->entry_count;
    struct firmware_memory memory = downloaded(phone);
    while (phone->flash_entry < entries) {
        unsigned number = firmware_sector_number(&memory, phone->flash_entry);
        if (!firmware_sector_is_skipped(number))
            break;
        phone_note(phone, number <= 1 ? "console: Skip upgrade boot loader in recovery mode"
                                      : "console: Skip upgrade recovery code in recovery mode");
        phone->flash_entry++;
    }
    if (faults->power_loss_in_flash && !phone->power_loss_done &&
        phone->flash_entry >= entries / 2) {
        phone->power_loss_done = true;
        phone_set_fate(phone, FATE_POWER_OFF, 0);
        return;
    }
    phone_set_timer(phone, phone->flash_entry < entries ? sector_time(phone) : 0, false);
}

static void accepted(struct phone *phone)
{
    phone_set_state(phone, PHONE_FLASHING);
    phone->flash_entry = 0;
    flash_next(phone);
}

void download_complete(struct phone *phone)
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
        download_failed(phone, "image refused, nothing written");
}

static void program_sector(struct phone *phone)
{
    struct firmware_memory memory = downloaded(phone);
    unsigned number = firmware_sector_number(&memory, phone->flash_entry);
    phone_note(phone, "console: Programming sector:%u", number);
    if (number >= PHONE_FLASH_SECTORS)
        return; /* outside the flash: the loader does not notice */
    if (!phone->sectors[number])
        phone->sectors[number] = malloc(PHONE_SECTOR_LENGTH);
    uint8_t *sector = phone->sectors[number];
    if (!sector)
        return;
    size_t length = firmware_unpack(&memory, phone->flash_entry, sector);
    if (length < PHONE_SECTOR_LENGTH)
        memset(sector + length, 0xff, PHONE_SECTOR_LENGTH - length); /* erased */
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
