/*
 * Objects: everything that can be shared. A vm_object owns pages by index; areas map it, files read and
 * write through it. The object of a regular file IS its page cache, so read, write, mmap and exec see the
 * same pages and are coherent by identity (DESIGN 2.3).
 *
 * Kinds: file (a file system fills and writes back pages), shmem (memory only: tmpfs, memfd, POSIX and
 * System V shm, MAP_SHARED|MAP_ANONYMOUS), device (a range of frames).
 *
 * A page in an object carries one reference from the object's tree. PAGE_BUSY is the sleeping per-page lock: who
 * fills, truncates or writes back a page holds it. Lock order: object.resize > page busy > object.lock (spin).
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
     * Fill @page (busy, already in the tree, not up to date) with the contents of @index.
     * => may sleep; 0, -EIO, -ENOMEM. NULL: zero-fill (shmem). Bytes past the object's size must be zero.
     */
    int (*get_page)(struct vm_object *object, struct page *page, u64 index);
    /* First write to a page through a mapping or write(2) since it was clean: reserve space, mark times. 0 or -ENOSPC, -EIO...
     * NULL: always allowed and pages need not be noticed when written (shmem). */
    int (*make_writable)(struct vm_object *object, struct page *page);
    /* Write @page (busy) to its store. NULL: there is no store. */
    int (*write_back)(struct vm_object *object, struct page *page);
    /* The size was lowered to @size bytes; pages above are gone. May be NULL. */
    void (*truncated)(struct vm_object *object, u64 size);
    /* The last reference is gone; all pages have been dropped. Frees the storage. */
    void (*release)(struct vm_object *object);
    /* A device object: the frame of @index, or ~0 (SIGBUS). NULL for objects that own pages. */
    pfn_t (*device_frame)(struct vm_object *object, u64 index);
};

struct vm_object {
    const struct vm_object_ops *ops;  /* (I) */
    u32 references;                   /* (a) */
    u32 flags;                        /* (a) VM_OBJECT_* */
    u64 size;                         /* (a) bytes; written under resize */
    struct rwlock resize;             /* write: truncate; read: faults and I/O that must not see it change */
    struct spinlock lock;
    struct radix_tree pages;          /* (o) index -> struct page */
    u64 nr_pages;                     /* (o) */
    struct interval_tree areas;       /* (o) every vma that maps the object */
    u32 writable_maps;                /* (a) shared writable areas, for seals and ETXTBSY-like checks */
    void *owner;                      /* (I) the inode or segment it belongs to */
    struct list_head reclaim_link;    /* (list of objects whose pages can be had again) */
    u64 committed;                    /* (I) pages of the commit total it answers for */
} __aligned(64); /* page_set_owner stores it in units of 64 bytes */

#define VM_OBJECT_SHMEM   (1u << 0) /* pages have no store: dropping one loses data */
#define VM_OBJECT_DEVICE  (1u << 1)
#define VM_OBJECT_NORECLAIM (1u << 2)

void vm_object_init(struct vm_object *object, const struct vm_object_ops *ops, void *owner, u64 size, u32 flags);
struct vm_object *vm_object_create_shmem(u64 size) __must_check; /* ERR_PTR(-ENOMEM); one reference */
struct vm_object *vm_object_get(struct vm_object *object);
void vm_object_put(struct vm_object *object); /* may sleep */

/*
 * object_get_page: the page at @index, brought in if absent.
 * => object.lock not held; may sleep
 * => on success the page is referenced, up to date and not busy
 * => -EIO, -ENOMEM; -ENODATA at or past the end (the caller raises SIGBUS)
 */
int object_get_page(struct vm_object *object, u64 index, struct page **out) __must_check;
/* The same, but NULL when it is not in memory; never sleeps. */
struct page *object_find_page(struct vm_object *object, u64 index);
/* For a full-page write: the page need not be read first. Busy and referenced on return; -ENOMEM. End with object_end_write. */
int object_begin_write(struct vm_object *object, u64 index, bool whole, struct page **out) __must_check;
void object_end_write(struct vm_object *object, struct page *page, bool dirtied);
/* Insert a page that the caller filled (initramfs). -EEXIST, -ENOMEM. Takes over the caller's reference on success. */
int object_add_page(struct vm_object *object, u64 index, struct page *page) __must_check;

/* Kernel-side file I/O through the object. @user buffers may fault; partial counts are returned like read(2). */
ssize_t object_read(struct vm_object *object, u64 offset, void __user *buffer, size_t len);
ssize_t object_write(struct vm_object *object, u64 offset, const void __user *buffer, size_t len); /* grows size */
ssize_t object_read_kernel(struct vm_object *object, u64 offset, void *buffer, size_t len);
ssize_t object_write_kernel(struct vm_object *object, u64 offset, const void *buffer, size_t len);

/*
 * object_resize: set the size; on shrinking, zero the tail of the last page, unmap every mapped page past the end from all areas
 * (private copies stay, as Linux: they are zapped too: see truncate in mmap(2)), drop the pages.
 * => may sleep; -ENOMEM when the tail page cannot be brought in
 */
int object_resize(struct vm_object *object, u64 size) __must_check;
int object_punch(struct vm_object *object, u64 offset, u64 len) __must_check; /* hole: unmap, zero, drop */
int object_sync(struct vm_object *object, u64 first, u64 last);                /* write back dirty pages of a range */
void object_drop_pages(struct vm_object *object);                              /* all clean, unmapped pages */
u64 object_next_data(struct vm_object *object, u64 index);                     /* first index >= with a page, or ~0 */

/*
 * The door an area was mapped through: vfs embeds it in struct file. mm holds a reference per area and asks
 * only for a description and for permission to change protection.
 */
struct vm_source;
struct vm_source_ops {
    void (*get)(struct vm_source *source);
    void (*put)(struct vm_source *source);
    /* For /proc/PID/maps: path as seen from the reader's root, into @path; device and inode numbers. */
    void (*describe)(struct vm_source *source, char *path, size_t size, u64 *device, u64 *inode);
    bool same_file_hint; /* two areas merge only with the same source */
};
struct vm_source {
    const struct vm_source_ops *ops;
};
