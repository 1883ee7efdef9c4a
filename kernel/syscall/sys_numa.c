/*
 * set_mempolicy(2), get_mempolicy(2), mbind(2), migrate_pages(2), move_pages(2).
 */
#include <abi/capability.h>
#include <lib/bits.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/memory_policy.h>
#include <sched/sched.h>

#include "sys.h"

#define MASK_BITS_MAX (PAGE_SIZE * 8)

/* A mask of @max - 1 nodes; beyond the first 64 it must be empty. */
static int fetch_nodes(const u64 __user *user, unsigned long max, u64 *nodes)
{
    unsigned long bits = max - 1;
    u64 word;

    *nodes = 0;
    if (bits == 0 || !user)
        return 0;
    if (bits > MASK_BITS_MAX)
        return -EINVAL;
    for (unsigned long i = 0; i * 64 < bits; i++) {
        unsigned long left = bits - i * 64;

        if (get_user(word, user + i))
            return -EFAULT;
        if (left < 64)
            word &= (1ull << left) - 1;
        if (i == 0)
            *nodes = word;
        else if (word)
            return -EINVAL;
    }
    return 0;
}

static int put_nodes(u64 __user *user, unsigned long max, u64 nodes)
{
    unsigned long words = div_round_up(max - 1, 64ul);

    if (words == 0)
        return 0;
    if (words * 8 > PAGE_SIZE)
        return -EINVAL;
    if (put_user(nodes, user))
        return -EFAULT;
    return clear_user(user + 1, (words - 1) * 8);
}

long sys_set_mempolicy(int mode, void __user *user, unsigned long max)
{
    u64 nodes;
    int error = fetch_nodes(user, max, &nodes);

    return error ? error : memory_policy_set(mode, nodes);
}

long sys_get_mempolicy(void __user *mode, void __user *nodes, unsigned long max, unsigned long addr,
                       unsigned long flags)
{
    struct memory_policy_answer answer;
    int error;

    if (nodes && max < 1)
        return -EINVAL;
    error = memory_policy_get(addr, (unsigned)flags, &answer);
    if (error)
        return error;
    if (mode && put_user(answer.mode, (int __user *)mode))
        return -EFAULT;
    return nodes ? put_nodes(nodes, max, answer.nodes) : 0;
}

long sys_mbind(unsigned long start, size_t len, int mode, void __user *user, unsigned long max,
               unsigned long flags)
{
    u64 nodes;
    int error = fetch_nodes(user, max, &nodes);

    return error ? error : memory_policy_bind(start, len, mode, nodes, (unsigned)flags);
}

long sys_set_mempolicy_home_node(unsigned long start, size_t len, unsigned long node,
                                 unsigned long flags)
{
    return memory_policy_home(start, len, node, flags);
}

/* There is nowhere to migrate to: what is asked for is so already. */
long sys_migrate_pages(int pid, unsigned long max, void __user *user_from, void __user *user_to)
{
    struct mm *mm;
    u64 from, to;
    int error = fetch_nodes(user_from, max, &from);

    if (!error)
        error = fetch_nodes(user_to, max, &to);
    if (error)
        return error;
    mm = memory_of_process(pid);
    if (IS_ERR(mm))
        return PTR_ERR(mm);
    mm_put_user(mm);
    if ((to & ~NODES_ALL) && !capable(CAP_SYS_NICE))
        return -EPERM;
    return to & NODES_ALL ? 0 : -EINVAL;
}

/* Where each page is; with @nodes also: would it go where it is to go? */
static long move_pages(struct mm *mm, unsigned long nr, const u64 __user *pages,
                       const int __user *nodes, int __user *status)
{
    for (unsigned long i = 0; i < nr; i++) {
        int node = 0;
        u64 addr;

        if (get_user(addr, pages + i) || (nodes && get_user(node, nodes + i)))
            return -EFAULT;
        if (node != 0)
            return -ENODEV;
        if (put_user(memory_page_node(mm, addr), status + i))
            return -EFAULT;
    }
    return 0;
}

long sys_move_pages(int pid, unsigned long nr, void __user *pages, void __user *nodes,
                    void __user *status, unsigned long flags)
{
    struct mm *mm;
    long result;

    if ((unsigned)flags & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
        return -EINVAL;
    if ((flags & MPOL_MF_MOVE_ALL) && !capable(CAP_SYS_NICE))
        return -EPERM;
    mm = memory_of_process(pid);
    if (IS_ERR(mm))
        return PTR_ERR(mm);
    result = move_pages(mm, nr, pages, nodes, status);
    mm_put_user(mm);
    return result;
}
