/* SPDX-License-Identifier: BSD-2-Clause */
/* What a rule gathers: the frames that prove it, and whether times count at all. */
#include "judge/catalogue.h"

#include <stdlib.h>

void judge_number(struct judgement *judgement, uint64_t number)
{
    if (number == 0)
        return;
    if (judgement->number_count == judgement->number_capacity) {
        size_t capacity = judgement->number_capacity ? 2 * judgement->number_capacity : 32;
        uint64_t *numbers = realloc(judgement->numbers, capacity * sizeof(*numbers));
        if (!numbers)
            abort();
        judgement->numbers = numbers;
        judgement->number_capacity = capacity;
    }
    judgement->numbers[judgement->number_count++] = number;
}

void judge_marks(struct judgement *judgement, const struct marks *marks)
{
    for (uint64_t i = 0; i < marks->total && i < MARKS_FIRST; i++)
        judge_number(judgement, marks->first[i]);
    for (uint64_t i = 0; i + MARKS_FIRST < marks->total && i < MARKS_NEWEST; i++)
        judge_number(judgement, marks->newest[i]);
}

bool judge_times_are_sound(const struct capture_quality *quality)
{
    return !quality->times_are_coarse && !quality->times_are_missing && !quality->clock_set_back;
}
