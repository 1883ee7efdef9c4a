/*
 * Numbers: a bitmap of those in use and a hash table from number to struct pid.
 *
 * Numbers go up and wrap, so that a number is not reused soon; after the first round those below
 * PID_RESERVED are left to daemons. Lock: the process tree lock, defined here.
 */
#include <proc/pid.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/slab.h>
#include <lib/bitmap.h>

#define PID_HASH_SIZE 512
#define PID_RESERVED  300

static struct spinlock tree_lock = SPINLOCK_INIT(LOCK_RANK_PROCESS_TREE);
static BITMAP_DECLARE(used, PID_MAX);              /* (T) */
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

/* The next free number, or PID_MAX. */
static size_t number_take(void)
{
    size_t number = bitmap_find_next_zero(used, PID_MAX, (size_t)last + 1);

    if (number >= PID_MAX)
        number = bitmap_find_next_zero(used, PID_MAX, PID_RESERVED);
    if (number < PID_MAX) {
        bitmap_set(used, number);
        last = (int)number;
    }
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
        number = bitmap_test(used, (size_t)wanted) ? PID_MAX : (size_t)wanted;
    if (number < PID_MAX) {
        bitmap_set(used, number);
        pid->number = (int)number;
        pid->references = 1;
        list_add(&pid->hash_link, hash_chain(pid->number));
    }
    process_tree_unlock(flags);
    if (number < PID_MAX)
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
    if (number <= 0 || number >= PID_MAX)
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
    size_t next = bitmap_find_next_set(used, PID_MAX, (size_t)max(number, 1));

    ASSERT_HELD(&tree_lock);
    return next < PID_MAX ? (int)next : 0;
}

int pid_last(void)
{
    return READ_ONCE(last);
}

void pid_init(void)
{
    for (size_t i = 0; i < PID_HASH_SIZE; i++)
        list_init(&hash_table[i]);
    bitmap_set(used, 0);
    kmem_cache_init(&pid_cache, "pid", sizeof(struct pid), 0, NULL);
}
