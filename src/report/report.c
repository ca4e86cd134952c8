/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of what a diagnosis can look like: see report.h. */
#include "report/report.h"

#include "report/report_forms.h"

struct report_operations {
    bool needs_story;
    void (*add)(const struct report_source *source, struct text *ret);
};

static const struct report_operations forms[REPORT_FORM_COUNT] = {
    [REPORT_LINE] = {.add = report_line_add},
    [REPORT_TEXT] = {.add = report_text_add},
    [REPORT_JSON] = {.add = report_json_add},
    [REPORT_PAGE] = {.needs_story = true, .add = report_page_add},
    [REPORT_LADDER] = {.needs_story = true, .add = report_ladder_add},
    [REPORT_TIMELINE] = {.needs_story = true, .add = report_timeline_add},
};

void report_add(enum report_form form, const struct report_source *source, struct text *ret)
{
    if (source->story || !forms[form].needs_story)
        forms[form].add(source, ret);
}
