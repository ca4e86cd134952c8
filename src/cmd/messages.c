/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run says while it goes on: see messages.h. Standard error is the process's, so is this. */
#include "cmd/messages.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES                                                                                \
    256 /* what a device that says that it takes something takes without blocking                  \
         */

static int own_descriptor = -1; /* does not block */
static struct text rest = TEXT_EMPTY;
static size_t rest_written;
static unsigned lost;

void messages_open(void)
{
    struct stat status;
    if (fstat(STDERR_FILENO, &status) != 0 ||
        !(S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)))
        return;
    own_descriptor =
        open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int descriptor(void)
{
    return own_descriptor < 0 ? STDERR_FILENO : own_descriptor;
}

static bool takes_some(void)
{
    struct pollfd polled = {.fd = descriptor(), .events = POLLOUT};
    return poll(&polled, 1, 0) != 0;
}

/* Returns: how much was written; 0 if nothing is taken now. What nobody will ever take is taken. */
static size_t write_some(const char *chars, size_t length)
{
    ssize_t written;
    if (own_descriptor < 0) {
        if (!takes_some())
            return 0;
        length = length < PIECE_BYTES ? length : PIECE_BYTES;
    }
    do
        written = write(descriptor(), chars, length);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        return errno == EAGAIN ? 0 : length;
    return (size_t)written;
}

/* Returns: how much of it was taken. */
static size_t write_taken(const char *chars, size_t length)
{
    size_t done = 0, written;
    while (done < length && (written = write_some(chars + done, length - done)) > 0)
        done += written;
    return done;
}

/* Returns: false if something of an earlier message waits still. */
static bool write_rest(void)
{
    rest_written += write_taken(text_chars(&rest) + rest_written, rest.length - rest_written);
    if (rest_written < rest.length)
        return false;
    text_free(&rest);
    rest_written = 0;
    return true;
}

bool messages_write(const char *chars, size_t length)
{
    if (!write_rest())
        return false;
    size_t taken = write_taken(chars, length);
    if (taken == 0 && length > 0)
        return false;
    if (taken < length)
        text_add_bytes(&rest, chars + taken, length - taken);
    return true;
}

void messages_print(const char *format, ...)
{
    struct text line = TEXT_EMPTY;
    va_list arguments;
    va_start(arguments, format);
    text_add_list(&line, format, arguments);
    va_end(arguments);
    text_add(&line, "\n");
    if (!messages_write(text_chars(&line), line.length))
        messages_count_lost();
    text_free(&line);
}

void messages_count_lost(void)
{
    lost++;
}

unsigned messages_lost(void)
{
    if (lost == 0 || !write_rest() || !takes_some())
        return 0;
    unsigned count = lost;
    lost = 0;
    return count;
}
