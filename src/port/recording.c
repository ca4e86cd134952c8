/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace that is being written: see recording.h. libpcap writes the records into memory, this file
 * whole ones of them to the descriptor; it owns the file's life: where it is created, whose it is,
 * when it ends, where it goes.
 */
#include "port/recording.h"

#include "base/bytes.h"
#include "port/files.h"
#include "wire/tftp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SNAPSHOT_LENGTH     262144 /* tcpdump's */
#define FILE_HEADER_BYTES   24     /* pcap-savefile(5) */
#define RECORD_HEADER_BYTES 16
#define BATCH_BYTES         ((uint64_t)256 * 1024) /* are written at the latest */
#define BATCH_AGE_NS        (50 * NS_PER_MS)
#define BACKLOG_BYTES       ((size_t)8 * 1024 * 1024) /* wait for the reader of a pipe */
#define LAST_PATIENCE_NS    (2 * NS_PER_S)            /* with him, at the end */
#define NAME_ATTEMPTS       100
#define COPY_BYTES          65536

struct recording {
    pcap_t *format;
    pcap_dumper_t *dumper; /* into `batch`; NULL once the recording has ended */
    char *batch;           /* whole records on their way to the file; valid after a flush */
    size_t batch_length;
    size_t batch_written; /* of it, where the reader of a pipe has not taken all */
    int descriptor;
    bool is_regular;
    bool is_automatic; /* and not kept yet */
    char path[PATH_MAX];
    uint64_t bytes, frames;      /* with those of the batch */
    uint64_t batch_bytes;        /* in the batch, not yet known to be written */
    uint64_t batch_frames;       /* in the batch */
    instant_ns oldest_ns;        /* of the batch */
    struct captured_frame later; /* to be appended, see recording_frame_later */
    bool has_later;
    uint64_t byte_limit; /* 0 = none */
    bool has_trouble;    /* not said yet */
    char trouble[PATH_MAX + 256];
};

static bool write_batch(struct recording *recording, duration_ns patience_ns);

/* libpcap writes into memory, so that the descriptor gets whole records only. */
static bool open_batch(struct recording *recording)
{
    recording->format = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPSHOT_LENGTH,
                                                             PCAP_TSTAMP_PRECISION_NANO);
    FILE *memory = open_memstream(&recording->batch, &recording->batch_length);
    if (!memory || !recording->format) {
        if (memory)
            fclose(memory);
        return false;
    }
    recording->dumper = pcap_dump_fopen(recording->format, memory);
    return recording->dumper != NULL; /* libpcap has closed it otherwise */
}

static void free_recording(struct recording *recording)
{
    if (recording->dumper)
        pcap_dump_close(recording->dumper);
    if (recording->format)
        pcap_close(recording->format);
    free(recording->batch);
    close(recording->descriptor);
    free(recording);
}

/* Owns `descriptor` from here on. */
static struct recording *recording_new(int descriptor, const char *path, struct error *ret_error)
{
    struct recording *recording = calloc(1, sizeof *recording);
    struct stat status;
    if (!recording) {
        close(descriptor);
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: unwritable trace: out of memory",
                  path_shown(path).text);
        return NULL;
    }
    recording->descriptor = descriptor;
    snprintf(recording->path, sizeof recording->path, "%s", path);
    recording->is_regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (!recording->is_regular)
        signal(SIGPIPE, SIG_IGN);
    errno = 0;
    if (!open_batch(recording) || !write_batch(recording, 0)) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: unwritable trace: %s", path_shown(path).text,
                  errno ? strerror(errno) : "out of memory");
        free_recording(recording);
        return NULL;
    }
    recording->bytes = FILE_HEADER_BYTES;
    return recording;
}

/* Returns: a descriptor of a new file, a pipe or device, or a truncated file; or -1 with errno. */
static int open_for_writing(const char *path, bool overwrite, bool *ret_is_new)
{
    int descriptor = files_create(path, 0666);
    *ret_is_new = descriptor >= 0;
    if (descriptor >= 0 || errno != EEXIST)
        return descriptor;
    struct stat status;
    if (!overwrite && files_look(path, &status) && S_ISREG(status.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    return files_write(path);
}

struct recording *recording_create(const char *path, bool overwrite, struct error *ret_error)
{
    bool is_stdout = strcmp(path, "-") == 0;
    if (is_stdout && isatty(STDOUT_FILENO)) {
        error_set(ret_error, ERROR_USAGE,
                  "unwritable trace: standard output is a terminal; redirect it, or name a file");
        return NULL;
    }
    bool is_new = false;
    int descriptor = is_stdout ? dup(STDOUT_FILENO) : open_for_writing(path, overwrite, &is_new);
    if (descriptor < 0) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: unwritable trace: %s", path_shown(path).text,
                  errno == EEXIST ? "it exists already and is left as it is" : strerror(errno));
        return NULL;
    }
    struct recording *recording = recording_new(descriptor, path, ret_error);
    if (!recording && is_new)
        files_remove(path); /* nothing is in it */
    return recording;
}

static const char *automatic_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory && *directory == '/' ? directory : "/tmp";
}

void recording_automatic_stem(struct text *ret)
{
    text_add(ret, "%s/spa-sos-", automatic_directory());
}

struct recording *recording_create_automatic(struct error *ret_error)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/spa-sos-XXXXXX.pcap", automatic_directory());
    if (length < 0 || (size_t)length >= sizeof path) {
        error_set(ret_error, ERROR_ENVIRONMENT, "no automatic trace: TMPDIR is too long");
        return NULL;
    }
    /* Exclusive, mode 0600, and thus through no link. */
    int descriptor = files_create_unique(path, strlen(".pcap"), 0600);
    if (descriptor < 0) {
        error_set(ret_error, ERROR_ENVIRONMENT,
                  "no automatic trace: cannot create a file in %s: %s",
                  path_shown(automatic_directory()).text, strerror(errno));
        return NULL;
    }
    struct recording *recording = recording_new(descriptor, path, ret_error);
    if (!recording) {
        files_remove(path);
        return NULL;
    }
    recording->is_automatic = true;
    recording->byte_limit = RECORDING_AUTOMATIC_BYTES;
    return recording;
}

/* Returns: the bytes of the whole records in the first `length` of the batch, with their number. */
static size_t whole_records(const struct recording *recording, size_t length, uint64_t *ret_count)
{
    size_t end = 0;
    *ret_count = 0;
    for (;;) {
        uint32_t captured;
        if (length - end < RECORD_HEADER_BYTES)
            return end;
        memcpy(&captured, recording->batch + end + 8, sizeof captured);
        if (length - end - RECORD_HEADER_BYTES < captured)
            return end;
        end += RECORD_HEADER_BYTES + captured;
        ++*ret_count;
    }
}

/* Ends the recording after its last whole frame, without what is still in the batch. */
static void end_recording(struct recording *recording, const char *why)
{
    uint64_t written_frames;
    size_t written = whole_records(recording, recording->batch_written, &written_frames);
    recording->frames += written_frames - recording->batch_frames;
    recording->bytes += written - recording->batch_bytes;
    recording->batch_frames = recording->batch_bytes = 0;
    snprintf(recording->trouble, sizeof recording->trouble,
             "%s: the trace ends after %" PRIu64 " frames: %s; the run goes on",
             path_shown(recording->path).text, recording->frames, why);
    recording->has_trouble = true;
    pcap_dump_close(recording->dumper);
    recording->dumper = NULL;
    if (recording->is_regular) {
        /* If even this fails, readers warn of a cut record: nothing more to be done here. */
        int ignored = ftruncate(recording->descriptor, (off_t)recording->bytes);
        (void)ignored;
    }
}

/*
 * What a pipe takes at once; more than that could block. Returns: bytes, 0 if it takes nothing for
 * `patience_ns`, SIZE_MAX for a file.
 */
static size_t room(const struct recording *recording, duration_ns patience_ns)
{
    struct pollfd polled = {.fd = recording->descriptor, .events = POLLOUT};
    if (recording->is_regular)
        return SIZE_MAX;
    return poll(&polled, 1, (int)(patience_ns / NS_PER_MS)) > 0 ? PIPE_BUF : 0;
}

/* Returns: false with errno set. What a pipe does not take stays in the batch. */
static bool write_batch(struct recording *recording, duration_ns patience_ns)
{
    if (pcap_dump_flush(recording->dumper) != 0)
        return false;
    while (recording->batch_written < recording->batch_length) {
        size_t left = recording->batch_length - recording->batch_written;
        size_t takes = room(recording, patience_ns);
        if (takes == 0)
            return true;
        ssize_t written = write(recording->descriptor, recording->batch + recording->batch_written,
                                left < takes ? left : takes);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            recording->batch_written += (size_t)written;
    }
    recording->batch_written = 0;
    recording->batch_frames = recording->batch_bytes = 0;
    return fseeko(pcap_dump_file(recording->dumper), 0, SEEK_SET) == 0;
}

/* A TFTP DATA packet for the loader's port, tagged or not (docs: protocol, TFTP client). */
static bool is_data_frame(const struct captured_frame *frame)
{
    struct reader reader = reader_over(frame->bytes, frame->captured);
    reader_skip(&reader, 12);
    uint16_t type = reader_be16(&reader);
    if (type == 0x8100) {
        reader_skip(&reader, 2);
        type = reader_be16(&reader);
    }
    size_t header_length = (size_t)(reader_u8(&reader) & 0x0f) * 4;
    reader_skip(&reader, 8);
    uint8_t protocol = reader_u8(&reader);
    if (type != 0x0800 || protocol != 17 || header_length < 20)
        return false;
    reader_skip(&reader, header_length - 10 + 2);
    uint16_t destination_port = reader_be16(&reader);
    reader_skip(&reader, 4);
    uint16_t opcode = reader_be16(&reader);
    return !reader.failed && destination_port == TFTP_PHONE_PORT && opcode == TFTP_DATA;
}

static void flush(struct recording *recording, duration_ns patience_ns)
{
    recording_settle(recording);
    if (!recording->dumper || recording->batch_frames == 0)
        return;
    errno = 0;
    if (!write_batch(recording, patience_ns))
        end_recording(recording, errno ? strerror(errno) : "write error");
    else if (recording->batch_length - recording->batch_written > BACKLOG_BYTES)
        end_recording(recording, "who reads it has not taken any for too long");
}

void recording_flush(struct recording *recording)
{
    flush(recording, 0);
}

void recording_finish(struct recording *recording)
{
    flush(recording, LAST_PATIENCE_NS);
    if (recording->dumper && recording->batch_frames > 0)
        end_recording(recording, "who reads it does not take the rest");
}

void recording_frame(struct recording *recording, const struct captured_frame *frame)
{
    recording_settle(recording);
    if (!recording->dumper)
        return;
    size_t captured = frame->captured;
    if (recording->is_automatic && captured > RECORDING_DATA_CAPTURE_BYTES && is_data_frame(frame))
        captured = RECORDING_DATA_CAPTURE_BYTES;
    if (recording->byte_limit > 0 &&
        recording->bytes + RECORD_HEADER_BYTES + captured > recording->byte_limit) {
        flush(recording, 0);
        if (recording->dumper)
            end_recording(recording, "it has reached its size limit (-w FILE has none)");
        return;
    }
    const struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(frame->time_ns / NS_PER_S),
               .tv_usec = (suseconds_t)(frame->time_ns % NS_PER_S)}, /* nanoseconds, see format */
        .caplen = (bpf_u_int32)captured,
        .len = (bpf_u_int32)frame->length,
    };
    pcap_dump((u_char *)recording->dumper, &header, frame->bytes);
    if (recording->batch_frames++ == 0)
        recording->oldest_ns = frame->time_ns;
    recording->batch_bytes += RECORD_HEADER_BYTES + captured;
    recording->bytes += RECORD_HEADER_BYTES + captured;
    recording->frames++;
    if (recording->batch_bytes >= BATCH_BYTES)
        flush(recording, 0);
}

void recording_frame_later(struct recording *recording, const struct captured_frame *frame)
{
    recording_settle(recording);
    recording->later = *frame;
    recording->has_later = true;
}

void recording_settle(struct recording *recording)
{
    if (!recording->has_later)
        return;
    recording->has_later = false;
    recording_frame(recording, &recording->later);
}

instant_ns recording_deadline(const struct recording *recording)
{
    return recording->dumper && recording->batch_frames > 0 ? recording->oldest_ns + BATCH_AGE_NS
                                                            : INSTANT_NEVER;
}

const char *recording_trouble(struct recording *recording)
{
    if (!recording->has_trouble)
        return NULL;
    recording->has_trouble = false;
    return recording->trouble;
}

const char *recording_path(const struct recording *recording)
{
    return recording->path;
}

uint64_t recording_frame_count(const struct recording *recording)
{
    return recording->frames;
}

/* Returns: a descriptor of the first spa-sos-<date>-<time>.pcap that did not exist, or -1. */
static int create_kept(const char *directory, char ret_path[PATH_MAX])
{
    time_t now = time(NULL);
    struct tm local;
    char stamp[32];
    localtime_r(&now, &local);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
    for (unsigned attempt = 1; attempt <= NAME_ATTEMPTS; attempt++) {
        char suffix[16] = "";
        if (attempt > 1)
            snprintf(suffix, sizeof suffix, "-%u", attempt);
        int length = snprintf(ret_path, PATH_MAX, "%s/spa-sos-%s%s.pcap", directory, stamp, suffix);
        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int descriptor = files_create(ret_path, 0600);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* `from` is at its end afterwards. */
static bool copy_contents(int from, int to)
{
    static uint8_t block[COPY_BYTES];
    ssize_t got;
    if (lseek(from, 0, SEEK_SET) != 0)
        return false;
    while ((got = read(from, block, sizeof block)) > 0) {
        if (!files_write_all(to, block, (size_t)got))
            return false;
    }
    return got == 0;
}

bool recording_keep(struct recording *recording, const char *directory, struct error *ret_error)
{
    recording_finish(recording);
    if (!recording->is_automatic)
        return true;
    recording->is_automatic = false; /* from here on it is never removed */
    char kept[PATH_MAX];
    int descriptor = create_kept(directory, kept);
    if (descriptor < 0)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "the trace stays in %s: cannot create a file in %s: %s",
                         path_shown(recording->path).text, directory, strerror(errno));
    /* The name is ours now, so replacing it by rename overwrites nobody's file. */
    bool moved = files_rename(recording->path, kept);
    if (!moved && copy_contents(recording->descriptor, descriptor)) {
        moved = true;
        files_remove(recording->path);
    }
    int saved = errno;
    close(descriptor);
    if (!moved) {
        files_remove(kept);
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "the trace stays in %s: cannot move it to %s: %s",
                         path_shown(recording->path).text, directory, strerror(saved));
    }
    /* "./" says nothing in the current directory. */
    const char *shown = strncmp(kept, "./", 2) == 0 ? kept + 2 : kept;
    snprintf(recording->path, sizeof recording->path, "%s", shown);
    return true;
}

void recording_close(struct recording *recording)
{
    if (!recording)
        return;
    recording_finish(recording);
    if (recording->is_automatic)
        files_remove(recording->path);
    free_recording(recording);
}
