/* /proc/locks: who waits for one that waits himself stands below that one. */

#include "test.h"

#include <sys/file.h>

#define WAITERS 7

static int fd;
static pid_t pids[WAITERS];

/* Lines of the file that hold a process of ours, with the processes by their turn. */
static void list(const char *label)
{
    static char text[1 << 16];
    struct stat status;
    char *line, *rest = text;

    must(fstat(fd, &status));
    must(file_text("/proc/locks", text, sizeof(text)));
    say("%s:", label);
    while ((line = strsep(&rest, "\n")) != NULL) {
        char arrow[16] = "", kind[16], access[16], range[60], *mark = strchr(line, ':');
        unsigned long number = 0;
        int pid = 0, turn = -1;

        if (mark == NULL)
            continue;
        size_t indent = strspn(mark + 1, " ->");
        snprintf(arrow, sizeof(arrow), "%.*s", (int)indent, mark + 1);
        sscanf(mark + 1 + indent, "%15s %*s %15s %d %*x:%*x:%lu %59[^\n]", kind, access, &pid,
               &number, range);
        for (int i = 0; i < WAITERS; i++)
            if (pids[i] == pid)
                turn = i;
        if (number == status.st_ino)
            say("%s%s %s %s, %s%c", arrow, kind, access, range, turn < 0 ? "holder" : "waiter ",
                turn < 0 ? ' ' : '0' + turn);
    }
}

static void lock(int command, int type, long start, long len)
{
    struct flock request = {
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

    must(fcntl(fd, command, &request));
}

static void finish(void)
{
    for (int i = 0; i < WAITERS; i++) {
        if (pids[i] == 0)
            continue;
        kill(pids[i], SIGKILL);
        must(waitpid(pids[i], NULL, 0));
    }
    memset(pids, 0, sizeof(pids));
}

static void records(const char *label, const int waits[][3], int count)
{
    lock(F_SETLK, F_WRLCK, 0, 100);
    for (int i = 0; i < count; i++) {
        pids[i] = (pid_t)must(fork());
        if (pids[i] == 0) {
            lock(F_SETLKW, waits[i][0], waits[i][1], waits[i][2]);
            _exit(0);
        }
        nap(30);
        wait_until_asleep(pids[i]);
    }
    list(label);
    finish();
    lock(F_SETLK, F_UNLCK, 0, 0);
}

static void flocks(const char *label, const int *waits, int count)
{
    must(flock(fd, LOCK_EX));
    for (int i = 0; i < count; i++) {
        pids[i] = (pid_t)must(fork());
        if (pids[i] == 0) {
            int mine = (int)must(open("file", O_RDWR));
            must(flock(mine, waits[i]));
            _exit(0);
        }
        nap(30);
        wait_until_asleep(pids[i]);
    }
    list(label);
    finish();
    must(flock(fd, LOCK_UN));
}

int main(void)
{
    static const int apart[][3] = {{F_WRLCK, 0, 10}, {F_WRLCK, 20, 10}, {F_RDLCK, 40, 10}};
    static const int readers[][3] = {{F_RDLCK, 0, 10}, {F_RDLCK, 5, 10}, {F_RDLCK, 0, 100}};
    static const int chain[][3] = {{F_WRLCK, 0, 10}, {F_WRLCK, 0, 10}, {F_WRLCK, 0, 10}};
    static const int tree[][3] = {{F_WRLCK, 0, 10}, {F_WRLCK, 20, 10}, {F_RDLCK, 5, 5},
                                  {F_RDLCK, 0, 30}, {F_WRLCK, 25, 5},  {F_RDLCK, 7, 1},
                                  {F_WRLCK, 7, 1}};
    static const int exclusive[] = {LOCK_EX, LOCK_EX, LOCK_EX};
    static const int mixed[] = {LOCK_SH, LOCK_SH, LOCK_EX, LOCK_SH};

    fd = file_make("file", 100);
    records("apart", apart, COUNT_OF(apart));
    records("readers", readers, COUNT_OF(readers));
    records("chain", chain, COUNT_OF(chain));
    records("tree", tree, COUNT_OF(tree));
    flocks("flock, exclusive", exclusive, COUNT_OF(exclusive));
    flocks("flock, mixed", mixed, COUNT_OF(mixed));
    return 0;
}
