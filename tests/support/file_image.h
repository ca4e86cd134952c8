/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture file in memory, number by number, in either byte order: pcap and pcapng as written by
 * other programs. */
#ifndef SUPPORT_FILE_IMAGE_H
#define SUPPORT_FILE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file image in the byte order of the machine that wrote it. */
struct file_image {
    bool is_little;
    size_t length;
    uint8_t bytes[8192];
};

void put(struct file_image *image, unsigned width, uint64_t value);
void put_bytes(struct file_image *image, const void *bytes, size_t length);
void put_pcap_header(struct file_image *image, uint32_t magic, uint32_t link_type);
void put_pcap_record(struct file_image *image, uint32_t seconds, uint32_t fraction,
                     const void *bytes, size_t length);
void put_pcapng_section(struct file_image *image);
/* `resolution` is the value of if_tsresol; 6 (microseconds) is also what a missing option means. */
void put_pcapng_interface(struct file_image *image, uint8_t resolution, bool has_option);
void put_pcapng_packet(struct file_image *image, unsigned interface, uint64_t time,
                       const void *bytes, size_t length);

#endif
