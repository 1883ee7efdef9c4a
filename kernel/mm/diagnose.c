/*
 * The rules of the memory calls as sentences (diagnose.h).
 *
 * A table lists, for the calls and the error, a test and the sentence that is true when the test
 * holds; the first that holds is the reason. Its order is the order in which the calls check. An
 * entry without a test is what is left when nothing else explains the error.
 *
 * Lock: map_lock held for reading while the tests run.
 */
#include <mm/diagnose.h>

#include <abi/errno.h>

#include "account.h"
#include "commit.h"
#include "settings.h"

struct question {
    struct mm *mm;
    u32 call; /* MM_CALL_* */
    int error;
    vaddr_t start, end; /* the range of the call; end rounded up, 0 when it overflows */
    size_t len;         /* as given */
    unsigned prot, flags;
    u32 area_flags;   /* VMA_* that a new area would have */
    struct vma *area; /* the area the answer is about, or NULL */
};

#define CALLS_WITH_RANGE                                                                           \
    (MM_CALL_MAP | MM_CALL_UNMAP | MM_CALL_PROTECT | MM_CALL_REMAP | MM_CALL_ADVISE |              \
     MM_CALL_SYNC | MM_CALL_RESIDENT | MM_CALL_LOCK)
#define CALLS_ON_AREAS                                                                             \
    (MM_CALL_PROTECT | MM_CALL_ADVISE | MM_CALL_SYNC | MM_CALL_RESIDENT | MM_CALL_LOCK)
#define CALLS_THAT_SPLIT (MM_CALL_UNMAP | MM_CALL_PROTECT | MM_CALL_ADVISE | MM_CALL_LOCK)
#define CALLS_THAT_GROW  (MM_CALL_MAP | MM_CALL_REMAP | MM_CALL_BREAK | MM_CALL_PROTECT)
#define ALL_CALLS        (~0u)

/* ---- tests: true when the rule they stand for is broken ---- */

static bool is_unaligned(struct question *q)
{
    if (q->call == MM_CALL_MAP && !(q->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
        return false;
    return q->call != MM_CALL_LOCK && !is_aligned(q->start, PAGE_SIZE);
}

static bool is_empty(struct question *q)
{
    return q->len == 0;
}

static bool is_beyond(struct question *q)
{
    return q->len > USER_END || q->end == 0 || q->start > USER_END ||
           ((q->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) || q->call != MM_CALL_MAP) &&
            q->end > USER_END);
}

static bool has_no_type(struct question *q)
{
    unsigned type = q->flags & MAP_TYPE;

    return type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE;
}

static bool is_low(struct question *q)
{
    return (q->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) && q->start < settings_min_address();
}

static bool is_occupied(struct question *q)
{
    q->area = vma_find_overlap(q->mm, q->start, q->end);
    return q->area != NULL;
}

static bool has_unknown_rights(struct question *q)
{
    return q->prot & ~(unsigned)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN |
                                 PROT_GROWSUP);
}

/* The first address of the range that no area holds; the area is the one below it. */
static bool has_hole(struct question *q)
{
    vaddr_t addr = q->start;
    struct vma *vma;

    vma_for_each_overlap (vma, q->mm, q->start, q->end) {
        if (vma->start > addr)
            return true;
        q->area = vma;
        addr = vma->end;
    }
    return addr < q->end;
}

/* An area of the range that may not get the rights. */
static bool has_fixed_rights(struct question *q)
{
    vma_for_each_overlap (q->area, q->mm, q->start, q->end) {
        if ((q->area->flags >> 4 & q->prot & VMA_PROTECTION) != (q->prot & VMA_PROTECTION))
            return true;
    }
    return false;
}

static bool has_locked_area(struct question *q)
{
    vma_for_each_overlap (q->area, q->mm, q->start, q->end) {
        if (q->area->flags & VMA_LOCKED)
            return true;
    }
    return false;
}

static bool is_too_many_areas(struct question *q)
{
    return q->mm->nr_areas + 2 > settings_max_map_count();
}

static u64 question_pages(const struct question *q)
{
    return align_up(q->len, PAGE_SIZE) >> PAGE_SHIFT;
}

static bool exceeds_address_space(struct question *q)
{
    return q->call != MM_CALL_PROTECT &&
           q->mm->total_pages + question_pages(q) > q->mm->limits.address_space >> PAGE_SHIFT;
}

static bool exceeds_data(struct question *q)
{
    return account_check(q->mm, q->area_flags, question_pages(q)) != 0;
}

static bool exceeds_commitment(struct question *q)
{
    if (!(q->area_flags & VMA_WRITE) || (q->flags & MAP_NORESERVE))
        return false;
    if (commit_charge(q->mm, question_pages(q)) != 0)
        return true;
    commit_uncharge(question_pages(q));
    return false;
}

static bool exceeds_lock_limit(struct question *q)
{
    return account_exceeds_lock_limit(q->mm, q->mm->locked_pages + question_pages(q));
}

static bool has_no_room(struct question *q)
{
    return vma_gap_find_top_down(q->mm, align_up(q->len, PAGE_SIZE), settings_min_address(),
                                 q->mm->mmap_base) == 0;
}

static bool wants_huge_pages(struct question *q)
{
    return (q->flags & MAP_HUGETLB) && !(q->flags & MAP_NORESERVE);
}

static bool is_not_mapped(struct question *q)
{
    q->area = vma_find_at(q->mm, q->start);
    return q->area == NULL;
}

/* ---- the rules ---- */

static const struct {
    u32 calls;
    int error;
    bool (*is_broken)(struct question *question);
    const char *sentence;
} rules[] = {
    {CALLS_WITH_RANGE, EINVAL, is_unaligned, "the address is no multiple of the page size"},
    {MM_CALL_MAP | MM_CALL_UNMAP, EINVAL, is_empty, "the length is 0"},
    {MM_CALL_MAP, EINVAL, has_no_type, "flags name neither MAP_SHARED nor MAP_PRIVATE"},
    {MM_CALL_PROTECT, EINVAL, has_unknown_rights, "prot has bits that mean nothing"},
    {CALLS_WITH_RANGE, EINVAL, is_beyond, "the range reaches beyond the addresses of user space"},
    {CALLS_WITH_RANGE, ENOMEM, is_beyond, "the range reaches beyond the addresses of user space"},
    {MM_CALL_REMAP, EFAULT, is_not_mapped, "nothing is mapped at the old address"},
    {MM_CALL_MAP, EEXIST, is_occupied,
     "an area is there already, and MAP_FIXED_NOREPLACE spares it"},
    {MM_CALL_MAP, EPERM, is_low, "the address is below vm.mmap_min_addr"},
    {MM_CALL_MAP, EPERM, NULL, "a seal, a noexec mount or a missing privilege forbids the mapping"},
    {MM_CALL_MAP, EACCES, NULL, "the file was not opened for what the mapping is to allow"},
    {MM_CALL_MAP, EBADF, NULL, "the descriptor is not open"},
    {MM_CALL_MAP, ENODEV, NULL, "this kind of file cannot be mapped"},
    {MM_CALL_MAP, EOPNOTSUPP, NULL,
     "MAP_SHARED_VALIDATE, and a flag that the file does not support"},
    {MM_CALL_MAP, EOVERFLOW, NULL, "offset and length together exceed the largest file"},
    {MM_CALL_MAP | MM_CALL_REMAP | MM_CALL_LOCK, EAGAIN, NULL, "RLIMIT_MEMLOCK would be exceeded"},
    {MM_CALL_PROTECT, EACCES, has_fixed_rights,
     "the area may never have these rights: of its file as it was opened, or a seal"},
    {CALLS_ON_AREAS, ENOMEM, has_hole, "a part of the range is not mapped"},
    {MM_CALL_LOCK | MM_CALL_LOCK_ALL, ENOMEM, exceeds_lock_limit,
     "RLIMIT_MEMLOCK would be exceeded"},
    {MM_CALL_LOCK | MM_CALL_LOCK_ALL, EPERM, NULL,
     "RLIMIT_MEMLOCK is 0, and CAP_IPC_LOCK is missing"},
    {MM_CALL_ADVISE, EINVAL, has_locked_area, "the advice is not for locked memory"},
    {MM_CALL_ADVISE, EINVAL, NULL, "the advice is unknown, or not for this kind of area"},
    {MM_CALL_SYNC, EBUSY, has_locked_area, "MS_INVALIDATE of locked memory"},
    {CALLS_THAT_SPLIT | CALLS_THAT_GROW, ENOMEM, is_too_many_areas,
     "the process has as many areas as vm.max_map_count allows"},
    {MM_CALL_MAP, ENOMEM, wants_huge_pages,
     "the pool has too few free huge pages (vm.nr_hugepages)"},
    {CALLS_THAT_GROW, ENOMEM, exceeds_address_space, "RLIMIT_AS would be exceeded"},
    {CALLS_THAT_GROW, ENOMEM, exceeds_data, "RLIMIT_DATA would be exceeded"},
    {CALLS_THAT_GROW, ENOMEM, exceeds_commitment,
     "more memory would be promised than vm.overcommit_memory allows"},
    {MM_CALL_MAP | MM_CALL_REMAP, ENOMEM, has_no_room, "no gap between the areas is large enough"},
    {MM_CALL_REMAP, ENOMEM, NULL, "the area cannot grow where it is, and may not move"},
    {ALL_CALLS, ENOMEM, NULL, "the kernel has no memory left for it"},
    {ALL_CALLS, EFAULT, NULL, "an address that the kernel was to read or write is not accessible"},
    {ALL_CALLS, EPERM, NULL, "a privilege is missing"},
    {ALL_CALLS, EACCES, NULL, "the permissions of the object do not allow it"},
    {ALL_CALLS, EINVAL, NULL, "arguments that do not go together, or mean nothing"},
};

static void ask(struct question *q, struct mm_diagnosis *diagnosis)
{
    size_t i;

    diagnosis->rule = "no rule of memory: see the manual page of the call for this error";
    for (i = 0; i < ARRAY_SIZE(rules); i++) {
        if (!(rules[i].calls & q->call) || rules[i].error != -q->error)
            continue;
        q->area = vma_find_at(q->mm, q->start);
        if (rules[i].is_broken == NULL || rules[i].is_broken(q)) {
            diagnosis->rule = rules[i].sentence;
            break;
        }
    }
    if (q->area != NULL) {
        diagnosis->start = q->area->start;
        diagnosis->end = q->area->end;
        diagnosis->flags = q->area->flags;
    }
}

/* Where the arguments of each call stand. */
static void read_arguments(struct question *q, const unsigned long arguments[6])
{
    q->start = arguments[0];
    q->len = arguments[1];
    if (q->call == MM_CALL_MAP || q->call == MM_CALL_PROTECT)
        q->prot = (unsigned)arguments[2];
    if (q->call == MM_CALL_MAP)
        q->flags = (unsigned)arguments[3];
    if (q->call == MM_CALL_REMAP)
        q->len = arguments[2] > arguments[1] ? arguments[2] - arguments[1] : arguments[2];
    if (q->call == MM_CALL_BREAK) {
        q->start = q->mm->brk;
        q->len = arguments[0] - q->mm->brk;
        q->prot = PROT_READ | PROT_WRITE;
    }
    if (q->call == MM_CALL_LOCK_ALL || q->call == MM_CALL_OTHER)
        q->len = 0;
    q->area_flags = (q->prot & VMA_PROTECTION) | (q->flags & MAP_SHARED ? VMA_SHARED : 0);
    if (q->call == MM_CALL_REMAP)
        q->area_flags = VMA_READ | VMA_WRITE;
    if (add_overflow(q->start, align_up(q->len, PAGE_SIZE), &q->end))
        q->end = 0;
}

void mm_diagnose(struct mm *mm, u32 call, const unsigned long arguments[6], int error,
                 struct mm_diagnosis *diagnosis)
{
    struct question question = {.mm = mm, .call = call, .error = error};

    *diagnosis = (struct mm_diagnosis){0};
    read_lock(&mm->map_lock);
    read_arguments(&question, arguments);
    ask(&question, diagnosis);
    read_unlock(&mm->map_lock);
}
