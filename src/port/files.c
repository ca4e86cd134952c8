/* SPDX-License-Identifier: BSD-2-Clause */
/* Files by name: see files.h. */
#include "port/files.h"

#include "port/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNIQUE_CHARS    6
#define UNIQUE_ATTEMPTS 100

static int keeper = -1;       /* the socket to it */
static pthread_mutex_t *turn; /* of asking it */

/* Shared with the processes that this one forks, of which each asks and waits for its answer. */
static pthread_mutex_t *make_turn(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t *mutex =
        mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED)
        abort();
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    return mutex;
}

static void take_turn(void)
{
    if (pthread_mutex_lock(turn) == EOWNERDEAD)
        pthread_mutex_consistent(turn);
}

void files_use_keeper(int socket)
{
    keeper = socket;
    turn = make_turn();
}

bool files_have_keeper(void)
{
    return keeper >= 0;
}

int files_carry_out(const struct files_request *request, struct files_reply *ret)
{
    int descriptor = -1;
    bool good = false;
    *ret = (struct files_reply){0};
    switch (request->operation) {
    case FILES_OPEN:
        descriptor = open(request->path, request->flags | O_CLOEXEC, request->mode);
        good = descriptor >= 0;
        break;
    case FILES_LOOK:
        good = stat(request->path, &ret->status) == 0;
        break;
    case FILES_REMOVE:
        good = unlink(request->path) == 0;
        break;
    case FILES_RENAME:
        good = rename(request->path, request->other) == 0;
        break;
    }
    ret->error = good ? 0 : errno;
    return descriptor;
}

/* Returns: a descriptor, or -1: with errno, or because there is none to be had. */
static int receive_reply(struct files_reply *ret)
{
    union files_control control;
    struct iovec piece = {.iov_base = ret, .iov_len = sizeof *ret};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t length;
    int descriptor = -1;
    while ((length = recvmsg(keeper, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (length != (ssize_t)sizeof *ret) {
        ret->error = EPIPE;
        return -1;
    }
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

/* Returns: what files_carry_out does, with errno. */
static int have_done(const struct files_request *request, struct files_reply *ret)
{
    int descriptor = -1;
    if (keeper < 0) {
        descriptor = files_carry_out(request, ret);
    } else {
        ssize_t length;
        take_turn();
        while ((length = send(keeper, request, sizeof *request, MSG_NOSIGNAL)) < 0 &&
               errno == EINTR)
            ;
        if (length == (ssize_t)sizeof *request)
            descriptor = receive_reply(ret);
        else
            ret->error = EPIPE;
        pthread_mutex_unlock(turn);
    }
    errno = ret->error;
    return descriptor;
}

/* Returns: false with errno ENAMETOOLONG. */
static bool set_path(char ret[PATH_MAX], const char *path)
{
    size_t length = strlen(path);
    if (length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(ret, path, length + 1);
    return true;
}

static int open_by(const char *path, int flags, mode_t mode)
{
    struct files_request request = {
        .operation = FILES_OPEN, .flags = flags | O_NOCTTY, .mode = mode};
    struct files_reply reply;
    return set_path(request.path, path) ? have_done(&request, &reply) : -1;
}

int files_read(const char *path)
{
    return open_by(path, O_RDONLY, 0);
}

int files_create(const char *path, mode_t mode)
{
    return open_by(path, O_WRONLY | O_CREAT | O_EXCL, mode);
}

int files_write(const char *path)
{
    struct stat status;
    int descriptor = open_by(path, O_WRONLY, 0);
    if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        ftruncate(descriptor, 0) != 0) {
        int saved = errno;
        close(descriptor);
        errno = saved;
        return -1;
    }
    return descriptor;
}

bool files_write_all(int descriptor, const void *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t written = write(descriptor, (const char *)bytes + done, length - done);
        if (written < 0 && errno != EINTR)
            return false;
        done += written > 0 ? (size_t)written : 0;
    }
    return true;
}

int files_create_unique(char *pattern, size_t suffix_length, mode_t mode)
{
    static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char *at = pattern + strlen(pattern) - suffix_length - UNIQUE_CHARS;
    for (unsigned attempt = 0; attempt < UNIQUE_ATTEMPTS; attempt++) {
        unsigned char random[UNIQUE_CHARS];
        if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
            return -1;
        for (size_t i = 0; i < UNIQUE_CHARS; i++)
            at[i] = chars[random[i] % (sizeof chars - 1)];
        int descriptor = open_by(pattern, O_RDWR | O_CREAT | O_EXCL, mode);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

bool files_look(const char *path, struct stat *ret)
{
    struct files_request request = {.operation = FILES_LOOK};
    struct files_reply reply;
    if (!set_path(request.path, path))
        return false;
    have_done(&request, &reply);
    *ret = reply.status;
    return reply.error == 0;
}

bool files_remove(const char *path)
{
    struct files_request request = {.operation = FILES_REMOVE};
    struct files_reply reply;
    if (!set_path(request.path, path))
        return false;
    have_done(&request, &reply);
    return reply.error == 0;
}

bool files_rename(const char *from, const char *to)
{
    struct files_request request = {.operation = FILES_RENAME};
    struct files_reply reply;
    if (!set_path(request.path, from) || !set_path(request.other, to))
        return false;
    have_done(&request, &reply);
    return reply.error == 0;
}
