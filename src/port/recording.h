/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace that is being written: pcap, nanoseconds, Ethernet. Frames are written in batches of
 * whole records, so that tcpdump can read it at any moment of the run, and a run that is killed
 * loses no more than the last batch (50 ms). Writing it never stops a run: when the disk is full,
 * the reader of a pipe has gone or takes nothing for 8 MiB, the recording ends after its last whole
 * frame and says so once.
 *
 * Two kinds: the one the user asked for (-w FILE), and the automatic trace, which is moved to the
 * current directory if the run fails and forgotten otherwise.
 */
#ifndef PORT_RECORDING_H
#define PORT_RECORDING_H

#include "base/text.h"
#include "port/port.h"

#define RECORDING_AUTOMATIC_BYTES    ((uint64_t)64 * 1024 * 1024)
#define RECORDING_DATA_CAPTURE_BYTES 64 /* of a DATA frame in an automatic trace */

#define RECORDING_KEPT_STEM "./spa-sos-" /* of names in the current directory */

struct recording;

/* Adds what the names of automatic traces begin with: "$TMPDIR/spa-sos-". */
void recording_automatic_stem(struct text *ret);

/*
 * -w FILE: every frame in full. An existing regular file is left as it is, or truncated if the
 * user wants it so. "-" is standard output, which
 * must not be a terminal. SIGPIPE is ignored from here on if `path` is not a regular file. Returns:
 * to be freed by recording_close; NULL with ret_error ("unwritable trace: ...").
 */
struct recording *recording_create(const char *path, bool overwrite, struct error *ret_error);

/*
 * The automatic trace, in $TMPDIR (/tmp): created exclusively, mode 0600, DATA frames cut to
 * RECORDING_DATA_CAPTURE_BYTES, ends at RECORDING_AUTOMATIC_BYTES. It is removed by recording_close
 * unless recording_keep moved it.
 * Returns: NULL with ret_error, which is a reason to warn, not to stop.
 */
struct recording *recording_create_automatic(struct error *ret_error);

/* Appends a frame to the batch; after trouble it does nothing. */
void recording_frame(struct recording *recording, const struct captured_frame *frame);

/*
 * The same, but when there is time: at the next call of any function here that writes. The frame's
 * bytes must stay valid until then.
 */
void recording_frame_later(struct recording *recording, const struct captured_frame *frame);
/* Appends the frame that was put off, if there is one: its bytes may go afterwards. */
void recording_settle(struct recording *recording);

/* Returns: when the batch is due to be written (time of its oldest frame, plus 50 ms). */
instant_ns recording_deadline(const struct recording *recording);
/* Writes the batch now; never waits for the reader of a pipe. */
void recording_flush(struct recording *recording);
/* The same for the last time: waits up to 2 s for the reader of a pipe. */
void recording_finish(struct recording *recording);

/* Returns: a sentence on why the recording ended early, once; then and otherwise NULL. */
const char *recording_trouble(struct recording *recording);

/* Returns: the name of the file, "-" for standard output. */
const char *recording_path(const struct recording *recording);
uint64_t recording_frame_count(const struct recording *recording);

/*
 * The run has failed: moves an automatic trace to `directory`/spa-sos-<date>-<time>.pcap (local
 * time; -2, -3, ... if the name is taken), across file systems too, and changes recording_path. If
 * that is impossible the trace stays where it is. Nothing happens to a -w file or a second time.
 * Returns: false with ret_error if it could not be moved; recording_path is right in any case.
 */
bool recording_keep(struct recording *recording, const char *directory, struct error *ret_error);

/* Ends the recording; NULL is allowed. */
void recording_close(struct recording *recording);

#endif
