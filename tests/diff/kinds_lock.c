/* kinds_lock.c: mlock, mlock2, munlock, mlockall, munlockall. What is locked is in the trace
 * (VmLck). */

#include "operation.h"

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

static void choose_range(struct random *random, long *arguments)
{
    random_range(random, &arguments[0], &arguments[1]);
}

static void choose_lock2(struct random *random, long *arguments)
{
    static const long flags[] = {MLOCK_ONFAULT, MLOCK_ONFAULT, MLOCK_ONFAULT, 0, 2};

    random_range(random, &arguments[0], &arguments[1]);
    arguments[2] = RANDOM_ONE(random, flags);
}

static void choose_lock_all(struct random *random, long *arguments)
{
    static const long flags[] = {MCL_CURRENT,
                                 MCL_FUTURE,
                                 MCL_CURRENT | MCL_FUTURE,
                                 MCL_CURRENT | MCL_ONFAULT,
                                 MCL_FUTURE | MCL_ONFAULT,
                                 MCL_ONFAULT,
                                 0};

    arguments[0] = RANDOM_ONE(random, flags);
}

static long perform_lock(const long *arguments)
{
    return syscall(SYS_mlock, place(arguments[0]), arguments[1]);
}

static long perform_lock2(const long *arguments)
{
    return syscall(SYS_mlock2, place(arguments[0]), arguments[1], arguments[2]);
}

static long perform_unlock(const long *arguments)
{
    return syscall(SYS_munlock, place(arguments[0]), arguments[1]);
}

static long perform_lock_all(const long *arguments)
{
    return syscall(SYS_mlockall, arguments[0]);
}

static long perform_unlock_all(const long *arguments)
{
    (void)arguments;
    return syscall(SYS_munlockall);
}

static void describe_range(char text[text_bytes], const char *name, const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "%s(%s, %s)", name, place_name(arguments[0], where),
             length_name(arguments[1], len));
}

static void describe_lock(char text[text_bytes], const long *arguments)
{
    describe_range(text, "mlock", arguments);
}

static void describe_unlock(char text[text_bytes], const long *arguments)
{
    describe_range(text, "munlock", arguments);
}

static void describe_lock2(char text[text_bytes], const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "mlock2(%s, %s, %ld)", place_name(arguments[0], where),
             length_name(arguments[1], len), arguments[2]);
}

static void describe_lock_all(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "mlockall(%ld)", arguments[0]);
}

static void describe_unlock_all(char text[text_bytes], const long *arguments)
{
    (void)arguments;
    snprintf(text, text_bytes, "munlockall()");
}

const struct kind kinds_lock[] = {
    {"lock", 4, 2, choose_range, perform_lock, describe_lock},
    {"lock2", 2, 3, choose_lock2, perform_lock2, describe_lock2},
    {"unlock", 3, 2, choose_range, perform_unlock, describe_unlock},
    {"lock-all", 1, 1, choose_lock_all, perform_lock_all, describe_lock_all},
    {"unlock-all", 2, 0, NULL, perform_unlock_all, describe_unlock_all},
    {NULL, 0, 0, NULL, NULL, NULL},
};
