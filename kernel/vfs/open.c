/*
 * open(2), openat(2), openat2(2), and opening for execve(2).
 *
 * The flags are checked first (struct open_request), then the file is found or created, then
 * may_open decides by type, mode and mount, and last the file is opened and truncated.
 */
#include <vfs/names.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "create.h"
#include "quick_walk.h"
#include "sticky.h"
#include "walk.h"
#include "watch.h"

#define O_TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
#define O_SYNC_BIT    (O_SYNC & ~O_DSYNC)
#define OPEN_FLAGS_KNOWN                                                                           \
    (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |          \
     O_ASYNC | O_DIRECT | O_LARGEFILE | O_TMPFILE | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH)
#define OPEN_FLAGS_PATH (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

struct open_request {
    const struct vfs_context *context;
    u32 flags;     /* O_* */
    u32 mode;      /* of a new file */
    unsigned want; /* MAY_*: permission that the file must give */
    unsigned lookup;
};

/* Check the flags that contradict each other and derive the rest. */
static int request_init(struct open_request *request, const struct vfs_context *context, u32 flags,
                        u32 mode)
{
    static const u8 wants[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};

    if (flags & O_SYNC_BIT)
        flags |= O_DSYNC;
    *request = (struct open_request){
        .context = context, .mode = mode & 07777, .want = wants[flags & O_ACCMODE]};
    if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
        return -EINVAL;
    if (flags & O_TMPFILE_BIT) {
        if ((flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE || !(request->want & MAY_WRITE))
            return -EINVAL;
    }
    if (flags & O_PATH) {
        flags &= OPEN_FLAGS_PATH;
        request->want = 0;
    }
    if (flags & O_TRUNC)
        request->want |= MAY_WRITE;
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        flags |= O_NOFOLLOW;
    if (!(flags & O_NOFOLLOW))
        request->lookup |= LOOKUP_FOLLOW;
    if (flags & O_DIRECTORY)
        request->lookup |= LOOKUP_DIRECTORY;
    request->flags = flags;
    return 0;
}

/* What the type of the file and its mount forbid, before permissions. */
static int may_open_type(const struct open_request *request, const struct path *path,
                         const struct inode *inode)
{
    switch (inode->mode & S_IFMT) {
    case S_IFLNK:
        return -ELOOP;
    case S_IFDIR:
        return request->want & MAY_WRITE ? -EISDIR : 0;
    case S_IFCHR:
    case S_IFBLK:
        return READ_ONCE(path->mount->flags) & MS_NODEV ? -EACCES : 0;
    default:
        return 0;
    }
}

static int may_open(const struct open_request *request, const struct path *path)
{
    struct inode *inode = path_inode(path);
    const struct credentials *credentials = request->context->credentials;
    int err;

    if (request->flags & O_PATH)
        return 0;
    err = may_open_type(request, path, inode);
    if (err == 0 && request->want != 0)
        err = path_permission(path, credentials, request->want);
    if (err == 0 && (request->flags & O_NOATIME) && !inode_is_owner(inode, credentials))
        err = -EPERM;
    return err;
}

/* Open what was found or made; @made: permissions do not apply, nothing to truncate. */
static int request_open(const struct open_request *request, const struct path *path, bool made,
                        struct file **out)
{
    bool truncates = (request->flags & O_TRUNC) && !made && S_ISREG(path_inode(path)->mode);
    struct file *file;
    int err = made ? 0 : may_open(request, path);

    if (err == 0 && (request->flags & O_DIRECT))
        err = -EINVAL; /* no filesystem here bypasses the page cache */
    if (err != 0)
        return err;
    file = file_open_path(path, request->flags, request->context->credentials);
    if (IS_ERR(file))
        return PTR_ERR(file);
    if (truncates)
        err = path_truncate(request->context, path, 0, file);
    if (err != 0) {
        file_put(file);
        return err;
    }
    *out = file;
    return 0;
}

/* The same with O_CREAT, of what was found in @place. */
static int request_open_found(const struct open_request *request, const struct path *path,
                              const struct name_place *place, bool made, struct file **out)
{
    const struct inode *inode = path_inode(path);

    if (inode_is_directory(inode))
        return -EISDIR;
    if (!made && !sticky_allows_create(place, inode, request->context->credentials))
        return -EACCES;
    return request_open(request, path, made, out);
}

/* O_CREAT of @name in the directory @parent: the file, made if it is absent. *made tells. */
static int create_step(const struct open_request *request, const struct path *parent,
                       const struct name *name, struct dentry **out, bool *made)
{
    struct inode *directory = path_inode(parent);
    struct inode_template template;
    int err;

    *made = false;
    mutex_lock(&directory->lock);
    err = dentry_lookup_locked(parent->dentry, name, out);
    if (err == 0 && (*out)->inode == NULL) {
        template_init(&template, request->context, directory, S_IFREG | request->mode);
        err = dentry_create(request->context, parent, *out, &template);
        *made = err == 0;
        if (err != 0)
            dentry_put(*out);
    }
    mutex_unlock(&directory->lock);
    return err;
}

static int open_create(const struct open_request *request, struct walk *walk, struct file **out)
{
    struct name_place place;
    struct dentry *dentry;
    bool linked, made;
    int err;

    for (;;) {
        err = walk_parent(walk);
        if (err != 0)
            return err;
        if (walk->kind != LAST_NORMAL || walk->trailing_slash)
            return -EISDIR;
        err = create_step(request, &walk->current, &walk->last, &dentry, &made);
        if (err != 0)
            return err;
        if (!made && (request->flags & O_EXCL)) {
            dentry_put(dentry);
            return -EEXIST;
        }
        place = name_place_of(path_inode(&walk->current));
        err = walk_step(walk, dentry, !(request->flags & O_NOFOLLOW), &linked);
        if (err != 0)
            return err;
        if (!linked)
            break;
        if (*walk->next == '\0' && walk->depth == 0)
            break; /* a magic link: current is its end */
    }
    return request_open_found(request, &walk->current, &place, made, out);
}

/* What is at the end of a path needs no more walking. */
static bool is_end(const struct dentry *dentry)
{
    return !S_ISLNK(dentry->inode->mode) && READ_ONCE(dentry->nr_mounts) == 0;
}

/*
 * O_CREAT where the cache knows the directory and the name is no symbolic link.
 * => *done false: it takes a walk
 */
static int create_quickly(const struct open_request *request, int dirfd, const char *name,
                          struct file **out, bool *done)
{
    struct parent_lookup lookup;
    struct name_place place;
    struct path path;
    bool made;
    int err;

    *done = quick_lookup_parent(request->context, dirfd, name, request->lookup, &lookup);
    if (!*done)
        return 0;
    path.mount = lookup.parent.mount;
    place = name_place_of(path_inode(&lookup.parent));
    err = create_step(request, &lookup.parent, &lookup.last, &path.dentry, &made);
    if (err != 0)
        goto out;
    if (!made && (request->flags & O_EXCL))
        err = -EEXIST;
    else if (!is_end(path.dentry))
        *done = false;
    else
        err = request_open_found(request, &path, &place, made, out);
    dentry_put(path.dentry);
out:
    parent_lookup_put(&lookup);
    return err;
}

static int open_existing(const struct open_request *request, struct walk *walk, struct file **out)
{
    int err = walk_parent(walk);

    if (err == 0)
        err = walk_last(walk);
    if (err != 0)
        return err;
    return request_open(request, &walk->current, false, out);
}

/* O_TMPFILE: a file without a name in the directory @place. */
static int open_unnamed_in(const struct open_request *request, const struct path *place,
                           struct file **out)
{
    struct inode *directory = path_inode(place), *inode;
    struct inode_template template;
    struct path path;
    int err = mount_may_write(place->mount);

    if (err == 0)
        err = inode_permission(directory, request->context->credentials, MAY_WRITE | MAY_EXEC);
    if (err == 0 && directory->ops->create_unnamed == NULL)
        err = -EOPNOTSUPP;
    if (err != 0)
        return err;
    template_init(&template, request->context, directory, S_IFREG | request->mode);
    mutex_lock(&directory->lock);
    err = directory->ops->create_unnamed(directory, &template, &inode);
    mutex_unlock(&directory->lock);
    if (err != 0)
        return err;
    if (!(request->flags & O_EXCL))
        fetch_or(&inode->flags, INODE_LINKABLE);
    path.mount = mount_get(place->mount);
    path.dentry = dentry_create_unnamed(place->dentry, inode);
    err = path.dentry == NULL ? -ENOMEM : request_open(request, &path, true, out);
    if (path.dentry == NULL)
        mount_put(path.mount);
    else
        path_put(&path);
    return err;
}

static int open_unnamed(const struct open_request *request, struct walk *walk, struct file **out)
{
    int err = walk_parent(walk);

    if (err == 0)
        err = walk_last(walk);
    return err != 0 ? err : open_unnamed_in(request, &walk->current, out);
}

static __noinline int open_by_walk(const struct vfs_context *context, int dirfd, const char *name,
                                   const struct open_request *request, struct file **out)
{
    struct walk walk __uncleared; /* by walk_begin: what is used of it */
    int err = walk_begin(&walk, context, dirfd, name, request->lookup);

    if (err != 0)
        return err;
    if (request->flags & O_TMPFILE_BIT)
        err = open_unnamed(request, &walk, out);
    else if (request->flags & O_CREAT)
        err = open_create(request, &walk, out);
    else
        err = open_existing(request, &walk, out);
    walk_end(&walk);
    return err;
}

static int open_checked(const struct vfs_context *context, int dirfd, const char *name,
                        const struct open_request *request, struct file **out)
{
    bool done = false;
    struct path path;
    int err;

    if (request->flags & O_CREAT) {
        err = create_quickly(request, dirfd, name, out, &done);
    } else if (!(request->flags & O_TMPFILE_BIT) &&
               quick_lookup(context, dirfd, name, request->lookup, &path)) {
        done = true;
        err = request_open(request, &path, false, out);
        path_put(&path);
    }
    if (!done)
        err = open_by_walk(context, dirfd, name, request, out);
    if (err == 0)
        notify_file(*out, IN_OPEN);
    return err;
}

int vfs_open_at(const struct vfs_context *context, int dirfd, const char *name, u32 flags, u32 mode,
                struct file **out)
{
    struct open_request request;
    int err = request_init(&request, context, flags & OPEN_FLAGS_KNOWN, mode);

    return err != 0 ? err : open_checked(context, dirfd, name, &request, out);
}

/* Where no name is walked, this is what the walk would have refused. */
static int check_found(const struct open_request *request, const struct inode *inode)
{
    if (S_ISLNK(inode->mode) && !(request->flags & O_PATH))
        return -ELOOP;
    if ((request->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if ((request->flags & O_CREAT) && inode_is_directory(inode))
        return -EISDIR;
    return (request->lookup & LOOKUP_DIRECTORY) && !inode_is_directory(inode) ? -ENOTDIR : 0;
}

int vfs_open_path(const struct vfs_context *context, const struct path *path, u32 flags,
                  struct file **out)
{
    struct open_request request;
    int err = request_init(&request, context, flags & OPEN_FLAGS_KNOWN, 0);

    if (err == 0)
        err = check_found(&request, path_inode(path));
    if (err == 0)
        err = request.flags & O_TMPFILE_BIT ? open_unnamed_in(&request, path, out)
                                            : request_open(&request, path, false, out);
    if (err == 0)
        notify_file(*out, IN_OPEN);
    return err;
}

static unsigned lookup_of_resolve(u64 resolve)
{
    unsigned lookup = 0;

    if (resolve & RESOLVE_NO_XDEV)
        lookup |= LOOKUP_NO_XDEV;
    if (resolve & RESOLVE_NO_MAGICLINKS)
        lookup |= LOOKUP_NO_MAGICLINKS;
    if (resolve & RESOLVE_NO_SYMLINKS)
        lookup |= LOOKUP_NO_SYMLINKS;
    if (resolve & RESOLVE_BENEATH)
        lookup |= LOOKUP_BENEATH;
    if (resolve & RESOLVE_IN_ROOT)
        lookup |= LOOKUP_IN_ROOT;
    return lookup;
}

int vfs_open_how(const struct vfs_context *context, int dirfd, const char *name,
                 const struct open_how *how, struct file **out)
{
    const u64 known = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS |
                      RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED;
    bool makes = how->flags & (O_CREAT | O_TMPFILE_BIT);
    struct open_request request;
    int err;

    if ((how->flags & ~(u64)OPEN_FLAGS_KNOWN) || (how->resolve & ~known))
        return -EINVAL;
    if ((how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
        return -EINVAL;
    if (how->mode & ~(u64)(makes ? 07777 : 0))
        return -EINVAL;
    if ((how->flags & O_PATH) && (how->flags & ~(u64)OPEN_FLAGS_PATH))
        return -EINVAL;
    /* The answer must come from memory alone, where all files are; but a change may have to wait.
     */
    if ((how->resolve & RESOLVE_CACHED) && (how->flags & (O_TRUNC | O_CREAT | O_TMPFILE_BIT)))
        return -EAGAIN;
    err = request_init(&request, context, (u32)how->flags, (u32)how->mode);
    if (err != 0)
        return err;
    request.lookup |= lookup_of_resolve(how->resolve);
    return open_checked(context, dirfd, name, &request, out);
}

int vfs_open_exec(const struct vfs_context *context, int dirfd, const char *name, int flags,
                  struct file **out)
{
    unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct inode *inode;
    struct file *file;
    struct path path;
    int err;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (flags & AT_EMPTY_PATH)
        lookup |= LOOKUP_EMPTY;
    err = path_lookup(context, dirfd, name, lookup, &path);
    if (err != 0)
        return err;
    inode = path_inode(&path);
    if (S_ISLNK(inode->mode))
        err = -ELOOP;
    else if (!S_ISREG(inode->mode))
        err = -EACCES;
    else
        err = path_permission(&path, context->credentials, MAY_EXEC);
    if (err == 0)
        err = inode_deny_write(inode);
    if (err != 0)
        goto out;
    file = file_open_path(&path, O_RDONLY | O_LARGEFILE, context->credentials);
    if (IS_ERR(file)) {
        inode_allow_write(inode);
        err = PTR_ERR(file);
        goto out;
    }
    file->mode |= FILE_EXEC;
    notify_file(file, IN_OPEN);
    *out = file;
out:
    path_put(&path);
    return err;
}
