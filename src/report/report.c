/* SPDX-License-Identifier: BSD-2-Clause */
/* What text, JSON and HTML report share: results, exit statuses, lists of frames. See report.h. */
#include "report/report.h"

#include <inttypes.h>
#include <string.h>

enum report_result report_result(enum verdict_id leading, const char *command)
{
    switch (leading) {
    case VERDICT_RECOVERED:
        return REPORT_RECOVERED;
    case VERDICT_DELIVERED:
    case VERDICT_FLASHING:
        return REPORT_DELIVERED;
    case VERDICT_FOUND:
    case VERDICT_FIRMWARE_RUNNING:
        return REPORT_FOUND;
    case VERDICT_SEVERAL_PHONES:
        return strcmp(command, "discover") == 0 ? REPORT_FOUND : REPORT_FAILED;
    case VERDICT_NO_PHONE_SEEN:
        return REPORT_NOTHING_FOUND;
    case VERDICT_CAPTURE_TOO_SHORT:
        return REPORT_INCONCLUSIVE;
    default:
        return REPORT_FAILED;
    }
}

const char *report_result_name(enum report_result result)
{
    static const char *const names[] = {
        [REPORT_RECOVERED] = "recovered",
        [REPORT_DELIVERED] = "delivered",
        [REPORT_FOUND] = "found",
        [REPORT_FAILED] = "failed",
        [REPORT_INCONCLUSIVE] = "inconclusive",
        [REPORT_NOTHING_FOUND] = "nothing-found",
        [REPORT_VALID] = "valid",
        [REPORT_INVALID] = "invalid",
    };
    return names[result];
}

int report_exit_status(enum verdict_id leading, const char *command)
{
    if (leading == VERDICT_SEVERAL_PHONES && strcmp(command, "discover") == 0)
        return 0;
    return verdict_exit_status(leading);
}

int report_worse_status(int a, int b)
{
    static const int worst_first[] = {3, 4, 1, 6, 5}; /* 3: an output file failed */
    for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++) {
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    }
    return 0;
}

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
