/* SPDX-License-Identifier: BSD-2-Clause */
/* A frame that the engine wants to be sent. */
#ifndef ENGINE_OUTPUT_H
#define ENGINE_OUTPUT_H

#include "wire/craft.h"

#include <stddef.h>
#include <stdint.h>

struct station_output {
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t length;
};

#endif
