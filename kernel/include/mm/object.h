/*
 * Objects: everything that can be shared. A vm_object owns pages by index; areas map it, files read
 * and write through it. The object of a regular file is its page cache, so read, write, mmap and
 * exec see the same pages and are coherent by identity (DESIGN 2.3).
 *
 * 1. Kinds: file (a file system fills and writes back pages), shmem (memory only: tmpfs, memfd,
 *    POSIX and System V shm, MAP_SHARED | MAP_ANONYMOUS), device (a range of frames).
 * 2. A page in an object carries one reference from the object's tree. PAGE_BUSY is the sleeping
 *    lock of a page: who fills, truncates or writes it back holds it. A page leaves its object only
 *    while nothing maps it, and is then PAGE_STALE.
 * 3. The size changes under resize, held for writing; a fault holds it for reading from its look at
 *    the size until its entry is installed. So whoever shrinks an object finds every mapping.
 *
 * Locks: resize > page busy > object.lock (spin).
 */
#pragma once

#include <kern/spinlock.h>
#include <kmem/page.h>
#include <lib/interval_tree.h>
#include <lib/list.h>
#include <lib/radix_tree.h>
#include <lib/types.h>
#include <sched/wait.h>

struct vm_object;
struct vma;

struct vm_object_ops {
    /*
     * Fill @page (busy, in the tree, not up to date) with the contents of @index; bytes past the
     * object's size are zero.
     * => may sleep; 0, -EIO, -ENOMEM. NULL: pages begin as zeroes (shmem)
     */
    int (*get_page)(struct vm_object *object, struct page *page, u64 index);
    /*
     * The first write to @page (busy) since it was clean, through a mapping or write(2): reserve
     * space.
     * => 0, -ENOSPC, -EIO ... NULL (and no write_back): writes need not be noticed
     */
    int (*make_writable)(struct vm_object *object, struct page *page);
    /*
     * A shared mapping's first access to a page is a write (mmap(2): the file's times change).
     * => object.resize held for reading. May be NULL
     */
    void (*mapped_write)(struct vm_object *object);
    /* Write @page (busy) to its store. NULL: there is no store. */
    int (*write_back)(struct vm_object *object, struct page *page);
    /* The size was lowered to @size bytes; the pages above are gone. May be NULL. */
    void (*truncated)(struct vm_object *object, u64 size);
    /* The last reference is gone and all pages are dropped: free the storage. */
    void (*release)(struct vm_object *object);
    /* A device object: the frame of @index, or ~0 (SIGBUS). NULL for objects that own pages. */
    pfn_t (*device_frame)(struct vm_object *object, u64 index);
};

struct vm_object {
    const struct vm_object_ops *ops; /* (I) */
    void *owner;                     /* (I) the inode or segment it belongs to */
    u32 references;                  /* (a) */
    u32 flags;                       /* (I) VM_OBJECT_* */
    u64 size;                        /* (a) bytes; lowered with resize held for writing */
    struct rwlock resize;
    struct spinlock lock;          /* rank OBJECT */
    struct radix_tree pages;       /* (o) index -> struct page */
    u64 nr_pages;                  /* (o) */
    struct interval_tree areas;    /* (o) every vma that maps the object */
    u32 writable_maps;             /* (o) shared areas that are or may become writable, for seals */
    u64 committed;                 /* (I) pages of the commit total it answers for */
    u64 promised;                  /* (o) hugetlb: huge pages promised and not there */
    u64 futex_id;                  /* (a) what futexes call it; 0: nobody asked yet */
    struct list_head reclaim_link; /* (list of objects whose pages can be had again) */
} __aligned(64);                   /* page_set_owner stores the address in units of 64 bytes */

#define VM_OBJECT_SHMEM         (1u << 0) /* pages have no store: dropping one loses data */
#define VM_OBJECT_DEVICE        (1u << 1)
#define VM_OBJECT_NORECLAIM     (1u << 2)
#define VM_OBJECT_HUGETLB       (1u << 4) /* of huge pages (mm/hugetlb.h) */
#define VM_OBJECT_KEPT          (1u << 5) /* with it: areas promise nothing, its maker did */
/* Not committed as a whole: each page is while it is in the object. */
#define VM_OBJECT_COMMITS_PAGES (1u << 3)

/* ---- lifetime ---- */

/* In the owner's storage, with one reference. */
void vm_object_init(struct vm_object *object, const struct vm_object_ops *ops, void *owner,
                    u64 size, u32 flags);

/* Memory without a file, its size committed / not. ERR_PTR(-ENOMEM); one reference */
struct vm_object *vm_object_create_shmem(u64 size) __must_check;
struct vm_object *vm_object_create_shmem_unreserved(u64 size) __must_check;

/*
 * vm_object_commit_whole: commit an object that commits page by page with all its size at once.
 * => it is empty and nobody else knows it
 * => @noreserve: only under the strict rule of overcommit
 * => -ENOMEM
 */
int vm_object_commit_whole(struct vm_object *object, bool noreserve) __must_check;

struct vm_object *vm_object_get(struct vm_object *object);
void vm_object_put(struct vm_object *object); /* may sleep */

/* ---- pages ---- */

/*
 * object_get_page: the page at @index, brought in if absent.
 * => object.lock not held; may sleep
 * => on success the page is referenced, up to date and not busy
 * => -EIO, -ENOMEM; -ENODATA at or past the end (the caller raises SIGBUS)
 */
int object_get_page(struct vm_object *object, u64 index, struct page **out) __must_check;

/* The same, but NULL when it is not in memory; never sleeps. */
struct page *object_find_page(struct vm_object *object, u64 index);

/*
 * object_begin_write, object_end_write: around the kernel's own change of a page's contents.
 * => @whole: all of the page is going to be written, so it is not read first
 * => begin: the page is busy and referenced; -ENOMEM, errors of the operations
 * => end: @dirtied: it was written; gives the page back
 */
int object_begin_write(struct vm_object *object, u64 index, bool whole,
                       struct page **out) __must_check;
void object_end_write(struct vm_object *object, struct page *page, bool dirtied);

/*
 * object_reserve_page: room for the page at @index, which may lie past the end. A page that was not
 * there before has no contents: it reads as zeroes and does not count as data.
 * => may sleep; -ENOMEM, errors of the operations
 * object_drop_reserved: give up such pages of [first, last] that were not used meanwhile.
 */
int object_reserve_page(struct vm_object *object, u64 index) __must_check;
void object_drop_reserved(struct vm_object *object, u64 first, u64 last);

/* Insert a page that the caller filled (initramfs); its reference goes with it. -EEXIST, -ENOMEM */
int object_add_page(struct vm_object *object, u64 index, struct page *page) __must_check;

/* The first index from @index on that has data; ~0: none. */
u64 object_next_data(struct vm_object *object, u64 index);

/* The first index of [index, end) that has none; @end: all have. Looks at each under a spin lock.
 */
u64 object_next_hole(struct vm_object *object, u64 index, u64 end);

/* ---- reading and writing ---- */

/* Files' I/O. User buffers may fault; partial counts as read(2) and write(2), which grows size. */
ssize_t object_read(struct vm_object *object, u64 offset, void __user *buffer, size_t len);
ssize_t object_write(struct vm_object *object, u64 offset, const void __user *buffer, size_t len);
/* What lies in one page that is in memory; 0: it is not, or is more than one. => inside the size */
ssize_t object_read_cached(struct vm_object *object, u64 offset, void __user *buffer, size_t len);
ssize_t object_read_kernel(struct vm_object *object, u64 offset, void *buffer, size_t len);
ssize_t object_write_kernel(struct vm_object *object, u64 offset, const void *buffer, size_t len);

/* ---- the whole ---- */

/*
 * object_resize: set the size. Shrinking zeroes the tail of the last page, unmaps what lies past
 * the end from all areas, private copies included, and drops the pages. The size it has does the
 * same to memory without a store: what was reserved past the end goes.
 * => may sleep; when the tail page cannot be brought in, its error, and nothing has changed
 */
int object_resize(struct vm_object *object, u64 size) __must_check;

/* Make a hole of bytes: unmap, zero, drop; private copies stay. */
int object_punch(struct vm_object *object, u64 offset, u64 len) __must_check;

/* Write the dirty pages of [first, last] back; the first error. */
int object_sync(struct vm_object *object, u64 first, u64 last);

/* Drop all clean, unmapped pages that can be read again. */
void object_drop_pages(struct vm_object *object);

/*
 * The door an area was mapped through: vfs embeds it in struct file. mm holds a reference per area
 * and asks only for a description.
 */
struct vm_source;
struct vm_source_ops {
    void (*get)(struct vm_source *source);
    void (*put)(struct vm_source *source);
    /* For /proc/PID/maps: the path as seen from the reader's root, device and inode numbers. */
    void (*describe)(struct vm_source *source, char *path, size_t size, u64 *device, u64 *inode);
    /* May the caller know and change which pages are in memory: its owner, or may write it?
     * NULL: everybody who has mapped it */
    bool (*is_trusted)(struct vm_source *source);
    /* Was it opened for writing, be it sealed against that since? NULL: VMA_MAYWRITE tells */
    bool (*is_for_writing)(const struct vm_source *source);
    /* Does a seal refuse what is mapped from now on the right to write? NULL: no */
    bool (*is_sealed)(const struct vm_source *source);
    /* Make a hole, as fallocate(2) does. => may sleep; no map_lock held. NULL: object_punch does */
    int (*punch)(struct vm_source *source, u64 offset, u64 len);
    /*
     * For doors that count the areas mapped through them: one more, one less. NULL: nobody counts.
     * Areas that are counted never merge.
     * => map_lock held for writing; may sleep
     */
    void (*area_added)(struct vm_source *source);
    void (*area_removed)(struct vm_source *source);
    u64 (*area_count)(const struct vm_source *source); /* what it counted, for the audit */
};
struct vm_source {
    const struct vm_source_ops *ops;
};
