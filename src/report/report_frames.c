/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of frames, which all forms of a report share: see report.h. */
#include "report/report.h"

#include <inttypes.h>

void report_frame_list(const uint64_t *numbers, size_t count, struct text *ret)
{
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && numbers[end] == numbers[end - 1] + 1; end++)
            ;
        if (end - i == 2)
            end--; /* "7, 8" reads better than "7-8" */
        if (i > 0)
            text_add(ret, "%s", end == count ? " and " : ", ");
        text_add(ret, "%" PRIu64, numbers[i]);
        if (end - i > 1)
            text_add(ret, "-%" PRIu64, numbers[end - 1]);
    }
}

void report_display_filter(const uint64_t *numbers, size_t count, struct text *ret)
{
    text_add(ret, "frame.number in {");
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && numbers[end] == numbers[end - 1] + 1; end++)
            ;
        text_add(ret, "%s%" PRIu64, i ? "," : "", numbers[i]);
        if (end - i > 1)
            text_add(ret, "..%" PRIu64, numbers[end - 1]);
    }
    text_add(ret, "}");
}
