/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated phone: a recovery loader of version 7.4.4rec as a pure function of frames and time
 * (docs: protocol). Frames in, frames out, next deadline; no socket, no clock. It checks the image
 * by code of its own, independent of image/, as the loader does.
 *
 * Order of use: phone_new, phone_power_on, then phone_frame and phone_tick with times that never go
 * back; after each call drain phone_next_output and phone_next_event.
 */
#ifndef PHONE_PHONE_H
#define PHONE_PHONE_H

#include "base/address.h"
#include "base/error.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHONE_TEXT_SIZE       21
#define PHONE_FRAME_SIZE      1518
#define PHONE_EVENT_TEXT_SIZE 160
#define PHONE_SECTOR_LENGTH   0x10000u
#define PHONE_FLASH_SECTORS   128u
#define PHONE_URL_SIZE        128

enum phone_timing {
    PHONE_TIMING_HARDWARE, /* console delays, stretched loop counts: as a phone on the bench */
    PHONE_TIMING_NOMINAL,  /* as programmed */
};

/* What the boot loader does once the flash is written. */
enum phone_after_flash {
    PHONE_STARTS_FIRMWARE,   /* CDP and DHCP DISCOVER of "Cisco SPA504G" */
    PHONE_STAYS_IN_RECOVERY, /* comes up in recovery mode again */
};

/* Faults by name live in phone/fault.h; each is one bit or one parameter of this struct. */
struct phone_faults {
    bool deaf_after_lease;
    bool power_loss_at_block; /* at block_number: power off, on again after power_off_ns */
    bool power_loss_in_flash;
    bool reboot_loop;
    bool liar; /* malformed replies, wrong lengths, hostile strings */
    bool slow_console;
    bool rejects_image;
    bool stays_in_recovery;
    bool frozen_after_reply;
    bool ignores_upgrade;
    bool final_ack_not_sent;
    bool firmware_crash_loop;
    unsigned block_number;
    duration_ns power_off_ns;
};

struct phone_config {
    struct mac_address mac;
    char serial[PHONE_TEXT_SIZE];
    char product[PHONE_TEXT_SIZE];                   /* SPA504G */
    char software[PHONE_TEXT_SIZE];                  /* 7.4.4rec */
    char hardware[PHONE_TEXT_SIZE];                  /* 1.0.2 */
    bool is_static;                                  /* a stored static address: no DHCP */
    uint32_t static_ip, static_mask, static_gateway; /* gateway 0 = none */
    char recovery_url[PHONE_URL_SIZE];               /* "" = none */
    char last_url[PHONE_URL_SIZE];
    enum phone_timing timing;
    bool console_locked; /* replies within milliseconds (docs: protocol, timers) */
    enum phone_after_flash after_flash;
    duration_ns boot_ns;  /* power on or reset to first frame or listening; 0 = by timing */
    duration_ns flash_ns; /* check and write of the whole image; 0 = by timing */
    uint64_t seed;        /* garbage bytes and jitter */
    struct phone_faults faults;
};

enum phone_state {
    PHONE_OFF,
    PHONE_BOOTING,
    PHONE_DHCP,
    PHONE_LISTENING,
    PHONE_ARP_WAIT,
    PHONE_TFTP,
    PHONE_URL_DNS,
    PHONE_URL_HTTP,
    PHONE_CHECKING,
    PHONE_FLASHING,
    PHONE_SERIAL_PROMPT, /* deaf until power-cycled */
    PHONE_CRASHED,       /* heap damage or fault: deaf */
    PHONE_NORMAL_FIRMWARE,
    PHONE_STATE_COUNT
};

/* A line for whoever watches: the phone's console line or a change of state. */
struct phone_event {
    instant_ns time_ns;
    enum phone_state state;
    char text[PHONE_EVENT_TEXT_SIZE];
};

struct phone_output {
    uint8_t bytes[PHONE_FRAME_SIZE];
    size_t length;
};

struct phone;

/* A config of an SPA504G in DHCP mode with hardware timing; change what differs. */
struct phone_config phone_config_default(void);
/* Returns: a phone without power, to be freed with phone_free; NULL with ret_error filled. */
struct phone *phone_new(const struct phone_config *config, struct error *ret_error);
void phone_free(struct phone *phone);
/*
 * Makes it another phone, factory-new and without power at time 0, in the same memory: for
 * thousands of simulations in a row. What a check of the same image said before is not computed
 * again.
 */
void phone_become(struct phone *phone, const struct phone_config *config);

void phone_power_on(struct phone *phone, instant_ns now_ns);
void phone_power_off(struct phone *phone, instant_ns now_ns);
/* A frame on the phone's cable, whoever it is for: the phone has its own MAC filter. */
void phone_frame(struct phone *phone, const uint8_t *bytes, size_t length, instant_ns now_ns);
/* Call when phone_deadline has come (earlier does no harm). */
void phone_tick(struct phone *phone, instant_ns now_ns);
/* Returns: when phone_tick is due, INSTANT_NEVER if nothing is planned. */
instant_ns phone_deadline(const struct phone *phone);
/* Return: false if there is none left. */
bool phone_next_output(struct phone *phone, struct phone_output *ret);
bool phone_next_event(struct phone *phone, struct phone_event *ret);

/* What its processor is at; the lines and frames of that moment may still be being printed. */
enum phone_state phone_state(const struct phone *phone);
const char *phone_state_name(enum phone_state state);
/* What the last complete or running download stored, as received. */
const uint8_t *phone_download(const struct phone *phone, size_t *ret_length);
/* Returns: the 64 KiB of a flash sector, NULL if this phone never wrote it. */
const uint8_t *phone_flash_sector(const struct phone *phone, unsigned number);
/* How often an image was accepted and written completely since phone_new. */
unsigned phone_flash_count(const struct phone *phone);
/* What would have damaged a real phone so far ("RECM message of 161 bytes"), NULL if nothing. */
const char *phone_damage(const struct phone *phone);

#endif
