/* SPDX-License-Identifier: BSD-2-Clause */
/* How an image is refused, by whichever check. */
#include "image/internal.h"

#include <stdarg.h>
#include <stdio.h>

bool image_refuse(struct image *image, enum image_refusal refusal, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    image->refusal = refusal;
    vsnprintf(image->refusal_text, sizeof image->refusal_text, format, arguments);
    va_end(arguments);
    return false;
}
