/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose rights a run has: see privileges.h. */
#include "port/privileges.h"

#include "config.h"

#include "port/sanitized.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#ifdef STATIC_PROGRAM
#include <nss.h>
#endif
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define UNPRIVILEGED_NAME "nobody"
#define UNPRIVILEGED_ID   65534 /* where no user has that name */

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

/* Does the user namespace have this number? (user_namespaces(7)) */
static bool is_mapped(const char *map, unsigned id)
{
    FILE *file = fopen(map, "re");
    unsigned first, outside, count;
    bool found = !file;
    while (file && !found && fscanf(file, "%u %u %u", &first, &outside, &count) == 3)
        found = id >= first && id - first < count;
    if (file)
        fclose(file);
    return found;
}

static void select_capabilities(bool sends)
{
    capng_get_caps_process();
    bool has = capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW) != 0;
    capng_clear(CAPNG_SELECT_BOTH);
    if (sends && has)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_RAW);
}

/* The bounding set can only be cleared with a capability that setcap users do not have. */
static bool apply_capabilities(bool sends, struct error *ret_error)
{
    capng_get_caps_process();
    bool may_clear_bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
    select_capabilities(sends);
    if ((!may_clear_bounds || capng_apply(CAPNG_SELECT_BOUNDS) == 0) &&
        capng_apply(CAPNG_SELECT_CAPS) == 0)
        return true;
    return error_set(ret_error, ERROR_ENVIRONMENT, "cannot drop capabilities: %s", strerror(errno));
}

/*
 * One attempt: after a failed one libcap-ng holds capabilities that it needed for the change to be
 * wanted ones.
 */
static bool become(unsigned user, unsigned group, bool with_groups, bool sends)
{
    select_capabilities(sends);
    int status =
        capng_change_id((int)user, (int)group,
                        (capng_flags_t)(CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT |
                                        (with_groups ? CAPNG_INIT_SUPP_GRP : CAPNG_DROP_SUPP_GRP)));
#if HAS_SANITIZER
    prctl(PR_SET_DUMPABLE, 1); /* the leak checker attaches to its own process */
#endif
    return status == 0;
}

/* Returns: false and a note if this namespace lacks the user or group. */
static bool can_become(unsigned user, unsigned group, struct text *notes)
{
    if (is_mapped("/proc/self/uid_map", user) && is_mapped("/proc/self/gid_map", group))
        return true;
    text_add(notes,
             "this user namespace has no user %u: the run keeps the identity of root of this "
             "namespace, without capabilities\n",
             user);
    return false;
}

static bool cannot_change_identity(struct text *notes)
{
    capng_get_caps_process();
    if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) &&
        capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID))
        return false;
    text_add(notes, "this root may not become another user: the run keeps its identity, without "
                    "capabilities\n");
    return true;
}

/*
 * A C library that is in the program asks the files of this machine for names and groups: modules
 * that the machine's own C library would load need not fit.
 */
static void read_names_from_files(void)
{
#ifdef STATIC_PROGRAM
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    __nss_configure_lookup("initgroups", "files");
#endif
}

bool privileges_begin(struct text *notes, struct error *ret_error)
{
    unsigned user, group;
    read_names_from_files();
    if (geteuid() != 0)
        return apply_capabilities(true, ret_error);
    if (!read_identity("SUDO_UID", &user) || !read_identity("SUDO_GID", &group) ||
        cannot_change_identity(notes) || !can_become(user, group, notes))
        return true;                        /* root itself, see privileges_limit */
    bool is_known = getpwuid(user) != NULL; /* its groups can be known then */
    return become(user, group, is_known, true) ||
           error_set(ret_error, ERROR_ENVIRONMENT,
                     "cannot become the user who called sudo (uid %u): %s", user, strerror(errno));
}

bool privileges_limit(bool sends, const struct files_name *names, size_t count, struct text *notes,
                      struct error *ret_error)
{
    if (geteuid() != 0 || cannot_change_identity(notes))
        return apply_capabilities(sends, ret_error);
    const struct passwd *entry = getpwnam(UNPRIVILEGED_NAME);
    unsigned user = entry ? entry->pw_uid : UNPRIVILEGED_ID;
    unsigned group = entry ? entry->pw_gid : UNPRIVILEGED_ID;
    if (!can_become(user, group, notes))
        return apply_capabilities(sends, ret_error);
    return keeper_start(names, count, ret_error) &&
           (become(user, group, false, sends) ||
            error_set(ret_error, ERROR_ENVIRONMENT, "cannot become user %u: %s", user,
                      strerror(errno)));
}

bool privileges_drop(struct error *ret_error)
{
    if (!apply_capabilities(false, ret_error))
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "cannot renounce new privileges: %s",
                         strerror(errno));
    return true;
}
