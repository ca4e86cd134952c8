/* SPDX-License-Identifier: BSD-2-Clause */
/* The shape of the report as text, JSON and page: one for success and failure, harmless to print.
 */
#include "report/report.h"
#include "report/report_page.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "<b>\x1b[31m\"'&\xff"

static char sentence[] = "The phone asked for an address, got none, and has stopped listening "
                         "until it is power-cycled.";
static char detail[] = "It asked twice <and> nobody answered.";
static char advice[] = "Start a DHCP server first, then power-cycle the phone.";
static char nothing[] = "";

static const struct mac_address phone_mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}};

struct sample {
    struct verdict finding;
    struct diagnosis_phone phone;
    struct diagnosis diagnosis;
};

static struct verdict verdict_of(enum verdict_id id)
{
    return (struct verdict){.id = id,
                            .confidence = CONFIDENCE_CERTAIN,
                            .sentence = sentence,
                            .detail = detail,
                            .advice = advice,
                            .evidence = {1, 3, 4, 5},
                            .evidence_count = 4,
                            .has_phone = true,
                            .phone = phone_mac};
}

static void sample_make(enum verdict_id id, struct sample *ret)
{
    *ret = (struct sample){
        .finding = verdict_of(VERDICT_STATIC_PHONE),
        .phone = {.is_seen = true,
                  .is_meant = true,
                  .mac = phone_mac,
                  .answered = true,
                  .ip = 0xc0a84d14,
                  .verdict = verdict_of(id)},
    };
    strcpy(ret->phone.serial, HOSTILE);
    strcpy(ret->phone.product, "SPA504G");
    ret->diagnosis = (struct diagnosis){.leading = verdict_of(id),
                                        .findings = &ret->finding,
                                        .finding_count = 1,
                                        .phones = &ret->phone,
                                        .phone_count = 1,
                                        .frame_count = 9,
                                        .first_ns = 1000 * NS_PER_S,
                                        .last_ns = 1012 * NS_PER_S};
    ret->diagnosis.leading_is_of_phone = true;
    diagnosis_conclude(&ret->diagnosis, PURPOSE_EXPLAIN);
}

static void sample_free(struct sample *sample)
{
    free(sample->diagnosis.headline);
}

static const struct report_counters counters = {.frames_in = 9,
                                                .is_live = true,
                                                .frames_out = 4,
                                                .kernel_drops = 2,
                                                .retransmissions = 1,
                                                .turnaround_count = 3,
                                                .turnaround_median_ns = 500 * NS_PER_US,
                                                .turnaround_p99_ns = 3 * NS_PER_MS,
                                                .turnaround_max_ns = 2 * NS_PER_S,
                                                .transferred_bytes = 20000,
                                                .transfer_ns = NS_PER_S};

static const struct report_phone_state state = {{{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}}, "failed"};

static const struct report_facts facts = {.command = "recover",
                                          .trace = "a.pcap",
                                          .counters = &counters,
                                          .states = &state,
                                          .state_count = 1};

static void results_follow_the_contract(void **test_state)
{
    (void)test_state;
    static const struct {
        enum verdict_id id;
        enum run_purpose purpose;
        const char *result;
        int status;
    } cases[] = {
        {VERDICT_RECOVERED, PURPOSE_RECOVER, "recovered", 0},
        {VERDICT_DELIVERED, PURPOSE_RECOVER, "delivered", 6},
        {VERDICT_FLASHING, PURPOSE_EXPLAIN, "delivered", 6},
        {VERDICT_FOUND, PURPOSE_FIND, "found", 0},
        {VERDICT_SEVERAL_PHONES, PURPOSE_FIND, "found", 0},
        {VERDICT_SEVERAL_PHONES, PURPOSE_EXPLAIN, "failed", 1},
        {VERDICT_FIRMWARE_RUNNING, PURPOSE_EXPLAIN, "found", 0},
        {VERDICT_NO_PHONE_SEEN, PURPOSE_FIND, "nothing-found", 5},
        {VERDICT_CAPTURE_TOO_SHORT, PURPOSE_EXPLAIN, "inconclusive", 6},
        {VERDICT_DELIVERED, PURPOSE_DELIVER, "delivered", 0},
        {VERDICT_FOUND, PURPOSE_RECOVER, "failed", 1},
        {VERDICT_NO_DHCP, PURPOSE_EXPLAIN, "failed", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(verdict_result_name(verdict_result(cases[i].id, cases[i].purpose)),
                            cases[i].result);
        assert_int_equal(verdict_exit_status(cases[i].id, cases[i].purpose), cases[i].status);
    }
}

static void the_worst_status_is_chosen_in_the_order_of_the_contract(void **test_state)
{
    (void)test_state;
    static const int worst_first[] = {4, 1, 6, 5, 0};
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = i; j < 5; j++) {
            assert_int_equal(verdict_worse_status(worst_first[i], worst_first[j]), worst_first[i]);
            assert_int_equal(verdict_worse_status(worst_first[j], worst_first[i]), worst_first[i]);
        }
    }
}

static void frame_lists_read_like_prose(void **test_state)
{
    (void)test_state;
    static const struct {
        uint64_t numbers[6];
        size_t count;
        const char *words;
    } cases[] = {
        {{7}, 1, "7"},
        {{7, 8}, 2, "7 and 8"},
        {{7, 8, 9}, 3, "7-9"},
        {{1, 3, 4, 5}, 4, "1 and 3-5"},
        {{1, 2, 4, 6, 7, 8}, 6, "1, 2, 4 and 6-8"},
        {{0}, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text list = TEXT_EMPTY;
        report_frame_list(cases[i].numbers, cases[i].count, &list);
        assert_string_equal(text_chars(&list), cases[i].words);
        text_free(&list);
    }
}

static void assert_harmless(const char *text)
{
    size_t column = 0;
    for (; *text; text++) {
        assert_true(*text == '\n' || (*text >= ' ' && *text < 0x7f));
        column = *text == '\n' ? 0 : column + 1;
        assert_true(column <= 80);
    }
}

static void the_text_holds_everything_in_80_plain_columns(void **test_state)
{
    (void)test_state;
    static const char *const parts[] = {"The phone asked",
                                        "no-dhcp (certain)",
                                        "It asked twice <and> nobody answered.",
                                        "frames 1 and 3-5",
                                        "Start a DHCP server",
                                        "static-phone",
                                        "a.pcap",
                                        "9 frames in",
                                        "4 out",
                                        "2 dropped",
                                        "1 retransmission",
                                        "median 0.50 ms",
                                        "2.0 s",
                                        "20.0 kB/s",
                                        "00:24:14:a1:b2:c3",
                                        "SPA504G",
                                        "192.168.77.20",
                                        "failed",
                                        "<b>\\x1b[31m\"'&\\xff"};
    struct sample sample;
    struct text text = TEXT_EMPTY;
    sample_make(VERDICT_NO_DHCP, &sample);
    report_add(REPORT_TEXT, &(struct report_source){&sample.diagnosis, &facts, NULL}, &text);
    assert_harmless(text_chars(&text));
    /* Line breaks may fall anywhere between words. */
    for (char *c = text.chars; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    for (char *from = text.chars, *to = text.chars; (*to = *from); from++)
        to += !(*from == ' ' && from[1] == ' ');
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!strstr(text.chars, parts[i]))
            fail_msg("'%s' is missing in: %s", parts[i], text.chars);
    }
    text_free(&text);
    sample_free(&sample);
}

static void success_and_failure_have_the_same_shape(void **test_state)
{
    (void)test_state;
    struct sample good, bad;
    struct text good_text = TEXT_EMPTY, bad_text = TEXT_EMPTY;
    sample_make(VERDICT_RECOVERED, &good);
    sample_make(VERDICT_NO_DHCP, &bad);
    report_add(REPORT_TEXT, &(struct report_source){&good.diagnosis, &facts, NULL}, &good_text);
    report_add(REPORT_TEXT, &(struct report_source){&bad.diagnosis, &facts, NULL}, &bad_text);
    const char *a = text_chars(&good_text), *b = text_chars(&bad_text);
    for (; *a && *b; a += strcspn(a, "\n") + 1, b += strcspn(b, "\n") + 1)
        assert_memory_equal(a, b, 4); /* labels stand at the same places */
    assert_int_equal(*a, *b);
    text_free(&good_text);
    text_free(&bad_text);
    sample_free(&good);
    sample_free(&bad);
}

static void assert_keys(const json_t *object, const char *const *keys)
{
    size_t count = 0;
    for (; keys[count]; count++) {
        if (!json_object_get(object, keys[count]))
            fail_msg("%s is missing", keys[count]);
    }
    assert_int_equal(json_object_size(object), count);
}

static void the_document_has_the_fields_of_the_contract(void **test_state)
{
    (void)test_state;
    struct sample sample;
    sample_make(VERDICT_NO_DHCP, &sample);
    json_t *document = report_json(&(struct report_source){&sample.diagnosis, &facts, NULL});
    assert_keys(document,
                (const char *const[]){"schema", "command", "result", "headline", "verdict",
                                      "findings", "phones", "trace", "counters", NULL});
    assert_string_equal(json_string_value(json_object_get(document, "schema")), "spa-sos/1");
    assert_string_equal(json_string_value(json_object_get(document, "result")), "failed");
    const json_t *phone = json_array_get(json_object_get(document, "phones"), 0);
    assert_keys(phone,
                (const char *const[]){"serial", "product", "mac", "ip", "state", "counts",
                                      "verdict", NULL}); /* software and hardware are not known */
    assert_string_equal(json_string_value(json_object_get(phone, "serial")),
                        "<b>\\x1b[31m\"'&\\xff");
    const json_t *verdict = json_object_get(document, "verdict");
    assert_int_equal(json_array_size(json_object_get(verdict, "evidence")), 4);
    json_decref(document);
    sample_free(&sample);
}

static void what_does_not_apply_is_absent(void **test_state)
{
    (void)test_state;
    struct diagnosis diagnosis = {.leading = verdict_of(VERDICT_NO_PHONE_SEEN)};
    diagnosis_conclude(&diagnosis, PURPOSE_EXPLAIN);
    diagnosis.leading.detail = nothing;
    diagnosis.leading.evidence_count = 0;
    diagnosis.leading.has_phone = false;
    struct report_facts none = {.command = "discover"};
    json_t *document = report_json(&(struct report_source){&diagnosis, &none, NULL});
    assert_keys(document, (const char *const[]){"schema", "command", "result", "headline",
                                                "verdict", "findings", "phones", NULL});
    assert_keys(json_object_get(document, "verdict"),
                (const char *const[]){"id", "sentence", "confidence", "evidence", "advice", NULL});
    json_decref(document);
    free(diagnosis.headline);
}

static void attempts_are_listed_with_time_and_outcome(void **test_state)
{
    (void)test_state;
    static const struct report_attempt attempts[] = {
        {{{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}}, 3200 * NS_PER_MS, "the transfer broke off at 8 %"},
        {{{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}}, 87800 * NS_PER_MS, ""},
    };
    struct report_facts with = facts;
    struct sample sample;
    struct text text = TEXT_EMPTY;
    sample_make(VERDICT_INTERRUPTED, &sample);
    with.attempts = attempts;
    with.attempt_count = 2;
    report_add(REPORT_TEXT, &(struct report_source){&sample.diagnosis, &with, NULL}, &text);
    assert_non_null(
        strstr(text_chars(&text),
               "\n  Attempts    1, 3.2 s after the start: the transfer broke off at 8 %\n"
               "              2, 87.8 s after the start: not over when the run ended\n"));
    text_free(&text);
    json_t *document = report_json(&(struct report_source){&sample.diagnosis, &with, NULL});
    const json_t *listed =
        json_object_get(json_array_get(json_object_get(document, "phones"), 0), "attempts");
    assert_int_equal(json_array_size(listed), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(listed, 0), "outcome")),
                        "the transfer broke off at 8 %");
    assert_null(json_object_get(json_array_get(listed, 1), "outcome"));
    assert_true(json_real_value(json_object_get(json_array_get(listed, 1), "seconds")) == 87.8);
    json_decref(document);
    sample_free(&sample);
}

static void one_good_attempt_is_nothing_to_account_for(void **test_state)
{
    (void)test_state;
    static const struct report_attempt attempt = {
        {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}}, NS_PER_S, "recovered"};
    struct report_facts with = facts;
    struct sample sample;
    struct text text = TEXT_EMPTY;
    sample_make(VERDICT_RECOVERED, &sample);
    with.attempts = &attempt;
    with.attempt_count = 1;
    report_add(REPORT_TEXT, &(struct report_source){&sample.diagnosis, &with, NULL}, &text);
    assert_null(strstr(text_chars(&text), "Attempts"));
    text_free(&text);
    sample_free(&sample);
}

static void the_page_escapes_the_network_and_loads_nothing(void **test_state)
{
    (void)test_state;
    struct sample sample;
    struct text text = TEXT_EMPTY;
    struct report_page *page = report_page_new();
    struct observation observation = {.kind = OBSERVED_REQUEST,
                                      .number = 1,
                                      .time_ns = 1000 * NS_PER_S,
                                      .has_frame = true,
                                      .from = phone_mac,
                                      .to = mac_broadcast};
    strcpy(observation.text, "<script>alert(1)</script>");
    report_page_observe(page, &observation);
    sample_make(VERDICT_NO_DHCP, &sample);
    report_add(REPORT_PAGE, &(struct report_source){&sample.diagnosis, &facts, page}, &text);
    report_page_free(page);
    static const char *const forbidden[] = {"<script", "<b>",    "src=",   "@import", "url(",
                                            "http:",   "https:", "onload", "\x1b",    "\xff"};
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        assert_null(strstr(text_chars(&text), forbidden[i]));
    assert_non_null(strstr(text_chars(&text), "&#60;script&#62;"));
    assert_non_null(strstr(text_chars(&text), "no-dhcp"));
    assert_non_null(strstr(text_chars(&text), "1970-01-01 00:16:40 UTC"));
    text_free(&text);
    sample_free(&sample);
}

/* A download of 8,100 blocks must not become a page of 16,200 rows. */
static void the_page_folds_long_transfers_and_bounds_long_stories(void **test_state)
{
    (void)test_state;
    struct sample sample;
    struct text text = TEXT_EMPTY;
    struct report_page *page = report_page_new();
    struct observation observation = {
        .time_ns = 1000 * NS_PER_S, .has_phone = true, .phone = phone_mac, .has_frame = true};
    for (unsigned block = 1; block <= 8100; block++) {
        observation.block = block;
        observation.kind = OBSERVED_DATA;
        observation.number++;
        report_page_observe(page, &observation);
        observation.kind = OBSERVED_ACK;
        observation.number++;
        report_page_observe(page, &observation);
    }
    sample_make(VERDICT_NO_DHCP, &sample);
    report_add(REPORT_PAGE, &(struct report_source){&sample.diagnosis, &facts, page}, &text);
    assert_non_null(strstr(text_chars(&text), "DATA and ACK 2 to 8100"));
    assert_true(text.length < 20000);
    text_free(&text);

    observation.kind = OBSERVED_ARP;
    for (unsigned i = 0; i < 100000; i++) {
        observation.number++;
        snprintf(observation.text, sizeof observation.text, "event number %u", i);
        report_page_observe(page, &observation);
    }
    report_add(REPORT_PAGE, &(struct report_source){&sample.diagnosis, &facts, page}, &text);
    assert_non_null(strstr(text_chars(&text), "event number 0<"));
    assert_non_null(strstr(text_chars(&text), "event number 99999<"));
    assert_non_null(strstr(text_chars(&text), "more events are left out"));
    assert_true(text.length < 1000000);
    report_page_free(page);
    text_free(&text);
    sample_free(&sample);
}

/* In every form that does not tell a story, and in no other, if there is none. */
static void a_report_without_a_story_is_one_in_words(void **test_state)
{
    (void)test_state;
    struct sample sample;
    sample_make(VERDICT_NO_DHCP, &sample);
    const struct report_source source = {.diagnosis = &sample.diagnosis, .facts = &facts};
    for (enum report_form form = 0; form < REPORT_FORM_COUNT; form++) {
        struct text text = TEXT_EMPTY;
        bool is_in_words = form == REPORT_LINE || form == REPORT_TEXT || form == REPORT_JSON;
        report_add(form, &source, &text);
        assert_int_equal(text.length > 0, is_in_words);
        assert_int_equal(strstr(text_chars(&text), "no-dhcp") != NULL, is_in_words);
        text_free(&text);
    }
    sample_free(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_follow_the_contract),
        cmocka_unit_test(the_worst_status_is_chosen_in_the_order_of_the_contract),
        cmocka_unit_test(frame_lists_read_like_prose),
        cmocka_unit_test(attempts_are_listed_with_time_and_outcome),
        cmocka_unit_test(one_good_attempt_is_nothing_to_account_for),
        cmocka_unit_test(the_text_holds_everything_in_80_plain_columns),
        cmocka_unit_test(success_and_failure_have_the_same_shape),
        cmocka_unit_test(the_document_has_the_fields_of_the_contract),
        cmocka_unit_test(what_does_not_apply_is_absent),
        cmocka_unit_test(a_report_without_a_story_is_one_in_words),
        cmocka_unit_test(the_page_escapes_the_network_and_loads_nothing),
        cmocka_unit_test(the_page_folds_long_transfers_and_bounds_long_stories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
