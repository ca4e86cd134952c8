/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of this room: what each form of a report adds to `ret` (report.h says how).
 */
#ifndef REPORT_REPORT_FORMS_H
#define REPORT_REPORT_FORMS_H

#include "report/report.h"

void report_line_add(const struct report_source *source, struct text *ret);
void report_text_add(const struct report_source *source, struct text *ret);
void report_json_add(const struct report_source *source, struct text *ret);
void report_page_add(const struct report_source *source, struct text *ret);
void report_ladder_add(const struct report_source *source, struct text *ret);
void report_timeline_add(const struct report_source *source, struct text *ret);

#endif
