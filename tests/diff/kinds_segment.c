/*
 * kinds_segment.c: System V shared memory. There is at most one segment at a time, made when an
 * operation wants one; a segment that is marked for removal goes with its last attachment.
 */

#include <sys/ipc.h>
#include <sys/shm.h>

#include "operation.h"
#include "trace.h"

#define SEGMENT_BYTES (5 * PAGE + 900)

static int segment(void)
{
    if (control->segment < 0)
        control->segment = shmget(IPC_PRIVATE, SEGMENT_BYTES, IPC_CREAT | 0600);
    return control->segment;
}

static const struct bit_name attach_flags[] = {{SHM_RDONLY, "SHM_RDONLY"},
                                               {SHM_RND, "SHM_RND"},
                                               {SHM_REMAP, "SHM_REMAP"},
                                               {SHM_EXEC, "SHM_EXEC"},
                                               {0, NULL}};

static void choose_attach(struct random *random, long *arguments)
{
    static const long flags[] = {0,          0,
                                 SHM_REMAP,  SHM_REMAP,
                                 SHM_RDONLY, SHM_RND | SHM_REMAP,
                                 SHM_EXEC,   SHM_REMAP | SHM_RDONLY};
    long ignored;

    random_range(random, &arguments[0], &ignored);
    if (arguments[0] > (window_pages - 6) * (long)PAGE)
        arguments[0] = (window_pages - 6) * (long)PAGE;
    arguments[1] = RANDOM_ONE(random, flags);
    if (random_below(random, 6) == 0)
        arguments[0] = no_place;
}

static long perform_attach(const long *arguments)
{
    return syscall(SYS_shmat, segment(), place(arguments[0]), arguments[1]);
}

/* As attach, but of the segment that was removed last: it lives as long as it is attached. */
static long perform_attach_removed(const long *arguments)
{
    return syscall(SYS_shmat, control->removed, place(arguments[0]), arguments[1]);
}

static void describe_attach_removed(char text[text_bytes], const long *arguments)
{
    char where[32], flags[160];

    snprintf(text, text_bytes, "shmat(control->removed, %s, %s)", place_name(arguments[0], where),
             bits_name(arguments[1], attach_flags, "0", flags));
}

static void describe_attach(char text[text_bytes], const long *arguments)
{
    char where[32], flags[160];

    snprintf(text, text_bytes, "shmat(segment(), %s, %s)", place_name(arguments[0], where),
             bits_name(arguments[1], attach_flags, "0", flags));
}

static void choose_detach(struct random *random, long *arguments)
{
    long ignored;

    random_range(random, &arguments[0], &ignored);
}

static long perform_detach(const long *arguments)
{
    return syscall(SYS_shmdt, place(arguments[0]));
}

static void describe_detach(char text[text_bytes], const long *arguments)
{
    char where[32];

    snprintf(text, text_bytes, "shmdt(%s)", place_name(arguments[0], where));
}

/* The state of the segment, then @arguments[0]: IPC_STAT alone, IPC_RMID, SHM_LOCK or SHM_UNLOCK.
 */
static void choose_control(struct random *random, long *arguments)
{
    static const long commands[] = {IPC_STAT, IPC_STAT, IPC_RMID, SHM_LOCK, SHM_UNLOCK};

    arguments[0] = RANDOM_ONE(random, commands);
}

static long perform_control(const long *arguments)
{
    struct shmid_ds state = {0};

    if (shmctl(segment(), IPC_STAT, &state) == 0)
        trace("attached %lu size %lu mode %o", (unsigned long)state.shm_nattch,
              (unsigned long)state.shm_segsz, (unsigned)state.shm_perm.mode);
    else
        trace("state: %s", errno_name(errno));
    if (arguments[0] == IPC_STAT)
        return 0;
    long result = shmctl(segment(), (int)arguments[0], NULL);
    if (arguments[0] == IPC_RMID) {
        control->removed = control->segment;
        control->segment = -1;
    }
    return result;
}

static void describe_control(char text[text_bytes], const long *arguments)
{
    static const struct bit_name commands[] = {{IPC_STAT, "IPC_STAT"},
                                               {IPC_RMID, "IPC_RMID"},
                                               {SHM_LOCK, "SHM_LOCK"},
                                               {SHM_UNLOCK, "SHM_UNLOCK"}};
    const char *name = "?";

    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (commands[i].bit == arguments[0])
            name = commands[i].name;
    }
    snprintf(text, text_bytes, "shmctl(segment(), %s, NULL)", name);
}

const struct kind kinds_segment[] = {
    {"attach", 4, 2, choose_attach, perform_attach, describe_attach},
    {"attach-removed", 1, 2, choose_attach, perform_attach_removed, describe_attach_removed},
    {"detach", 2, 1, choose_detach, perform_detach, describe_detach},
    {"segment", 2, 1, choose_control, perform_control, describe_control},
    {NULL, 0, 0, NULL, NULL, NULL},
};
