/*
 * Why a memory call failed, as a sentence (diagnose.h).
 *
 * What depends on the state of the address space was noted where the call was refused (refuse.h).
 * The rest follows from the call, its arguments and the error: a table lists a test and the
 * sentence that is true when the test holds; the first that holds is the reason. Its order is the
 * order in which the calls check. An entry without a test is what is left when nothing else
 * explains the error.
 *
 * Lock: map_lock for reading while the area at the address is looked up.
 */
#include <mm/diagnose.h>

#include <abi/errno.h>

#include "refuse.h"
#include "vma.h"

struct question {
    struct mm *mm;
    u32 call; /* MM_CALL_* */
    int error;
    vaddr_t start, end; /* the range of the call; end rounded up, 0 when it overflows */
    size_t len;         /* as given */
    unsigned prot, flags;
};

#define CALLS_WITH_RANGE                                                                           \
    (MM_CALL_MAP | MM_CALL_UNMAP | MM_CALL_PROTECT | MM_CALL_REMAP | MM_CALL_ADVISE |              \
     MM_CALL_SYNC | MM_CALL_RESIDENT | MM_CALL_LOCK)
#define ALL_CALLS (~0u)

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

static bool has_unknown_rights(struct question *q)
{
    return q->prot & ~(unsigned)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN |
                                 PROT_GROWSUP);
}

static bool wants_huge_pages(struct question *q)
{
    return (q->flags & MAP_HUGETLB) && !(q->flags & MAP_NORESERVE);
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
    {MM_CALL_MAP, EPERM, NULL, "a seal, a noexec mount or a missing privilege forbids the mapping"},
    {MM_CALL_MAP, EACCES, NULL, "the file was not opened for what the mapping is to allow"},
    {MM_CALL_MAP, EBADF, NULL, "the descriptor is not open"},
    {MM_CALL_MAP, ENODEV, NULL, "this kind of file cannot be mapped"},
    {MM_CALL_MAP, EOPNOTSUPP, NULL,
     "MAP_SHARED_VALIDATE, and a flag that the file does not support"},
    {MM_CALL_MAP, EOVERFLOW, NULL, "offset and length together exceed the largest file"},
    {MM_CALL_LOCK | MM_CALL_LOCK_ALL, EPERM, NULL,
     "RLIMIT_MEMLOCK is 0, and CAP_IPC_LOCK is missing"},
    {MM_CALL_ADVISE, EINVAL, NULL, "the advice is unknown, or not for this kind of area"},
    {MM_CALL_MAP, ENOMEM, wants_huge_pages,
     "the pool has too few free huge pages (vm.nr_hugepages)"},
    {ALL_CALLS, ENOMEM, NULL, REFUSED_MEMORY},
    {ALL_CALLS, EAGAIN, NULL, REFUSED_MEMORY},
    {ALL_CALLS, EFAULT, NULL, "an address that the kernel was to read or write is not accessible"},
    {ALL_CALLS, EPERM, NULL, "a privilege is missing"},
    {ALL_CALLS, EACCES, NULL, "the permissions of the object do not allow it"},
    {ALL_CALLS, EINVAL, NULL, "arguments that do not go together, or mean nothing"},
};

static const char *find_rule(struct question *q)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(rules); i++) {
        if ((rules[i].calls & q->call) && rules[i].error == -q->error &&
            (rules[i].is_broken == NULL || rules[i].is_broken(q)))
            return rules[i].sentence;
    }
    return "no rule of memory: see the manual page of the call for this error";
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
    if (add_overflow(q->start, align_up(q->len, PAGE_SIZE), &q->end))
        q->end = 0;
}

void mm_diagnose(struct mm *mm, u32 call, const unsigned long arguments[6], int error,
                 struct mm_diagnosis *diagnosis)
{
    const char *refusal = current_thread()->refusal;
    struct question question = {.mm = mm, .call = call, .error = error};
    struct vma *vma;

    *diagnosis = (struct mm_diagnosis){0};
    read_lock(&mm->map_lock);
    read_arguments(&question, arguments);
    vma = vma_find_at(mm, question.start);
    if (vma != NULL) {
        diagnosis->start = vma->start;
        diagnosis->end = vma->end;
        diagnosis->flags = vma->flags;
    }
    read_unlock(&mm->map_lock);
    diagnosis->rule = refusal != NULL ? refusal : find_rule(&question);
}
