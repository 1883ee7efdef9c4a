/*
 * Record locks: what /proc/locks lists after locks were set, joined, split and downgraded; how a
 * range is given, and which ranges are none.
 */

#include "test.h"

#include <sys/socket.h>

static int fd;
static unsigned long inode;

static long lock(int command, int type, int whence, long start, long len)
{
    struct flock request = {
        .l_type = (short)type, .l_whence = (short)whence, .l_start = start, .l_len = len};
    return fcntl(fd, command, &request);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of /proc/locks about the file, without number, process and inode, in order. */
static void list(const char *label)
{
    static char text[1 << 16], lines[64][100];
    char *sorted[64], *line, *rest = text;
    int count = 0;

    must(file_text("/proc/locks", text, sizeof(text)));
    while ((line = strsep(&rest, "\n")) != NULL && count < 64) {
        char class[20], mode[20], access[20], end[30];
        int pid;
        unsigned major, minor;
        unsigned long number, start;
        if (sscanf(line, "%*d: %19s %19s %19s %d %x:%x:%lu %lu %29s", class, mode, access, &pid,
                   &major, &minor, &number, &start, end) != 9)
            continue;
        if (number != inode)
            continue;
        sorted[count] = lines[count];
        snprintf(lines[count++], sizeof(lines[0]), "%-8lu %s %s %s to %s%s", start, class, mode,
                 access, end,
                 pid == getpid() ? ""
                 : pid == -1     ? " of a file"
                                 : " of another");
    }
    qsort(sorted, (size_t)count, sizeof(sorted[0]), by_text);
    say("%s:", label);
    for (int i = 0; i < count; i++)
        say("    %s", sorted[i]);
}

static void join_and_split(void)
{
    must(lock(F_SETLK, F_RDLCK, SEEK_SET, 0, 10));
    must(lock(F_SETLK, F_RDLCK, SEEK_SET, 10, 10));
    list("two that touch");
    must(lock(F_SETLK, F_WRLCK, SEEK_SET, 5, 10));
    list("the middle is for writing");
    must(lock(F_SETLK, F_WRLCK, SEEK_SET, 0, 3));
    must(lock(F_SETLK, F_RDLCK, SEEK_SET, 8, 2));
    list("a hole for reading in it");
    must(lock(F_SETLK, F_WRLCK, SEEK_SET, 2, 20));
    list("one over all of them");
    must(lock(F_SETLK, F_UNLCK, SEEK_SET, 10, 1));
    list("a byte is let go");
    must(lock(F_SETLK, F_RDLCK, SEEK_SET, 0, 0));
    list("to the end");
    must(lock(F_SETLK, F_UNLCK, SEEK_SET, 100, 0));
    list("without the end");
    must(lock(F_SETLK, F_WRLCK, SEEK_SET, 50, 10));
    must(lock(F_SETLK, F_UNLCK, SEEK_SET, 40, 15));
    list("unlocked over a border");
    must(lock(F_SETLK, F_UNLCK, SEEK_SET, 0, 0));
    list("nothing");
}

static void ranges(void)
{
    must(lseek(fd, 40, SEEK_SET));
    call("from the position", lock(F_SETLK, F_WRLCK, SEEK_CUR, 2, 3));
    call("before the position", lock(F_SETLK, F_WRLCK, SEEK_CUR, -10, 3));
    call("from the end", lock(F_SETLK, F_WRLCK, SEEK_END, -5, 3));
    call("negative length from the end", lock(F_SETLK, F_RDLCK, SEEK_END, 0, -2));
    list("those");
    must(lock(F_SETLK, F_UNLCK, SEEK_SET, 0, 0));
    call("before 0", lock(F_SETLK, F_WRLCK, SEEK_CUR, -41, 3));
    call("length reaches before 0", lock(F_SETLK, F_WRLCK, SEEK_SET, 5, -6));
    call("length reaches to 0", lock(F_SETLK, F_WRLCK, SEEK_SET, 5, -5));
    call("negative length at 0", lock(F_SETLK, F_WRLCK, SEEK_SET, 0, -1));
    call("whence 3", lock(F_SETLK, F_WRLCK, 3, 0, 1));
    call("whence -1", lock(F_SETLK, F_WRLCK, -1, 0, 1));
    call("the last byte", lock(F_SETLK, F_WRLCK, SEEK_SET, LONG_MAX, 1));
    call("the one after it", lock(F_SETLK, F_WRLCK, SEEK_SET, LONG_MAX, 2));
    call("start overflows", lock(F_SETLK, F_WRLCK, SEEK_CUR, LONG_MAX, 1));
    call("to the last byte", lock(F_SETLK, F_WRLCK, SEEK_SET, 1, LONG_MAX));
    call("the most negative length", lock(F_SETLK, F_WRLCK, SEEK_SET, 10, LONG_MIN));
    call("the most negative start", lock(F_SETLK, F_WRLCK, SEEK_SET, LONG_MIN, 1));
    call("unlock with a wrong range", lock(F_SETLK, F_UNLCK, SEEK_SET, -1, 1));
    call("F_GETLK with a wrong range", lock(F_GETLK, F_RDLCK, SEEK_SET, -1, 1));
    call("F_GETLK of type F_UNLCK", lock(F_GETLK, F_UNLCK, SEEK_SET, 0, 1));
    call("F_OFD_GETLK of type F_UNLCK", lock(F_OFD_GETLK, F_UNLCK, SEEK_SET, 0, 1));
    call("F_GETLK of type 3", lock(F_GETLK, 3, SEEK_SET, 0, 1));
    call("F_SETLK of type 3", lock(F_SETLK, 3, SEEK_SET, 0, 1));
    call("type -1", lock(F_SETLK, -1, SEEK_SET, 0, 1));
    call("type and range wrong", lock(F_SETLK, 9, SEEK_SET, -1, 1));
    call("null", fcntl(fd, F_SETLK, NULL));
    list("at the end");
    must(lock(F_SETLK, F_UNLCK, SEEK_SET, 0, 0));
}

static void on(const char *label, int descriptor)
{
    int before = fd;
    fd = descriptor;
    char text[100];
    snprintf(text, sizeof(text), "%s, read", label);
    call(text, lock(F_SETLK, F_RDLCK, SEEK_SET, 0, 1));
    snprintf(text, sizeof(text), "%s, write", label);
    call(text, lock(F_SETLK, F_WRLCK, SEEK_SET, 0, 1));
    snprintf(text, sizeof(text), "%s, unlock", label);
    call(text, lock(F_SETLK, F_UNLCK, SEEK_SET, 0, 1));
    snprintf(text, sizeof(text), "%s, query", label);
    call(text, lock(F_GETLK, F_WRLCK, SEEK_SET, 0, 1));
    snprintf(text, sizeof(text), "%s, OFD write", label);
    call(text, lock(F_OFD_SETLK, F_WRLCK, SEEK_SET, 0, 1));
    fd = before;
}

int main(void)
{
    struct stat status;
    int ends[2], pair[2];

    fd = file_make("file", 100);
    must(fstat(fd, &status));
    inode = status.st_ino;
    join_and_split();
    ranges();
    must(pipe(ends));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    on("pipe", ends[0]);
    on("socket", pair[0]);
    on("null device", (int)must(open("/dev/null", O_RDWR)));
    on("folder", (int)must(open(".", O_RDONLY | O_DIRECTORY)));
    on("write-only", (int)must(open("file", O_WRONLY)));
    on("read-only", (int)must(open("file", O_RDONLY)));
    on("path", (int)must(open("file", O_PATH)));
    on("closed", 999);
    return 0;
}
