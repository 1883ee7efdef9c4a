/*
 * Memory policies: see memory_policy.h. The policy is the task's own.
 */
#include <proc/memory_policy.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/pagemap.h>
#include <arch/memory.h>
#include <arch/user.h>
#include <lib/bits.h>
#include <mm/mm.h>
#include <proc/control.h>
#include <proc/credentials.h>
#include <proc/task.h>

/* Linux's sanitize_mpol_flags and mpol_new, for one node: *nodes becomes what the policy will have.
 */
static int policy_check(int *mode, u64 *nodes)
{
    unsigned flags = (unsigned)*mode & MPOL_MODE_FLAGS;
    int kind = (int)((unsigned)*mode & ~MPOL_MODE_FLAGS);
    bool fixed = flags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES);
    bool both = (flags & MPOL_F_STATIC_NODES) && (flags & MPOL_F_RELATIVE_NODES);

    if (kind < 0 || kind > MPOL_PREFERRED_MANY || both)
        return -EINVAL;
    if ((flags & MPOL_F_NUMA_BALANCING) && kind != MPOL_BIND)
        return -EINVAL;
    if (kind == MPOL_DEFAULT || kind == MPOL_LOCAL)
        return *nodes != 0 || (kind == MPOL_LOCAL && fixed) ? -EINVAL : 0;
    if (*nodes == 0) {
        if (kind != MPOL_PREFERRED || fixed)
            return -EINVAL;
        *mode = MPOL_LOCAL | (int)flags;
        return 0;
    }
    /* Relative masks are folded onto the nodes there are; others must name one of them. */
    if (!(flags & MPOL_F_RELATIVE_NODES) && !(*nodes & NODES_ALL))
        return -EINVAL;
    if (!fixed)
        *nodes &= NODES_ALL;
    return 0;
}

int memory_policy_set(int mode, u64 nodes)
{
    struct task *self = current_task();
    int err = policy_check(&mode, &nodes);

    if (err != 0)
        return err;
    if (((unsigned)mode & ~MPOL_MODE_FLAGS) == MPOL_DEFAULT)
        mode = MPOL_DEFAULT;
    self->policy_mode = mode;
    self->policy_nodes = nodes;
    return 0;
}

static int find_area(const struct vma_info *info, void *argument)
{
    vaddr_t addr = *(const vaddr_t *)argument;

    return addr >= info->start ? 1 : -EFAULT;
}

static bool area_exists(struct mm *mm, vaddr_t addr)
{
    return mm_for_each_area(mm, addr, find_area, &addr) == 1;
}

static int get_of_address(vaddr_t addr, unsigned flags, struct memory_policy_answer *answer)
{
    u8 byte;

    *answer = (struct memory_policy_answer){.mode = MPOL_DEFAULT};
    if (!area_exists(current_task()->mm, addr))
        return -EFAULT;
    if ((flags & MPOL_F_NODE) && get_user(byte, (const u8 __user *)addr) != 0)
        return -EFAULT; /* the node is 0 once the page is there */
    return 0;
}

int memory_policy_get(vaddr_t addr, unsigned flags, struct memory_policy_answer *answer)
{
    const struct task *self = current_task();

    if (flags & ~(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
        return -EINVAL;
    if (flags & MPOL_F_MEMS_ALLOWED) {
        *answer = (struct memory_policy_answer){.nodes = NODES_ALL};
        return flags & (MPOL_F_NODE | MPOL_F_ADDR) ? -EINVAL : 0;
    }
    if (flags & MPOL_F_ADDR)
        return get_of_address(addr, flags, answer);
    if (addr != 0)
        return -EINVAL;
    *answer = (struct memory_policy_answer){.mode = self->policy_mode, .nodes = self->policy_nodes};
    if (!(flags & MPOL_F_NODE))
        return 0;
    answer->mode = 0;
    return ((unsigned)self->policy_mode & ~MPOL_MODE_FLAGS) == MPOL_INTERLEAVE ? 0 : -EINVAL;
}

static int begins_before(const struct vma_info *info, void *argument)
{
    return info->start < *(const vaddr_t *)argument ? 1 : -EFAULT;
}

struct coverage {
    vaddr_t next, end;
};

static int cover(const struct vma_info *info, void *argument)
{
    struct coverage *coverage = argument;

    if (info->start > coverage->next)
        return -EFAULT;
    coverage->next = info->end;
    return info->end >= coverage->end ? 1 : 0;
}

/* Is something, without @holes everything, of [start, end) mapped? */
static int check_mapped(vaddr_t start, vaddr_t end, bool holes)
{
    struct coverage coverage = {.next = start, .end = end};

    if (holes)
        return mm_for_each_area(current_task()->mm, start, begins_before, &end) == 1 ? 0 : -EFAULT;
    return mm_for_each_area(current_task()->mm, start, cover, &coverage) == 1 ? 0 : -EFAULT;
}

int memory_policy_bind(vaddr_t start, size_t len, int mode, u64 nodes, unsigned flags)
{
    unsigned kind = (unsigned)mode & ~MPOL_MODE_FLAGS;
    vaddr_t end;
    int err;

    if (kind > MPOL_PREFERRED_MANY || (flags & ~(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)))
        return -EINVAL;
    if ((flags & MPOL_MF_MOVE_ALL) && !capable(CAP_SYS_NICE))
        return -EPERM;
    if (!is_aligned(start, PAGE_SIZE))
        return -EINVAL;
    end = start + align_up(len, PAGE_SIZE);
    if (end < start)
        return -EINVAL;
    if (end == start)
        return 0;
    err = policy_check(&mode, &nodes);
    return err != 0 ? err : check_mapped(start, end, kind == MPOL_DEFAULT);
}

int memory_policy_home(vaddr_t start, size_t len, unsigned long node, unsigned long flags)
{
    vaddr_t end;

    if (!is_aligned(start, PAGE_SIZE) || flags != 0 || node != 0)
        return -EINVAL;
    end = start + align_up(len, PAGE_SIZE);
    if (end < start)
        return -EINVAL;
    return end == start ? 0 : -ENOENT; /* no area keeps a policy that could have a home */
}

struct page_question {
    vaddr_t addr;
    bool is_anonymous; /* what is not there never was */
};

static int ask_area(const struct vma_info *info, void *argument)
{
    struct page_question *question = argument;

    question->is_anonymous = info->source == NULL && info->inode == 0;
    return question->addr >= info->start ? 1 : -EFAULT;
}

int memory_page_node(struct mm *mm, vaddr_t addr)
{
    struct page_question question = {.addr = addr};
    u64 word = 0;

    if (addr >= USER_END || mm_for_each_area(mm, addr, ask_area, &question) != 1)
        return -EFAULT;
    mm_page_map(mm, align_down(addr, PAGE_SIZE), 1, &word, false);
    if (word & PAGEMAP_PRESENT)
        return 0;
    return question.is_anonymous ? -EFAULT : -ENOENT;
}

struct mm *memory_of_process(int pid)
{
    struct task *task = pid == 0 ? task_get(current_task()) : task_find(pid);
    struct mm *mm;

    if (task == NULL)
        return ERR_PTR(-ESRCH);
    mm = task_inspect_mm(task);
    task_put(task);
    return mm != NULL ? mm : ERR_PTR(-EINVAL);
}
