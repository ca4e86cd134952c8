/* SPDX-License-Identifier: BSD-2-Clause */
/* How a command ends that has no answer: see failure.h. */
#include "cmd/failure.h"

#include "report/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

void document_print(struct json_t *document)
{
    struct text text = TEXT_EMPTY;
    report_json_print(document, &text);
    fputs(text_chars(&text), stdout);
    text_free(&text);
    json_decref(document);
}

int failure_tell(const char *command, bool json, const struct error *error)
{
    fprintf(stderr, "spa-sos %s: %s\n", command, error->text);
    if (json)
        document_print(report_json_error(command, error));
    return (int)error->kind;
}

int failure_of_output(const char *command, int status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "spa-sos %s: standard output cannot be written%s%s\n", command,
            errno ? ": " : "", errno ? strerror(errno) : "");
    return ERROR_ENVIRONMENT;
}
