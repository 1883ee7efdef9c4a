/*
 * devpts: one directory with a character device for each open pty master, and ptmx.
 *
 * There is one instance, whatever mounts it; the options of a mount that has any are those of the
 * instance from then on. The inodes are made when the master opens and hold owner and mode until it
 * closes. pts.lock (sleeping, inside the directory's inode.lock) protects the table.
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

#define PTMX_NAME "ptmx"
#define NOT_GIVEN (~0u)
#define NO_LIMIT  (1u << 20) /* the largest that max can be; 0 means no limit, too */

/* What slaves that open from now on are like, and ptmx. */
struct pts_options {
    u32 uid, gid; /* NOT_GIVEN: those of who opens */
    u32 mode, ptmx_mode;
    u32 max; /* numbers are below it */
};

static struct {
    struct mutex lock;
    struct filesystem filesystem;
    struct path root;             /* (I) of an internal mount, for TIOCGPTPEER */
    struct inode *ptmx;           /* (I) */
    struct inode *nodes[PTS_MAX]; /* (lock) */
    struct pts_options options;   /* (lock) */
} pts = {
    .lock = MUTEX_INIT(pts.lock),
    /* Group tty, as every distribution mounts it. */
    .options = {.uid = NOT_GIVEN, .gid = 5, .mode = 0620, .ptmx_mode = 0666, .max = NO_LIMIT},
};

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

/* ---- options ---- */

static int option_apply(void *argument, const char *name, const char *value)
{
    struct pts_options *options = argument;
    u32 *number = NULL;
    int err;

    if (string_is_equal(name, "newinstance")) /* means nothing since Linux 4.7 */
        return value == NULL ? 0 : -EINVAL;
    if (string_is_equal(name, "uid"))
        number = &options->uid;
    else if (string_is_equal(name, "gid"))
        number = &options->gid;
    else if (string_is_equal(name, "mode"))
        number = &options->mode;
    else if (string_is_equal(name, "ptmxmode"))
        number = &options->ptmx_mode;
    else if (string_is_equal(name, "max"))
        number = &options->max;
    if (number == NULL || value == NULL)
        return -EINVAL;
    if (number == &options->uid || number == &options->gid)
        return parse_u32(value, 10, number) != 0 || *number == NOT_GIVEN ? -EINVAL : 0;
    if (number == &options->max)
        return parse_u32(value, 10, number) != 0 || *number > NO_LIMIT ? -EINVAL : 0;
    err = parse_u32(value, 8, number);
    *number &= 07777;
    return err;
}

/* Those that a mount does not name are Linux's defaults. */
static int options_take(const char *text)
{
    struct pts_options options = {
        .uid = NOT_GIVEN, .gid = NOT_GIVEN, .mode = 0600, .max = NO_LIMIT};
    int err = mount_options_parse(text, option_apply, &options);

    if (err != 0)
        return err;
    mutex_lock(&pts.lock);
    pts.options = options;
    WRITE_ONCE(pts.ptmx->mode, S_IFCHR | options.ptmx_mode);
    mutex_unlock(&pts.lock);
    return 0;
}

static size_t describe_options(struct filesystem *filesystem, char *buffer, size_t size)
{
    struct pts_options options;
    size_t len = 0;

    (void)filesystem;
    mutex_lock(&pts.lock);
    options = pts.options;
    mutex_unlock(&pts.lock);
    if (options.uid != NOT_GIVEN)
        len += scnprintf(buffer + len, size - len, ",uid=%u", options.uid);
    if (options.gid != NOT_GIVEN)
        len += scnprintf(buffer + len, size - len, ",gid=%u", options.gid);
    len += scnprintf(buffer + len, size - len, ",mode=%03o,ptmxmode=%03o", options.mode,
                     options.ptmx_mode);
    if (options.max < NO_LIMIT)
        len += scnprintf(buffer + len, size - len, ",max=%u", options.max);
    return len;
}

static int remount_pts(struct filesystem *filesystem, const struct mount_request *request)
{
    (void)filesystem;
    return options_take(request->options);
}

static const struct filesystem_ops filesystem_ops = {.describe_options = describe_options,
                                                     .remount = remount_pts};

static int mount_pts(struct filesystem_type *type, const struct mount_request *request,
                     struct filesystem **out)
{
    bool has_any = request->options != NULL && *request->options != '\0';
    int err = has_any ? options_take(request->options) : 0;

    (void)type;
    if (err == 0)
        *out = filesystem_get(&pts.filesystem);
    return err;
}

static struct filesystem_type pts_type = {.name = "devpts", .mount = mount_pts};

unsigned pts_number_end(void)
{
    unsigned max;

    mutex_lock(&pts.lock);
    max = pts.options.max;
    mutex_unlock(&pts.lock);
    return max == 0 ? PTS_MAX : min(max, (unsigned)PTS_MAX);
}

int pts_add(unsigned number)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct inode_template template = {.device = device_make(TTY_MAJOR_PTS, number)};
    struct inode *inode;

    mutex_lock(&pts.lock);
    template.mode = S_IFCHR | pts.options.mode;
    template.uid = pts.options.uid != NOT_GIVEN ? pts.options.uid : credentials->fsuid;
    template.gid = pts.options.gid != NOT_GIVEN ? pts.options.gid : credentials->fsgid;
    inode = inode_create(&pts.filesystem, &node_ops, NULL, &template, NULL);
    if (inode != NULL) {
        inode->number = number + 3;
        pts.nodes[number] = inode;
    }
    mutex_unlock(&pts.lock);
    return inode != NULL ? 0 : -ENOMEM;
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
    struct inode_template ptmx = {.mode = S_IFCHR | pts.options.ptmx_mode,
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
