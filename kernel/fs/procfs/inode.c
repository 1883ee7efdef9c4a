/*
 * Inodes of procfs: from an entry and a subject to something vfs can walk, open and list.
 */
#include <abi/errno.h>
#include <abi/statfs.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/control.h>
#include <proc/task.h>
#include <vfs/cred.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/mount.h>
#include <vfs/permission.h>

#include "procfs.h"
#include "sys.h"
#include "sysfs.h"

#define BLOCK_SIZE 1024 /* st_blksize of all files here */

struct proc_addition *proc_additions[NR_PROC_PLACES];

static struct proc_tree proc_tree;
static const struct inode_ops inode_ops;
static const struct inode_ops link_ops;
static const struct inode_ops magic_link_ops;

static const struct proc_entry root_entry = {
    .name = "/",
    .mode = S_IFDIR | 0555,
    .children = proc_root_entries,
    .additions = &proc_additions[PROC_PLACE_ROOT],
    .directory = &proc_root_directory,
};

void proc_register(enum proc_place place, struct proc_addition *addition)
{
    struct proc_addition **link = &proc_additions[place];

    while (*link)
        link = &(*link)->next;
    addition->next = NULL;
    *link = addition;
}

const struct proc_entry *proc_child(const struct proc_entry *entry, u64 index)
{
    const struct proc_entry *child = entry->children;
    const struct proc_addition *addition = entry->additions ? *entry->additions : NULL;

    for (; child && child->name; child++, index--)
        if (index == 0)
            return child;
    for (; addition; addition = addition->next, index--)
        if (index == 0)
            return &addition->entry;
    return NULL;
}

static void subject_get(const struct proc_subject *subject)
{
    if (subject->process)
        process_get(subject->process);
    if (subject->task)
        task_get(subject->task);
}

static void subject_put(const struct proc_subject *subject)
{
    if (subject->task)
        task_put(subject->task);
    if (subject->process)
        process_put(subject->process);
}

static const struct inode_ops *ops_for(const struct proc_entry *entry)
{
    if (!S_ISLNK(entry->mode))
        return &inode_ops;
    return entry->follow ? &magic_link_ops : &link_ops;
}

static const struct file_ops *file_ops_for(const struct proc_entry *entry)
{
    if (entry->file_ops)
        return entry->file_ops;
    return S_ISDIR(entry->mode) ? &proc_directory_file_ops : &proc_text_file_ops;
}

static struct inode *create_inode(struct filesystem *filesystem, const struct proc_entry *entry,
                                  const struct proc_subject *subject)
{
    struct inode_template template = {.mode = entry->mode};
    struct proc_node *node = kmalloc(sizeof(*node), ALLOC_WAIT);
    struct inode *inode;

    if (!node)
        return NULL;
    inode = inode_create(filesystem, ops_for(entry), file_ops_for(entry), &template, NULL);
    if (!inode) {
        kfree(node);
        return NULL;
    }
    *node = (struct proc_node){.entry = entry, .subject = *subject};
    subject_get(subject);
    inode->private = node;
    return inode;
}

static void evict(struct inode *inode)
{
    struct proc_node *node = proc_node_of(inode);

    subject_put(&node->subject);
    kfree(node);
}

static bool name_is(const struct name *name, const char *text)
{
    return name->text[0] == text[0] && name->len == strlen(text) &&
           memcmp(name->text, text, name->len) == 0;
}

/* The child of @entry with a fixed name; NULL: none. */
static const struct proc_entry *find_child(const struct proc_entry *entry, const struct name *name)
{
    const struct proc_entry *child = entry->children;
    const struct proc_addition *addition = entry->additions ? *entry->additions : NULL;

    for (; child && child->name; child++)
        if (name_is(name, child->name))
            return child;
    for (; addition; addition = addition->next)
        if (name_is(name, addition->entry.name))
            return &addition->entry;
    return NULL;
}

static int lookup(struct inode *directory, const struct name *name, struct inode **out)
{
    const struct proc_node *node = proc_node_of(directory);
    struct proc_subject subject = {0};
    const struct proc_entry *entry;
    int error;

    entry = find_child(node->entry, name);
    if (entry) {
        *out = create_inode(directory->filesystem, entry, &node->subject);
        if (!*out)
            return -ENOMEM;
        proc_node_of(*out)->is_setting = node->is_setting || entry->children == proc_sys_entries;
        return 0;
    }
    if (!node->entry->directory)
        return -ENOENT;
    error = node->entry->directory->find(&node->subject, name, &entry, &subject);
    if (error)
        return error;
    *out = create_inode(directory->filesystem, entry, &subject);
    subject_put(&subject);
    return *out ? 0 : -ENOMEM;
}

/* Is the process or task still what the name means? Zombies are; the reaped are not. */
bool proc_subject_is_alive(const struct proc_subject *subject)
{
    if (subject->task)
        return !list_is_empty(&subject->task->process_link);
    return !subject->process || subject->process->state != PROCESS_REAPED;
}

static bool revalidate(struct inode *directory, const struct name *name, struct inode *inode)
{
    const struct proc_entry *entry = proc_node_of(directory)->entry;

    (void)name;
    if (!inode)
        return !entry->directory;
    if (entry->directory && entry->directory->changes)
        return false;
    return proc_subject_is_alive(&proc_node_of(inode)->subject);
}

/* Files about a process belong to its effective user, or to root when it may not be inspected. */
static void owner_update(struct inode *inode)
{
    struct task *task = proc_subject_task(&proc_node_of(inode)->subject);
    const struct credentials *credentials = task ? task_get_credentials(task) : NULL;
    bool is_root =
        !credentials || (task->process->dumpable != 1 && inode->mode != (S_IFDIR | 0555));

    WRITE_ONCE(inode->uid, is_root ? 0 : credentials->euid);
    WRITE_ONCE(inode->gid, is_root ? 0 : credentials->egid);
    if (credentials)
        credentials_put(credentials);
    if (task)
        task_put(task);
}

static const struct proc_tree *tree_of(const struct inode *inode)
{
    return container_of(inode->filesystem, struct proc_tree, filesystem);
}

static u64 size_of(struct inode *inode)
{
    if (S_ISREG(inode->mode))
        return tree_of(inode)->file_size;
    return proc_node_of(inode)->entry->size;
}

/* A folder of /sys or of a process has a link for each folder in it; others in /proc, only where
 * they are counted. */
static u32 links_of(struct inode *inode)
{
    const struct proc_node *node = proc_node_of(inode);
    const struct proc_directory *directory = node->entry->directory;
    const struct proc_entry *child;
    u32 links = 2;
    u64 index;

    if (directory && directory->count)
        return 2 + directory->count(&node->subject);
    if (!S_ISDIR(inode->mode) || (tree_of(inode) == &proc_tree && !node->subject.process))
        return 1;
    for (index = 0; (child = proc_child(node->entry, index)); index++)
        links += S_ISDIR(child->mode);
    return links;
}

static void status(struct inode *inode, struct file_status *file_status)
{
    file_status->size = size_of(inode);
    file_status->links = links_of(inode);
    file_status->block_size = BLOCK_SIZE;
    owner_update(inode);
    file_status->uid = inode->uid;
    file_status->gid = inode->gid;
}

int proc_may_inspect(const struct proc_node *node)
{
    struct task *task;
    int error;

    if (!node->entry->private)
        return 0;
    task = proc_subject_task(&node->subject);
    if (!task)
        return 0;
    error = task_may_inspect(task) ? -EACCES : 0;
    task_put(task);
    return error;
}

/* What nobody can change or read is closed to root too below /proc/sys. */
static int setting_permission(const struct inode *inode, const struct credentials *credentials,
                              unsigned mask)
{
    unsigned bits = inode->mode;

    if (credentials->euid == 0)
        bits >>= 6;
    return mask & ~bits & (MAY_READ | MAY_WRITE | MAY_EXEC) ? -EACCES : 0;
}

/* Files about a process ask their owner first; private directories and links are open to whoever
 * may inspect the process, whoever owns the inode. */
static int permission(struct inode *inode, const struct credentials *credentials, unsigned mask)
{
    const struct proc_node *node = proc_node_of(inode);

    if (node->subject.process && !node->entry->private && !(inode->mode & S_IROTH) &&
        S_ISDIR(inode->mode)) {
        owner_update(inode);
        return inode_permission_by_mode(inode, credentials, mask);
    }
    if (node->subject.process && S_ISREG(inode->mode)) {
        int error;

        owner_update(inode);
        error = inode_permission_by_mode(inode, credentials, mask);
        return error ? error : proc_may_inspect(node);
    }
    if (node->entry->private)
        return proc_may_inspect(node);
    if (node->is_setting)
        return setting_permission(inode, credentials, mask);
    return inode_permission_by_mode(inode, credentials, mask);
}

static int set_attributes(struct inode *inode, const struct inode_change *change)
{
    (void)inode;
    /* O_TRUNC on a setting changes nothing; the write does. */
    return change->what & (CHANGE_MODE | CHANGE_UID | CHANGE_GID) ? -EPERM : 0;
}

static ssize_t readlink(struct inode *inode, char *buffer, size_t size)
{
    const struct proc_node *node = proc_node_of(inode);
    int error = proc_may_inspect(node);

    return error ? error : node->entry->readlink(&node->subject, buffer, size);
}

static int follow(struct inode *inode, const struct vfs_context *context, struct path *out)
{
    const struct proc_node *node = proc_node_of(inode);
    int error = proc_may_inspect(node);

    (void)context;
    return error ? error : node->entry->follow(&node->subject, out);
}

/* A name that is not there never will be: ENOENT rather than EPERM, as on Linux. */
static int create(struct inode *directory, const struct name *name,
                  const struct inode_template *template, struct inode **out)
{
    (void)name;
    (void)out;
    if (S_ISDIR(template->mode) && directory->filesystem != &proc_tree.filesystem)
        return -EPERM;
    return directory->filesystem == &proc_tree.filesystem ? -ENOENT : -EACCES;
}

static const struct inode_ops inode_ops = {
    .lookup = lookup,
    .create = create,
    .revalidate = revalidate,
    .status = status,
    .permission = permission,
    .set_attributes = set_attributes,
    .evict = evict,
};

static const struct inode_ops link_ops = {.readlink = readlink, .status = status, .evict = evict};

static const struct inode_ops magic_link_ops = {
    .readlink = readlink,
    .follow = follow,
    .status = status,
    .evict = evict,
};

/* ---- trees ---- */

static int mount_tree(struct filesystem_type *type, const struct mount_request *request,
                      struct filesystem **out)
{
    (void)request;
    *out = filesystem_get(&container_of(type, struct proc_tree, type)->filesystem);
    return 0;
}

void proc_tree_register(struct proc_tree *tree, const char *name, u32 magic,
                        const struct proc_entry *entry)
{
    static const struct filesystem_ops filesystem_ops = {0};
    struct proc_subject nobody = {0};
    struct inode *inode;

    tree->type.name = name;
    tree->type.mount = mount_tree;
    filesystem_init(&tree->filesystem, &tree->type, &filesystem_ops, magic);
    tree->filesystem.flags |= FILESYSTEM_NO_CACHE | FILESYSTEM_NO_EXEC;
    inode = create_inode(&tree->filesystem, entry, &nobody);
    ASSERT(inode);
    proc_node_of(inode)->is_setting = tree->is_setting;
    tree->filesystem.root = dentry_create_root(&tree->filesystem, inode);
    ASSERT(tree->filesystem.root);
    filesystem_register(&tree->type);
}

void procfs_init(void)
{
    proc_sys_init();
    proc_tree_register(&proc_tree, "proc", PROC_SUPER_MAGIC, &root_entry);
    proc_tree.filesystem.flags |= FILESYSTEM_STACKS;
    sysfs_register();
}
