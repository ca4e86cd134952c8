/* SPDX-License-Identifier: BSD-2-Clause */
/* The process that stays what this program was: see keeper.h. */
#include "port/keeper.h"

#include "port/call_filter.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTINUATION_CHARS 32

static bool is_continuation(const char *path, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(path, name, length) != 0 || length == 0)
        return false;
    const char *rest = path + length;
    return (*rest == '.' || name[length - 1] == '-') && strlen(rest) <= CONTINUATION_CHARS &&
           strchr(rest, '/') == NULL;
}

static bool is_allowed(const struct files_name *names, size_t count, const char *path,
                       bool for_output)
{
    for (size_t i = 0; i < count; i++) {
        if (for_output && !names[i].is_output)
            continue;
        if (strcmp(path, names[i].path) == 0 ||
            (names[i].is_output && is_continuation(path, names[i].path)))
            return true;
    }
    return false;
}

static bool may(const struct files_name *names, size_t count, const struct files_request *request)
{
    switch (request->operation) {
    case FILES_LOOK:
        return is_allowed(names, count, request->path, false);
    case FILES_OPEN:
        return is_allowed(names, count, request->path,
                          (request->flags & O_ACCMODE) != O_RDONLY ||
                              (request->flags & (O_CREAT | O_TRUNC)) != 0);
    case FILES_REMOVE:
        return is_allowed(names, count, request->path, true);
    case FILES_RENAME:
        return is_allowed(names, count, request->path, true) &&
               is_allowed(names, count, request->other, true);
    }
    return false;
}

static void answer(int to, struct files_reply *reply, int descriptor)
{
    union files_control control = {0};
    struct iovec piece = {.iov_base = reply, .iov_len = sizeof *reply};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor >= 0) {
        control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof descriptor),
                                          .cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
    }
    while (sendmsg(to, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

/* Ends with the process that it serves. */
static _Noreturn void serve(int from, const struct files_name *names, size_t count, pid_t parent)
{
    static struct files_request request;
    struct files_reply reply;
    sigset_t all;
    struct error ignored;
    sigfillset(&all); /* it is not what Ctrl-C means */
    sigprocmask(SIG_SETMASK, &all, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    capng_clear(CAPNG_SELECT_BOTH);
    capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE,
                  CAP_DAC_READ_SEARCH, CAP_FOWNER, -1);
    capng_apply(CAPNG_SELECT_CAPS); /* as far as it has them */
    call_filter_install(CALL_FILTER_KEEPER, &ignored);
    for (;;) {
        ssize_t length = recv(from, &request, sizeof request, 0);
        if (length < 0 && errno == EINTR)
            continue;
        if (length != sizeof request)
            _exit(0);
        request.path[PATH_MAX - 1] = request.other[PATH_MAX - 1] = '\0';
        int descriptor = -1;
        if (may(names, count, &request))
            descriptor = files_carry_out(&request, &reply);
        else
            reply = (struct files_reply){.error = EACCES};
        answer(from, &reply, descriptor);
        if (descriptor >= 0)
            close(descriptor);
    }
}

bool keeper_start(const struct files_name *names, size_t count, struct error *ret_error)
{
    int ends[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "cannot divide rights: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        serve(ends[1], names, count, parent);
    }
    int saved = errno;
    close(ends[1]);
    if (child > 0) {
        files_use_keeper(ends[0]);
        return true;
    }
    close(ends[0]);
    return error_set(ret_error, ERROR_ENVIRONMENT, "cannot divide rights: %s", strerror(saved));
}
