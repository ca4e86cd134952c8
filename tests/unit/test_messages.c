/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of a run on a standard error that takes none: nothing waits, and losses are counted. */
#include "cmd/messages.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PIPE_SIZE 65536
#define PAGE_SIZE 4096 /* a pipe takes some while a page of it is free */
#define LINES     2000

static int kept = -1;
static int reader = -1;
static char everything[1 << 20];

/* Standard error becomes a small pipe; `alarm` ends a test that blocks. */
static int make_pipe(void **state)
{
    (void)state;
    int ends[2];
    kept = dup(STDERR_FILENO);
    if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
        return -1;
    fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
    reader = ends[0];
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    alarm(20);
    return 0;
}

static int restore(void **state)
{
    (void)state;
    alarm(0);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(reader);
    return 0;
}

static const char *read_all(void)
{
    size_t length = 0;
    ssize_t got;
    while ((got = read(reader, everything + length, sizeof everything - 1 - length)) > 0)
        length += (size_t)got;
    everything[length] = '\0';
    return everything;
}

/* Prints `count` lines of 100 characters with their number. */
static void print_lines(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        messages_print("%099u", i);
}

static unsigned lines_of(const char *text)
{
    unsigned count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void a_full_pipe_takes_what_it_can_and_the_rest_is_counted(void)
{
    print_lines(LINES);
    assert_int_equal(messages_lost(), 0); /* nothing could be said about it now */
    const char *first = read_all();
    unsigned taken = lines_of(first);
    assert_in_range(taken, (PIPE_SIZE - 2 * PAGE_SIZE) / 100, PIPE_SIZE / 100);
    unsigned lost = messages_lost();
    assert_int_equal(messages_lost(), 0);
    messages_print("after");
    const char *more = read_all();
    /* The line that was cut by the pipe's end is whole in the end. */
    unsigned late = lines_of(more) - 1;
    assert_int_equal(taken + late + lost, LINES);
    assert_non_null(strstr(more, "after\n"));
    assert_true(late <= 1);
}

static void asked_before_each_write(void **state)
{
    (void)state;
    a_full_pipe_takes_what_it_can_and_the_rest_is_counted();
}

static void through_a_descriptor_that_does_not_block(void **state)
{
    (void)state;
    messages_open();
    a_full_pipe_takes_what_it_can_and_the_rest_is_counted();
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0); /* others share it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asked_before_each_write, make_pipe, restore),
        cmocka_unit_test_setup_teardown(through_a_descriptor_that_does_not_block, make_pipe,
                                        restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
