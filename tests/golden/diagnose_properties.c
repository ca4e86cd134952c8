/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must not depend on chance: every trace of pcaps/ is cut, shifted in time, given other names,
 * mixed with an office's traffic, stripped of a direction, of others' unicast frames, of bytes, or
 * doubled. The verdict stays, or becomes a weaker one; another one that is `certain` is a defect,
 * unless it is an outcome that a trace cut earlier proves by itself (the phone answered: found).
 *
 * usage: diagnose_properties [NAME...]   (without .pcap; prints TAP)
 */
#include "base/random.h"
#include "tests/golden/trace_edit.h"
#include "tests/support/trace_frames.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_VARIANTS 40 /* 400 were clean as well, once */

struct label {
    char name[64];
    json_t *json;
    struct mac_address phone;
    const char *serial;
};

static unsigned tests, failures;

static bool label_load(struct label *ret, const char *file)
{
    const char *top = getenv("top_srcdir");
    char path[512];
    json_error_t error;

    snprintf(ret->name, sizeof(ret->name), "%.*s", (int)(strlen(file) - strlen(".pcap")), file);
    snprintf(path, sizeof(path), "%s/pcaps/%s.json", top ? top : ".", ret->name);
    ret->json = json_load_file(path, 0, &error);
    if (!ret->json)
        return false;
    json_t *phone = json_object_get(ret->json, "phone");
    const char *mac = json_string_value(json_object_get(phone, "mac"));
    ret->serial = json_string_value(json_object_get(phone, "serial"));
    return mac_parse(mac ? mac : "00:00:00:00:00:01", &ret->phone);
}

static bool is_accepted(const struct label *label, const char *verdict)
{
    size_t i;
    json_t *other;

    if (strcmp(verdict, json_string_value(json_object_get(label->json, "expected"))) == 0)
        return true;
    json_array_foreach(json_object_get(label->json, "also_acceptable"), i, other)
    {
        if (strcmp(verdict, json_string_value(other)) == 0)
            return true;
    }
    return false;
}

/* True of a trace that ends there, whatever comes later. */
static bool is_stage(enum verdict_id id)
{
    return id == VERDICT_FOUND || id == VERDICT_SEVERAL_PHONES || id == VERDICT_DELIVERED ||
           id == VERDICT_FIRMWARE_RUNNING;
}

enum strictness { MUST_STAY, MAY_WEAKEN, MAY_WEAKEN_OR_END_EARLIER };

static void check(const struct label *label, const struct edit *edit, enum strictness strictness,
                  const char *what, int parameter)
{
    struct diagnosis diagnosis;

    edit_diagnose(edit, &diagnosis);
    const struct verdict *leading = &diagnosis.leading;
    bool good = is_accepted(label, verdict_name(leading->id));
    if (strictness != MUST_STAY)
        good = good || leading->confidence != CONFIDENCE_CERTAIN;
    if (strictness == MAY_WEAKEN_OR_END_EARLIER)
        good = good || is_stage(leading->id);
    tests++;
    failures += !good;
    if (!good)
        printf("# %s %s %d: %s (%s): %s %s\n", label->name, what, parameter,
               verdict_name(leading->id), confidence_name(leading->confidence), leading->sentence,
               leading->detail);
    diagnosis_free(&diagnosis);
}

/* ---- the changes ---- */

static void cuts(const struct label *label, const struct edit *original)
{
    for (int percent = 5; percent < 100; percent += 5) {
        size_t part = original->count * (size_t)percent / 100;
        struct edit edit;
        edit_copy(&edit, original);
        edit_cut(&edit, 0, part);
        check(label, &edit, MAY_WEAKEN_OR_END_EARLIER, "first frames, percent", percent);
        edit_free(&edit);
        edit_copy(&edit, original);
        edit_cut(&edit, original->count - part, original->count);
        check(label, &edit, MAY_WEAKEN_OR_END_EARLIER, "last frames, percent", percent);
        edit_free(&edit);
    }
}

static void shifts(const struct label *label, const struct edit *original)
{
    static const int64_t seconds[] = {-1795356609, 3600, 1000000000};
    for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        struct edit edit;
        edit_copy(&edit, original);
        edit_shift(&edit, seconds[i] * NS_PER_S);
        check(label, &edit, MUST_STAY, "shifted, variant", (int)i);
        edit_free(&edit);
    }
}

static void names(const struct label *label, const struct edit *original)
{
    static const struct mac_address others[] = {{{0x00, 0x21, 0x55, 0xfe, 0xff, 0xfd}},
                                                {{0x64, 0x00, 0xf1, 0x00, 0x00, 0x01}}};
    static const char *const serials[] = {"CCQ162306EA", "CBT999999ZZ"};
    for (unsigned i = 0; label->serial && i < 2; i++) {
        struct edit edit;
        edit_copy(&edit, original);
        edit_rename(&edit, &label->phone, &others[i], label->serial, serials[i]);
        check(label, &edit, MUST_STAY, "renamed, variant", (int)i);
        edit_free(&edit);
    }
}

static void offices(const struct label *label, const struct edit *original)
{
    for (int seed = 1; seed <= 2 && original->count; seed++) {
        struct edit edit;
        edit_copy(&edit, original);
        instant_ns first = original->frames[0].time_ns;
        instant_ns last = original->frames[original->count - 1].time_ns;
        edit_add_office(&edit, first, last, (uint64_t)seed);
        check(label, &edit, MUST_STAY, "in an office, seed", seed);
        edit_free(&edit);
    }
}

/* ---- what others see ---- */

struct phones {
    struct mac_address mac[8];
    unsigned count;
};

static void find_phones(const struct edit *edit, struct phones *ret)
{
    struct diagnosis diagnosis;
    *ret = (struct phones){0};
    edit_diagnose(edit, &diagnosis);
    for (size_t i = 0; i < diagnosis.phone_count && ret->count < 8; i++)
        ret->mac[ret->count++] = diagnosis.phones[i].mac;
    diagnosis_free(&diagnosis);
}

static bool is_phone(const struct phones *phones, const struct mac_address *mac)
{
    for (unsigned i = 0; i < phones->count; i++)
        if (mac_equal(&phones->mac[i], mac))
            return true;
    return false;
}

static bool from_phone(const struct frame *frame, const void *phones)
{
    return is_phone(phones, &frame->ethernet.source);
}

static bool not_from_phone(const struct frame *frame, const void *phones)
{
    return !is_phone(phones, &frame->ethernet.source);
}

static bool not_unicast_to_phone(const struct frame *frame, const void *phones)
{
    return !is_phone(phones, &frame->ethernet.destination);
}

/* A port of a switch that is neither the phone's nor the server's. */
static bool no_unicast(const struct frame *frame, const void *phones)
{
    (void)phones;
    return mac_is_group(&frame->ethernet.destination);
}

static bool unicast_only(const struct frame *frame, const void *phones)
{
    return !no_unicast(frame, phones);
}

static void strippings(const struct label *label, const struct edit *original)
{
    static const struct {
        const char *what;
        edit_keep *keep;
    } kinds[] = {
        {"only the phone's frames", from_phone},
        {"only the others' frames", not_from_phone},
        {"without unicast to the phone", not_unicast_to_phone},
        {"without unicast", no_unicast},
        {"only unicast", unicast_only},
    };
    struct phones phones;

    find_phones(original, &phones);
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct edit edit;
        edit_copy(&edit, original);
        edit_filter(&edit, kinds[i].keep, &phones);
        check(label, &edit, MAY_WEAKEN, kinds[i].what, 0);
        for (int percent = 20; percent < 100; percent += 20) {
            struct edit part;
            edit_copy(&part, &edit);
            edit_cut(&part, 0, edit.count * (size_t)percent / 100);
            check(label, &part, MAY_WEAKEN_OR_END_EARLIER, kinds[i].what, percent);
            edit_free(&part);
        }
        edit_free(&edit);
    }
}

static void losses(const struct label *label, const struct edit *original)
{
    static const size_t lengths[] = {128, 96, 64, 42, 14, 0};
    struct edit edit;

    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        edit_copy(&edit, original);
        edit_snap(&edit, lengths[i]);
        check(label, &edit, MAY_WEAKEN, "captured bytes", (int)lengths[i]);
        edit_free(&edit);
    }
    edit_copy(&edit, original);
    edit_double(&edit);
    check(label, &edit, MAY_WEAKEN, "doubled", 0);
    edit_free(&edit);
    /* A capture that drops frames. */
    for (size_t leave_out = 2; leave_out < 12; leave_out++) {
        edit_copy(&edit, original);
        size_t kept = 0;
        for (size_t j = 0; j < edit.count; j++) {
            if (j % leave_out == leave_out - 1)
                free(edit.frames[j].bytes);
            else
                edit.frames[kept++] = edit.frames[j];
        }
        edit.count = kept;
        check(label, &edit, MAY_WEAKEN_OR_END_EARLIER, "every n-th frame missing, n",
              (int)leave_out);
        edit_free(&edit);
    }
}

/* Frames lost at random, of everybody, of one side, or unicast ones only, and both ends cut. */
static bool is_lost(struct random *random, double share, unsigned mode, const struct phones *phones,
                    const struct edit_frame *frame)
{
    struct mac_address source;
    memcpy(source.octet, frame->bytes + sizeof(source.octet), sizeof(source.octet));
    bool concerned = mode == 0 || (mode == 1 && is_phone(phones, &source)) ||
                     (mode == 2 && !is_phone(phones, &source)) ||
                     (mode == 3 && !(frame->bytes[0] & 1));
    return random_unit(random) < share && concerned;
}

static void chances(const struct label *label, const struct edit *original)
{
    struct phones phones;

    find_phones(original, &phones);
    for (unsigned seed = 1; seed <= RANDOM_VARIANTS; seed++) {
        struct random random = random_from_seed(seed);
        double share = random_unit(&random) * 0.6;
        unsigned mode = random_below(&random, 4);
        struct edit edit;
        size_t kept = 0;
        edit_copy(&edit, original);
        for (size_t i = 0; i < edit.count; i++) {
            if (is_lost(&random, share, mode, &phones, &edit.frames[i]))
                free(edit.frames[i].bytes);
            else
                edit.frames[kept++] = edit.frames[i];
        }
        edit.count = kept;
        edit_cut(&edit, random_below(&random, (uint32_t)kept / 2 + 1), kept);
        edit_cut(&edit, 0, edit.count - random_below(&random, (uint32_t)edit.count / 2 + 1));
        check(label, &edit, MAY_WEAKEN_OR_END_EARLIER, "random losses, seed", (int)seed);
        edit_free(&edit);
    }
}

static void judge_trace(const char *file, unsigned number)
{
    struct label label;
    struct edit original;
    unsigned failures_before = failures, tests_before = tests;

    if (!label_load(&label, file)) {
        printf("not ok %u - %s has a label\n", number, file);
        failures++;
        return;
    }
    edit_load(&original, file);
    cuts(&label, &original);
    shifts(&label, &original);
    names(&label, &original);
    offices(&label, &original);
    strippings(&label, &original);
    losses(&label, &original);
    chances(&label, &original);
    printf("%s %u - %s keeps its verdict or a weaker one in %u variants\n",
           failures == failures_before ? "ok" : "not ok", number, label.name, tests - tests_before);
    fflush(stdout);
    edit_free(&original);
    json_decref(label.json);
}

int main(int argc, char **argv)
{
    char **names_of_all = trace_names();
    unsigned number = 0;

    for (char **name = names_of_all; *name; name++) {
        bool wanted = argc < 2;
        for (int i = 1; i < argc; i++)
            wanted |= strncmp(*name, argv[i], strlen(*name) - strlen(".pcap")) == 0;
        if (wanted)
            judge_trace(*name, ++number);
    }
    printf("1..%u\n", number);
    trace_names_free(names_of_all);
    return failures ? 1 : 0;
}
