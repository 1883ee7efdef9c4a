/*
 * User memory: the theory.
 *
 * 1. An address space (struct mm) is an ordered set of areas (struct vma) and one page table. An area looks
 *    through two layers: the page table itself, whose leaf entries belong to the area privately, and below it
 *    an optional vm_object, which owns shareable pages. A fault resolves the upper layer, else the lower, else zero.
 * 2. Private pages are owned by the page table: no shadow chains, no per-page reverse-map entries.
 * 3. Page tables are copy-on-write: fork shares leaf tables of private areas; every change to an entry goes
 *    through one cursor (mm/pt.h) which makes a shared table the caller's own first.
 * 4. Every operation is check (no side effect), reserve (may fail), commit (cannot fail).
 * 5. One batch per operation collects flushes and freed pages; frames are freed only after the flush.
 * 6. mm knows no file and no process: it gets limits and accounting identity as plain data (struct mm_limits), files as
 *    objects and sources (mm/object.h), out-of-memory killing as a registered hook.
 *
 * Locks, outermost first: mm.map_lock (sleeping) > object.resize > page busy > object.lock > family.lock > leaf
 * table lock > lru > zone.
 */
#pragma once

#include <abi/mman.h>
#include <arch/memory.h>
#include <arch/mmu.h>
#include <arch/upcall.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>
#include <mm/object.h>
#include <sched/wait.h>

/* vma.flags: protection in the low bits (PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4), then these. */
#define VMA_READ       0x1u
#define VMA_WRITE      0x2u
#define VMA_EXEC       0x4u
#define VMA_SHARED     0x8u
#define VMA_MAYREAD    0x10u /* mprotect may grant it */
#define VMA_MAYWRITE   0x20u
#define VMA_MAYEXEC    0x40u
#define VMA_GROWSDOWN  0x80u
#define VMA_NORESERVE  0x100u
#define VMA_ACCOUNT    0x200u /* charged to the commit total */
#define VMA_STACK      0x400u /* the initial stack: [stack] */
#define VMA_SPECIAL    0x800u /* vdso, vvar: not merged, not expanded, not remapped in part */
#define VMA_DONTFORK   0x1000u
#define VMA_LOCKED     0x2000u
#define VMA_DENYWRITE  0x4000u
#define VMA_RANDOM     0x8000u  /* madvise */
#define VMA_SEQUENTIAL 0x10000u

/* Limits that mm enforces, copied from the process's rlimits by proc whenever they change. Bytes, ~0: infinite. */
struct mm_limits {
    u64 address_space; /* RLIMIT_AS */
    u64 data;          /* RLIMIT_DATA */
    u64 stack;         /* RLIMIT_STACK */
    u64 locked;        /* RLIMIT_MEMLOCK */
};

struct anon_family;
struct vma;

struct mm {
    struct arch_mmu mmu;          /* page-table root */
    struct rwlock map_lock;       /* areas; read for faults */
    struct rb_root areas;         /* (m) by address, augmented with the largest gap */
    u64 nr_areas;                 /* (m) */
    u64 total_pages;              /* (m) sum of the sizes of all areas */
    u64 data_pages, stack_pages, exec_pages, shared_pages, locked_pages; /* (m) */
    u64 peak_total_pages, peak_resident_pages;
    u64 table_pages;              /* (a) page-table pages, VmPTE */
    u64 committed_pages;          /* (m) sum of the VMA_ACCOUNT areas */
    vaddr_t mmap_base;            /* (m) top of the top-down search */
    vaddr_t brk_start, brk;       /* (m) */
    vaddr_t code_start, code_end, data_start, data_end; /* set by exec, for /proc */
    vaddr_t stack_start, arg_start, arg_end, env_start, env_end;
    vaddr_t vdso;                 /* base of [vdso], 0: none */
    struct mm_limits limits;      /* (m) */
    struct anon_family *family;
    struct list_head family_link; /* (family.lock) */
    struct list_head list_link;   /* (list of all address spaces) */
    u32 users;                    /* (a) tasks that run in it: the last one empties it */
    u32 references;               /* (a) storage */
    u64 minor_faults, major_faults; /* (a) */
    u32 def_flags;                /* (m) flags added to new areas */
    u32 family_member;            /* (I) number in the family: the hint in private pages */
    u32 last_lineage;             /* (a) the last number given out for vma.lineage */
    u32 oom_victim;               /* (a) being killed: faults give up */
    unsigned long saved_auxv[2 * 24]; /* for /proc/PID/auxv and core dumps */
    void *executable;             /* proc: struct file of /proc/PID/exe; opaque */
};

/* One mapping request. Addresses and lengths in bytes; errors as mmap(2). */
struct mm_map_request {
    vaddr_t addr;              /* hint, or exact with MAP_FIXED */
    size_t len;
    unsigned prot;             /* PROT_* */
    unsigned flags;            /* MAP_*: already checked for unknown bits by the caller */
    struct vm_object *object;  /* NULL: anonymous private; the request borrows it */
    u64 offset;                /* bytes into the object */
    struct vm_source *source;  /* NULL or the door; an area takes its own reference */
    unsigned may;              /* VMA_MAY* that the door allows */
    unsigned vma_flags;        /* extra VMA_* (stack, special, ...) */
    const char *name;          /* for VMA_SPECIAL: "[vdso]" ; static storage */
    unsigned rights;           /* MM_MAP_MAY_*: what the caller's capabilities allow */
};
#define MM_MAP_MAY_LOW  1u /* CAP_SYS_RAWIO: below MMAP_MIN_ADDR */
#define MM_MAP_MAY_LOCK 2u /* CAP_IPC_LOCK: MAP_LOCKED beyond RLIMIT_MEMLOCK */

struct mm *mm_create(void) __must_check; /* ERR_PTR(-ENOMEM); one user; all users together hold one reference */
struct mm *mm_fork(struct mm *mm) __must_check;
struct mm *mm_get_user(struct mm *mm);   /* another user (clone VM, /proc access: may fail with NULL when users is 0) */
void mm_put_user(struct mm *mm);         /* the last user unmaps everything and drops the reference; may sleep */
struct mm *mm_get(struct mm *mm);        /* storage only */
void mm_put(struct mm *mm);

/* The calls. Each takes map_lock itself. Addresses come back through the result; negative errno on failure. */
long mm_map(struct mm *mm, const struct mm_map_request *request) __must_check;
int mm_unmap(struct mm *mm, vaddr_t addr, size_t len) __must_check;
int mm_protect(struct mm *mm, vaddr_t addr, size_t len, unsigned prot) __must_check;
long mm_remap(struct mm *mm, vaddr_t old, size_t old_len, size_t new_len, unsigned flags, vaddr_t new_addr) __must_check;
vaddr_t mm_brk(struct mm *mm, vaddr_t brk);
int mm_advise(struct mm *mm, vaddr_t addr, size_t len, int advice) __must_check;
int mm_resident(struct mm *mm, vaddr_t addr, size_t len, u8 __user *vector) __must_check; /* mincore */
int mm_sync(struct mm *mm, vaddr_t addr, size_t len, int flags) __must_check;            /* msync */

/*
 * mm_fault: resolve a fault at @addr.
 * => map_lock not held; may sleep
 * => 0, or a struct mm_fault_failure filled in: the signal to send, its si_code, and the reason in words
 */
struct mm_fault_failure {
    int signal;          /* SIGSEGV, SIGBUS, SIGKILL (out of memory) */
    int code;            /* SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR ... */
    const char *reason;  /* static storage */
};
int mm_fault(struct mm *mm, vaddr_t addr, enum fault_access access, bool user, vaddr_t stack_pointer,
             struct mm_fault_failure *failure) __must_check;

/* Fault a range in (MAP_POPULATE, futexes, exec): -EFAULT, -ENOMEM, -EAGAIN after a partial success. */
int mm_populate(struct mm *mm, vaddr_t addr, size_t len, bool write) __must_check;

/* Copy to or from another address space (/proc/PID/mem, exec's argument pages, ptrace-like). Bytes done, or -EFAULT/-EIO for none. @force ignores protection. */
ssize_t mm_access(struct mm *mm, vaddr_t addr, void *buffer, size_t len, bool write, bool force);

/* The page under a user address, referenced, for futex keys and direct copies. -EFAULT. */
int mm_get_user_page(struct mm *mm, vaddr_t addr, bool write, struct page **out) __must_check;

/* What identifies the word at @addr to futexes: private memory: (mm, addr); shared: (object, offset). -EFAULT. */
struct mm_futex_key {
    const void *space; /* mm or object (a reference is NOT held; the caller's thread keeps it alive while it waits on its mapping) */
    u64 offset;
    bool shared;
};
int mm_futex_key_get(struct mm *mm, vaddr_t addr, bool shared, struct mm_futex_key *key) __must_check;

/* Resident pages by kind, exact, summed from table pages. */
struct mm_resident {
    u64 anonymous, file, shmem, swap;
};
void mm_resident_get(struct mm *mm, struct mm_resident *resident);

/* Walk areas in address order with map_lock held for reading: for /proc views and core dumps. Nonzero from the callback stops. */
struct vma_info {
    vaddr_t start, end;
    u32 flags;
    u64 offset;         /* bytes in the object */
    u64 device, inode;
    const char *name;   /* "[heap]", "[stack]", "[vdso]" ..., NULL: see source */
    struct vm_source *source;
    struct vma *vma;    /* valid during the callback */
};
int mm_for_each_area(struct mm *mm, vaddr_t from, int (*callback)(const struct vma_info *info, void *argument), void *argument);

/* Per-area page statistics, for smaps. Bytes. */
struct vma_usage {
    u64 resident, proportional, shared_clean, shared_dirty, private_clean, private_dirty;
    u64 proportional_dirty, proportional_anonymous, proportional_shmem; /* parts of proportional */
    u64 referenced, anonymous, lazy_free, huge, swap, swap_proportional, locked;
};
void vma_usage_get(struct mm *mm, struct vma *vma, struct vma_usage *usage);

/* Address-space layout: randomised unless @fixed (norandmaps, ADDR_NO_RANDOMIZE). Sets mmap_base from the stack limit. */
void mm_layout_init(struct mm *mm, bool fixed, u64 random);
vaddr_t mm_layout_stack_top(bool fixed, u64 random);              /* page-aligned end of the initial stack area */
vaddr_t mm_layout_brk_start(vaddr_t data_end, bool fixed, u64 random); /* where the heap begins */
vaddr_t mm_layout_pie_base(bool fixed, u64 random);               /* load address of a position-independent program */

/* Free about @nr_pages clean pages of files; may sleep. Returns how many. */
u64 reclaim_pages(u64 nr_pages);

/* Out of memory: registered by proc. Returns true when something was or is being killed. */
void mm_set_oom_hook(bool (*kill)(void));

/* The audit (DESIGN 2.11): recount everything. => 0, or -EUCLEAN with the broken invariant in @report */
int mm_audit(char *report, size_t size);
void mm_init(void);

/* System-wide totals in pages, for meminfo. */
struct mm_totals {
    u64 anonymous, page_cache, shmem, mapped, tables, dirty, committed, commit_limit;
};
void mm_totals_get(struct mm_totals *totals);
