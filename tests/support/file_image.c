/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture file in memory: see file_image.h. */
#include "tests/support/file_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void put(struct file_image *image, unsigned width, uint64_t value)
{
    assert_true(image->length + width <= sizeof image->bytes);
    for (unsigned i = 0; i < width; i++) {
        unsigned shift = 8 * (image->is_little ? i : width - 1 - i);
        image->bytes[image->length++] = (uint8_t)(value >> shift);
    }
}

void put_bytes(struct file_image *image, const void *bytes, size_t length)
{
    assert_true(image->length + length <= sizeof image->bytes);
    memcpy(image->bytes + image->length, bytes, length);
    image->length += length;
}

void put_pcap_header(struct file_image *image, uint32_t magic, uint32_t link_type)
{
    put(image, 4, magic);
    put(image, 2, 2);
    put(image, 2, 4);
    put(image, 4, 0);
    put(image, 4, 0);
    put(image, 4, 65535);
    put(image, 4, link_type);
}

void put_pcap_record(struct file_image *image, uint32_t seconds, uint32_t fraction,
                     const void *bytes, size_t length)
{
    put(image, 4, seconds);
    put(image, 4, fraction);
    put(image, 4, length);
    put(image, 4, length);
    put_bytes(image, bytes, length);
}

void put_pcapng_section(struct file_image *image)
{
    put(image, 4, 0x0a0d0d0a);
    put(image, 4, 28);
    put(image, 4, 0x1a2b3c4d);
    put(image, 2, 1);
    put(image, 2, 0);
    put(image, 8, UINT64_MAX);
    put(image, 4, 28);
}

void put_pcapng_interface(struct file_image *image, uint8_t resolution, bool has_option)
{
    unsigned length = has_option ? 32 : 20;
    put(image, 4, 1);
    put(image, 4, length);
    put(image, 2, 1);
    put(image, 2, 0);
    put(image, 4, 65535);
    if (has_option) {
        put(image, 2, 9);
        put(image, 2, 1);
        put_bytes(image, (uint8_t[]){resolution, 0, 0, 0}, 4);
        put(image, 4, 0);
    }
    put(image, 4, length);
}

void put_pcapng_packet(struct file_image *image, unsigned interface, uint64_t time,
                       const void *bytes, size_t length)
{
    size_t padded = (length + 3) / 4 * 4;
    put(image, 4, 6);
    put(image, 4, 32 + padded);
    put(image, 4, interface);
    put(image, 4, time >> 32);
    put(image, 4, time & 0xffffffff);
    put(image, 4, length);
    put(image, 4, length);
    put_bytes(image, bytes, length);
    put_bytes(image, (uint8_t[]){0, 0, 0}, padded - length);
    put(image, 4, 32 + padded);
}
