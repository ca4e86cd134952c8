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

static const char *command_of(const struct live_result *result)
{
    return result->command ? result->command : options_command_name(result->options->command);
}

static void fill_counters(const struct live_result *result, struct report_counters *ret)
{
    struct station_counters station;
    station_counters(result->station, &station);
    *ret = (struct report_counters){
        .frames_in = station.frames_in, /* of others; the port hears our own ones as well */
        .is_live = true,
        .frames_out = result->counters.frames_out,
        .frames_unsent = result->counters.frames_unsent,
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

static struct report_attempt *make_attempts(const struct station *station, size_t *ret_count)
{
    struct report_attempt *attempts = NULL;
    size_t count = 0;
    for (size_t i = 0; i < station_session_count(station); i++) {
        struct session_status status;
        struct report_attempt attempt;
        station_session(station, i, &status);
        attempt.mac = status.mac;
        for (unsigned j = 0; station_attempt(station, i, j, &attempt.at_ns, &attempt.outcome);
             j++) {
            attempts = realloc(attempts, (count + 1) * sizeof *attempts);
            if (!attempts)
                abort();
            attempts[count++] = attempt;
        }
    }
    *ret_count = count;
    return attempts;
}

static void print(const struct live_result *result, const struct report_facts *facts)
{
    const struct options *options = result->options;
    bool trace_on_stdout = options->write_path && strcmp(options->write_path, "-") == 0;
    const struct report_source source = {.diagnosis = result->diagnosis, .facts = facts};
    struct text text = TEXT_EMPTY;
    report_add(options->json            ? REPORT_JSON
               : options->verbosity < 0 ? REPORT_LINE
                                        : REPORT_TEXT,
               &source, &text);
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
        .error = result->error,
    };
    struct report_phone_state *states = make_states(result->station, &facts.state_count);
    struct report_attempt *attempts = make_attempts(result->station, &facts.attempt_count);
    facts.states = states;
    facts.attempts = attempts;
    print(result, &facts);
    free(states);
    free(attempts);
}
