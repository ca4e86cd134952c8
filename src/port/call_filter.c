/* SPDX-License-Identifier: BSD-2-Clause */
/* System-call filters: see call_filter.h. */
#include "port/call_filter.h"

#include "port/sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define ANY 0 /* the right that every filter has */

/* Calls that this machine does not have have negative numbers, which libseccomp accepts. */
static const struct {
    unsigned right;
    int call;
} plain_calls[] = {
    {ANY, SCMP_SYS(read)},
    {ANY, SCMP_SYS(readv)},
    {ANY, SCMP_SYS(pread64)},
    {ANY, SCMP_SYS(write)},
    {ANY, SCMP_SYS(writev)},
    {ANY, SCMP_SYS(lseek)},
    {ANY, SCMP_SYS(_llseek)},
    {ANY, SCMP_SYS(close)},
    {ANY, SCMP_SYS(dup)},
    {ANY, SCMP_SYS(fcntl)},
    {ANY, SCMP_SYS(fcntl64)},
    {ANY, SCMP_SYS(fstat)},
    {ANY, SCMP_SYS(fstat64)},
    {ANY, SCMP_SYS(stat)},
    {ANY, SCMP_SYS(stat64)},
    {ANY, SCMP_SYS(newfstatat)},
    {ANY, SCMP_SYS(fstatat64)},
    {ANY, SCMP_SYS(statx)},
    {ANY, SCMP_SYS(poll)},
    {ANY, SCMP_SYS(ppoll)},
    {ANY, SCMP_SYS(ppoll_time64)},
    {ANY, SCMP_SYS(clock_gettime)},
    {ANY, SCMP_SYS(clock_gettime64)},
    {ANY, SCMP_SYS(gettimeofday)},
    {ANY, SCMP_SYS(time)},
    {ANY, SCMP_SYS(munmap)},
    {ANY, SCMP_SYS(mremap)},
    {ANY, SCMP_SYS(madvise)},
    {ANY, SCMP_SYS(brk)},
    {ANY, SCMP_SYS(rt_sigaction)},
    {ANY, SCMP_SYS(rt_sigprocmask)},
    {ANY, SCMP_SYS(rt_sigreturn)},
    {ANY, SCMP_SYS(sigreturn)},
    {ANY, SCMP_SYS(restart_syscall)},
    {ANY, SCMP_SYS(getrandom)},
    {ANY, SCMP_SYS(futex)},
    {ANY, SCMP_SYS(sysinfo)}, /* qsort: how much memory there is */
    {ANY, SCMP_SYS(getpid)},
    {ANY, SCMP_SYS(gettid)},
    {ANY, SCMP_SYS(tgkill)}, /* abort */
    {ANY, SCMP_SYS(exit)},
    {ANY, SCMP_SYS(exit_group)},
    {CALL_FILTER_WRITE, SCMP_SYS(rename)},
    {CALL_FILTER_WRITE, SCMP_SYS(renameat)},
    {CALL_FILTER_WRITE, SCMP_SYS(renameat2)},
    {CALL_FILTER_WRITE, SCMP_SYS(unlink)},
    {CALL_FILTER_WRITE, SCMP_SYS(unlinkat)},
    {CALL_FILTER_WRITE, SCMP_SYS(ftruncate)},
    {CALL_FILTER_WRITE, SCMP_SYS(ftruncate64)},
    {CALL_FILTER_ASK, SCMP_SYS(recvmsg)},
    {CALL_FILTER_ASK, SCMP_SYS(sendto)},
    {CALL_FILTER_ASK, SCMP_SYS(send)},
    {CALL_FILTER_LOOK, SCMP_SYS(bind)},
    {CALL_FILTER_LOOK, SCMP_SYS(getsockname)},
    {CALL_FILTER_LOOK, SCMP_SYS(sendto)},
    {CALL_FILTER_LOOK, SCMP_SYS(recvmsg)},
    {CALL_FILTER_LOOK, SCMP_SYS(access)},
    {CALL_FILTER_LOOK, SCMP_SYS(faccessat)},
    {CALL_FILTER_SEND, SCMP_SYS(sendto)},
    {CALL_FILTER_SEND, SCMP_SYS(sendmsg)},
    {CALL_FILTER_SEND, SCMP_SYS(recvfrom)},
    {CALL_FILTER_SEND, SCMP_SYS(recvmsg)},
    {CALL_FILTER_SEND, SCMP_SYS(sched_yield)}, /* see spin.h */
};

static const int keeper_calls[] = {
    SCMP_SYS(recvfrom), SCMP_SYS(recv),       SCMP_SYS(sendmsg),   SCMP_SYS(open),
    SCMP_SYS(openat),   SCMP_SYS(stat),       SCMP_SYS(stat64),    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),    SCMP_SYS(fstatat64),  SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),   SCMP_SYS(renameat),   SCMP_SYS(renameat2), SCMP_SYS(close),
    SCMP_SYS(exit),     SCMP_SYS(exit_group),
};

static int allow(scmp_filter_ctx filter, int call)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
}

/* `call` where its argument `number`, masked, is `value`. */
static int allow_where(scmp_filter_ctx filter, int call, unsigned number, uint64_t mask,
                       uint64_t value)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                            SCMP_CMP(number, SCMP_CMP_MASKED_EQ, mask, value));
}

static int allow_keeper(scmp_filter_ctx filter)
{
    int status = 0;
    for (size_t i = 0; i < sizeof keeper_calls / sizeof *keeper_calls && status == 0; i++)
        status = allow(filter, keeper_calls[i]);
    return status;
}

/* Memory never becomes a program. */
static int allow_memory(scmp_filter_ctx filter)
{
    int status = allow_where(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
    if (status == 0)
        status = allow_where(filter, SCMP_SYS(mmap2), 2, PROT_EXEC, 0);
    if (status == 0)
        status = allow_where(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
    return status;
}

/* What a terminal is asked, and nothing that changes one. */
static int allow_questions(scmp_filter_ctx filter, unsigned rights)
{
    static const struct {
        unsigned right;
        uint64_t request;
    } questions[] = {
        {ANY, TCGETS},
        {ANY, TIOCGWINSZ},
        {CALL_FILTER_LOOK, SIOCETHTOOL},
    };
    int status = 0;
    for (size_t i = 0; i < sizeof questions / sizeof *questions && status == 0; i++) {
        if (questions[i].right == ANY || (rights & questions[i].right))
            status = allow_where(filter, SCMP_SYS(ioctl), 1, UINT32_MAX, questions[i].request);
    }
    return status;
}

static int allow_files(scmp_filter_ctx filter, unsigned rights)
{
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    int status = 0;
    if (rights & CALL_FILTER_WRITE) {
        status = allow(filter, SCMP_SYS(openat));
        return status ? status : allow(filter, SCMP_SYS(open));
    }
    if (rights & CALL_FILTER_READ) {
        status = allow_where(filter, SCMP_SYS(openat), 2, writing, O_RDONLY);
        return status ? status : allow_where(filter, SCMP_SYS(open), 1, writing, O_RDONLY);
    }
    return 0;
}

static int allow_sockets(scmp_filter_ctx filter, unsigned rights)
{
    int status = 0;
    if (rights & CALL_FILTER_LOOK) {
        status = allow_where(filter, SCMP_SYS(socket), 0, UINT32_MAX, AF_NETLINK);
        if (status == 0) /* for its ioctl */
            status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                                      SCMP_CMP(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, AF_INET),
                                      SCMP_CMP(1, SCMP_CMP_MASKED_EQ, 0xf, SOCK_DGRAM));
    }
    if (status == 0 &&
        (rights & CALL_FILTER_SEND)) /* how many frames the kernel dropped; the end */
        status = allow_where(filter, SCMP_SYS(getsockopt), 1, UINT32_MAX, SOL_PACKET);
    if (status == 0 && (rights & CALL_FILTER_SEND))
        status = allow_where(filter, SCMP_SYS(setsockopt), 1, UINT32_MAX, SOL_PACKET);
    return status;
}

static int allow_all(scmp_filter_ctx filter, unsigned rights)
{
    if (rights == CALL_FILTER_KEEPER)
        return allow_keeper(filter);
    int status = 0;
    for (size_t i = 0; i < sizeof plain_calls / sizeof *plain_calls && status == 0; i++) {
        if (plain_calls[i].right == ANY || (rights & plain_calls[i].right))
            status = allow(filter, plain_calls[i].call);
    }
    if (status == 0)
        status = allow_memory(filter);
    if (status == 0)
        status = allow_questions(filter, rights);
    if (status == 0)
        status = allow_files(filter, rights);
    return status ? status : allow_sockets(filter, rights);
}

bool call_filter_install(unsigned rights, struct error *ret_error)
{
    if (HAS_SANITIZER)
        return true;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int status = filter ? allow_all(filter, rights) : -ENOMEM;
    if (status == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        status = -errno;
    if (status == 0)
        status = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (status != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "this kernel cannot restrict system calls: %s", strerror(-status));
    return true;
}
