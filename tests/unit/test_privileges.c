/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose rights a run has, and the keeper. Each scene is a process of its own, because rights that
 * were given up do not come back; its exit status is the number of the line that went wrong.
 */
#include "port/files.h"
#include "port/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SOMEBODY 1234
#define GROUP    2345

static char directory[64];
static char path[4][80];

/* A line number that does not fit in an exit status would lie. */
static void must_at(bool condition, int line)
{
    if (condition)
        return;
    fprintf(stderr, "line %d\n", line);
    _exit(1);
}
#define MUST(condition) must_at(condition, __LINE__)

static void write_file(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(name, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fchmod(fileno(file), mode), 0);
    fclose(file);
}

static bool is_root_with_users(void)
{
    char line[64];
    FILE *file = fopen("/proc/self/uid_map", "re");
    bool all = file && fgets(line, sizeof line, file) && strstr(line, "4294967295");
    if (file)
        fclose(file);
    return all && geteuid() == 0;
}

static void run_scene(void (*scene)(void))
{
    int status;
    if (!is_root_with_users()) {
        print_message("# only root can become somebody else\n");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        scene();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* What /proc says of this process. Returns: false if the line is not there. */
static bool status_line(const char *name, char ret[128])
{
    char line[128];
    FILE *file = fopen("/proc/self/status", "re");
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        size_t length = strlen(name);
        if (strncmp(line, name, length) != 0 || line[length] != ':')
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(ret, 128, "%s", line + length + 1 + strspn(line + length + 1, "\t "));
        found = true;
    }
    if (file)
        fclose(file);
    return found;
}

static bool capabilities_are(const char *wanted)
{
    char permitted[128], effective[128], inheritable[128], ambient[128];
    return status_line("CapPrm", permitted) && status_line("CapEff", effective) &&
           status_line("CapInh", inheritable) && status_line("CapAmb", ambient) &&
           strcmp(permitted, wanted) == 0 && strcmp(effective, wanted) == 0 &&
           strcmp(inheritable, "0000000000000000") == 0 && strcmp(ambient, "0000000000000000") == 0;
}
#define NOTHING  "0000000000000000"
#define RAW_ONLY "0000000000002000"

static void under_sudo(void)
{
    struct text notes = TEXT_EMPTY;
    struct error error;
    struct stat status;
    setenv("SUDO_UID", "1234", 1);
    setenv("SUDO_GID", "2345", 1);
    MUST(privileges_begin(&notes, &error));
    MUST(notes.length == 0);
    MUST(getuid() == SOMEBODY && geteuid() == SOMEBODY && getgid() == GROUP);
    MUST(getgroups(0, NULL) == 0 || getgroups(0, NULL) == 1);
    MUST(setuid(0) != 0);
    MUST(capabilities_are(RAW_ONLY));
    /* From here on it sees and leaves files as that user. */
    MUST(files_read(path[0]) < 0 && errno == EACCES);
    int created = files_create(path[1], 0666);
    MUST(created >= 0 && fstat(created, &status) == 0);
    MUST(status.st_uid == SOMEBODY && status.st_gid == GROUP);
    MUST(files_create("/root/spa-sos-test", 0666) < 0 && errno == EACCES);
    MUST(privileges_limit(true, NULL, 0, &notes, &error));
    MUST(!files_have_keeper());
    MUST(socket(AF_PACKET, SOCK_RAW, 0) >= 0);
    MUST(privileges_drop(&error));
    MUST(capabilities_are(NOTHING));
    MUST(socket(AF_PACKET, SOCK_RAW, 0) < 0);
}

static void under_sudo_a_reading_command(void)
{
    struct text notes = TEXT_EMPTY;
    struct error error;
    setenv("SUDO_UID", "1234", 1);
    setenv("SUDO_GID", "2345", 1);
    MUST(privileges_begin(&notes, &error) && privileges_limit(false, NULL, 0, &notes, &error));
    MUST(capabilities_are(NOTHING));
}

static void odd_sudo_variables(void)
{
    static const char *const odd[] = {"", "-1", "0", "12x", "99999999999999999999", " 5"};
    struct text notes = TEXT_EMPTY;
    struct error error;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        setenv("SUDO_UID", odd[i], 1);
        setenv("SUDO_GID", odd[i], 1);
        MUST(privileges_begin(&notes, &error));
        MUST(geteuid() == 0);
    }
}

static void of_root(void)
{
    const struct files_name names[] = {{path[0], false}, {path[1], true}, {path[2], false}};
    struct text notes = TEXT_EMPTY;
    struct error error;
    struct stat status;
    char text[16] = "", unique[128], continued[128], inside[128];
    unsetenv("SUDO_UID");
    MUST(privileges_begin(&notes, &error));
    MUST(geteuid() == 0);
    MUST(privileges_limit(true, names, 3, &notes, &error));
    MUST(geteuid() != 0 && getuid() != 0 && getegid() != 0 && setuid(0) != 0);
    MUST(capabilities_are(RAW_ONLY));
    MUST(files_have_keeper());
    MUST(open(path[0], O_RDONLY) < 0 && errno == EACCES);

    /* Inputs can be read, and nothing else. */
    int input = files_read(path[0]);
    MUST(input >= 0 && read(input, text, sizeof text) == 6 && memcmp(text, "secret", 6) == 0);
    MUST(fcntl(input, F_GETFD) & FD_CLOEXEC);
    MUST(files_write(path[0]) < 0 && errno == EACCES);
    MUST(!files_remove(path[0]) && errno == EACCES);
    MUST(files_look(path[0], &status) && status.st_size == 6);
    MUST(files_read(path[3]) < 0 && errno == EACCES); /* named by nobody */
    MUST(files_read("/etc/shadow") < 0 && errno == EACCES);
    MUST(files_read(path[2]) < 0 && errno == ENOENT);

    /* Outputs are root's, as if there were no keeper. */
    int output = files_create(path[1], 0600);
    MUST(output >= 0 && write(output, "x", 1) == 1);
    MUST(fstat(output, &status) == 0 && status.st_uid == 0 && (status.st_mode & 0777) == 0600);
    MUST(files_create(path[1], 0600) < 0 && errno == EEXIST);
    snprintf(unique, sizeof unique, "%s.XXXXXX", path[1]);
    MUST(files_create_unique(unique, 0, 0600) >= 0);
    MUST(files_rename(unique, path[1]));
    snprintf(continued, sizeof continued, "%s-other", path[1]);
    MUST(files_create(continued, 0600) < 0 && errno == EACCES);
    snprintf(inside, sizeof inside, "%s./../stolen", path[1]);
    MUST(files_create(inside, 0600) < 0 && errno == EACCES);
    MUST(!files_rename(path[1], path[0]) && errno == EACCES);
    MUST(files_remove(path[1]));
    MUST(!files_look(path[1], &status) && errno == ENOENT);
    char long_path[PATH_MAX + 2];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    MUST(files_read(long_path) < 0 && errno == ENAMETOOLONG);
}

static void a_run_belongs_to_who_called_sudo(void **state)
{
    (void)state;
    run_scene(under_sudo);
    run_scene(under_sudo_a_reading_command);
}

static void odd_sudo_variables_change_nothing(void **state)
{
    (void)state;
    run_scene(odd_sudo_variables);
}

static void root_becomes_nobody_and_keeps_its_files(void **state)
{
    (void)state;
    run_scene(of_root);
}

static void the_keeper_ends_with_its_program(void **state)
{
    (void)state;
    int pipes[2];
    char byte;
    if (!is_root_with_users())
        return;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct files_name name = {path[0], false};
        struct error error;
        MUST(keeper_start(&name, 1, &error));
        raise(SIGKILL);
    }
    close(pipes[1]);
    waitpid(child, NULL, 0);
    /* The keeper held the other end too. */
    alarm(10);
    assert_int_equal(read(pipes[0], &byte, 1), 0);
    alarm(0);
    close(pipes[0]);
}

static int make_files(void **state)
{
    (void)state;
    umask(022);
    snprintf(directory, sizeof directory, "/tmp/spa-sos-privileges-XXXXXX");
    if (!mkdtemp(directory) || chmod(directory, 0777) != 0)
        return -1;
    for (size_t i = 0; i < sizeof path / sizeof *path; i++)
        snprintf(path[i], sizeof path[i], "%s/%zu", directory, i);
    write_file(path[0], "secret", 0600);
    write_file(path[3], "secret", 0600);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof path / sizeof *path; i++)
        unlink(path[i]);
    return rmdir(directory);
}

int main(void)
{
#define FILES_TEST(function) cmocka_unit_test_setup_teardown(function, make_files, remove_files)
    const struct CMUnitTest tests[] = {
        FILES_TEST(a_run_belongs_to_who_called_sudo),
        FILES_TEST(odd_sudo_variables_change_nothing),
        FILES_TEST(root_becomes_nobody_and_keeps_its_files),
        FILES_TEST(the_keeper_ends_with_its_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
