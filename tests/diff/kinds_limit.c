/*
 * kinds_limit.c: limits of the process, or of another one, and the capability that lifts the one of
 * locked memory. Limits of sizes count from the size that the first process had at the beginning,
 * for that is not the same on both systems; hard limits stay as they are.
 */

#include <linux/capability.h>
#include <sys/resource.h>

#include "limit.h"
#include "operation.h"

static const struct {
    int resource;
    const char *name;
    unsigned range; /* in pages */
} limits[] = {{RLIMIT_AS, "RLIMIT_AS", 60},           {RLIMIT_DATA, "RLIMIT_DATA", 40},
              {RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 24}, {RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 24},
              {RLIMIT_STACK, "RLIMIT_STACK", 24},     {RLIMIT_FSIZE, "RLIMIT_FSIZE", 12}};

/* The arguments of limit: which, pages or -1 for none, whose. */
static void choose_limit(struct random *random, long *arguments)
{
    size_t which = random_below(random, COUNT_OF(limits));

    arguments[0] = limits[which].resource;
    arguments[1] = random_below(random, 3)
                       ? (long)random_below(random, limits[which].range) * scene_breadth()
                       : -1;
    arguments[2] = (long)random_below(random, 2 * slots);
}

static long perform_limit(const long *arguments)
{
    return limit_set((int)arguments[0], arguments[1], (int)arguments[2]);
}

static void describe_limit(char text[text_bytes], const long *arguments)
{
    const char *name = "?";

    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        if (limits[i].resource == arguments[0])
            name = limits[i].name;
    }
    snprintf(text, text_bytes, "limit_set(%s, %ld, %ld)", name, arguments[1], arguments[2]);
}

static void choose_privilege(struct random *random, long *arguments)
{
    arguments[0] = (long)random_below(random, 2);
}

static long perform_privilege(const long *arguments)
{
    return privilege_set(arguments[0]);
}

static void describe_privilege(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "privilege_set(%ld)", arguments[0]);
}

const struct kind kinds_limit[] = {
    {"limit", 3, 3, choose_limit, perform_limit, describe_limit},
    {"privilege", 2, 1, choose_privilege, perform_privilege, describe_privilege},
    {NULL, 0, 0, NULL, NULL, NULL},
};
