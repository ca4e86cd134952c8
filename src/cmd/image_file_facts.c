/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file that holds an image is by its name, and its end: see image_file.h. */
#include "cmd/image_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *image_file_other_family(const char *name)
{
    static const struct {
        const char *prefix;
        const char *family;
    } families[] = {
        {"spa30x", NULL},       {"spa50x", NULL},    {"spa301", NULL},     {"spa303", NULL},
        {"spa3102", "SPA3102"}, {"spa51", "SPA51x"}, {"spa52", "SPA525G"}, {"spa9", "SPA9xx"},
        {"spa1", "SPA1xx"},     {"spa2", "SPA2xx"},  {"spa8", "SPA8000"},  {"pap2", "PAP2T"},
        {"wip310", "WIP310"},   {"wrp", "WRP400"},   {"cp-", "CP-x8xx"},   {"sip7", "CP-78xx"},
        {"sip8", "CP-88xx"},
    };
    const char *base = name;
    for (const char *at = name; *at; at++) {
        if (*at == '/' || *at == '\\')
            base = at + 1;
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strncasecmp(base, families[i].prefix, strlen(families[i].prefix)) == 0)
            return families[i].family;
    }
    return NULL;
}

void image_file_free(struct image_file *file)
{
    free(file->bytes);
    text_free(&file->member);
    text_free(&file->notes);
    *file = (struct image_file){0};
}
