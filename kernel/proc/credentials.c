/*
 * Changing identity. A change is made on a copy, which then replaces the task's pointer; the rules
 * are those of credentials(7) and capabilities(7), "Effect of user ID changes on capabilities".
 */
#include <proc/credentials.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/prctl.h>
#include <abi/stat.h>
#include <proc/core_dump.h>
#include <proc/ptrace.h>
#include <proc/task.h>
#include <vfs/cred.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include <vfs/user_account.h>

#include "exec_internal.h"

#define UNCHANGED ((u32)-1)

/* secure_bits */
#define SECURE_NO_ROOT          (1u << 0)
#define SECURE_NO_SETUID_FIXUP  (1u << 2)
#define SECURE_KEEP_CAPS        (1u << 4)
#define SECURE_NO_AMBIENT_RAISE (1u << 6)
#define SECURE_ALL                                                                                 \
    (SECURE_NO_ROOT | SECURE_NO_SETUID_FIXUP | SECURE_KEEP_CAPS | SECURE_NO_AMBIENT_RAISE)
#define SECURE_ALL_LOCKS (SECURE_ALL << 1) /* each bit's lock is the next */

/* What root gets for files, and setfsuid moves. */
#define CAPABILITIES_FILES                                                                         \
    (1ul << CAP_CHOWN | 1ul << CAP_MKNOD | 1ul << CAP_DAC_OVERRIDE | 1ul << CAP_DAC_READ_SEARCH |  \
     1ul << CAP_FOWNER | 1ul << CAP_FSETID | 1ul << CAP_LINUX_IMMUTABLE | 1ul << CAP_MAC_OVERRIDE)

bool capable(int number)
{
    struct task *self = current_task_or_null();

    if (self == NULL)
        return true;
    if (!credentials_capable(self->vfs.credentials, number))
        return false;
    if (!(self->flags & TASK_SUPERPRIV))
        fetch_or(&self->flags, TASK_SUPERPRIV);
    return true;
}

/* The tasks of a user are counted by real user. Without memory for a new account the old one stays
 * charged. */
static int move_account(struct task *self, u32 uid)
{
    struct user_account *account = user_account_find(uid), *old = self->account;
    irqflags_t flags;

    if (account == NULL)
        return -EAGAIN;
    fetch_add(&account->nr_tasks, 1);
    fetch_sub(&old->nr_tasks, 1);
    flags =
        spin_lock_irqsave(&self->process->lock); /* who sends it a signal looks at the account */
    self->account = account;
    spin_unlock_irqrestore(&self->process->lock, flags);
    user_account_put(old);
    return 0;
}

/* May a task that goes from @old to @fresh do what it could not do before? */
static bool is_other(const struct credentials *old, const struct credentials *fresh)
{
    return old->euid != fresh->euid || old->egid != fresh->egid || old->fsuid != fresh->fsuid ||
           old->fsgid != fresh->fsgid || (fresh->permitted & ~old->permitted) != 0;
}

/* Publish @fresh, which takes over the reference. => -EAGAIN: nothing has changed */
static long commit(struct credentials *fresh)
{
    struct task *self = current_task();
    const struct credentials *old = self->vfs.credentials;
    bool differs = is_other(old, fresh);
    irqflags_t flags;

    if (fresh->uid != old->uid && move_account(self, fresh->uid)) {
        credentials_put(fresh);
        return -EAGAIN;
    }
    flags = spin_lock_irqsave(&self->process->lock);
    self->vfs.credentials = fresh;
    if (differs)
        self->process->dumpable = READ_ONCE(suid_dumpable);
    spin_unlock_irqrestore(&self->process->lock, flags);
    if (differs)
        self->parent_death_signal = 0;
    credentials_put(old);
    return 0;
}

static bool any_root(const struct credentials *credentials)
{
    return credentials->uid == 0 || credentials->euid == 0 || credentials->suid == 0;
}

static void fix_capabilities(const struct credentials *old, struct credentials *fresh)
{
    if (old->secure_bits & SECURE_NO_SETUID_FIXUP)
        return;
    if (any_root(old) && !any_root(fresh)) {
        if (!(old->secure_bits & SECURE_KEEP_CAPS)) {
            fresh->permitted = 0;
            fresh->effective = 0;
        }
        fresh->ambient = 0;
    }
    if (old->euid == 0 && fresh->euid != 0)
        fresh->effective = 0;
    if (old->euid != 0 && fresh->euid == 0)
        fresh->effective = fresh->permitted;
}

static long commit_user(struct credentials *fresh)
{
    fresh->fsuid = fresh->euid;
    fix_capabilities(current_task()->vfs.credentials, fresh);
    return commit(fresh);
}

static struct credentials *copy_current(const struct credentials **old)
{
    *old = current_task()->vfs.credentials;
    return credentials_copy(*old);
}

static long refuse(struct credentials *fresh, long error)
{
    credentials_put(fresh);
    return error;
}

long credentials_setuid(u32 uid)
{
    const struct credentials *old;
    struct credentials *fresh;

    if (uid == UNCHANGED)
        return -EINVAL;
    fresh = copy_current(&old);
    if (fresh == NULL)
        return -ENOMEM;
    if (capable(CAP_SETUID)) {
        fresh->uid = uid;
        fresh->suid = uid;
    } else if (uid != old->uid && uid != old->suid) {
        return refuse(fresh, -EPERM);
    }
    fresh->euid = uid;
    return commit_user(fresh);
}

long credentials_setgid(u32 gid)
{
    const struct credentials *old;
    struct credentials *fresh;

    if (gid == UNCHANGED)
        return -EINVAL;
    fresh = copy_current(&old);
    if (fresh == NULL)
        return -ENOMEM;
    if (capable(CAP_SETGID)) {
        fresh->gid = gid;
        fresh->sgid = gid;
    } else if (gid != old->gid && gid != old->sgid) {
        return refuse(fresh, -EPERM);
    }
    fresh->egid = gid;
    fresh->fsgid = gid;
    return commit(fresh);
}

long credentials_setreuid(u32 real, u32 effective)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);
    bool privileged = capable(CAP_SETUID);

    if (fresh == NULL)
        return -ENOMEM;
    if (real != UNCHANGED && real != old->uid && real != old->euid && !privileged)
        return refuse(fresh, -EPERM);
    if (effective != UNCHANGED && effective != old->uid && effective != old->euid &&
        effective != old->suid && !privileged)
        return refuse(fresh, -EPERM);
    if (real != UNCHANGED)
        fresh->uid = real;
    if (effective != UNCHANGED)
        fresh->euid = effective;
    if (real != UNCHANGED || (effective != UNCHANGED && effective != old->uid))
        fresh->suid = fresh->euid;
    return commit_user(fresh);
}

long credentials_setregid(u32 real, u32 effective)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);
    bool privileged = capable(CAP_SETGID);

    if (fresh == NULL)
        return -ENOMEM;
    if (real != UNCHANGED && real != old->gid && real != old->egid && !privileged)
        return refuse(fresh, -EPERM);
    if (effective != UNCHANGED && effective != old->gid && effective != old->egid &&
        effective != old->sgid && !privileged)
        return refuse(fresh, -EPERM);
    if (real != UNCHANGED)
        fresh->gid = real;
    if (effective != UNCHANGED)
        fresh->egid = effective;
    if (real != UNCHANGED || (effective != UNCHANGED && effective != old->gid))
        fresh->sgid = fresh->egid;
    fresh->fsgid = fresh->egid;
    return commit(fresh);
}

static bool is_one_of(u32 id, u32 real, u32 effective, u32 saved)
{
    return id == UNCHANGED || id == real || id == effective || id == saved;
}

long credentials_setresuid(u32 real, u32 effective, u32 saved)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);
    bool allowed;

    if (fresh == NULL)
        return -ENOMEM;
    allowed = is_one_of(real, old->uid, old->euid, old->suid) &&
              is_one_of(effective, old->uid, old->euid, old->suid) &&
              is_one_of(saved, old->uid, old->euid, old->suid);
    if (!allowed && !capable(CAP_SETUID))
        return refuse(fresh, -EPERM);
    if (real != UNCHANGED)
        fresh->uid = real;
    if (effective != UNCHANGED)
        fresh->euid = effective;
    if (saved != UNCHANGED)
        fresh->suid = saved;
    return commit_user(fresh);
}

long credentials_setresgid(u32 real, u32 effective, u32 saved)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);
    bool allowed;

    if (fresh == NULL)
        return -ENOMEM;
    allowed = is_one_of(real, old->gid, old->egid, old->sgid) &&
              is_one_of(effective, old->gid, old->egid, old->sgid) &&
              is_one_of(saved, old->gid, old->egid, old->sgid);
    if (!allowed && !capable(CAP_SETGID))
        return refuse(fresh, -EPERM);
    if (real != UNCHANGED)
        fresh->gid = real;
    if (effective != UNCHANGED)
        fresh->egid = effective;
    if (saved != UNCHANGED)
        fresh->sgid = saved;
    fresh->fsgid = fresh->egid;
    return commit(fresh);
}

long credentials_setfsuid(u32 uid)
{
    const struct credentials *old = current_task()->vfs.credentials;
    u32 before = old->fsuid;
    struct credentials *fresh;

    if (uid == UNCHANGED || uid == before)
        return before;
    if (!is_one_of(uid, old->uid, old->euid, old->suid) && !capable(CAP_SETUID))
        return before;
    fresh = credentials_copy(old);
    if (fresh == NULL)
        return before;
    fresh->fsuid = uid;
    if (!(old->secure_bits & SECURE_NO_SETUID_FIXUP)) {
        if (before == 0)
            fresh->effective &= ~CAPABILITIES_FILES;
        if (uid == 0)
            fresh->effective |= fresh->permitted & CAPABILITIES_FILES;
    }
    (void)commit(fresh); /* cannot fail: the real user stays */
    return before;
}

long credentials_setfsgid(u32 gid)
{
    const struct credentials *old = current_task()->vfs.credentials;
    u32 before = old->fsgid;
    struct credentials *fresh;

    if (gid == UNCHANGED || gid == before)
        return before;
    if (!is_one_of(gid, old->gid, old->egid, old->sgid) && !capable(CAP_SETGID))
        return before;
    fresh = credentials_copy(old);
    if (fresh == NULL)
        return before;
    fresh->fsgid = gid;
    (void)commit(fresh);
    return before;
}

long credentials_setgroups(const u32 *groups, size_t count)
{
    const struct credentials *old;
    struct credentials *fresh;
    struct group_list *list;

    if (!capable(CAP_SETGID))
        return -EPERM;
    list = group_list_create(groups, (u32)count);
    if (list == NULL)
        return -ENOMEM;
    fresh = copy_current(&old);
    if (fresh == NULL) {
        group_list_put(list);
        return -ENOMEM;
    }
    group_list_put(fresh->groups);
    fresh->groups = list;
    return commit(fresh);
}

/* Capabilities by themselves. */

int capabilities_get(int pid, u64 *effective, u64 *permitted, u64 *inheritable)
{
    const struct credentials *credentials;
    struct task *task;

    if (pid < 0)
        return -EINVAL;
    task = pid == 0 ? task_get(current_task()) : task_find(pid);
    if (task == NULL)
        return -ESRCH;
    credentials = task_get_credentials(task);
    *effective = credentials->effective;
    *permitted = credentials->permitted;
    *inheritable = credentials->inheritable;
    credentials_put(credentials);
    task_put(task);
    return 0;
}

int capabilities_set(u64 effective, u64 permitted, u64 inheritable)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);

    if (fresh == NULL)
        return -ENOMEM;
    effective &= CAPABILITIES_ALL;
    permitted &= CAPABILITIES_ALL;
    inheritable &= CAPABILITIES_ALL;
    if (!capable(CAP_SETPCAP) && (inheritable & ~(old->inheritable | old->permitted)))
        return (int)refuse(fresh, -EPERM);
    if ((inheritable & ~(old->inheritable | old->bounding)) || (permitted & ~old->permitted) ||
        (effective & ~permitted))
        return (int)refuse(fresh, -EPERM);
    fresh->effective = effective;
    fresh->permitted = permitted;
    fresh->inheritable = inheritable;
    fresh->ambient &= permitted & inheritable;
    return (int)commit(fresh);
}

int capability_bounding_drop(int number)
{
    const struct credentials *old;
    struct credentials *fresh;

    if (!capable(CAP_SETPCAP))
        return -EPERM;
    if (number < 0 || number > CAP_LAST)
        return -EINVAL;
    fresh = copy_current(&old);
    if (fresh == NULL)
        return -ENOMEM;
    fresh->bounding &= ~(1ul << number);
    return (int)commit(fresh);
}

int capability_ambient(int operation, int number)
{
    const struct credentials *old = current_task()->vfs.credentials;
    struct credentials *fresh;
    u64 bit;

    if (operation == PR_CAP_AMBIENT_CLEAR_ALL ? number != 0 : number < 0 || number > CAP_LAST)
        return -EINVAL;
    bit = 1ul << number;
    if (operation == PR_CAP_AMBIENT_IS_SET)
        return (old->ambient & bit) != 0;
    if (operation < PR_CAP_AMBIENT_IS_SET || operation > PR_CAP_AMBIENT_CLEAR_ALL)
        return -EINVAL;
    if (operation == PR_CAP_AMBIENT_RAISE && (!(old->permitted & old->inheritable & bit) ||
                                              (old->secure_bits & SECURE_NO_AMBIENT_RAISE)))
        return -EPERM;
    fresh = credentials_copy(old);
    if (fresh == NULL)
        return -ENOMEM;
    if (operation == PR_CAP_AMBIENT_RAISE)
        fresh->ambient |= bit;
    else if (operation == PR_CAP_AMBIENT_LOWER)
        fresh->ambient &= ~bit;
    else
        fresh->ambient = 0;
    return (int)commit(fresh);
}

static int replace_secure_bits(u32 bits)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);

    if (fresh == NULL)
        return -ENOMEM;
    fresh->secure_bits = bits;
    return (int)commit(fresh);
}

int credentials_set_secure_bits(unsigned long bits)
{
    u32 old = current_task()->vfs.credentials->secure_bits;
    u32 locked = (old & SECURE_ALL_LOCKS) >> 1;

    if ((bits & ~(unsigned long)(SECURE_ALL | SECURE_ALL_LOCKS)) || ((old ^ (u32)bits) & locked) ||
        (old & SECURE_ALL_LOCKS & ~(u32)bits) || !capable(CAP_SETPCAP))
        return -EPERM;
    return replace_secure_bits((u32)bits);
}

int credentials_keep_capabilities(bool keep)
{
    u32 old = current_task()->vfs.credentials->secure_bits;

    if (old & SECURE_KEEP_CAPS << 1)
        return -EPERM;
    return replace_secure_bits(keep ? old | SECURE_KEEP_CAPS : old & ~SECURE_KEEP_CAPS);
}

/* execve. */

/* The set-id bits of the file, where they count. */
static void apply_set_id(struct exec *exec, struct credentials *fresh)
{
    const struct inode *inode = exec->file->inode;
    u32 mode = READ_ONCE(inode->mode);

    if ((exec->file->path.mount->flags & MS_NOSUID) ||
        (current_task()->flags & TASK_NO_NEW_PRIVS) || ptrace_forbids_privileges())
        return;
    if (mode & S_ISUID)
        fresh->euid = inode->uid;
    /* Without group execution the bit means mandatory locking (stat(2)). */
    if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
        fresh->egid = inode->gid;
}

int exec_credentials(struct exec *exec)
{
    const struct credentials *old;
    struct credentials *fresh = copy_current(&old);
    bool root;

    if (fresh == NULL)
        return -ENOMEM;
    apply_set_id(exec, fresh);
    exec->set_id = fresh->euid != old->euid || fresh->egid != old->egid;
    root = !(fresh->secure_bits & SECURE_NO_ROOT) && (fresh->uid == 0 || fresh->euid == 0);
    if (exec->set_id)
        fresh->ambient = 0;
    fresh->permitted = root ? fresh->inheritable | fresh->bounding : fresh->ambient;
    fresh->effective = root && fresh->euid != 0 ? 0 : fresh->permitted;
    fresh->suid = fresh->euid;
    fresh->fsuid = fresh->euid;
    fresh->sgid = fresh->egid;
    fresh->fsgid = fresh->egid;
    fresh->secure_bits &= ~SECURE_KEEP_CAPS;
    exec->secure = fresh->euid != old->uid || fresh->egid != old->gid;
    if (old->euid != old->uid || old->egid != old->gid || is_other(old, fresh))
        exec->is_secret = true;
    exec->credentials = fresh;
    return 0;
}

void exec_note_file(struct exec *exec, const struct file *file)
{
    if (path_permission(&file->path, current_task()->vfs.credentials, MAY_READ) != 0)
        exec->is_secret = true;
}
