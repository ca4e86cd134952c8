/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals as an event: see interruption.h. Signal handlers are process-wide, so the state is too.
 */
#include "port/interruption.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SIGNALS_TO_KILL 3

static int event_descriptor = -1;
static volatile sig_atomic_t signal_number;
static volatile sig_atomic_t status_is_wanted;

/* Whoever asks three times does not want to wait for the verdict. */
static void note_signal(int number)
{
    static volatile sig_atomic_t count;
    int saved = errno;
    count = count + 1;
    if (count >= SIGNALS_TO_KILL) {
        signal(number, SIG_DFL);
        raise(number); /* is pending until this handler returns */
    }
    uint64_t one = 1;
    signal_number = number;
    ssize_t ignored = write(event_descriptor, &one, sizeof one);
    (void)ignored;
    errno = saved;
}

/* The wait that it interrupts ends early, and whoever waits looks. */
static void note_question(int number)
{
    (void)number;
    status_is_wanted = 1;
}

int interruption_open(struct error *ret_error)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM};
    if (event_descriptor < 0)
        event_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event_descriptor < 0) {
        error_set(ret_error, ERROR_ENVIRONMENT, "cannot watch for signals: %s", strerror(errno));
        return -1;
    }
    signal(SIGPIPE, SIG_IGN); /* a reader of messages that has gone does not end a transfer */
    struct sigaction question = {.sa_handler = note_question};
    sigemptyset(&question.sa_mask);
    sigaction(SIGUSR1, &question, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        /* Without SA_RESTART: whatever blocks gives up, and the run ends in order. */
        struct sigaction action = {.sa_handler = note_signal};
        sigemptyset(&action.sa_mask);
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
    return event_descriptor;
}

int interruption_signal(void)
{
    return signal_number;
}

bool interruption_asks_for_status(void)
{
    bool asks = status_is_wanted;
    status_is_wanted = 0;
    return asks;
}
