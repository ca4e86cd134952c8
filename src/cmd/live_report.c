/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a run on an interface: see live_report.h. */
#include "cmd/live_report.h"

#include "base/text.h"
#include "cmd/options/table.h"
#include "report/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct diagnosis_phone *find_phone(const struct diagnosis *diagnosis,
                                                const struct mac_address *mac)
{
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        if (mac_equal(&diagnosis->phones[i].mac, mac))
            return &diagnosis->phones[i];
    }
    return NULL;
}

static const char *command_of(const struct live_result *result)
{
    return result->command ? result->command : options_command_name(result->options->command);
}

static enum run_purpose purpose_of(const struct live_result *result)
{
    if (result->command || result->options->command == OPTIONS_WATCH)
        return PURPOSE_EXPLAIN;
    if (result->options->command == OPTIONS_DISCOVER)
        return PURPOSE_FIND;
    return result->options->station.flash_wait_ns == 0 ? PURPOSE_DELIVER : PURPOSE_RECOVER;
}

static int status_of_verdict(const struct live_result *result, enum verdict_id id)
{
    return verdict_exit_status(id, purpose_of(result));
}

static bool was_seen(const struct live_result *result, const char *serial,
                     const struct mac_address *mac)
{
    for (size_t i = 0; i < station_session_count(result->station); i++) {
        struct session_status status;
        station_session(result->station, i, &status);
        if (status.answered &&
            (serial ? strcmp(status.serial, serial) == 0 : mac_equal(&status.mac, mac)))
            return true;
    }
    return false;
}

/* Names in `ret` the phones this run was for that never answered. Returns: how many. */
static size_t find_missing(const struct live_result *result, struct text *ret)
{
    const struct options *options = result->options;
    size_t count = 0;
    for (size_t i = 0; i < options->phones.serial_count; i++) {
        if (!was_seen(result, options->phones.serials[i], NULL))
            text_add(ret, "%s%s", count++ ? ", " : "not seen: ", options->phones.serials[i]);
    }
    for (size_t i = 0; i < options->phones.mac_count; i++) {
        if (!was_seen(result, NULL, &options->phones.macs[i]))
            text_add(ret, "%s%s",
                     count++ ? ", " : "not seen: ", mac_format(&options->phones.macs[i]).text);
    }
    return count;
}

/* Of a run for several phones: the worst of those it was for. */
static int status_of_all(const struct live_result *result)
{
    size_t served = 0;
    int worst = 0;
    for (size_t i = 0; i < station_session_count(result->station); i++) {
        struct session_status status;
        station_session(result->station, i, &status);
        const struct diagnosis_phone *phone = find_phone(result->diagnosis, &status.mac);
        if (!status.selected || !phone)
            continue;
        served++;
        worst = verdict_worse_status(worst, status_of_verdict(result, phone->verdict.id));
    }
    size_t wanted = result->options->phones.serial_count + result->options->phones.mac_count;
    if (served == 0 && wanted > 0 && result->diagnosis->leading.id == VERDICT_FOUND)
        return 5; /* somebody else's phone */
    if (served == 0)
        return status_of_verdict(result, result->diagnosis->leading.id);
    return served < wanted ? verdict_worse_status(worst, 5) : worst;
}

static enum verdict_result result_of_status(const struct live_result *result, int status)
{
    switch (status) {
    case 0:
        return result->options->station.flash_wait_ns == 0 ? RESULT_DELIVERED : RESULT_RECOVERED;
    case 5:
        return RESULT_NOTHING_FOUND;
    case 6:
        return RESULT_INCONCLUSIVE;
    default:
        return RESULT_FAILED;
    }
}

/* The leading verdict is one phone's; what became of all that this run was for may be another. */
void live_report_judge(const struct live_result *result)
{
    const struct options *options = result->options;
    struct diagnosis *diagnosis = result->diagnosis;
    bool names_phones = options->phones.serial_count + options->phones.mac_count > 0;
    diagnosis_for(diagnosis, purpose_of(result));
    if (options->command != OPTIONS_RECOVER || result->command ||
        (!options->station.selection.all && !names_phones))
        return;
    int status = status_of_all(result);
    if (status != diagnosis->status) {
        diagnosis->status = status;
        diagnosis->result = result_of_status(result, status);
    }
}

static void fill_counters(const struct live_result *result, struct report_counters *ret)
{
    struct station_counters station;
    station_counters(result->station, &station);
    *ret = (struct report_counters){
        .frames_in = result->counters.frames_in,
        .is_live = true,
        .frames_out = result->counters.frames_out,
        .kernel_drops = result->counters.kernel_drops,
        .interface_drops = result->counters.interface_drops,
        .retransmissions = station.retransmissions,
        .turnaround_count = station.turnaround_count,
        .turnaround_median_ns = station.turnaround_median_ns,
        .turnaround_p99_ns = station.turnaround_p99_ns,
        .turnaround_max_ns = station.turnaround_max_ns,
    };
    for (size_t i = 0; i < station_session_count(result->station); i++) {
        struct session_status status;
        station_session(result->station, i, &status);
        if (status.transfer_end_ns > status.transfer_start_ns) {
            ret->transferred_bytes += status.bytes_acknowledged;
            ret->transfer_ns += status.transfer_end_ns - status.transfer_start_ns;
        }
    }
}

static struct report_phone_state *make_states(const struct station *station, size_t *ret_count)
{
    size_t count = station_session_count(station);
    struct report_phone_state *states = calloc(count ? count : 1, sizeof *states);
    if (!states)
        abort();
    for (size_t i = 0; i < count; i++) {
        struct session_status status;
        station_session(station, i, &status);
        states[i] = (struct report_phone_state){status.mac, session_state_name(status.state)};
    }
    *ret_count = count;
    return states;
}

static void print(const struct live_result *result, const struct report_facts *facts)
{
    const struct options *options = result->options;
    bool trace_on_stdout = options->write_path && strcmp(options->write_path, "-") == 0;
    struct text text = TEXT_EMPTY;
    if (options->json) {
        json_t *document = report_json(result->diagnosis, facts);
        report_json_print(document, &text);
        json_decref(document);
    } else if (options->verbosity < 0) {
        report_line(result->diagnosis, &text);
        for (size_t i = 0; i < facts->note_count; i++)
            text_add(&text, "%s\n", facts->notes[i]);
    } else {
        report_text(result->diagnosis, facts, &text);
    }
    fputs(text_chars(&text), trace_on_stdout ? stderr : stdout);
    fflush(stdout);
    text_free(&text);
}

void live_report_print(const struct live_result *result)
{
    struct report_counters counters;
    struct report_image image = {0};
    fill_counters(result, &counters);
    char sha256[IMAGE_SHA256_SIZE];
    if (result->image) {
        image_sha256(result->image, sha256);
        image = (struct report_image){
            .version = result->image->version,
            .bytes = result->image->length,
            .sectors = result->image->sector_count,
            .sha256 = sha256,
        };
    }
    struct report_facts facts = {
        .command = command_of(result),
        .trace = result->trace_path,
        .counters = &counters,
        .image = result->image ? &image : NULL,
    };
    struct report_phone_state *states = make_states(result->station, &facts.state_count);
    facts.states = states;
    struct text missing = TEXT_EMPTY;
    const char *note = NULL;
    if (find_missing(result, &missing) > 0) {
        note = text_chars(&missing);
        facts.notes = &note;
        facts.note_count = 1;
    }
    print(result, &facts);
    text_free(&missing);
    free(states);
}
