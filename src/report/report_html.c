/* SPDX-License-Identifier: BSD-2-Clause */
/* The page around the ladder: verdict on top, then the proof. See report.h. */
#include "report/report_forms.h"
#include "report/report_rows.h"

#include <inttypes.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2127;--soft:#5c6773;--rule:#dde2e7;--paper:#fff;"
    "--card:#f6f8fa;--mark:#fff6d6;--good:#1a7f4b;--open:#9a6700;--bad:#b42318;--link:#0b5cad}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#98a3ae;--rule:#343c45;"
    "--paper:#14181c;--card:#1d2329;--mark:#3b3414;--good:#4fc48a;--open:#e0b04c;--bad:#ff8b7e;"
    "--link:#7db8f5}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:62rem;padding:2rem 1.5rem 3rem;color:var(--ink);"
    "background:var(--paper);font:16px/1.5 system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
    "sans-serif}\n"
    "h1{font-size:1.65rem;line-height:1.25;margin:.4rem 0 .8rem;text-wrap:balance}\n"
    "h2{font-size:1.1rem;margin:2.2rem 0 .6rem}\n"
    "p{margin:.5rem 0;max-width:48rem}\n"
    "a{color:var(--link)}\n"
    "code,.mono,.mac{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',"
    "monospace}\n"
    "code,.mono{font-size:.88em}\n"
    ".kicker{color:var(--soft);font-size:.85rem;letter-spacing:.02em;margin:0}\n"
    ".verdict{border-left:6px solid var(--bad);padding:.2rem 0 .2rem 1.2rem}\n"
    ".verdict.good{border-color:var(--good)}.verdict.open{border-color:var(--open)}\n"
    ".badge{display:inline-block;border:1px solid currentColor;border-radius:1rem;"
    "padding:0 .7rem;margin-right:.4rem;font-size:.85rem;color:var(--soft)}\n"
    ".badge.id{color:var(--bad);font-weight:600}.good .badge.id{color:var(--good)}"
    ".open .badge.id{color:var(--open)}\n"
    ".advice{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;"
    "padding:.8rem 1.2rem;margin:1.2rem 0}\n"
    ".advice h2{margin:0}.advice p{margin:.3rem 0 0}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
    "th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1px solid var(--rule)}\n"
    "th,td{padding:.3rem .8rem .3rem 0;vertical-align:top}\n"
    "tbody tr+tr td{border-top:1px solid var(--rule)}\n"
    "td:first-child,td.number{font-variant-numeric:tabular-nums}\n"
    ".scroll{overflow-x:auto}\n"
    ".ladder{font-size:.8rem;min-width:44rem}\n"
    ".ladder td{padding:0 .6rem 0 0;vertical-align:middle;text-align:right;white-space:nowrap;"
    "color:var(--soft);font-variant-numeric:tabular-nums;border:0!important}\n"
    ".ladder th{text-align:right;padding:0 .6rem .2rem 0;vertical-align:bottom}\n"
    ".ladder .drawing{width:84%;padding:0}\n"
    ".ladder tr{break-inside:avoid}\n"
    ".ladder svg{display:block;width:100%;height:auto}\n"
    ".ladder text{fill:var(--ink);font-size:11px;text-anchor:middle}\n"
    ".ladder .role{font-weight:600;font-size:12px}.ladder .mac{fill:var(--soft);font-size:10px}\n"
    ".ladder .label{paint-order:stroke;stroke:var(--paper);stroke-width:4px}\n"
    ".line{stroke:var(--rule);stroke-width:1.5;fill:none}\n"
    ".arrow{stroke:var(--soft);stroke-width:1.4;fill:none}.arrow.group{stroke-dasharray:5 3}\n"
    ".tip{fill:var(--soft)}\n"
    ".evidence{background:var(--mark)}.evidence .label{stroke:var(--mark);font-weight:600}\n"
    ".evidence td{color:var(--ink)}.evidence .arrow{stroke:var(--bad)}.evidence .tip"
    "{fill:var(--bad)}\n"
    ".concluded .label{font-style:italic;fill:var(--soft)}\n"
    ".omitted td{text-align:center;padding:.6rem;font-style:italic}\n"
    "details{margin:.8rem 0}summary{cursor:pointer;color:var(--link);font-size:.9rem}\n"
    "pre{font:12px/1.45 ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;"
    "margin:.5rem 0}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0;"
    "font-size:.92rem}\n"
    "dt{color:var(--soft)}dd{margin:0}\n"
    "footer{margin-top:2.5rem;padding-top:.8rem;border-top:1px solid var(--rule);"
    "color:var(--soft);font-size:.82rem}\n"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--rule:#bbb;--paper:#fff;"
    "--card:#fff;--mark:#f3efdd}body{padding:0;max-width:none;font-size:10.5pt}h2,.kicker{break-"
    "after:"
    "avoid}tr,.advice{break-inside:avoid}*{-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}.scroll{overflow:visible}.ladder{min-width:0}}\n";

static void add_raw(struct text *ret, const char *raw)
{
    char escaped[4 * 64 + 1];
    page_html_text(ret, text_escape(raw, strlen(raw), escaped, sizeof(escaped)));
}

/* ---- time ---- */

/* Days since 1970-01-01 as a date (the civil calendar, years from March). */
static void add_date(struct text *ret, int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097, day_of_era = shifted % 146097;
    int64_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day = day_of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day + 2) / 153;
    text_add(ret, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month >= 10),
             month < 10 ? month + 3 : month - 9, day - (153 * month + 2) / 5 + 1);
}

static void add_moment(struct text *ret, instant_ns time_ns)
{
    int64_t seconds = time_ns / NS_PER_S;
    add_date(ret, seconds / 86400);
    text_add(ret, " %02d:%02d:%02d UTC", (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60),
             (int)(seconds % 60));
}

/* ---- the parts ---- */

static const char *outcome_class(const struct diagnosis *diagnosis)
{
    return diagnosis->status == 0 ? " good" : diagnosis->status == 1 ? "" : " open";
}

static void add_head(const struct diagnosis *diagnosis, struct text *ret)
{
    text_add(ret, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'\">\n<title>");
    page_html_text(ret, verdict_name(diagnosis->leading.id));
    text_add(ret, " - spa-sos</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
}

static void add_verdict(const struct diagnosis *diagnosis, const struct report_facts *facts,
                        struct text *ret)
{
    const struct verdict *leading = &diagnosis->leading;
    text_add(ret, "<header class=\"verdict%s\">\n<p class=\"kicker\">", outcome_class(diagnosis));
    if (facts->trace)
        page_html_text(ret, path_shown(facts->trace).text);
    if (diagnosis->frame_count > 0) {
        text_add(ret, "%s%" PRIu64 " frame%s, ", facts->trace ? " &#183; " : "",
                 diagnosis->frame_count, diagnosis->frame_count == 1 ? "" : "s");
        add_moment(ret, diagnosis->first_ns);
        text_add(ret, ", %.1f s",
                 (double)(diagnosis->last_ns - diagnosis->first_ns) / (double)NS_PER_S);
    }
    text_add(ret, "</p>\n<h1>");
    page_html_text(ret, diagnosis->headline);
    text_add(ret,
             "</h1>\n<span class=\"badge id\">%s</span><span class=\"badge\">%s</span>\n"
             "</header>\n",
             verdict_name(leading->id), confidence_name(leading->confidence));
    text_add(ret, "<section class=\"advice\"><h2>What to do</h2><p>");
    page_html_text(ret, leading->advice);
    text_add(ret, "</p></section>\n");
}

static void add_frames(const struct verdict *verdict, struct text *ret)
{
    struct text list = TEXT_EMPTY;
    if (verdict->evidence_count == 0)
        return;
    report_frame_list(verdict->evidence, verdict->evidence_count, &list);
    text_add(ret, "frame%s %s", verdict->evidence_count == 1 ? "" : "s", text_chars(&list));
    text_free(&list);
}

static void add_why(const struct diagnosis *diagnosis, struct text *ret)
{
    const struct verdict *leading = &diagnosis->leading;
    if (!leading->detail[0] && leading->evidence_count == 0)
        return;
    text_add(ret, "<section><h2>Why</h2>");
    if (leading->detail[0]) {
        text_add(ret, "<p>");
        page_html_text(ret, leading->detail);
        text_add(ret, "</p>");
    }
    if (leading->evidence_count > 0) {
        text_add(ret, "<p>The proof: ");
        add_frames(leading, ret);
        struct text filter = TEXT_EMPTY;
        report_display_filter(leading->evidence, leading->evidence_count, &filter);
        text_add(ret,
                 ", <a href=\"#evidence\">decoded below</a>. In Wireshark: "
                 "<code>%s</code></p>",
                 text_chars(&filter));
        text_free(&filter);
    }
    text_add(ret, "</section>\n");
}

static void add_findings(const struct diagnosis *diagnosis, struct text *ret)
{
    if (diagnosis->finding_count == 0)
        return;
    text_add(ret, "<section><h2>Also found</h2><table><thead><tr><th>finding</th><th></th>"
                  "<th>frames</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < diagnosis->finding_count; i++) {
        const struct verdict *finding = &diagnosis->findings[i];
        struct text list = TEXT_EMPTY;
        report_frame_list(finding->evidence, finding->evidence_count, &list);
        text_add(ret, "<tr><td class=\"mono\">%s<br>%s</td><td>", verdict_name(finding->id),
                 confidence_name(finding->confidence));
        page_html_text(ret, finding->sentence);
        text_add(ret, "<br>");
        page_html_text(ret, finding->advice);
        text_add(ret, "</td><td class=\"number\">%s</td></tr>\n", text_chars(&list));
        text_free(&list);
    }
    text_add(ret, "</tbody></table></section>\n");
}

static void add_phones(const struct diagnosis *diagnosis, struct text *ret)
{
    if (diagnosis->phone_count == 0)
        return;
    text_add(ret, "<section><h2>Phones</h2><div class=\"scroll\"><table><thead><tr><th>MAC</th>"
                  "<th>serial</th><th>product</th><th>software</th><th>IP</th><th>verdict</th>"
                  "</tr></thead><tbody>\n");
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        const struct diagnosis_phone *phone = &diagnosis->phones[i];
        text_add(ret, "<tr><td class=\"mono\">%s</td><td class=\"mono\">",
                 mac_equal(&phone->mac, &mac_zero) ? "" : mac_format(&phone->mac).text);
        add_raw(ret, phone->serial);
        text_add(ret, "</td><td>");
        add_raw(ret, phone->product);
        text_add(ret, "</td><td>");
        add_raw(ret, phone->software);
        text_add(ret, "</td><td class=\"mono\">%s</td><td>%s</td></tr>\n",
                 phone->ip ? ipv4_format(phone->ip).text : "", verdict_name(phone->verdict.id));
    }
    text_add(ret, "</tbody></table></div></section>\n");
}

static void add_ladder(const struct report_source *source, struct text *ret)
{
    if (page_row_count(source->story) == 0)
        return;
    text_add(ret, "<section><h2>What happened</h2><p class=\"kicker\">Dashed: to everybody on the "
                  "segment. Marked: the proof. Long transfers are folded.</p>"
                  "<div class=\"scroll\">\n");
    report_ladder_add(source, ret);
    text_add(ret, "</div></section>\n");
}

/* The ladder in words, for those who search or copy. */
static void add_timeline(const struct report_page *page, const struct diagnosis *diagnosis,
                         struct text *ret)
{
    if (page_row_count(page) == 0)
        return;
    text_add(ret, "<details><summary>The same as text</summary><div class=\"scroll\"><pre>\n");
    for (size_t i = 0; i < page_row_count(page); i++) {
        const struct page_row *row = page_row(page, i);
        struct text words = TEXT_EMPTY;
        if (page_rows_omitted_before(page, i) > 0)
            text_add(ret, "%12s\n", "...");
        page_row_text(row, &words);
        text_add(ret, "%12.6f %7" PRIu64 "  ",
                 (double)(row->first.time_ns - diagnosis->first_ns) / (double)NS_PER_S,
                 row->first.number);
        page_html_text(ret, text_chars(&words));
        text_add(ret, "\n");
        text_free(&words);
    }
    text_add(ret, "</pre></div></details>\n");
}

static void add_evidence(const struct report_page *page, const struct diagnosis *diagnosis,
                         struct text *ret)
{
    if (page->evidence_count == 0)
        return;
    text_add(ret, "<section id=\"evidence\"><h2>The proof, decoded</h2><div class=\"scroll\">"
                  "<table><thead><tr><th>frame</th><th>seconds</th><th>from, to</th><th>what it is"
                  "</th><th>bytes</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < page->evidence_count; i++) {
        const struct page_evidence *evidence = &page->evidence[i];
        text_add(ret,
                 "<tr id=\"frame-%" PRIu64 "\"><td class=\"number\">%" PRIu64
                 "</td><td class=\"number\">%.6f</td><td class=\"mono\">%s<br>%s</td><td>",
                 evidence->number, evidence->number,
                 (double)(evidence->time_ns - diagnosis->first_ns) / (double)NS_PER_S,
                 mac_format(&evidence->from).text, mac_format(&evidence->to).text);
        page_html_text(ret, evidence->summary);
        text_add(ret, "</td><td class=\"number\">%zu</td></tr>\n", evidence->length);
    }
    text_add(ret, "</tbody></table></div></section>\n");
}

static void add_term(struct text *ret, const char *term, const char *words)
{
    text_add(ret, "<dt>%s</dt><dd>", term);
    page_html_text(ret, words);
    text_add(ret, "</dd>\n");
}

static void add_facts(const struct report_facts *facts, struct text *ret)
{
    struct text words = TEXT_EMPTY;
    text_add(ret, "<section><h2>The capture</h2><dl>\n");
    if (facts->capture) {
        report_capture_text(facts->capture, &words);
        add_term(ret, "completeness", text_chars(&words));
        text_free(&words);
    }
    if (facts->counters) {
        report_counters_text(facts->counters, &words);
        add_term(ret, "counters", text_chars(&words));
        text_free(&words);
    }
    if (facts->image) {
        report_image_text(facts->image, &words);
        add_term(ret, "image", text_chars(&words));
        text_free(&words);
    }
    for (size_t i = 0; i < facts->note_count; i++)
        add_term(ret, "note", facts->notes[i]);
    text_add(ret, "</dl></section>\n");
}

void report_page_add(const struct report_source *source, struct text *ret)
{
    const struct diagnosis *diagnosis = source->diagnosis;
    const struct report_facts *facts = source->facts;
    const struct report_page *page = source->story;
    add_head(diagnosis, ret);
    add_verdict(diagnosis, facts, ret);
    add_why(diagnosis, ret);
    add_findings(diagnosis, ret);
    add_phones(diagnosis, ret);
    add_ladder(source, ret);
    add_timeline(page, diagnosis, ret);
    add_evidence(page, diagnosis, ret);
    add_facts(facts, ret);
    text_add(ret,
             "<footer>Made by <code>spa-sos %s</code>. Frame numbers are places in the "
             "recorded file, seconds count from its first frame.</footer>\n</body>\n</html>\n",
             facts->command);
}
