/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace that is being written: see recording.h. libpcap writes the records; this file owns the
 * file's life: where it is created, whose it is, when it ends, where it goes.
 */
#include "port/recording.h"

#include "base/bytes.h"
#include "port/privileges.h"
#include "wire/tftp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pcap/pcap.h>
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
#define NAME_ATTEMPTS       100
#define COPY_BYTES          65536

struct recording {
    pcap_t *format;
    pcap_dumper_t *dumper; /* NULL once the recording has ended */
    int descriptor;        /* the same open file, to cut a half-written record */
    bool is_regular;
    bool is_automatic; /* and not kept yet */
    char path[PATH_MAX];
    uint64_t bytes, frames;
    uint64_t byte_limit; /* 0 = none */
    bool has_trouble;    /* not said yet */
    char trouble[PATH_MAX + 256];
};

/* A run under sudo leaves no files of root's behind. */
static void give_to_invoking_user(int descriptor)
{
    uid_t user;
    gid_t group;
    if (!privileges_invoking_user(&user, &group))
        return;
    /* On a file system without owners this fails, and nothing is lost. */
    int ignored = fchown(descriptor, user, group);
    (void)ignored;
}

static struct recording *recording_new(int descriptor, const char *path, struct error *ret_error)
{
    struct recording *recording = calloc(1, sizeof *recording);
    FILE *file = NULL;
    struct stat status;
    if (!recording)
        goto failed;
    recording->descriptor = dup(descriptor);
    snprintf(recording->path, sizeof recording->path, "%s", path);
    recording->is_regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    recording->format = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPSHOT_LENGTH,
                                                             PCAP_TSTAMP_PRECISION_NANO);
    file = fdopen(descriptor, "wb");
    if (!file || recording->descriptor < 0 || !recording->format)
        goto failed;
    if (!recording->is_regular)
        signal(SIGPIPE, SIG_IGN);
    errno = 0;
    recording->dumper = pcap_dump_fopen(recording->format, file);
    if (!recording->dumper || pcap_dump_flush(recording->dumper) != 0)
        goto failed;
    recording->bytes = FILE_HEADER_BYTES;
    return recording;

failed:
    error_set(ret_error, ERROR_ENVIRONMENT, "%s: unwritable trace: %s", path,
              errno ? strerror(errno) : "out of memory");
    if (recording && recording->dumper)
        pcap_dump_close(recording->dumper);
    else if (file)
        fclose(file);
    else
        close(descriptor);
    if (recording) {
        if (recording->format)
            pcap_close(recording->format);
        if (recording->descriptor >= 0)
            close(recording->descriptor);
        free(recording);
    }
    return NULL;
}

/* Returns: a descriptor of a new file, a pipe or device, or a truncated file; or -1 with errno. */
static int open_for_writing(const char *path, bool overwrite)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
        give_to_invoking_user(descriptor);
        return descriptor;
    }
    if (errno != EEXIST)
        return -1;
    struct stat status;
    if (!overwrite && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        ftruncate(descriptor, 0) != 0) {
        int saved = errno;
        close(descriptor);
        errno = saved;
        return -1;
    }
    return descriptor;
}

struct recording *recording_create(const char *path, bool overwrite, struct error *ret_error)
{
    bool is_stdout = strcmp(path, "-") == 0;
    if (is_stdout && isatty(STDOUT_FILENO)) {
        error_set(ret_error, ERROR_USAGE,
                  "unwritable trace: standard output is a terminal; redirect it, or name a file");
        return NULL;
    }
    int descriptor = is_stdout ? dup(STDOUT_FILENO) : open_for_writing(path, overwrite);
    if (descriptor < 0) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: unwritable trace: %s", path,
                  errno == EEXIST ? "it exists already and is left as it is" : strerror(errno));
        return NULL;
    }
    return recording_new(descriptor, path, ret_error);
}

struct recording *recording_create_automatic(struct error *ret_error)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || *directory != '/')
        directory = "/tmp";
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/spa-sos-XXXXXX.pcap", directory);
    if (length < 0 || (size_t)length >= sizeof path) {
        error_set(ret_error, ERROR_ENVIRONMENT, "no automatic trace: TMPDIR is too long");
        return NULL;
    }
    /* Exclusive, mode 0600, and thus through no link. */
    int descriptor = mkostemps(path, (int)strlen(".pcap"), O_CLOEXEC);
    if (descriptor < 0) {
        error_set(ret_error, ERROR_ENVIRONMENT,
                  "no automatic trace: cannot create a file in %s: %s", directory, strerror(errno));
        return NULL;
    }
    give_to_invoking_user(descriptor);
    struct recording *recording = recording_new(descriptor, path, ret_error);
    if (!recording) {
        unlink(path);
        return NULL;
    }
    recording->is_automatic = true;
    recording->byte_limit = RECORDING_AUTOMATIC_BYTES;
    return recording;
}

/* Ends the recording after its last whole frame. */
static void end_recording(struct recording *recording, const char *why)
{
    snprintf(recording->trouble, sizeof recording->trouble,
             "%s: the trace ends after %" PRIu64 " frames: %s; the run goes on", recording->path,
             recording->frames, why);
    recording->has_trouble = true;
    pcap_dump_close(recording->dumper);
    recording->dumper = NULL;
    if (recording->is_regular) {
        /* If even this fails, readers warn of a cut record: nothing more to be done here. */
        int ignored = ftruncate(recording->descriptor, (off_t)recording->bytes);
        (void)ignored;
    }
}

/* A TFTP DATA packet for the loader's port, tagged or not (docs: protocol, TFTP client). */
static bool is_data_frame(const struct port_frame *frame)
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

void recording_frame(struct recording *recording, const struct port_frame *frame)
{
    if (!recording->dumper)
        return;
    size_t captured = frame->captured;
    if (recording->is_automatic && captured > RECORDING_DATA_CAPTURE_BYTES && is_data_frame(frame))
        captured = RECORDING_DATA_CAPTURE_BYTES;
    if (recording->byte_limit > 0 &&
        recording->bytes + RECORD_HEADER_BYTES + captured > recording->byte_limit) {
        end_recording(recording, "it has reached its size limit (-w FILE has none)");
        return;
    }
    const struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(frame->time_ns / NS_PER_S),
               .tv_usec = (suseconds_t)(frame->time_ns % NS_PER_S)}, /* nanoseconds, see format */
        .caplen = (bpf_u_int32)captured,
        .len = (bpf_u_int32)frame->length,
    };
    errno = 0;
    pcap_dump((u_char *)recording->dumper, &header, frame->bytes);
    if (pcap_dump_flush(recording->dumper) != 0 || ferror(pcap_dump_file(recording->dumper))) {
        end_recording(recording, errno ? strerror(errno) : "write error");
        return;
    }
    recording->bytes += RECORD_HEADER_BYTES + captured;
    recording->frames++;
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
        int descriptor = open(ret_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

static bool copy_contents(const char *from_path, int to)
{
    int from = open(from_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return false;
    static uint8_t block[COPY_BYTES];
    ssize_t got;
    while ((got = read(from, block, sizeof block)) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t written = write(to, block + done, (size_t)(got - done));
            if (written < 0) {
                got = -1;
                break;
            }
            done += written;
        }
        if (got < 0)
            break;
    }
    int saved = errno;
    close(from);
    errno = saved;
    return got == 0;
}

bool recording_keep(struct recording *recording, const char *directory, struct error *ret_error)
{
    if (!recording->is_automatic)
        return true;
    recording->is_automatic = false; /* from here on it is never removed */
    char kept[PATH_MAX];
    int descriptor = create_kept(directory, kept);
    if (descriptor < 0)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "the trace stays in %s: cannot create a file in %s: %s", recording->path,
                         directory, strerror(errno));
    give_to_invoking_user(descriptor);
    /* The name is ours now, so replacing it by rename overwrites nobody's file. */
    bool moved = rename(recording->path, kept) == 0;
    if (!moved && copy_contents(recording->path, descriptor)) {
        moved = true;
        unlink(recording->path);
    }
    int saved = errno;
    close(descriptor);
    if (!moved) {
        unlink(kept);
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "the trace stays in %s: cannot move it to %s: %s", recording->path,
                         directory, strerror(saved));
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
    if (recording->dumper)
        pcap_dump_close(recording->dumper);
    pcap_close(recording->format);
    close(recording->descriptor);
    if (recording->is_automatic)
        unlink(recording->path);
    free(recording);
}
