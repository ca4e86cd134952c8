/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings: readable at any moment, whole after a full disk, owned and placed with care. */
#include "port/recorder.h"
#include "port/trace.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64];
static char file[128];

/* A port that has only what the test tells it. */
struct scripted {
    struct port port;
    uint64_t frames_left;
    uint64_t sent;
    instant_ns now_ns;
    uint8_t bytes[600];
    size_t length;
    bool is_idle; /* without frames a deadline comes, not the end */
    instant_ns deadlines[4];
    unsigned deadline_count;
};

static enum port_event scripted_next(struct port *port, instant_ns deadline_ns,
                                     struct captured_frame *ret, struct error *ret_error)
{
    (void)ret_error;
    struct scripted *scripted = (struct scripted *)port;
    if (scripted->is_idle && scripted->deadline_count < 4)
        scripted->deadlines[scripted->deadline_count++] = deadline_ns;
    if (scripted->frames_left == 0)
        return scripted->is_idle ? PORT_DEADLINE : PORT_END;
    if (scripted->now_ns > deadline_ns)
        return PORT_DEADLINE;
    scripted->frames_left--;
    *ret = (struct captured_frame){.time_ns = scripted->now_ns,
                                   .number = 1,
                                   .bytes = scripted->bytes,
                                   .captured = scripted->length,
                                   .length = scripted->length};
    return PORT_FRAME;
}

static bool scripted_send(struct port *port, const uint8_t *bytes, size_t length,
                          struct error *ret_error)
{
    (void)bytes;
    (void)length;
    (void)ret_error;
    ((struct scripted *)port)->sent++;
    return true;
}

static instant_ns scripted_now(struct port *port)
{
    return ((struct scripted *)port)->now_ns;
}

static void scripted_counters(struct port *port, struct port_counters *ret)
{
    (void)port;
    *ret = (struct port_counters){.kernel_drops = 3};
}

static void scripted_close(struct port *port)
{
    (void)port;
}

static const struct port_operations scripted_operations = {
    scripted_next, scripted_send, scripted_now, scripted_counters, scripted_close,
};

/* A DATA packet from any port to 2000, `length` bytes on the wire. */
static struct scripted scripted_data(size_t length, uint64_t frames)
{
    struct scripted scripted = {.port = {&scripted_operations},
                                .frames_left = frames,
                                .now_ns = INT64_C(1700000000123456789),
                                .length = length};
    static const uint8_t header[] = {0x02, 0,    0,    0,  0, 1, 0x02, 0,  0, 0, 0,    2,
                                     0x08, 0,    0x45, 0,  0, 0, 0,    0,  0, 0, 64,   17,
                                     0,    0,    198,  18, 0, 1, 198,  18, 0, 2, 0x1a, 0xf4,
                                     0x07, 0xd0, 0,    0,  0, 0, 0,    3,  0, 1};
    memcpy(scripted.bytes, header, sizeof header);
    return scripted;
}

static struct captured_frame frame_of(const struct scripted *scripted)
{
    return (struct captured_frame){.time_ns = scripted->now_ns,
                                   .bytes = scripted->bytes,
                                   .captured = scripted->length,
                                   .length = scripted->length};
}

/* Returns: how many frames a reader finds; `ret` is the last. */
static unsigned frames_in_file(const char *path, struct captured_frame *ret)
{
    struct error error = {0};
    struct port *trace = port_trace_open(&(struct port_trace_config){.path = path}, &error);
    assert_non_null(trace);
    unsigned frames = 0;
    while (trace->operations->next(trace, INSTANT_NEVER, ret, &error) == PORT_FRAME)
        frames++;
    assert_null(port_trace_warning(trace));
    trace->operations->close(trace);
    return frames;
}

static unsigned files_in_directory(void)
{
    DIR *handle = opendir(directory);
    unsigned files = 0;
    while (readdir(handle))
        files++;
    closedir(handle);
    return files - 2;
}

/* A recorder over a scripted port, into `file`. */
struct rig {
    struct scripted scripted;
    struct recording *recording;
    struct port *port;
    struct captured_frame frame; /* the last of next */
};

static void rig_open(struct rig *rig, uint64_t frames)
{
    struct error error = {0};
    rig->scripted = scripted_data(558, frames);
    rig->recording = recording_create(file, true, &error);
    assert_non_null(rig->recording);
    rig->port = port_recorder_new(&rig->scripted.port, rig->recording);
}

static enum port_event rig_next(struct rig *rig)
{
    struct error error = {0};
    return rig->port->operations->next(rig->port, INSTANT_NEVER, &rig->frame, &error);
}

static void rig_close(struct rig *rig)
{
    rig->port->operations->close(rig->port);
    recording_close(rig->recording);
}

static void frames_are_written_in_full_when_nothing_comes(void **state)
{
    (void)state;
    struct rig rig = {0};
    struct captured_frame read_back;
    rig_open(&rig, 3);
    assert_int_equal(frames_in_file(file, &read_back), 0); /* but it is a trace already */
    for (unsigned i = 1; i <= 3; i++)
        assert_int_equal(rig_next(&rig), PORT_FRAME);
    rig.scripted.is_idle = true;
    assert_int_equal(rig_next(&rig), PORT_DEADLINE);
    /* The first time the wait was a short one: there was something to be written after it. */
    assert_int_equal(rig.scripted.deadlines[0], rig.scripted.now_ns + 5 * NS_PER_MS);
    assert_int_equal(rig.scripted.deadlines[1], INSTANT_NEVER);
    assert_int_equal(frames_in_file(file, &read_back), 3);
    assert_int_equal(read_back.time_ns, rig.scripted.now_ns);
    assert_int_equal(read_back.captured, 558);
    assert_int_equal(recording_frame_count(rig.recording), 3);
    assert_null(recording_trouble(rig.recording));
    rig_close(&rig);
    assert_int_equal(access(file, R_OK), 0);
}

static void a_frame_is_answered_before_it_is_written_down(void **state)
{
    (void)state;
    struct rig rig = {0};
    rig_open(&rig, 2);
    assert_int_equal(rig_next(&rig), PORT_FRAME);
    assert_int_equal(recording_frame_count(rig.recording), 0);
    assert_int_equal(rig_next(&rig), PORT_FRAME);
    assert_int_equal(recording_frame_count(rig.recording), 1);
    recording_flush(rig.recording); /* as at a change of state: with the frame that caused it */
    struct captured_frame read_back;
    assert_int_equal(frames_in_file(file, &read_back), 2);
    rig_close(&rig);
}

static void under_a_stream_of_frames_no_batch_grows_old(void **state)
{
    (void)state;
    struct rig rig = {0};
    struct captured_frame read_back;
    rig_open(&rig, 1000);
    for (unsigned i = 1; i <= 1000; i++) {
        rig.scripted.now_ns += NS_PER_MS; /* never 5 ms without a frame */
        assert_int_equal(rig_next(&rig), PORT_FRAME);
        unsigned written = frames_in_file(file, &read_back); /* whole ones, or it fails */
        assert_true(i - written <= 100);
        assert_true(i < 200 || i - written > 0); /* yet in batches */
    }
    rig_close(&rig);
    assert_int_equal(frames_in_file(file, &read_back), 1000);
}

static void the_end_of_the_port_writes_the_batch(void **state)
{
    (void)state;
    struct rig rig = {0};
    struct captured_frame read_back;
    rig_open(&rig, 1);
    assert_int_equal(rig_next(&rig), PORT_FRAME);
    assert_int_equal(rig_next(&rig), PORT_END);
    assert_int_equal(frames_in_file(file, &read_back), 1);
    rig_close(&rig);
}

static void an_existing_file_is_truncated_not_replaced(void **state)
{
    (void)state;
    struct error error = {0};
    struct stat before, after;
    FILE *old = fopen(file, "w");
    for (unsigned i = 0; i < 1000; i++)
        fputs("old contents\n", old);
    fclose(old);
    assert_int_equal(stat(file, &before), 0);
    struct recording *recording = recording_create(file, true, &error);
    assert_non_null(recording);
    recording_close(recording);
    assert_int_equal(stat(file, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_size, 24);
}

static void unwritable_places_are_errors_that_name_them(void **state)
{
    (void)state;
    struct error error = {0};
    assert_null(recording_create("/nonexistent/directory/x.pcap", true, &error));
    assert_int_equal(error.kind, ERROR_ENVIRONMENT);
    assert_non_null(strstr(error.text, "/nonexistent/directory/x.pcap"));
    assert_non_null(strstr(error.text, "unwritable trace"));
    assert_null(recording_create(directory, true, &error));
    assert_null(recording_create("/dev/full", true, &error));
    assert_non_null(strstr(error.text, "No space left"));
}

static void a_full_disk_is_said_once_and_leaves_a_whole_trace(void **state)
{
    (void)state;
    struct error error = {0};
    struct scripted scripted = scripted_data(558, 0);
    struct recording *recording = recording_create(file, true, &error);
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 24 + 2 * (16 + 558) + 100; /* in the middle of the third record */
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    struct captured_frame frame = frame_of(&scripted);
    for (unsigned i = 0; i < 5; i++)
        recording_frame(recording, &frame);
    recording_flush(recording);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    const char *trouble = recording_trouble(recording);
    assert_non_null(trouble);
    assert_non_null(strstr(trouble, "after 2 frames"));
    assert_null(recording_trouble(recording));
    recording_close(recording);
    assert_int_equal(frames_in_file(file, &frame), 2);
}

static void a_reader_that_goes_away_does_not_end_the_program(void **state)
{
    (void)state;
    struct error error = {0};
    struct scripted scripted = scripted_data(100, 0);
    assert_int_equal(mkfifo(file, 0600), 0);
    int reader = open(file, O_RDONLY | O_NONBLOCK);
    struct recording *recording = recording_create(file, true, &error);
    assert_non_null(recording);
    close(reader);
    struct captured_frame frame = frame_of(&scripted);
    recording_frame(recording, &frame);
    recording_flush(recording);
    assert_non_null(recording_trouble(recording));
    recording_close(recording);
}

/* Opens `file` as a pipe that nobody reads from. Returns: its reading end. */
static int open_stalled_pipe(struct recording **ret)
{
    struct error error = {0};
    assert_int_equal(mkfifo(file, 0600), 0);
    int reader = open(file, O_RDONLY | O_NONBLOCK);
    *ret = recording_create(file, true, &error);
    assert_non_null(*ret);
    return reader;
}

static void a_reader_that_pauses_gets_it_all_later(void **state)
{
    (void)state;
    struct scripted scripted = scripted_data(558, 0);
    struct recording *recording;
    int reader = open_stalled_pipe(&recording);
    struct captured_frame frame = frame_of(&scripted);
    for (unsigned i = 0; i < 2000; i++) { /* a pipe holds 64 KiB: this must not block */
        recording_frame(recording, &frame);
        if (i % 100 == 0)
            recording_flush(recording);
    }
    assert_null(recording_trouble(recording));
    size_t read_bytes = 0;
    static char block[8192];
    for (ssize_t got = 1; read_bytes < 24 + 2000 * (16 + 558); read_bytes += (size_t)got) {
        recording_flush(recording);
        got = read(reader, block, sizeof block);
        assert_true(got > 0);
    }
    recording_finish(recording);
    assert_null(recording_trouble(recording));
    assert_int_equal(recording_frame_count(recording), 2000);
    recording_close(recording);
    close(reader);
}

static void a_reader_that_never_comes_back_ends_the_recording_and_blocks_nothing(void **state)
{
    (void)state;
    struct scripted scripted = scripted_data(558, 0);
    struct recording *recording;
    int reader = open_stalled_pipe(&recording);
    struct captured_frame frame = frame_of(&scripted);
    for (unsigned i = 0; i < 30000; i++)
        recording_frame(recording, &frame);
    const char *trouble = recording_trouble(recording);
    assert_non_null(trouble);
    assert_non_null(strstr(trouble, "who reads it has not taken any for too long"));
    assert_null(recording_trouble(recording));
    recording_close(recording);
    close(reader);
}

static void an_automatic_trace_is_private_and_leaves_nothing(void **state)
{
    (void)state;
    struct error error = {0};
    struct recording *recording = recording_create_automatic(&error);
    assert_non_null(recording);
    struct stat status;
    assert_int_equal(stat(recording_path(recording), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(files_in_directory(), 1);
    recording_close(recording);
    assert_int_equal(files_in_directory(), 0);
}

static void an_automatic_trace_cuts_data_and_is_kept_on_failure(void **state)
{
    (void)state;
    struct error error = {0};
    struct scripted data = scripted_data(558, 0), other = scripted_data(558, 0);
    other.bytes[43] = 4; /* an ACK */
    struct recording *recording = recording_create_automatic(&error);
    struct captured_frame frame = frame_of(&other);
    recording_frame(recording, &frame);
    frame = frame_of(&data);
    recording_frame(recording, &frame);
    char target[80];
    snprintf(target, sizeof target, "%s/kept", directory);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_true(recording_keep(recording, target, &error));
    char path[128];
    snprintf(path, sizeof path, "%s", recording_path(recording));
    recording_close(recording);
    assert_non_null(strstr(path, "/kept/spa-sos-"));
    struct captured_frame last;
    assert_int_equal(frames_in_file(path, &last), 2);
    assert_int_equal(last.captured, 64);
    assert_int_equal(last.length, 558);
    assert_int_equal(files_in_directory(), 1);
    unlink(path);
    rmdir(target);
}

static void two_kept_traces_of_one_second_get_two_names(void **state)
{
    (void)state;
    struct error error = {0};
    char paths[3][128];
    for (unsigned i = 0; i < 3; i++) {
        struct recording *recording = recording_create_automatic(&error);
        assert_true(recording_keep(recording, directory, &error));
        snprintf(paths[i], sizeof paths[i], "%s", recording_path(recording));
        recording_close(recording);
    }
    assert_int_equal(files_in_directory(), 3);
    for (unsigned i = 0; i < 3; i++)
        unlink(paths[i]);
}

static void keeping_across_file_systems_copies(void **state)
{
    (void)state;
    struct error error = {0};
    struct stat here, there;
    if (stat(directory, &here) != 0 || stat("/dev/shm", &there) != 0 ||
        here.st_dev == there.st_dev || access("/dev/shm", W_OK) != 0) {
        print_message("# /dev/shm is no other file system here\n");
        return;
    }
    char target[] = "/dev/shm/spa-sos-test-XXXXXX";
    assert_non_null(mkdtemp(target));
    struct scripted scripted = scripted_data(60, 0);
    struct recording *recording = recording_create_automatic(&error);
    struct captured_frame frame = frame_of(&scripted);
    recording_frame(recording, &frame);
    assert_true(recording_keep(recording, target, &error));
    char path[128];
    snprintf(path, sizeof path, "%s", recording_path(recording));
    recording_close(recording);
    assert_int_equal(frames_in_file(path, &frame), 1);
    assert_int_equal(files_in_directory(), 0);
    unlink(path);
    rmdir(target);
}

static void a_trace_that_cannot_be_moved_stays(void **state)
{
    (void)state;
    struct error error = {0};
    struct recording *recording = recording_create_automatic(&error);
    assert_false(recording_keep(recording, "/nonexistent", &error));
    assert_non_null(strstr(error.text, recording_path(recording)));
    char path[128];
    snprintf(path, sizeof path, "%s", recording_path(recording));
    recording_close(recording);
    assert_int_equal(unlink(path), 0);
}

static void the_automatic_trace_ends_at_its_size_limit(void **state)
{
    (void)state;
    struct error error = {0};
    struct scripted scripted = scripted_data(558, 0);
    struct recording *recording = recording_create_automatic(&error);
    struct captured_frame frame = frame_of(&scripted);
    frame.captured = frame.length = 262144;
    frame.bytes = calloc(1, frame.length);
    for (unsigned i = 0; i < 300; i++)
        recording_frame(recording, &frame);
    free((void *)frame.bytes);
    assert_non_null(recording_trouble(recording));
    struct stat status;
    stat(recording_path(recording), &status);
    assert_true((uint64_t)status.st_size <= RECORDING_AUTOMATIC_BYTES);
    assert_true((uint64_t)status.st_size > RECORDING_AUTOMATIC_BYTES - 2 * 262144);
    recording_close(recording);
}

static void a_dry_run_gives_back_what_was_sent_and_sends_nothing(void **state)
{
    (void)state;
    struct error error = {0};
    struct scripted scripted = scripted_data(60, 1);
    struct port *port = port_dry_run_new(&scripted.port);
    struct captured_frame frame;
    assert_true(port->operations->send(port, (const uint8_t *)"first frame", 11, &error));
    assert_true(port->operations->send(port, (const uint8_t *)"second", 6, &error));
    scripted.now_ns -= 5; /* the kernel's time of a frame that waited */
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_FRAME);
    assert_int_equal(frame.number, 1);
    assert_memory_equal(frame.bytes, "first frame", 11);
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_FRAME);
    assert_int_equal(frame.number, 2);
    assert_int_equal(frame.length, 6);
    instant_ns sent_ns = frame.time_ns;
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_FRAME);
    assert_int_equal(frame.number, 3);
    assert_int_equal(frame.time_ns, sent_ns);
    assert_int_equal(frame.length, 60);
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_END);
    assert_int_equal(scripted.sent, 0);
    struct port_counters counters;
    port->operations->counters(port, &counters);
    assert_int_equal(counters.frames_in, 3);
    assert_int_equal(counters.frames_out, 2);
    assert_int_equal(counters.kernel_drops, 3);
    assert_true(port->operations->send(port, (const uint8_t *)"never returned", 14, &error));
    port->operations->close(port);
}

static int make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/spa-sos-unit-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(file, sizeof file, "%s/trace.pcap", directory);
    return setenv("TMPDIR", directory, 1);
}

static int remove_file(void **state)
{
    (void)state;
    unlink(file);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

#define FILE_TEST(function) cmocka_unit_test_teardown(function, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(frames_are_written_in_full_when_nothing_comes),
        FILE_TEST(a_frame_is_answered_before_it_is_written_down),
        FILE_TEST(under_a_stream_of_frames_no_batch_grows_old),
        FILE_TEST(the_end_of_the_port_writes_the_batch),
        FILE_TEST(a_reader_that_pauses_gets_it_all_later),
        FILE_TEST(a_reader_that_never_comes_back_ends_the_recording_and_blocks_nothing),
        FILE_TEST(an_existing_file_is_truncated_not_replaced),
        FILE_TEST(unwritable_places_are_errors_that_name_them),
        FILE_TEST(a_full_disk_is_said_once_and_leaves_a_whole_trace),
        FILE_TEST(a_reader_that_goes_away_does_not_end_the_program),
        FILE_TEST(an_automatic_trace_is_private_and_leaves_nothing),
        FILE_TEST(an_automatic_trace_cuts_data_and_is_kept_on_failure),
        FILE_TEST(two_kept_traces_of_one_second_get_two_names),
        FILE_TEST(keeping_across_file_systems_copies),
        FILE_TEST(a_trace_that_cannot_be_moved_stays),
        FILE_TEST(the_automatic_trace_ends_at_its_size_limit),
        FILE_TEST(a_dry_run_gives_back_what_was_sent_and_sends_nothing),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
