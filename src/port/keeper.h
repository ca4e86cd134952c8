/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keeper: a process that stays root when the program that root started becomes an unprivileged
 * user, and does with names of files what that user can no longer do (see files.h).
 */
#ifndef PORT_KEEPER_H
#define PORT_KEEPER_H

#include "base/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * Of an output also names that continue it are allowed: after '.' ("trace.pcap" allows
 * "trace.pcap.a1B2c3"), or at once where it ends with '-'.
 */
struct files_name {
    const char *path;
    bool is_output;
};

/*
 * Forks the keeper; call it before rights are given up and before any thread exists. It lives as
 * long as this process and has its files, so that names like /dev/stdin mean the same to it.
 * Returns: false with ret_error (ERROR_ENVIRONMENT).
 */
bool keeper_start(const struct files_name *names, size_t count, struct error *ret_error);

/* ---- what the two say to each other: for files.c and keeper.c ---- */

enum files_operation { FILES_OPEN, FILES_LOOK, FILES_REMOVE, FILES_RENAME };

struct files_request {
    enum files_operation operation;
    int flags;   /* of FILES_OPEN, as of open(2) */
    mode_t mode; /* of a file that it creates */
    char path[PATH_MAX], other[PATH_MAX];
};

struct files_reply {
    int error; /* 0 or errno */
    struct stat status;
};

/* A message that may carry one descriptor (cmsg(3)). */
union files_control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

/* Returns: the descriptor of FILES_OPEN, -1 for all others. */
int files_carry_out(const struct files_request *request, struct files_reply *ret);

/* From here on the files_ functions ask the process at the other end of `socket`. */
void files_use_keeper(int socket);

#endif
