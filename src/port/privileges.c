/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run gives up: see privileges.h. */
#include "port/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

/* Returns: false for anything but a number above 0 that fits an int. */
static bool read_identity(const char *name, unsigned *ret)
{
    const char *text = getenv(name);
    if (!text || *text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || value == 0 || value > INT_MAX)
        return false;
    *ret = (unsigned)value;
    return true;
}

bool privileges_invoking_user(uid_t *ret_user, gid_t *ret_group)
{
    unsigned user, group;
    if (geteuid() != 0 || !read_identity("SUDO_UID", &user) || !read_identity("SUDO_GID", &group))
        return false;
    *ret_user = (uid_t)user;
    *ret_group = (gid_t)group;
    return true;
}

bool privileges_drop(struct error *ret_error)
{
    uid_t user;
    gid_t group;
    if (privileges_invoking_user(&user, &group)) {
        capng_clear(CAPNG_SELECT_BOTH);
        int status =
            capng_change_id((int)user, (int)group, CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING);
        if (status == -10) /* this user is in no user database: no groups then */
            status =
                capng_change_id((int)user, (int)group, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING);
        if (status != 0)
            return error_set(ret_error, ERROR_ENVIRONMENT,
                             "cannot become the user who called sudo (uid %u): %s, step %d",
                             (unsigned)user, strerror(errno), -status);
#if HAS_SANITIZER
        prctl(PR_SET_DUMPABLE, 1); /* the leak checker attaches to its own process */
#endif
    } else {
        /* The bounding set can only be cleared with a capability that setcap users do not have. */
        capng_get_caps_process();
        bool may_clear_bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
        capng_clear(CAPNG_SELECT_BOTH);
        if ((may_clear_bounds && capng_apply(CAPNG_SELECT_BOUNDS) != 0) ||
            capng_apply(CAPNG_SELECT_CAPS) != 0)
            return error_set(ret_error, ERROR_ENVIRONMENT, "cannot drop capabilities: %s",
                             strerror(errno));
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "cannot renounce new privileges: %s",
                         strerror(errno));
    return true;
}

/*
 * Everything that the run, its end (reports, moving the trace) and the C library below them use.
 * libnet sends by ioctl and sendto, libmnl receives by recvmsg.
 */
static const int allowed_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(fcntl),
    SCMP_SYS(ioctl),
    SCMP_SYS(fstat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fchown),
    SCMP_SYS(fchmod),
    SCMP_SYS(umask),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(shutdown),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(tgkill),
    SCMP_SYS(futex),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(sched_yield),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

bool privileges_restrict_system_calls(struct error *ret_error)
{
    if (HAS_SANITIZER)
        return true;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int status = filter ? 0 : -ENOMEM;
    for (size_t i = 0; i < sizeof allowed_calls / sizeof *allowed_calls && status == 0; i++) {
        /* Calls that this machine does not have have negative numbers, which libseccomp accepts. */
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
    }
    if (status == 0)
        status = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (status != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "this kernel cannot restrict system calls: %s", strerror(-status));
    return true;
}
