/*
 * Six processes change the same directories at once: make, link, rename within and between
 * directories, exchange, look up, list, remove. Every answer must be one that some order of the
 * calls allows, nothing may be lost, and at the end the link counts are right.
 *
 * seconds: 60
 */

#include "test.h"

#include <dirent.h>

#define PROCESSES 6
#define ROUNDS    1500

static unsigned state;

static unsigned roll(unsigned bound)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % bound;
}

static char *any_name(char *text)
{
    sprintf(text, "%s/n%u", roll(2) ? "one" : "two", roll(8));
    return text;
}

/* An answer that cannot be, whatever the others do. */
static void check(const char *what, long result, int error)
{
    static const int possible[] = {ENOENT, EEXIST, ENOTEMPTY, EISDIR, ENOTDIR,
                                   EINVAL, EPERM,  EBUSY,     ELOOP};

    if (result >= 0)
        return;
    for (unsigned i = 0; i < COUNT_OF(possible); i++) {
        if (error == possible[i])
            return;
    }
    say("%s: %s", what, errno_name(error));
    exit(1);
}

static void list(const char *name)
{
    DIR *directory = opendir(name);
    struct dirent *entry;
    unsigned dots = 0;

    if (directory == NULL) {
        say("opendir: %s", errno_name(errno));
        exit(1);
    }
    while ((entry = readdir(directory)) != NULL)
        dots += entry->d_name[0] == '.';
    closedir(directory);
    if (dots != 2) {
        say("%u dot entries", dots);
        exit(1);
    }
}

static void one_step(void)
{
    char a[32], b[32];
    struct stat status;
    long result = 0;

    any_name(a);
    any_name(b);
    errno = 0;
    switch (roll(9)) {
    case 0:
        result = open(a, O_CREAT | O_RDWR, 0644);
        check("open", result, errno);
        if (result >= 0)
            close((int)result);
        return;
    case 1:
        result = mkdir(a, 0755);
        break;
    case 2:
        result = link(a, b);
        break;
    case 3:
        result = rename(a, b);
        break;
    case 4:
        result = syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2u);
        break;
    case 5:
        result = unlink(a);
        break;
    case 6:
        result = rmdir(a);
        break;
    case 7:
        result = stat(a, &status);
        break;
    default:
        list(roll(2) ? "one" : "two");
    }
    check("step", result, errno);
}

static void worker(unsigned number)
{
    state = 77 + number * 1000;
    for (unsigned i = 0; i < ROUNDS; i++)
        one_step();
    exit(0);
}

/* What is left is removed; the directory must then have the links of an empty one. */
static void sweep(const char *name)
{
    struct stat status;
    char path[32];

    for (unsigned i = 0; i < 8; i++) {
        sprintf(path, "%s/n%u", name, i);
        if (unlink(path) != 0 && errno == EISDIR)
            must(rmdir(path));
    }
    must(stat(name, &status));
    say("%s: links %lu", name, (unsigned long)status.st_nlink);
    call("rmdir", rmdir(name));
}

int main(void)
{
    int good = 0;

    must(mkdir("one", 0755));
    must(mkdir("two", 0755));
    for (unsigned i = 0; i < PROCESSES; i++) {
        if (must(fork()) == 0)
            worker(i);
    }
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status;

        must(wait(&status));
        good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    say("%d good", good);
    sweep("one");
    sweep("two");
    return 0;
}
