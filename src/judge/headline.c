/* SPDX-License-Identifier: BSD-2-Clause */
/* The first sentence of a report: see headline.h. */
#include "judge/headline.h"

#include "judge/catalogue.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAXIMUM 3 /* of one kind; more are counted */

static size_t count_meant(const struct diagnosis *diagnosis)
{
    size_t count = 0;
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        count += diagnosis->phones[i].is_meant;
    return count;
}

static bool has_succeeded(const struct diagnosis_phone *phone, enum run_purpose purpose)
{
    enum verdict_result result = verdict_result(phone->verdict.id, purpose);
    switch (purpose) {
    case PURPOSE_FIND:
        return phone->verdict.id == VERDICT_FOUND;
    case PURPOSE_DELIVER:
        return result == RESULT_RECOVERED || result == RESULT_DELIVERED;
    default:
        return result == RESULT_RECOVERED;
    }
}

static bool counts(const struct diagnosis_phone *phone, enum verdict_id id,
                   enum run_purpose purpose)
{
    return phone->is_meant && phone->verdict.id == id && !has_succeeded(phone, purpose);
}

/* The short forms are of one phone: "was not seen", "is writing its flash". */
static void add_plural(const char *words, struct text *ret)
{
    static const char *const forms[][2] = {
        {"was ", "were "},       {"is ", "are "},        {"has ", "have "},
        {"answers ", "answer "}, {"runs ", "run "},      {"uses ", "use "},
        {"shares ", "share "},   {"crashes ", "crash "}, {"remains ", "remain "},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t length = strlen(forms[i][0]);
        if (strncmp(words, forms[i][0], length) == 0) {
            text_add(ret, "%s", forms[i][1]);
            words += length;
            break;
        }
    }
    const char *its = strstr(words, "its ");
    if (its)
        text_add(ret, "%.*stheir %s", (int)(its - words), words, its + strlen("its "));
    else
        text_add(ret, "%s", words);
}

/* "CBT14110002 refused the image", "12 phones refused the image". Nothing if there is none. */
static void add_kind(const struct diagnosis *diagnosis, enum run_purpose purpose,
                     const struct verdict_row *row, struct text *ret)
{
    size_t count = 0, named = 0;
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        count += counts(&diagnosis->phones[i], row->id, purpose);
    if (count == 0)
        return;
    text_add(ret, "%s", ret->length ? "; " : "");
    if (count > NAMES_MAXIMUM) {
        text_add(ret, "%zu ", count);
    } else {
        for (size_t i = 0; i < diagnosis->phone_count; i++) {
            if (!counts(&diagnosis->phones[i], row->id, purpose))
                continue;
            named++;
            text_add(ret, "%s%s",
                     named == 1       ? ""
                     : named == count ? " and "
                                      : ", ",
                     diagnosis_phone_name(&diagnosis->phones[i]).text);
        }
        text_add(ret, " ");
    }
    if (count > 1)
        add_plural(row->short_form, ret);
    else
        text_add(ret, "%s", row->short_form);
}

static void add_success(size_t succeeded, size_t meant, enum run_purpose purpose, struct text *ret)
{
    const char *words = purpose == PURPOSE_FIND      ? "answer in recovery mode"
                        : purpose == PURPOSE_DELIVER ? "have the image"
                                                     : "recovered";
    if (succeeded == meant && purpose != PURPOSE_FIND)
        text_add(ret, "All %zu phones %s", meant, words);
    else if (succeeded == meant)
        text_add(ret, "%zu phones %s", meant, words);
    else
        text_add(ret, "%zu of %zu phones %s", succeeded, meant, words);
}

void headline_add(const struct diagnosis *diagnosis, struct text *ret)
{
    enum run_purpose purpose = diagnosis->purpose;
    const struct verdict *leading = &diagnosis->leading;
    size_t meant = count_meant(diagnosis), succeeded = 0;
    struct text words = TEXT_EMPTY;
    bool was_tried = purpose != PURPOSE_EXPLAIN;
    if (meant < 2 || !diagnosis->leading_is_of_phone) {
        text_add(ret, "%s", leading->sentence);
        return;
    }
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        const struct diagnosis_phone *phone = &diagnosis->phones[i];
        succeeded += phone->is_meant && has_succeeded(phone, purpose);
        was_tried = was_tried || (phone->is_meant && phone->was_ordered);
    }
    /* Where nobody tried to recover anything, that nothing was recovered is no news. */
    if (succeeded > 0 || was_tried)
        add_success(succeeded, meant, purpose, &words);
    for (size_t i = 0; i < catalogue_length; i++)
        add_kind(diagnosis, purpose, &catalogue[i], &words);
    text_add(ret, "%s.", text_chars(&words));
    text_free(&words);
}

struct diagnosis_phone_text diagnosis_phone_name(const struct diagnosis_phone *phone)
{
    struct diagnosis_phone_text name;
    if (phone->serial[0])
        text_escape(phone->serial, strlen(phone->serial), name.text, sizeof(name.text));
    else
        snprintf(name.text, sizeof(name.text), "%s", mac_format(&phone->mac).text);
    return name;
}
