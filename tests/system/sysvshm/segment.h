/* What the tests of System V shared memory share. */

#include "../test.h"
#include <sys/ipc.h>
#include <sys/shm.h>

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif
#ifndef SHM_DEST
#define SHM_DEST   01000
#define SHM_LOCKED 02000
#endif

/* segment_make: a private segment of @pages pages, or the end of the test. */
static inline int segment_make(size_t pages)
{
    return (int)must(shmget(IPC_PRIVATE, pages * PAGE, IPC_CREAT | 0600));
}

/* segment_at: attach it, or the end of the test. */
static inline char *segment_at(int id)
{
    return (char *)must(shmat(id, NULL, 0));
}

/* attaches: print how many areas map the segment, or errno. */
static inline void attaches(const char *label, int id)
{
    struct shmid_ds status;

    if (shmctl(id, IPC_STAT, &status) != 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %lu", label, (unsigned long)status.shm_nattch);
}
