/*
 * kinds_advice.c: madvise, msync, mincore, remap_file_pages.
 *
 * Left out: MADV_PAGEOUT, since which of the pages freed with MADV_FREE it takes depends on Linux's
 * batches; MADV_MERGEABLE, which Quire answers as a Linux without KSM does; in a wide window
 * MADV_FREE, since Linux gives up huge pages whole, and nothing of one that it cannot split.
 */

#include "between.h"
#include "operation.h"
#include "trace.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define ADVICE(name)                                                                               \
    {                                                                                              \
        name, #name                                                                                \
    }

static const struct bit_name advices[] = {
    ADVICE(MADV_DONTNEED),      ADVICE(MADV_DONTNEED),       ADVICE(MADV_NORMAL),
    ADVICE(MADV_RANDOM),        ADVICE(MADV_SEQUENTIAL),     ADVICE(MADV_WILLNEED),
    ADVICE(MADV_POPULATE_READ), ADVICE(MADV_POPULATE_WRITE), ADVICE(MADV_FREE),
    ADVICE(MADV_REMOVE),        ADVICE(MADV_DONTFORK),       ADVICE(MADV_DOFORK),
    ADVICE(MADV_WIPEONFORK),    ADVICE(MADV_KEEPONFORK),     ADVICE(MADV_DONTDUMP),
    ADVICE(MADV_DODUMP),        ADVICE(MADV_COLD),           ADVICE(MADV_DONTNEED_LOCKED)};

/* These besides in a wide window. */
static const struct bit_name huge_advices[] = {
    ADVICE(MADV_HUGEPAGE),       ADVICE(MADV_HUGEPAGE),     ADVICE(MADV_NOHUGEPAGE),
    ADVICE(MADV_COLLAPSE),       ADVICE(MADV_COLLAPSE),     ADVICE(MADV_DONTNEED),
    ADVICE(MADV_POPULATE_WRITE), ADVICE(MADV_POPULATE_READ)};

static long choose_wide_advice(struct random *random)
{
    long advice = huge_advices[random_below(random, COUNT_OF(huge_advices))].bit;

    if (random_below(random, 3) == 0)
        advice = advices[random_below(random, COUNT_OF(advices))].bit;
    return advice == MADV_FREE ? MADV_DONTNEED : advice;
}

static void choose_advise(struct random *random, long *arguments)
{
    random_range(random, &arguments[0], &arguments[1]);
    if (scene_breadth() == wide)
        arguments[2] = choose_wide_advice(random);
    else
        arguments[2] = advices[random_below(random, COUNT_OF(advices))].bit;
}

static long perform_advise(const long *arguments)
{
    return syscall(SYS_madvise, place(arguments[0]), arguments[1], arguments[2]);
}

static const char *advice_name(long advice)
{
    for (size_t i = 0; i < COUNT_OF(advices); i++) {
        if (advices[i].bit == advice)
            return advices[i].name;
    }
    for (size_t i = 0; i < COUNT_OF(huge_advices); i++) {
        if (huge_advices[i].bit == advice)
            return huge_advices[i].name;
    }
    return "-1";
}

static void describe_advise(char text[text_bytes], const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "madvise(%s, %s, %s)", place_name(arguments[0], where),
             length_name(arguments[1], len), advice_name(arguments[2]));
}

static const struct bit_name sync_flags[] = {
    {MS_ASYNC, "MS_ASYNC"}, {MS_INVALIDATE, "MS_INVALIDATE"}, {MS_SYNC, "MS_SYNC"}, {0, NULL}};

static void choose_sync(struct random *random, long *arguments)
{
    static const long flags[] = {MS_SYNC, MS_ASYNC, MS_SYNC | MS_INVALIDATE, MS_INVALIDATE,
                                 0,       MS_SYNC,  MS_SYNC | MS_ASYNC,      8};

    random_range(random, &arguments[0], &arguments[1]);
    arguments[2] = RANDOM_ONE(random, flags);
}

static long perform_sync(const long *arguments)
{
    return syscall(SYS_msync, place(arguments[0]), arguments[1], arguments[2]);
}

static void describe_sync(char text[text_bytes], const long *arguments)
{
    char where[32], len[32], flags[160];

    snprintf(text, text_bytes, "msync(%s, %s, %s)", place_name(arguments[0], where),
             length_name(arguments[1], len), bits_name(arguments[2], sync_flags, "0", flags));
}

/* forget: a number to /proc/self/clear_refs: what was referenced (1 all, 2 anonymous, 3 of files),
 * what is dirty (4), the peak (5). */
static void choose_forget(struct random *random, long *arguments)
{
    static const long numbers[] = {1, 2, 3, 4, 4, 4, 5, 6};

    arguments[0] = RANDOM_ONE(random, numbers);
}

static long perform_forget(const long *arguments)
{
    return forget(arguments[0]);
}

static void describe_forget(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "forget(%ld)", arguments[0]);
}

/* What mincore stores where there is a hole, and what it leaves alone, is part of its answer. */
static long perform_resident(const long *arguments)
{
    unsigned char present[max_window_pages + 16];

    memset(present, 'x', sizeof(present));
    long result = syscall(SYS_mincore, place(arguments[0]), arguments[1], present);
    int error = errno;
    unsigned long sum = 0;
    for (size_t i = 0; i < sizeof(present); i++)
        sum = hash_word(sum, present[i]);
    trace("vector %lx", sum);
    errno = error;
    return result;
}

static void describe_resident(char text[text_bytes], const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "mincore(%s, %s, vector)", place_name(arguments[0], where),
             length_name(arguments[1], len));
}

static void choose_range(struct random *random, long *arguments)
{
    random_range(random, &arguments[0], &arguments[1]);
}

static void choose_rearrange(struct random *random, long *arguments)
{
    random_range(random, &arguments[0], &arguments[1]);
    arguments[2] = random_below(random, 12);
}

static long perform_rearrange(const long *arguments)
{
    return syscall(SYS_remap_file_pages, place(arguments[0]), arguments[1], 0, arguments[2], 0);
}

static void describe_rearrange(char text[text_bytes], const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "remap_file_pages(%s, %s, 0, %ld, 0)",
             place_name(arguments[0], where), length_name(arguments[1], len), arguments[2]);
}

const struct kind kinds_advice[] = {
    {"advise", 12, 3, choose_advise, perform_advise, describe_advise},
    {"sync", 2, 3, choose_sync, perform_sync, describe_sync},
    {"rearrange", 2, 3, choose_rearrange, perform_rearrange, describe_rearrange},
    {"resident", 2, 2, choose_range, perform_resident, describe_resident},
    {"forget", 2, 1, choose_forget, perform_forget, describe_forget},
    {NULL, 0, 0, NULL, NULL, NULL},
};
