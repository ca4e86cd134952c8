/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalogue of verdicts, for scripts/verdict-pages: one line per verdict, its fields separated
 * by tabs: identifier, exit status of a trace that it leads, sentence, advice.
 */
#include "judge/catalogue.h"
#include "judge/class.h"

#include <stdio.h>

int main(void)
{
    for (size_t i = 0; i < catalogue_length; i++)
        printf("%s\t%d\t%s\t%s\n", catalogue[i].name,
               verdict_exit_status(catalogue[i].id, PURPOSE_EXPLAIN), catalogue[i].sentence,
               catalogue[i].advice);
    return 0;
}
