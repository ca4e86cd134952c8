/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs random worlds, one per seed: whole recoveries in virtual time with every invariant checked
 * at each step. The same seed gives the same world on every machine; a failing one prints the
 * command that replays it and writes its trace.
 */
#include "tests/sim/world.h"
#include "tests/support/synthetic_image.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_BYTES       2000
#define WHOLE_IMAGE_BYTES 1000000

struct options {
    uint64_t first_seed, seeds;
    bool verbose;
    bool self_test;       /* a world that cannot go well, expected to go well */
    bool invariants_only; /* a wrong verdict is counted, but no failure */
    const char *only;     /* name of a trouble; NULL = all */
    const char *trace_directory;
    const char *trace; /* write the world's trace here, failing or not */
};

struct totals {
    uint64_t run, failed, wanted, recovered, verdicts_right;
};

static void usage(void)
{
    fputs("usage: simulate [--first-seed N] [--seeds M] [--only TROUBLE] [--verbose]\n"
          "                [--invariants-only] [--self-test] [--trace FILE]\n"
          "                [--trace-directory DIRECTORY]\n",
          stderr);
    exit(2);
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 0);
    if (!*text || *end)
        usage();
    return value;
}

static struct options read_options(int count, char **arguments)
{
    static const struct option names[] = {
        {"first-seed", required_argument, NULL, 'f'},
        {"seeds", required_argument, NULL, 'n'},
        {"only", required_argument, NULL, 'o'},
        {"trace", required_argument, NULL, 'w'},
        {"trace-directory", required_argument, NULL, 'd'},
        {"verbose", no_argument, NULL, 'v'},
        {"self-test", no_argument, NULL, 't'},
        {"invariants-only", no_argument, NULL, 'i'},
        {0},
    };
    struct options options = {.first_seed = 1, .seeds = 100, .trace_directory = "."};
    int letter;
    while ((letter = getopt_long(count, arguments, "", names, NULL)) != -1) {
        switch (letter) {
        case 'f':
            options.first_seed = number(optarg);
            break;
        case 'n':
            options.seeds = number(optarg);
            break;
        case 'o':
            options.only = optarg;
            break;
        case 'w':
            options.trace = optarg;
            break;
        case 'd':
            options.trace_directory = optarg;
            break;
        case 't':
            options.self_test = true;
            break;
        case 'i':
            options.invariants_only = true;
            break;
        case 'v':
            options.verbose = true;
            break;
        default:
            usage();
        }
    }
    if (optind != count)
        usage();
    return options;
}

static void report_failure(const struct plan *plan, const struct world_result *result,
                           const struct options *options)
{
    char path[512];
    struct world_result again;
    snprintf(path, sizeof path, "%s/simulate-%llu.pcap", options->trace_directory,
             (unsigned long long)plan->seed);
    world_run(plan, path, false, &again);
    printf("seed %llu (%s%s%s%s%s%s): %s; verdict %s\n"
           "  replay: scripts/simulate --first-seed %llu --seeds 1 --verbose\n"
           "  trace:  %s\n",
           (unsigned long long)plan->seed, trouble_name(plan->trouble), plan->fault ? " " : "",
           plan->fault ? plan->fault : "", plan->more[0] ? " + " : "", plan->more,
           plan->hostile_end_ns ? ", hostile" : "",
           result->violation[0] ? result->violation : "the verdict does not name the trouble",
           verdict_name(result->verdict), (unsigned long long)plan->seed, path);
}

static void run_plan(const struct plan *plan, const struct options *options, struct totals *totals)
{
    struct world_result result;
    if (options->only && strcmp(options->only, trouble_name(plan->trouble)) != 0)
        return;
    world_run(plan, options->trace, options->verbose, &result);
    totals->run++;
    totals->wanted += result.wanted;
    totals->recovered += result.recovered;
    totals->verdicts_right += result.verdict_right;
    if (options->verbose)
        printf("seed %llu (%s): verdict %s\n", (unsigned long long)plan->seed,
               trouble_name(plan->trouble), verdict_name(result.verdict));
    if (!result.violation[0] && (result.verdict_right || options->invariants_only))
        return;
    totals->failed++;
    report_failure(plan, &result, options);
}

int main(int argument_count, char **arguments)
{
    struct options options = read_options(argument_count, arguments);
    struct totals totals = {0};
    size_t image_length, whole_length;
    uint8_t *image = synthetic_image(IMAGE_BYTES, 1, &image_length);
    uint8_t *whole = synthetic_image(WHOLE_IMAGE_BYTES, 1, &whole_length);
    if (!image || !whole)
        return 3;
    static struct plan plan;
    if (options.self_test) {
        plan_hopeless(image, image_length, &plan);
        run_plan(&plan, &options, &totals);
        options.seeds = 0;
    }
    for (uint64_t i = 0; i < options.seeds; i++) {
        plan_draw(options.first_seed + i, image, image_length, &plan);
        plan_draw_more(&plan, whole, whole_length);
        run_plan(&plan, &options, &totals);
    }
    free(image);
    free(whole);
    printf("%llu seeds run, %llu of %llu phones recovered, %llu verdicts right, %llu failed\n",
           (unsigned long long)totals.run, (unsigned long long)totals.recovered,
           (unsigned long long)totals.wanted, (unsigned long long)totals.verdicts_right,
           (unsigned long long)totals.failed);
    return totals.failed ? 1 : 0;
}
