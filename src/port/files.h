/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files by name, as whoever started the program sees them. A program that root started goes on as
 * an unprivileged user (see privileges.h), who may open nothing of root's: a small process stays
 * behind as root, the keeper, and opens, renames and removes for it the files that the command
 * line named, and no others. It reads nothing from them and nothing from the network. Without a
 * keeper these functions are plain system calls.
 */
#ifndef PORT_FILES_H
#define PORT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Is there a keeper, so that this process needs a way to be handed descriptors? */
bool files_have_keeper(void);

/* Each of these opens close-on-exec. Returns: a descriptor, or -1 with errno. */
int files_read(const char *path);
int files_create(const char *path, mode_t mode); /* fails with EEXIST; umask applies */
int files_write(const char *path);               /* what exists; a file loses its contents */

/* Returns: false with errno; some may have been written then. */
bool files_write_all(int descriptor, const void *bytes, size_t length);

/*
 * Creates a file under a name that did not exist: the six X before the last `suffix_length`
 * characters of `pattern` are replaced. Returns: a descriptor for reading and writing, -1 with
 * errno.
 */
int files_create_unique(char *pattern, size_t suffix_length, mode_t mode);

/* Returns: false with errno. */
bool files_look(const char *path, struct stat *ret);
bool files_remove(const char *path);
bool files_rename(const char *from, const char *to);

#endif
