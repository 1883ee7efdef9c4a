/*
 * User memory: the theory.
 *
 * 1. An address space (struct mm) is an ordered set of areas (struct vma, mm/vma.h) and one page
 *    table. An area looks through two layers: the page table itself, whose leaf entries belong to
 *    the area privately, and below it an optional vm_object, which owns shareable pages
 *    (mm/object.h). A fault resolves the upper layer, else the lower, else zero (mm/fault.c).
 * 2. Private pages are owned by the page table: no shadow chains, no per-page reverse-map entries.
 *    A private page is found again through its family and its birth address (mm/anon_family.h).
 * 3. Page tables are copy-on-write: fork shares leaf tables of private areas; every change to an
 *    entry goes through mm/pt.h, which makes a shared table the caller's own first.
 * 4. Every operation is check (no side effect), reserve (may fail), commit (cannot fail).
 * 5. One batch per operation collects flushes and freed pages; frames are freed only after the
 *    flush (mm/batch.h).
 * 6. mm knows no file and no process: it gets limits as plain data (struct mm_limits), files as
 *    objects and sources, killing for memory as a registered hook.
 * 7. The audit (mm/audit.h) recounts everything; what it checks is the definition of all this.
 *
 * Locks, outermost first: mm.map_lock (sleeping) > object.resize (sleeping) > page busy (sleeping)
 * > object.lock > family.lock > leaf table lock > lru > zone.
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

/* Flags of an area: PROT_READ, PROT_WRITE, PROT_EXEC in the low bits, then these. */
#define VMA_READ          0x1u
#define VMA_WRITE         0x2u
#define VMA_EXEC          0x4u
#define VMA_SHARED        0x8u
#define VMA_MAYREAD       0x10u /* mprotect may grant it */
#define VMA_MAYWRITE      0x20u
#define VMA_MAYEXEC       0x40u
#define VMA_GROWSDOWN     0x80u
#define VMA_NORESERVE     0x100u
#define VMA_ACCOUNT       0x200u /* charged to the commit total */
#define VMA_STACK         0x400u /* the initial stack */
#define VMA_SPECIAL       0x800u /* vdso, vvar: not merged, not expanded */
#define VMA_DONTFORK      0x1000u
#define VMA_LOCKED        0x2000u /* mlock */
#define VMA_DENYWRITE     0x4000u
#define VMA_RANDOM        0x8000u /* madvise */
#define VMA_SEQUENTIAL    0x10000u
#define VMA_WIPEONFORK    0x40000u   /* a child begins with zeroes */
#define VMA_DONTDUMP      0x80000u   /* left out of core dumps */
#define VMA_LOCKONFAULT   0x20000u   /* with VMA_LOCKED: not faulted in by the call */
#define VMA_HUGETLB       0x400000u  /* huge pages of an object (mm/hugetlb.h) */
#define VMA_SOFTDIRTY     0x800000u  /* all of it counts as changed (mm/clear_refs.c) */
#define VMA_HUGETLB_OWNER 0x2000000u /* private: promised its memory */
#define VMA_SYNC          0x1000000u /* MAP_SYNC was given; seen where areas merge, and in smaps */
#define VMA_HUGEPAGE      0x100000u  /* madvise */
#define VMA_NOHUGEPAGE    0x200000u
#define VMA_ASK_MISSING   0x4000000u /* a program is asked for missing pages (mm/userfault.h) */
#define VMA_ASK_WRITE     0x8000000u /* and may guard pages against writes */

/* The protection key of an area, in the top bits of its flags. */
#define VMA_PKEY_SHIFT 28
#define VMA_PKEY_MASK  (15u << VMA_PKEY_SHIFT)
static inline u32 vma_pkey(u32 flags)
{
    return flags >> VMA_PKEY_SHIFT;
}

/* Limits that mm enforces, bytes, ~0: none. proc copies them from the rlimits when they change. */
struct mm_limits {
    u64 address_space; /* RLIMIT_AS */
    u64 data;          /* RLIMIT_DATA */
    u64 stack;         /* RLIMIT_STACK */
    u64 locked;        /* RLIMIT_MEMLOCK */
};

struct anon_family;
struct vma;

/* (m): map_lock; to read either way, to write held for writing. (a): atomic. (I): immutable. */
struct mm {
    struct arch_mmu mmu;          /* page-table root */
    struct rwlock map_lock;       /* areas; faults hold it for reading */
    struct rb_root areas;         /* (m) by address (mm/vma.h 2) */
    u64 nr_areas;                 /* (m) */
    struct vma *last_area;        /* (m; set by a fault under the read lock) found last, or NULL */
    u64 total_pages;              /* (m) sum of the sizes of all areas; the next five: of some */
    u64 data_pages;               /* (m) private, writable, no stack */
    u64 stack_pages;              /* (m) */
    u64 exec_pages;               /* (m) executable, not writable */
    u64 shared_pages;             /* (m) */
    u64 locked_pages;             /* (m) */
    u64 committed_pages;          /* (m) sum of the VMA_ACCOUNT areas */
    u64 peak_total_pages;         /* (m) */
    u64 peak_resident_pages;      /* (m) as far as it was looked at */
    u64 table_pages;              /* (a) page-table pages, VmPTE */
    vaddr_t mmap_base;            /* (m) top of the top-down search */
    vaddr_t mmap_bottom;          /* (m) where the bottom-up search begins */
    bool bottom_up;               /* (m) search bottom-up first: ADDR_COMPAT_LAYOUT */
    vaddr_t brk_start, brk;       /* (m) */
    vaddr_t code_start, code_end; /* set by exec, as the next lines, for /proc */
    vaddr_t data_start, data_end;
    vaddr_t stack_start;
    vaddr_t arg_start, arg_end;
    vaddr_t env_start, env_end;
    vaddr_t vdso;                     /* base of [vdso], 0: none */
    unsigned long saved_auxv[2 * 24]; /* for /proc/PID/auxv and core dumps */
    void *executable;                 /* proc: struct file of /proc/PID/exe; opaque */
    struct mm_limits limits;          /* (m) */
    struct anon_family *family;       /* (I) until the address space is empty */
    struct list_head family_link;     /* (family.lock) */
    u32 family_member;                /* (I) number in the family: the hint in private pages */
    u32 last_lineage;                 /* (a) the last number given out for vma.lineage */
    struct list_head list_link;       /* (list of all address spaces) */
    u32 users;                        /* (a) tasks that run in it: the last one empties it */
    u32 references;                   /* (a) storage */
    u32 def_flags;                    /* (m) flags added to new areas */
    u32 membarrier;                   /* (a) commands it is registered for */
    u16 pkeys_used;                   /* (m) bit per protection key */
    s8 execute_only_key;              /* (m) -1: none yet */
    u32 core_filter;                  /* (a) /proc/PID/coredump_filter: CORE_FILTER_* */
    bool refuse_write_exec;           /* (a) PR_SET_MDWE: set, never cleared */
    u32 oom_state;                    /* (a) enum mm_oom_state */
    bool thp_disabled;                /* (a) prctl(PR_SET_THP_DISABLE) */
    u64 minor_faults, major_faults;   /* (a) */
};

/* ---- lifetime ---- */

/*
 * mm_create, mm_fork: a new address space, empty or like @mm.
 * => one user; all users together hold one reference
 * => ERR_PTR(-ENOMEM)
 */
struct mm *mm_create(void) __must_check;
struct mm *mm_fork(struct mm *mm) __must_check;

/* Another user (clone VM, /proc); NULL when the last one has left. */
struct mm *mm_get_user(struct mm *mm);

/* The last user unmaps everything and drops the reference. May sleep. */
void mm_put_user(struct mm *mm);

/* References to the storage only. */
struct mm *mm_get(struct mm *mm);
void mm_put(struct mm *mm);

void mm_init(void);

/* ---- the calls: each takes map_lock itself, errors as the manual page says ---- */

/* One mapping request. Addresses and lengths in bytes. */
struct mm_map_request {
    vaddr_t addr; /* hint, or exact with MAP_FIXED */
    size_t len;
    unsigned prot;                 /* PROT_* */
    unsigned flags;                /* MAP_* */
    struct vm_object *object;      /* NULL: anonymous; the request borrows it */
    u64 offset;                    /* into the object */
    struct vm_source *source;      /* NULL or the door; an area takes its own reference */
    struct vm_source *made_source; /* NULL, or the door: made for this request, which has a
                                      reference that goes with it */
    unsigned may;                  /* VMA_MAY* that the door allows */
    int refusal;                   /* why the door does not allow it at all: the errno when its turn
                                      comes among the checks; 0: it does */
    int seal_refusal;              /* the same, of a sealed file: after all checks of the request */
    int late_refusal;              /* the same, found when what lay at the place is gone already */
    unsigned vma_flags;            /* extra VMA_* (stack, special ...) */
    const char *name;              /* of a VMA_SPECIAL area: "[vdso]"; static storage */
    unsigned rights;               /* MM_MAP_MAY_*: what the caller's capabilities allow */
    bool commits_object; /* the object is new, and committed as a whole with the mapping */
};
#define MM_MAP_MAY_LOW 1u /* CAP_SYS_RAWIO: below MMAP_MIN_ADDR */

/* mm_map, mm_remap: => the address, or negative errno. mm_brk: => the end, old or
 * new; @executable: READ_IMPLIES_EXEC is in force. */
long mm_map(struct mm *mm, const struct mm_map_request *request) __must_check;
int mm_unmap(struct mm *mm, vaddr_t addr, size_t len) __must_check;
/* In prot: who may read may execute, where the area allows it (READ_IMPLIES_EXEC). */
#define MM_PROT_READ_EXECUTES (1u << 31)
int mm_protect(struct mm *mm, vaddr_t addr, size_t len, unsigned prot) __must_check;
/* pkey_mprotect(2); MM_ANY_KEY: as mm_protect. */
#define MM_ANY_KEY (-1)
int mm_protect_key(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, int key) __must_check;

/*
 * mm_detach: unmap what one request for the whole of an object left at @addr: the areas of its door
 * that still show what they showed then. The door is that of the first such area with operations
 * @ops, as shmdt(2) finds it.
 * => -EINVAL: @addr is no page, or there is no such area; -ENOMEM
 */
int mm_detach(struct mm *mm, vaddr_t addr, const struct vm_source_ops *ops) __must_check;
long mm_remap(struct mm *mm, vaddr_t old, size_t old_len, size_t new_len, unsigned flags,
              vaddr_t new_addr) __must_check;
vaddr_t mm_brk(struct mm *mm, vaddr_t brk, bool executable);
int mm_advise(struct mm *mm, vaddr_t addr, size_t len, int advice) __must_check;

/* mlock(2) and mlock2(2); @flags: MLOCK_ONFAULT or 0. What was locked before an error stays so. */
int mm_mlock(struct mm *mm, vaddr_t addr, size_t len, unsigned flags) __must_check;
int mm_munlock(struct mm *mm, vaddr_t addr, size_t len) __must_check;

/* mlockall(2), @flags: MCL_*; munlockall(2). */
int mm_mlockall(struct mm *mm, unsigned flags) __must_check;
int mm_munlockall(struct mm *mm) __must_check;

/* remap_file_pages(2): @index: page of the object. */
int mm_remap_file_pages(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, u64 index,
                        unsigned flags) __must_check;

/* membarrier(2). => may sleep */
long mm_membarrier(struct mm *mm, int command, unsigned flags, int cpu);

/* pkey_alloc(2) below its checks, pkey_free(2). => the key; -ENOSPC. -EINVAL */
int mm_pkey_alloc(struct mm *mm, unsigned disabled) __must_check;
int mm_pkey_free(struct mm *mm, int key) __must_check;

/* mincore(2): one byte per page to @vector. */
int mm_resident(struct mm *mm, vaddr_t addr, size_t len, u8 __user *vector) __must_check;

/* msync(2). */
int mm_sync(struct mm *mm, vaddr_t addr, size_t len, int flags) __must_check;

/* ---- faults and access ---- */

struct mm_fault_failure {
    int signal;         /* SIGSEGV, SIGBUS, SIGKILL (out of memory) */
    int code;           /* SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR ... */
    const char *reason; /* static storage */
    unsigned key;       /* of SEGV_PKUERR */
    u32 area_flags;     /* of the area there, or else the next one above */
    vaddr_t area_start, area_end;
};

/*
 * mm_fault: resolve a fault at @addr. @user: of a program, not of the kernel on its behalf.
 * => map_lock not held; may sleep; where a program is asked for the page, for as long as it takes:
 *    until a signal is pending (@user), or a fatal one
 * => 0: the access is to be repeated; or -EFAULT with *failure filled in: the signal to send, its
 * si_code, and why in words
 */
int mm_fault(struct mm *mm, vaddr_t addr, enum fault_access access, bool user,
             struct mm_fault_failure *failure) __must_check;

/*
 * mm_populate: fault a range in.
 * => -EFAULT, -ENOMEM; -EAGAIN when a fatal signal ended it: a part may be done
 */
int mm_populate(struct mm *mm, vaddr_t addr, size_t len, bool write) __must_check;

/*
 * mm_access: copy to or from another address space.
 * => @force: a debugger's access, within VMA_MAY*
 * => bytes done; -EIO for none
 */
ssize_t mm_access(struct mm *mm, vaddr_t addr, void *buffer, size_t len, bool write, bool force);

/*
 * mm_access_prepare: fault in what mm_access would touch, page after page until one cannot be.
 * => where it ended: a page boundary or @addr
 */
vaddr_t mm_access_prepare(struct mm *mm, vaddr_t addr, size_t len, bool write);

/* The page under a user address, referenced. -EFAULT */
int mm_get_user_page(struct mm *mm, vaddr_t addr, bool write, struct page **out) __must_check;

/* What identifies a word to futexes. No reference is held, and none is needed: the mm is that of
 * who waits, and the number of an object is never given again. */
struct mm_futex_key {
    const void *space; /* the mm, or the number of the object of shared memory */
    u64 offset;        /* the address, or the place in the object */
    bool shared;
};
int mm_futex_key_get(struct mm *mm, vaddr_t addr, bool shared,
                     struct mm_futex_key *key) __must_check;

/* ---- views ---- */

/* Resident pages by kind, exact, summed from table pages. => map_lock not held */
struct mm_resident {
    u64 anonymous, file, shmem, swap;
};
void mm_resident_get(struct mm *mm, struct mm_resident *resident);

/* Huge pages that were set aside and are mapped. => map_lock not held */
u64 mm_hugetlb_mapped(struct mm *mm);

struct vma_info {
    vaddr_t start, end;
    u32 flags;
    u64 offset; /* bytes into the object */
    u64 device, inode;
    const char *name; /* "[heap]", "[stack]", "[vdso]" ..., NULL: see source */
    struct vm_source *source;
    bool shows_frames; /* a device's, or [vvar] */
    bool for_writing;  /* shared, through a door that was opened for writing */
    struct vma *vma;   /* valid during the callback */
};

/*
 * mm_for_each_area: the areas that end above @from, in order.
 * => the callback runs with map_lock held for reading; nonzero stops and is returned
 */
int mm_for_each_area(struct mm *mm, vaddr_t from,
                     int (*callback)(const struct vma_info *info, void *argument), void *argument);

/* Page statistics of an area, for smaps, in bytes. => from the callback above */
struct vma_usage {
    u64 resident, proportional, shared_clean, shared_dirty, private_clean, private_dirty;
    u64 referenced, anonymous, lazy_free, huge, swap, swap_proportional, locked;
    u64 users_max; /* address spaces that the most shared page is in */
    u64 proportional_dirty, proportional_anonymous, proportional_shmem; /* parts of proportional */
    u64 shmem;                                                          /* part of resident */
    u64 shared_hugetlb, private_hugetlb;  /* huge pages that were set aside: not resident */
    u64 anonymous_hugetlb, dirty_hugetlb; /* parts of their sum */
};
void vma_usage_get(struct mm *mm, struct vma *vma, struct vma_usage *usage);

/* What happened to an area (mm/vma.h 5), for /proc/PID/areas. => from the callback above */
struct vma_counts {
    u64 faults; /* pages faulted in */
    u64 copies; /* of these: copies made for a write */
};
void vma_counts_get(const struct vma *vma, struct vma_counts *counts);

/* Has the area private pages, or had it some? => from the callback above */
bool mm_area_is_private(const struct vma_info *info);

/*
 * mm_next_contents: the first page of [addr, end) that holds more than zeroes nobody wrote.
 * => page-aligned addresses; @end when there is none; map_lock not held
 */
vaddr_t mm_next_contents(struct mm *mm, vaddr_t addr, vaddr_t end);

/*
 * mm_page_map: for each of @nr_pages pages from @start one word as in /proc/PID/pagemap
 * (abi/pagemap.h); the numbers of frames only with @frames.
 * => map_lock not held
 */
void mm_page_map(struct mm *mm, vaddr_t start, u64 nr_pages, u64 *words, bool frames);

/* What is forgotten of the pages: the number written to /proc/PID/clear_refs. */
enum mm_clear {
    MM_CLEAR_ALL = 1,    /* that they were used */
    MM_CLEAR_ANONYMOUS,  /* the same, in areas without an object only */
    MM_CLEAR_MAPPED,     /* the same, in areas with one only */
    MM_CLEAR_SOFT_DIRTY, /* that they were changed */
    MM_CLEAR_PEAK,       /* how many there were at most */
    MM_CLEAR_END,
};

/* mm_clear_references: => map_lock not held; -ENOMEM: some pages are not done */
int mm_clear_references(struct mm *mm, enum mm_clear what) __must_check;

/* Would a fault in the area get a huge page, room permitting? => from the callback above */
bool vma_is_huge_eligible(const struct vma *vma);

/* System-wide totals in pages, for meminfo. */
struct mm_totals {
    u64 anonymous, anonymous_huge, lazy_free, page_cache, shmem, mapped, tables;
    u64 dirty, committed, commit_limit;
    u64 faults, major_faults, reuses; /* events since boot */
};
void mm_totals_get(struct mm_totals *totals);

/* Is it the frame of zeroes that reads of untouched memory share? */
bool mm_is_zero_frame(pfn_t pfn);

/* Is it part of a transparent huge page? */
bool mm_is_huge_frame(pfn_t pfn);

/*
 * Pages of locked areas that are resident, each once.
 * => may sleep; no map_lock held
 * => without memory for the look, one that several have locked counts for each
 */
u64 mm_locked_resident(void);

/*
 * mm_count_users: for each frame of [first, first + nr), which are in the page map: how many
 * entries of address spaces name it, those below a table that fork shares counted for each sharer.
 * => looks through all address spaces: one call for many frames; may sleep; no map_lock held
 */
void mm_count_users(pfn_t first, u64 nr, u64 *counts);

/* ---- transparent huge pages: /sys/kernel/mm/transparent_hugepage, /proc/vmstat ---- */

enum mm_huge_setting {
    MM_HUGE_ENABLED,
    MM_HUGE_DEFRAG,
    MM_HUGE_ZERO_PAGE, /* 0 or 1 */
    NR_MM_HUGE_SETTINGS
};
enum mm_huge_choice {
    MM_HUGE_ALWAYS,
    MM_HUGE_DEFER,
    MM_HUGE_DEFER_MADVISE,
    MM_HUGE_MADVISE,
    MM_HUGE_NEVER,
};
u64 mm_huge_size(void); /* bytes */
u32 mm_huge_get(enum mm_huge_setting setting);
void mm_huge_set(enum mm_huge_setting setting, u32 value);

/* Events since boot. */
struct mm_huge_events {
    u64 fault_alloc, fault_fallback, collapse_alloc, collapse_alloc_failed, split_pmd;
};
void mm_huge_events_get(struct mm_huge_events *events);

/* ---- layout: randomised unless @fixed (norandmaps, ADDR_NO_RANDOMIZE) ---- */

/* vm.mmap_min_addr as it was set. */
u64 mm_min_address_get(void);
void mm_min_address_set(u64 address);

/* Sets mmap_base from the stack limit, mmap_bottom, and the direction (vm.legacy_va_layout). */
void mm_layout_init(struct mm *mm, bool fixed, u64 random);

/* The page-aligned end of the initial stack area; where the heap begins; where a
 * position-independent program is loaded. */
vaddr_t mm_layout_stack_top(bool fixed, u64 random);
vaddr_t mm_layout_brk_start(vaddr_t data_end, bool fixed, u64 random);
vaddr_t mm_layout_pie_base(bool fixed, u64 random);

/* ---- hooks and checks ---- */

/* Free about @nr_pages clean pages of files; may sleep. Returns how many. */
u64 reclaim_pages(u64 nr_pages);

/* Is memory refused that is writable and executable, or becomes executable (vm.wx_policy,
 * PR_SET_MDWE)? */
bool mm_refuses_write_exec(const struct mm *mm);

/* ---- out of memory: proc chooses (proc/oom.c) ---- */

enum mm_oom_state {
    MM_OOM_NONE,
    MM_OOM_VICTIM, /* whoever runs in it is being killed */
    MM_OOM_REAPED, /* and its private pages were taken: faults fail */
    MM_OOM_EMPTY,  /* a victim that has ended */
};

/* As mm_resident_get, without a lock: what was there while it looked. => a reference to the mm */
void mm_footprint_get(struct mm *mm, struct mm_resident *resident);

/*
 * mm_reap: take the private pages of a victim.
 * => false: map_lock is held by somebody, nothing was done
 */
bool mm_reap(struct mm *mm) __must_check;

/* Out of memory: registered by proc. Returns true when something was or is being killed. */
void mm_set_oom_hook(bool (*kill)(void));

/* May the calling task lock memory beyond RLIMIT_MEMLOCK (CAP_IPC_LOCK)? Registered by proc. */
void mm_set_lock_hook(bool (*may_exceed)(void));
/* Who asks for memory: registered by proc, for the commit rule and userfaultfd. */
struct mm_caller {
    const struct mm *mm; /* NULL: a kernel thread */
    bool is_admin;       /* CAP_SYS_ADMIN */
    u32 thread;          /* its number; 0: a kernel thread */
    bool is_exiting;     /* no signal ends its waits any more */
};
void mm_set_caller_hook(void (*get)(struct mm_caller *caller));

/*
 * mm_audit: recount everything (DESIGN 2.11).
 * => 0; -EUCLEAN with the broken invariant in @report; -ENOMEM
 */
int mm_audit(char *report, size_t size);
