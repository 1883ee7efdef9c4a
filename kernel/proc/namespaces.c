/*
 * The namespaces and their files: a file system of eight inodes, which have no names.
 *
 * setns(2) checks all that it is asked for before it changes anything. What it changes: with the
 * mount namespace the root and the working directory become the root of the mounts; with the IPC
 * namespace the operations that semop(2) is to undo are undone.
 *
 * Lock: none, all is made at boot.
 */
#include <proc/namespaces.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/namespace.h>
#include <abi/sched.h>
#include <abi/statfs.h>
#include <arch/user.h>
#include <ipc/sem.h>
#include <kern/panic.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <proc/control.h>
#include <proc/credentials.h>
#include <proc/pidfd.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>

#define FIRST_USER_OWNER 0

struct namespace
{
    const char *name;      /* (I) */
    u64 number;            /* (I) of Linux 6.1's first one */
    u32 flag;              /* (I) CLONE_NEW* */
    struct dentry *dentry; /* (I) after boot */
};

static struct namespace namespaces[NR_NAMESPACES] = {
    [NAMESPACE_CGROUP] = {"cgroup", 4026531835, CLONE_NEWCGROUP, NULL},
    [NAMESPACE_IPC] = {"ipc", 4026531839, CLONE_NEWIPC, NULL},
    [NAMESPACE_MOUNT] = {"mnt", 4026531841, CLONE_NEWNS, NULL},
    [NAMESPACE_NET] = {"net", 4026531840, CLONE_NEWNET, NULL},
    [NAMESPACE_PID] = {"pid", 4026531836, CLONE_NEWPID, NULL},
    [NAMESPACE_TIME] = {"time", 4026531834, CLONE_NEWTIME, NULL},
    [NAMESPACE_USER] = {"user", 4026531837, CLONE_NEWUSER, NULL},
    [NAMESPACE_UTS] = {"uts", 4026531838, CLONE_NEWUTS, NULL},
};
#define ALL_FLAGS                                                                                  \
    (CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWTIME |  \
     CLONE_NEWUSER | CLONE_NEWUTS)

static struct filesystem_type namespace_type = {.name = "nsfs", .is_internal = true};
static struct filesystem namespace_filesystem;
static struct path namespace_root; /* (I) after boot */

void namespace_path(enum namespace_kind kind, struct path *path)
{
    *path = (struct path){.mount = namespace_root.mount, .dentry = namespaces[kind].dentry};
    path_get(path);
}

/* ---- the files ---- */

static int permission(struct inode *inode, const struct credentials *credentials, unsigned mask)
{
    return mask & MAY_WRITE ? -EPERM : inode_permission_by_mode(inode, credentials, mask);
}

static int refuse_change(struct inode *inode, const struct inode_change *change)
{
    (void)inode;
    (void)change;
    return -EPERM;
}

static int open_user_namespace(void)
{
    struct path path;
    struct file *file;

    namespace_path(NAMESPACE_USER, &path);
    file = file_open_path(&path, O_RDONLY, vfs_current()->credentials);
    path_put(&path);
    return IS_ERR(file) ? PTR_ERR(file) : fd_add(vfs_current(), file, O_CLOEXEC);
}

static const struct namespace *namespace_of(const struct file *file);

/* ioctl_ns(2). Nobody may see what is above the first namespaces. */
static long control(struct file *file, unsigned request, unsigned long argument)
{
    const struct namespace *space = namespace_of(file);
    const u32 owner = FIRST_USER_OWNER;
    bool has_parent = space->flag == CLONE_NEWPID || space->flag == CLONE_NEWUSER;

    switch (request) {
    case NS_GET_USERNS:
        return space->flag == CLONE_NEWUSER ? -EPERM : open_user_namespace();
    case NS_GET_PARENT:
        return has_parent ? -EPERM : -EINVAL;
    case NS_GET_NSTYPE:
        return space->flag;
    case NS_GET_OWNER_UID:
        if (space->flag != CLONE_NEWUSER)
            return -EINVAL;
        return copy_to_user((void __user *)argument, &owner, sizeof(owner));
    default:
        return -ENOTTY;
    }
}

static const struct inode_ops inode_ops = {.permission = permission,
                                           .set_attributes = refuse_change};
static const struct file_ops file_ops = {.ioctl = control};

/* NULL: it is none. */
static const struct namespace *namespace_of(const struct file *file)
{
    if (file->ops != &file_ops)
        return NULL;
    for (unsigned i = 0; i < NR_NAMESPACES; i++)
        if (namespaces[i].dentry == file->path.dentry)
            return &namespaces[i];
    return NULL;
}

static void create_file(struct namespace *space)
{
    struct inode_template template = {.mode = S_IFREG | 0444};
    struct inode *inode =
        inode_create(&namespace_filesystem, &inode_ops, &file_ops, &template, NULL);
    char text[32];

    ASSERT(inode != NULL);
    inode->number = space->number;
    snprintf(text, sizeof(text), "%s:[%lu]", space->name, space->number);
    space->dentry = dentry_create_pseudo(&namespace_filesystem, inode, text);
    ASSERT(space->dentry != NULL);
}

void namespaces_init(void)
{
    static const struct filesystem_ops filesystem_ops = {0};
    struct inode_template directory = {.mode = S_IFDIR | 0555};
    struct inode *inode;

    filesystem_init(&namespace_filesystem, &namespace_type, &filesystem_ops, NSFS_MAGIC);
    namespace_filesystem.flags = FILESYSTEM_INTERNAL | FILESYSTEM_NO_CACHE;
    inode = inode_create(&namespace_filesystem, &inode_ops, NULL, &directory, NULL);
    ASSERT(inode != NULL);
    namespace_filesystem.root = dentry_create_root(&namespace_filesystem, inode);
    ASSERT(namespace_filesystem.root != NULL);
    ASSERT(mount_create_internal(&namespace_filesystem, &namespace_root) == 0);
    for (unsigned i = 0; i < NR_NAMESPACES; i++)
        create_file(&namespaces[i]);
}

/* ---- setns(2) ---- */

/* @alone: no other namespace is joined too. */
static int may_join_mounts(bool alone)
{
    if (!capable(CAP_SYS_ADMIN) || !capable(CAP_SYS_CHROOT))
        return -EPERM;
    return alone && refcount_read(&vfs_current()->fs->references) > 1 ? -EINVAL : 0;
}

static int may_join(u32 flags)
{
    int error;

    if (flags & CLONE_NEWUSER)
        return -EINVAL;
    if (flags & CLONE_NEWNS) {
        error = may_join_mounts(flags == CLONE_NEWNS);
        if (error)
            return error;
    }
    if ((flags & ~CLONE_NEWTIME) && !capable(CAP_SYS_ADMIN))
        return -EPERM;
    if ((flags & CLONE_NEWTIME) && READ_ONCE(current_process()->nr_tasks) > 1)
        return -EUSERS;
    return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int may_join_process(struct process *process)
{
    struct task *task = process_get_task(process);
    int error;

    if (task == NULL)
        return -ESRCH;
    error = task_may_inspect(task);
    task_put(task);
    return error;
}

static void join(u32 flags)
{
    struct path root;

    if (flags & CLONE_NEWNS) {
        mount_root_path(&root);
        fs_context_set_root(vfs_current()->fs, &root);
        fs_context_set_cwd(vfs_current()->fs, &root);
        path_put(&root);
    }
    if (flags & CLONE_NEWIPC)
        sem_task_exit(current_task());
}

long namespace_join(struct file *file, int flags)
{
    const struct namespace *space = namespace_of(file);
    struct process *process = pidfd_process(file);
    u32 wanted = (u32)flags;
    int error = 0;

    if (space != NULL && (wanted == 0 || wanted == space->flag))
        wanted = space->flag;
    else if (space != NULL || process == NULL || wanted == 0 || (wanted & ~(u32)ALL_FLAGS))
        return -EINVAL;
    if (space == NULL)
        error = may_join_process(process);
    if (!error)
        error = may_join(wanted);
    if (!error)
        join(wanted);
    return error;
}
