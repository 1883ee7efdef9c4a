/* /proc/PID/maps and smaps of a program of a thousand areas are read by the page, each area whole.
 */

#include "test.h"

#define NR_AREAS 1000
#define ROOM     (4L << 20)

static char whole[ROOM], again[ROOM];

/* The file read with @size bytes at a time; => its length */
static long read_by(const char *path, char *text, long size, long *longest)
{
    int fd = open(path, O_RDONLY);
    long len = 0, got;

    *longest = 0;
    while (len + size <= ROOM && (got = read(fd, text + len, size)) > 0) {
        len += got;
        *longest = got > *longest ? got : *longest;
    }
    close(fd);
    text[len < ROOM ? len : ROOM - 1] = '\0';
    return len;
}

static int lines_with(const char *text, const char *word)
{
    int count = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        count++;
    return count;
}

/* smaps says how much of the stack and of this program's data is in memory, which changes. */
static int same_lengths(long a, long b)
{
    return labs(a - b) < 200;
}

static void show(const char *path, const char *last_word)
{
    static const long sizes[] = {1, 100, 1000, 4096, 5000, ROOM / 2};
    long longest, len = read_by(path, whole, ROOM / 2, &longest);
    int fd;

    say("%s", path);
    yes("a read gives a page at most", longest <= (long)PAGE);
    yes("and nearly fills it", longest > (long)PAGE / 2);
    yes("all areas are there", lines_with(whole, last_word) >= NR_AREAS);
    for (int i = 0; i < 6; i++) {
        long other = read_by(path, again, sizes[i], &longest);
        say("%ld at a time", sizes[i]);
        yes("as long", same_lengths(other, len));
        yes("no read gives more than a page", longest <= (long)PAGE || longest <= sizes[i]);
    }
    fd = open(path, O_RDONLY);
    len = read(fd, whole, ROOM / 2);
    yes("the first piece ends with a line", whole[len - 1] == '\n');
    yes("and was read again",
        pread(fd, again, ROOM / 2, 0) == len && memcmp(whole, again, len) == 0);
    len = pread(fd, whole, 100, 30000);
    lseek(fd, 0, SEEK_SET);
    for (long at = 0; at < 30000; at += 100)
        if (read(fd, again, 100) != 100)
            say("short at %ld", at);
    yes("pread far away",
        len == 100 && read(fd, again, 100) == 100 && memcmp(whole, again, 100) == 0);
    call("pread beyond the end", pread(fd, whole, 100, ROOM));
    close(fd);
}

int main(void)
{
    char *base = mmap(NULL, NR_AREAS * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (int i = 0; i < NR_AREAS; i += 2)
        mprotect(base + i * PAGE, PAGE, PROT_NONE);
    show("/proc/self/maps", "00:00 0");
    show("/proc/self/smaps", "VmFlags:");
    return 0;
}
