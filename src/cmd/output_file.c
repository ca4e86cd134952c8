/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a file as a whole: see output_file.h. */
#include "cmd/output_file.h"

#include "base/text.h"
#include "port/files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_file_write(const char *path, bool overwrite, const void *bytes, size_t length,
                       struct error *ret_error)
{
    struct stat status;
    bool exists = files_look(path, &status);
    bool is_special = exists && !S_ISREG(status.st_mode); /* pipe, device */
    int descriptor =
        exists && (overwrite || is_special) ? files_write(path) : files_create(path, 0666);
    if (descriptor < 0 && errno == EEXIST)
        return error_set(
            ret_error, ERROR_ENVIRONMENT,
            "%s exists already and is left as it is; name a new file, or say --overwrite",
            path_shown(path).text);
    if (descriptor < 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s cannot be written: %s",
                         path_shown(path).text, strerror(errno));
    bool is_written = files_write_all(descriptor, bytes, length);
    int problem = errno;
    if (close(descriptor) != 0 && is_written) {
        is_written = false;
        problem = errno;
    }
    if (is_written)
        return true;
    if (!is_special)
        files_remove(path);
    return error_set(ret_error, ERROR_ENVIRONMENT, "%s cannot be written: %s",
                     path_shown(path).text, strerror(problem));
}
