/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls between the parts of the simulated phone, file by file. */
#ifndef PHONE_INTERNAL_H
#define PHONE_INTERNAL_H

#include "phone/state.h"

/* ---- phone.c: time and power ---- */
void phone_set_timer(struct phone *phone, duration_ns wait_ns, bool counts_loops);
void phone_stop_timer(struct phone *phone);
/* Processor time: hardware timing takes `hardware_ns`, nominal timing nothing. */
void phone_spend(struct phone *phone, duration_ns hardware_ns);
/* As phone_spend, for printing: nothing either while the console is locked. */
void phone_print_cost(struct phone *phone, duration_ns hardware_ns);
/* A loop count programmed as `nominal_ns`, as long as it really takes. */
duration_ns phone_stretch(const struct phone *phone, duration_ns nominal_ns);
/* The nearest fate counts; a later one is forgotten. */
void phone_set_fate(struct phone *phone, enum fate fate, duration_ns wait_ns);
void phone_reset(struct phone *phone);

/* ---- outside.c: what can be seen ---- */
void phone_set_state(struct phone *phone, enum phone_state state);
void phone_note(struct phone *phone, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes damage to the heap, and lets the phone crash of it. */
void phone_damaged(struct phone *phone, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Frames and lines that were still to come after now_ns do not come any more. */
void phone_drop_future(struct phone *phone, instant_ns now_ns);

/* ---- acceptance.c ---- */
/* Frames the receiver passes to the buffers at all. */
bool acceptance_mac_filter(const struct phone *phone, const uint8_t *bytes, size_t length);
void acceptance_frame(struct phone *phone, const uint8_t *bytes, size_t length);

/* ---- transmit.c ---- */
/* UDP as the loader sends it; `broadcast_mac` for DHCP, else the group's or the last ARP result. */
void phone_transmit_udp(struct phone *phone, uint32_t destination_ip, uint16_t source_port,
                        uint16_t destination_port, const uint8_t *payload, size_t length);
void phone_transmit_arp(struct phone *phone, const struct arp_packet *packet,
                        const struct mac_address *destination, size_t frame_length);
void phone_transmit_tcp(struct phone *phone, uint8_t flags, uint16_t mss, const uint8_t *payload,
                        size_t length);
void phone_transmit_raw(struct phone *phone, const uint8_t *bytes, size_t length);
/* Fills with what a heap or a transmit buffer may hold. */
void phone_transmit_garbage(struct phone *phone, uint8_t *bytes, size_t length);

/* ---- dhcp_client.c ---- */
void dhcp_client_start(struct phone *phone);
void dhcp_client_timer(struct phone *phone);
void dhcp_client_packet(struct phone *phone, const struct packet *packet);

/* ---- arp.c ---- */
void arp_frame(struct phone *phone, const uint8_t *bytes, size_t length);
/* Own address, then `target`; goes on to the TFTP client or ends the attempt. */
void arp_resolve(struct phone *phone, uint32_t target);
void arp_timer(struct phone *phone);

/* ---- recovery.c: listening and RECM ---- */
void recovery_configured(struct phone *phone); /* the address is as complete as it gets */
void recovery_listen(struct phone *phone);     /* the present window from its beginning */
void recovery_timer(struct phone *phone);
void recovery_packet(struct phone *phone, const struct packet *packet);

/* ---- tftp_client.c ---- */
void tftp_client_start(struct phone *phone);
void tftp_client_timer(struct phone *phone);
void tftp_client_packet(struct phone *phone, const struct packet *packet);

/* ---- url.c, http_client.c ---- */
void url_parse_all(struct phone *phone);
void url_next_attempt(struct phone *phone); /* the next URL of this round, or the next window */
void url_dns_timer(struct phone *phone);
void url_dns_packet(struct phone *phone, const struct packet *packet);
void http_client_start(struct phone *phone);
void http_client_timer(struct phone *phone);
void http_client_arp_reply(struct phone *phone);
void http_client_segment(struct phone *phone, const struct packet *packet);

/* ---- flash.c ---- */
/* Returns: false if the heap is gone (docs: protocol, TFTP client, end of file). */
bool recovery_download_append(struct phone *phone, const uint8_t *bytes, size_t length,
                              size_t limit);
void recovery_download_complete(struct phone *phone); /* check, flash, reset */
void recovery_download_failed(struct phone *phone, const char *why);
void flash_timer(struct phone *phone);

/* ---- normal_firmware.c ---- */
void normal_firmware_start(struct phone *phone);
void normal_firmware_timer(struct phone *phone);
void normal_firmware_frame(struct phone *phone, const uint8_t *bytes, size_t length);

/* ---- fault.c ---- */
/* The liar's hand on a frame that is about to leave. */
void fault_distort(struct phone *phone, struct phone_output *output);
void fault_block_stored(struct phone *phone, unsigned block);

#endif
