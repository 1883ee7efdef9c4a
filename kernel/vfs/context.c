/*
 * The process's side of file calls: root, working directory, umask, and the hooks of proc.
 * name_lock protects the two paths; references keep them alive for whoever copied them.
 */
#include <vfs/context.h>

#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <sched/thread.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/mount.h>
#include "name_cache.h"
#include "notify.h"

static const struct vfs_hooks *hooks; /* (I) after boot */

static struct spinlock contexts_lock = SPINLOCK_INIT(LOCK_RANK_FILE);
static struct list_head contexts = LIST_INIT(contexts); /* (contexts_lock) */

void vfs_register_hooks(const struct vfs_hooks *registered)
{
    hooks = registered;
}

/* The context of kernel threads: root, in the initial root directory, without descriptors. */
struct vfs_context *vfs_kernel_context(void)
{
    static struct vfs_context context = {
        .credentials = &credentials_kernel,
        .file_size_limit = ~0ull,
        .nr_files_limit = ~0ull,
    };
    struct path root;

    mount_root_path(&root);
    if (root.mount == NULL)
        return &context; /* the first file system is being made: there are no names yet */
    path_put(&root);
    if (load_acquire(&context.fs) == NULL) {
        struct fs_context *fs = fs_context_create();
        struct fs_context *none = NULL;

        ASSERT(fs != NULL);
        fs->umask = 0;
        if (!try_cmpxchg(&context.fs, &none, fs))
            fs_context_put(fs);
    }
    return &context;
}

void vfs_raise_signal(int signal)
{
    if (hooks != NULL && hooks->raise_signal != NULL)
        hooks->raise_signal(signal);
}

int vfs_owner_kinds(s32 number)
{
    return hooks->owner_kinds(number);
}

void file_notify_owner_of(struct file *file, int fd, unsigned events)
{
    struct file_owner owner;

    spin_lock(&file->spin);
    owner = file->owner;
    spin_unlock(&file->spin);
    if (hooks != NULL && hooks->notify_owner != NULL && owner.id != 0)
        hooks->notify_owner(&owner, fd, events);
}

void file_notify_owner(struct file *file, unsigned events)
{
    file_notify_owner_of(file, READ_ONCE(file->owner.fd), events);
}

static struct fs_context *fs_context_alloc(void)
{
    struct fs_context *fs = kzalloc(sizeof(*fs), ALLOC_WAIT);

    if (fs == NULL)
        return NULL;
    refcount_init(&fs->references, 1);
    fs->umask = 022;
    spin_lock(&contexts_lock);
    list_add_tail(&fs->link, &contexts);
    spin_unlock(&contexts_lock);
    return fs;
}

struct fs_context *fs_context_create(void)
{
    struct fs_context *fs = fs_context_alloc();

    if (fs == NULL)
        return NULL;
    mount_root_path(&fs->root);
    fs->cwd = fs->root;
    path_get(&fs->cwd);
    return fs;
}

struct fs_context *fs_context_copy(struct fs_context *from)
{
    struct fs_context *fs = fs_context_alloc();

    if (fs == NULL)
        return NULL;
    fs_context_root(from, &fs->root);
    fs_context_cwd(from, &fs->cwd);
    fs->umask = READ_ONCE(from->umask);
    return fs;
}

struct fs_context *fs_context_get(struct fs_context *fs)
{
    refcount_get(&fs->references);
    return fs;
}

void fs_context_put(struct fs_context *fs)
{
    if (fs == NULL || !refcount_put_and_test(&fs->references))
        return;
    spin_lock(&contexts_lock);
    list_remove(&fs->link);
    spin_unlock(&contexts_lock);
    path_put(&fs->root);
    path_put(&fs->cwd);
    kfree(fs);
}

void fs_context_root(struct fs_context *fs, struct path *root)
{
    spin_lock(&name_lock);
    *root = fs->root;
    path_get(root);
    spin_unlock(&name_lock);
}

void fs_context_cwd(struct fs_context *fs, struct path *cwd)
{
    spin_lock(&name_lock);
    *cwd = fs->cwd;
    path_get(cwd);
    spin_unlock(&name_lock);
}

static void place_replace(struct path *place, const struct path *path)
{
    struct path old;

    path_get(path);
    spin_lock(&name_lock);
    old = *place;
    *place = *path;
    spin_unlock(&name_lock);
    path_put(&old);
}

void fs_context_set_root(struct fs_context *fs, const struct path *root)
{
    place_replace(&fs->root, root);
}

void fs_context_set_cwd(struct fs_context *fs, const struct path *cwd)
{
    place_replace(&fs->cwd, cwd);
}

u32 fs_context_set_umask(struct fs_context *fs, u32 umask)
{
    return xchg(&fs->umask, umask & 0777);
}

/* The first live context that names @from as root or working directory, referenced. */
static struct fs_context *context_find_at(const struct path *from)
{
    struct fs_context *fs;

    spin_lock(&contexts_lock);
    list_for_each_entry (fs, &contexts, link) {
        if ((path_is_equal(&fs->root, from) || path_is_equal(&fs->cwd, from)) &&
            refcount_try_get(&fs->references)) {
            spin_unlock(&contexts_lock);
            return fs;
        }
    }
    spin_unlock(&contexts_lock);
    return NULL;
}

void fs_context_move_all(const struct path *from, const struct path *to)
{
    struct fs_context *fs;

    while ((fs = context_find_at(from)) != NULL) {
        if (path_is_equal(&fs->root, from))
            fs_context_set_root(fs, to);
        if (path_is_equal(&fs->cwd, from))
            fs_context_set_cwd(fs, to);
        fs_context_put(fs);
    }
}
