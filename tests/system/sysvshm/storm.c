/* Processes attach, detach, split, fork, exit and are killed over the same segments, which come and
 * go; at the end every count is right and nothing is left.
 * seconds: 90 */

#include "segment.h"
#include <sys/prctl.h>

#define SEGMENTS 4
#define WORKERS  6
#define ROUNDS   150

static volatile int *ids; /* shared by all */
static long before;

static unsigned next(unsigned *seed)
{
    return (*seed = *seed * 1103515245 + 12345) >> 16;
}

/* Refused is right when the segment was just removed; anything else is not. */
static void refused(void)
{
    if (errno != EINVAL && errno != EIDRM)
        _exit(errno);
}

static void use(char *at, unsigned *seed)
{
    unsigned page = next(seed) % 8;

    switch (next(seed) % 5) {
    case 0:
        mprotect(at + page * PAGE, PAGE, PROT_READ);
        break;
    case 1:
        munmap(at + page * PAGE, PAGE);
        break;
    case 2:
        at[0]++;
        break;
    case 3:
        mremap(at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
        break;
    default:
        if (fork() == 0)
            _exit(shmdt(at) != 0 && errno != EINVAL);
    }
}

static void work(unsigned seed)
{
    for (int i = 0; i < ROUNDS; i++) {
        unsigned which = next(&seed) % SEGMENTS;
        char *at = shmat(ids[which], NULL, 0);

        if (at == (char *)-1) {
            refused();
            continue;
        }
        at[0] = 1;
        use(at, &seed);
        if (next(&seed) % 3 != 0)
            shmdt(at);
        if (next(&seed) % 16 == 0) {
            int old = ids[which];
            ids[which] = shmget(IPC_PRIVATE, 8 * PAGE, 0600);
            if (shmctl(old, IPC_RMID, NULL) != 0)
                refused();
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
    while (wait(NULL) > 0)
        continue;
}

static long segments(void)
{
    struct shm_info info;

    must(shmctl(0, SHM_INFO, (void *)&info));
    return info.used_ids;
}

int main(void)
{
    pid_t workers[WORKERS];
    struct shmid_ds status;
    long attached = 0;
    int good = 0, result;

    ids = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    before = segments();
    for (int i = 0; i < SEGMENTS; i++)
        ids[i] = segment_make(8);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (pid_t)must(fork());
        if (workers[i] == 0) {
            work((unsigned)i + 1);
            _exit(0);
        }
    }
    kill(workers[0], SIGKILL);
    for (int i = 0; i < WORKERS; i++) {
        must(waitpid(workers[i], &result, 0));
        good += result == 0 || (i == 0 && WIFSIGNALED(result));
    }
    say("workers that ended as they should: %d", good);
    while (wait(NULL) > 0) /* children of the one that was killed */
        continue;
    for (int i = 0; i < SEGMENTS; i++) {
        if (shmctl(ids[i], IPC_STAT, &status) != 0)
            continue;
        attached += (long)status.shm_nattch;
        must(shmctl(ids[i], IPC_RMID, NULL));
    }
    say("attached: %ld", attached);
    /* Two workers may have replaced one segment at once: then one of theirs has no name left. */
    for (int index = 0; index < 32768 && segments() > before; index++) {
        int id = shmctl(index, SHM_STAT, &status);
        if (id >= 0 && status.shm_segsz == 8 * PAGE && status.shm_cpid != getpid()) {
            attached += (long)status.shm_nattch;
            shmctl(id, IPC_RMID, NULL);
        }
    }
    say("attached to the nameless: %ld", attached);
    yes("all segments are gone", segments() == before);
    return 0;
}
