/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/rules.h"

static bool always(const struct observer *observer, const struct phone_facts *phone,
                   struct judgement *ret)
{
    (void)observer;
    (void)phone;
    (void)ret;
    return true;
}

const struct rule rules[] = {
    {VERDICT_CAPTURE_TOO_SHORT, "capture-too-short", RULE_SEGMENT,
     "Cannot tell: the capture does not contain the phone's start, or is too short.", always,
     "Capture again from before the phone is powered on.", "docs: verdicts"},
};
const size_t rule_count = sizeof(rules) / sizeof(rules[0]);
