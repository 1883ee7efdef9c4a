/*
 * A core dump to a program (core(5), "Piping core dumps to a program"): the kernel starts it with
 * the reading end of a pipe as its standard input, and the dying process writes its core to the
 * other.
 *
 * kernel.core_pipe_limit: how many may be at it at one time; and when it is not 0 the dying process
 * stays, and its directory in /proc, until the program has closed its input.
 */
#include <abi/errno.h>
#include <kern/printk.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/rlimit.h>
#include <vfs/file.h>
#include <vfs/pipe.h>

#include "core_internal.h"
#include "program_start.h"

static s32 nr_dumps; /* (a) under way */

/* NULL: no memory */
static const char **words_of(const struct core_name *name)
{
    const char **argv = kcalloc(name->nr_words + 1, sizeof(*argv), ALLOC_WAIT);
    const char *word = name->text;
    unsigned i;

    for (i = 0; argv != NULL && i < name->nr_words; i++) {
        argv[i] = word;
        word += strlen(word) + 1;
    }
    return argv;
}

/* Start the program; core->file is the end to write to then. */
static long connect(struct core *core, const char *const *argv)
{
    struct file *ends[2];
    long error = pipe_create(ends, 0);

    if (error != 0)
        return error;
    error = program_start(argv, ends[0]);
    file_put(ends[0]);
    if (error != 0)
        file_put(ends[1]);
    else
        core->file = ends[1];
    return error;
}

static bool write_to(struct core *core, const char *const *argv, bool waits)
{
    long error = connect(core, argv);

    if (error != 0) {
        pr_warn("core dump to |%s failed (error %ld)\n", argv[0], error);
        return false;
    }
    core->is_pipe = true;
    core->limit = RLIM_INFINITY;
    core_file_write(core);
    if (waits)
        pipe_wait_until_read(core->file);
    file_put(core->file);
    return true;
}

bool core_pipe_write(struct core *core, const struct core_name *name)
{
    s32 limit = READ_ONCE(core_pipe_limit);
    const char **argv;
    bool dumped = false;

    if (core->limit == CORE_LIMIT_OF_PROGRAMS) {
        pr_warn("%s: RLIMIT_CORE is 1: the core is given to no program\n",
                core->dumper->thread.name);
        return false;
    }
    if (fetch_add(&nr_dumps, 1) >= limit && limit != 0) {
        pr_warn("%s: over kernel.core_pipe_limit\n", core->dumper->thread.name);
    } else {
        argv = words_of(name);
        dumped = argv != NULL && write_to(core, argv, limit != 0);
        kfree(argv);
    }
    fetch_sub(&nr_dumps, 1);
    return dumped;
}
