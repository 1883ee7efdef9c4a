/*
 * Numbers: a bitmap of those in use and a hash table from number to struct pid.
 *
 * Numbers go up and wrap, so that a number is not reused soon; after the first round those below
 * PID_RESERVED are left to daemons. A new number is below kernel.pid_max; the bitmap grows with
 * that setting and never shrinks, since numbers above a lowered one may be in use. Lock: the
 * process tree lock, defined here.
 */
#include <proc/pid.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <lib/bitmap.h>
#include <lib/string.h>
#include <proc/credentials.h>

#define PID_HASH_SIZE 512
#define PID_RESERVED  300

static struct spinlock tree_lock = SPINLOCK_INIT(LOCK_RANK_PROCESS_TREE);
static BITMAP_DECLARE(first_used, PID_MAX_DEFAULT);
static unsigned long *used = first_used;           /* (T) */
static size_t nr_numbers = PID_MAX_DEFAULT;        /* (T) bits of used */
static size_t pid_max = PID_MAX_DEFAULT;           /* (T) <= nr_numbers */
static struct list_head hash_table[PID_HASH_SIZE]; /* (T) */
static int last;                                   /* (T) */
static struct kmem_cache pid_cache;

irqflags_t process_tree_lock(void)
{
    return spin_lock_irqsave(&tree_lock);
}

void process_tree_unlock(irqflags_t flags)
{
    spin_unlock_irqrestore(&tree_lock, flags);
}

bool process_tree_is_locked(void)
{
    return spin_is_held(&tree_lock);
}

static struct list_head *hash_chain(int number)
{
    return &hash_table[(unsigned)number % PID_HASH_SIZE];
}

/* The next free number; 0: none. */
static size_t number_take(void)
{
    size_t number = bitmap_find_next_zero(used, pid_max, (size_t)last + 1);

    if (number >= pid_max)
        number = bitmap_find_next_zero(used, pid_max, PID_RESERVED);
    if (number >= pid_max)
        return 0;
    last = (int)number;
    return number;
}

static struct pid *pid_new(int wanted)
{
    struct pid *pid = kmem_cache_alloc(&pid_cache, ALLOC_WAIT | ALLOC_ZERO);
    irqflags_t flags;
    size_t number;

    if (pid == NULL)
        return ERR_PTR(-ENOMEM);
    flags = process_tree_lock();
    if (wanted == 0)
        number = number_take();
    else
        number = bitmap_test(used, (size_t)wanted) ? 0 : (size_t)wanted;
    if (number != 0) {
        bitmap_set(used, number);
        pid->number = (int)number;
        pid->references = 1;
        list_add(&pid->hash_link, hash_chain(pid->number));
    }
    process_tree_unlock(flags);
    if (number != 0)
        return pid;
    kmem_cache_free(&pid_cache, pid);
    return ERR_PTR(wanted == 0 ? -EAGAIN : -EEXIST);
}

struct pid *pid_alloc(void)
{
    return pid_new(0);
}

struct pid *pid_alloc_number(int number)
{
    if (number <= 0 || (size_t)number >= READ_ONCE(pid_max))
        return ERR_PTR(-EINVAL);
    return pid_new(number);
}

void pid_get(struct pid *pid)
{
    ASSERT_HELD(&tree_lock);
    pid->references++;
}

void pid_put(struct pid *pid)
{
    ASSERT_HELD(&tree_lock);
    ASSERT(pid->references > 0);
    if (--pid->references != 0)
        return;
    ASSERT(pid->task == NULL && pid->process == NULL && pid->group == NULL && pid->session == NULL);
    list_remove(&pid->hash_link);
    bitmap_clear(used, (size_t)pid->number);
    kmem_cache_free(&pid_cache, pid);
}

struct pid *pid_find(int number)
{
    struct pid *pid;

    ASSERT_HELD(&tree_lock);
    if (number <= 0)
        return NULL;
    list_for_each_entry (pid, hash_chain(number), hash_link) {
        if (pid->number == number)
            return pid;
    }
    return NULL;
}

int pid_next(int number)
{
    size_t next = bitmap_find_next_set(used, nr_numbers, (size_t)max(number, 1));

    ASSERT_HELD(&tree_lock);
    return next < nr_numbers ? (int)next : 0;
}

int pid_last(void)
{
    return READ_ONCE(last);
}

/* ---- kernel.pid_max ---- */

/* => tree lock held; @larger has room for @nr numbers. Returns the bitmap that is not used now. */
static unsigned long *replace_bitmap(unsigned long *larger, size_t nr)
{
    unsigned long *old = used;

    memcpy(larger, used, BITMAP_LONGS(nr_numbers) * sizeof(*used));
    used = larger;
    nr_numbers = nr;
    return old;
}

static int pid_max_set(const struct sysctl *setting, const u64 *values)
{
    size_t wanted = (size_t)values[0];
    unsigned long *spare = NULL;
    irqflags_t flags;

    (void)setting;
    if (wanted > READ_ONCE(nr_numbers)) {
        spare = vzalloc(BITMAP_LONGS(wanted) * sizeof(*spare));
        if (spare == NULL)
            return -ENOMEM;
    }
    flags = process_tree_lock();
    if (wanted > nr_numbers)
        spare = replace_bitmap(spare, wanted);
    pid_max = wanted;
    process_tree_unlock(flags);
    if (spare != NULL && spare != first_used)
        vfree(spare);
    return 0;
}

static void pid_max_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = READ_ONCE(pid_max);
}

/* ---- kernel.ns_last_pid ---- */

static void last_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = (u64)pid_last();
}

/* The next task gets the number after it: for who restores processes with their numbers. */
static int last_set(const struct sysctl *setting, const u64 *values)
{
    irqflags_t flags;
    int error = 0;

    (void)setting;
    if (!capable(CAP_CHECKPOINT_RESTORE) && !capable(CAP_SYS_ADMIN))
        return -EPERM;
    flags = process_tree_lock();
    if (values[0] > pid_max)
        error = -EINVAL;
    else
        last = (int)values[0];
    process_tree_unlock(flags);
    return error;
}

static const struct sysctl settings[] = {
    {.name = "ns_last_pid",
     .mode = 0666,
     .get = last_get,
     .set = last_set,
     .maximum = PID_MAX_LIMIT},
    {.name = "pid_max",
     .get = pid_max_get,
     .set = pid_max_set,
     .minimum = PID_RESERVED + 1,
     .maximum = PID_MAX_LIMIT},
    {0},
};

void pid_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

    sysctl_register(&table);
    for (size_t i = 0; i < PID_HASH_SIZE; i++)
        list_init(&hash_table[i]);
    bitmap_set(used, 0);
    kmem_cache_init(&pid_cache, "pid", sizeof(struct pid), 0, NULL);
}
