/* A System V segment under the calls that look at pages: mincore, advice, a core dump. */

#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "../coredump/core_reader.h"

static char *at;

static void die(void)
{
    abort();
}

int main(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct core_reader core;
    unsigned char resident[4];
    int id = (int)must(shmget(IPC_PRIVATE, 4 * PAGE, IPC_CREAT | 0600));

    at = shmat(id, NULL, 0);
    at[0] = 1;
    at[2 * PAGE] = 2;
    call("mincore", mincore(at, 4 * PAGE, resident));
    say("%d %d %d %d", resident[0] & 1, resident[1] & 1, resident[2] & 1, resident[3] & 1);
    call("WILLNEED", madvise(at, 4 * PAGE, MADV_WILLNEED));
    call("COLD", madvise(at, 4 * PAGE, 20));
    call("PAGEOUT", madvise(at, 4 * PAGE, 21));
    call("POPULATE_WRITE", madvise(at, PAGE, 23));
    say("values %d %d", at[0], at[2 * PAGE]);
    must(setrlimit(RLIMIT_CORE, &none));
    crash("abort", die);
    if (core_open(&core, "core")) {
        say("segment: %s", core_extent(&core, at));
        yes("contents",
            core_at(&core, at + 2 * PAGE) != NULL && *core_at(&core, at + 2 * PAGE) == 2);
        core_close(&core, "core");
    }
    call("REMOVE", madvise(at, 2 * PAGE, MADV_REMOVE));
    say("values %d %d", at[0], at[2 * PAGE]);
    call("remap_file_pages", syscall(SYS_remap_file_pages, at, PAGE, 0, 2, 0));
    say("value %d", at[0]);
    must(shmctl(id, IPC_RMID, NULL));
    call("detach", shmdt(at));
    return 0;
}
