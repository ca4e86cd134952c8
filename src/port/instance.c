/* SPDX-License-Identifier: BSD-2-Clause */
/* One recovery at a time on an interface: see instance.h. */
#include "port/instance.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t address_of(const struct interface_info *interface, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(ret->sun_path + 1, sizeof ret->sun_path - 1, "spa-sos recover %u",
                          interface->index);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* Returns: the number of the process that holds it, 0 if that cannot be told. */
static pid_t holder(const struct sockaddr_un *address, socklen_t length)
{
    struct ucred credentials = {0};
    socklen_t size = sizeof credentials;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return 0;
    if (connect(descriptor, (const struct sockaddr *)address, length) != 0 ||
        getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        credentials.pid = 0;
    close(descriptor);
    return credentials.pid;
}

int instance_claim(const struct interface_info *interface, struct error *ret_error)
{
    struct sockaddr_un address;
    socklen_t length = address_of(interface, &address);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && bind(descriptor, (const struct sockaddr *)&address, length) == 0 &&
        listen(descriptor, 8) == 0)
        return descriptor;
    int saved = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (saved != EADDRINUSE) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: cannot tell whether another recover runs: %s",
                  interface->name, strerror(saved));
        return -1;
    }
    pid_t process = holder(&address, length);
    if (process > 0)
        error_set(ret_error, ERROR_ENVIRONMENT,
                  "%s: another recover runs on this interface already: process %d. Let it finish, "
                  "or end it (kill -INT %d) and start again",
                  interface->name, (int)process, (int)process);
    else
        error_set(ret_error, ERROR_ENVIRONMENT,
                  "%s: another recover runs on this interface already. Let it finish, or end it "
                  "and start again",
                  interface->name);
    return -1;
}
