/*
 * devpts: one directory with a character device for each open pty master, and ptmx.
 *
 * There is one instance, whatever mounts it. The inodes are made when the master opens and hold
 * owner and mode until it closes. pts.lock (sleeping, inside the directory's inode.lock) protects
 * the table.
 */
#include "pts_filesystem.h"

#include <abi/errno.h>
#include <abi/stat.h>
#include <abi/statfs.h>
#include <kern/panic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <sched/wait.h>
#include <vfs/context.h>
#include <vfs/cred.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/vfs.h>

#include "tty.h"

#define PTS_GROUP 5 /* tty, as every distribution mounts it */
#define PTS_MODE  0620
#define PTMX_NAME "ptmx"

static struct {
    struct mutex lock;
    struct filesystem filesystem;
    struct path root;             /* (I) of an internal mount, for TIOCGPTPEER */
    struct inode *ptmx;           /* (I) */
    struct inode *nodes[PTS_MAX]; /* (lock) */
} pts = {.lock = MUTEX_INIT(pts.lock)};

static const struct inode_ops node_ops;

static bool name_is(const struct name *name, const char *text)
{
    return name->len == strlen(text) && memcmp(name->text, text, name->len) == 0;
}

/* The number a name spells in the only form that is shown (no leading zeros), or PTS_MAX. */
static unsigned number_of(const struct name *name)
{
    unsigned number = 0;

    if (name->len == 0 || name->len > 3 || (name->len > 1 && name->text[0] == '0'))
        return PTS_MAX;
    for (u32 i = 0; i < name->len; i++) {
        if (name->text[i] < '0' || name->text[i] > '9')
            return PTS_MAX;
        number = number * 10 + (unsigned)(name->text[i] - '0');
    }
    return min(number, (unsigned)PTS_MAX);
}

static int lookup(struct inode *directory, const struct name *name, struct inode **out)
{
    unsigned number = number_of(name);
    int error = -ENOENT;

    (void)directory;
    if (name_is(name, PTMX_NAME)) {
        *out = inode_get(pts.ptmx);
        return 0;
    }
    if (number == PTS_MAX)
        return -ENOENT;
    mutex_lock(&pts.lock);
    if (pts.nodes[number]) {
        *out = inode_get(pts.nodes[number]);
        error = 0;
    }
    mutex_unlock(&pts.lock);
    return error;
}

/* Numbers come and go without the directory being told: an answer is true while the table says the
 * same. */
static bool revalidate(struct inode *directory, const struct name *name, struct inode *inode)
{
    unsigned number = number_of(name);
    bool current;

    (void)directory;
    if (number == PTS_MAX)
        return true;
    mutex_lock(&pts.lock);
    current = pts.nodes[number] == inode;
    mutex_unlock(&pts.lock);
    return current;
}

static const struct inode_ops root_ops = {.lookup = lookup, .revalidate = revalidate};

static bool emit_node(struct directory_sink *sink, unsigned number, u64 next)
{
    char text[8];
    int len = scnprintf(text, sizeof(text), "%u", number);
    u64 inode = 0;

    mutex_lock(&pts.lock);
    if (pts.nodes[number])
        inode = pts.nodes[number]->number;
    mutex_unlock(&pts.lock);
    if (inode && !sink->emit(sink, text, (size_t)len, next, inode, S_IFCHR >> 12))
        return false;
    sink->position = next;
    return true;
}

/* Positions: 0 ".", 1 "..", 2 ptmx, 3 + N number N. */
static int iterate(struct file *file, struct directory_sink *sink)
{
    u64 inode = file->inode->number;

    if (sink->position == 0 && sink->emit(sink, ".", 1, 1, inode, S_IFDIR >> 12))
        sink->position = 1;
    if (sink->position == 1 && sink->emit(sink, "..", 2, 2, inode, S_IFDIR >> 12))
        sink->position = 2;
    if (sink->position == 2 &&
        sink->emit(sink, PTMX_NAME, strlen(PTMX_NAME), 3, pts.ptmx->number, S_IFCHR >> 12))
        sink->position = 3;
    while (sink->position >= 3 && sink->position < 3 + PTS_MAX)
        if (!emit_node(sink, (unsigned)sink->position - 3, sink->position + 1))
            break;
    return 0;
}

static const struct file_ops root_file_ops = {.iterate = iterate, .seek = file_seek_directory};

static size_t describe_options(struct filesystem *filesystem, char *buffer, size_t size)
{
    (void)filesystem;
    return (size_t)scnprintf(buffer, size, ",gid=%u,mode=%o,ptmxmode=666", PTS_GROUP, PTS_MODE);
}

static const struct filesystem_ops filesystem_ops = {.describe_options = describe_options};

/* Options name what is so anyway (gid=5, mode=620 ...); they change nothing, and others are
 * refused. */
static bool options_known(const char *options)
{
    static const char *const known[] = {"gid=", "mode=", "ptmxmode=", "newinstance", "max="};

    while (options && *options) {
        size_t len = strcspn(options, ",");
        bool found = len == 0;

        for (size_t i = 0; i < ARRAY_SIZE(known); i++)
            found |= strncmp(options, known[i], strlen(known[i])) == 0;
        if (!found)
            return false;
        options += len + (options[len] == ',');
    }
    return true;
}

static int mount_pts(struct filesystem_type *type, const struct mount_request *request,
                     struct filesystem **out)
{
    (void)type;
    if (!options_known(request->options))
        return -EINVAL;
    *out = filesystem_get(&pts.filesystem);
    return 0;
}

static struct filesystem_type pts_type = {.name = "devpts", .mount = mount_pts};

int pts_add(unsigned number)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct inode_template template = {
        .mode = S_IFCHR | PTS_MODE,
        .uid = credentials->fsuid,
        .gid = PTS_GROUP,
        .device = device_make(TTY_MAJOR_PTS, number),
    };
    struct inode *inode = inode_create(&pts.filesystem, &node_ops, NULL, &template, NULL);

    if (!inode)
        return -ENOMEM;
    inode->number = number + 3;
    mutex_lock(&pts.lock);
    pts.nodes[number] = inode;
    mutex_unlock(&pts.lock);
    return 0;
}

void pts_remove(unsigned number)
{
    struct inode *inode;

    mutex_lock(&pts.lock);
    inode = pts.nodes[number];
    pts.nodes[number] = NULL;
    mutex_unlock(&pts.lock);
    inode_put(inode);
}

long pts_open_peer(unsigned number, u32 flags)
{
    struct path path = {.mount = pts.root.mount};
    struct file *file;
    struct name name;
    char text[8];
    int error;

    name_set(&name, text, (size_t)scnprintf(text, sizeof(text), "%u", number));
    error = dentry_lookup(pts.root.dentry, &name, &path.dentry);
    if (error)
        return error;
    file = path.dentry->inode ? file_open_path(&path, flags, vfs_current()->credentials)
                              : ERR_PTR(-EIO);
    dentry_put(path.dentry);
    return IS_ERR(file) ? PTR_ERR(file) : fd_add(vfs_current(), file, flags);
}

void pts_filesystem_init(void)
{
    struct inode_template root = {.mode = S_IFDIR | 0755};
    struct inode_template ptmx = {.mode = S_IFCHR | 0666,
                                  .device = device_make(TTY_MAJOR_AUXILIARY, 2)};
    struct inode *inode;
    int error;

    filesystem_init(&pts.filesystem, &pts_type, &filesystem_ops, DEVPTS_SUPER_MAGIC);
    pts.filesystem.flags |= FILESYSTEM_STACKS;
    inode = inode_create(&pts.filesystem, &root_ops, &root_file_ops, &root, NULL);
    pts.ptmx = inode_create(&pts.filesystem, &node_ops, NULL, &ptmx, NULL);
    ASSERT(inode && pts.ptmx);
    inode->number = 1;
    pts.ptmx->number = 2;
    pts.filesystem.root = dentry_create_root(&pts.filesystem, inode);
    ASSERT(pts.filesystem.root);
    error = mount_create_internal(&pts.filesystem, &pts.root);
    ASSERT(error == 0);
    filesystem_register(&pts_type);
}
