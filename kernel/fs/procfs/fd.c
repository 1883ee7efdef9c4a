/*
 * /proc/PID/fd and fdinfo: the open descriptors.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/task.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/mount.h>

#include "links.h"
#include "procfs.h"

#define DESCRIPTION_MAX 16384

static struct fd_table *subject_files(const struct proc_subject *subject)
{
    struct task *task = proc_subject_task(subject);
    struct fd_table *files;

    if (!task)
        return NULL;
    files = task_get_files(task);
    task_put(task);
    return files;
}

/* The file of descriptor @fd, referenced; NULL: none. */
static struct file *subject_file(const struct proc_subject *subject, int fd)
{
    struct fd_table *files = subject_files(subject);
    struct file *file;

    if (!files)
        return NULL;
    file = fd_get_any(files, fd);
    fd_table_put(files);
    return file;
}

static int follow_fd(const struct proc_subject *subject, struct path *path)
{
    struct file *file = subject_file(subject, subject->number);

    if (!file)
        return -ENOENT;
    *path = file->path;
    path_get(path);
    file_put(file);
    return 0;
}

static int fd_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    return link_text_from(follow_fd, subject, buffer, size);
}

/* The permissions of the link tell how the file was opened: bit 0 read, bit 1 write. */
#define FD_LINK(permissions_)                                                                      \
    {                                                                                              \
        .name = "fd", .mode = S_IFLNK | (permissions_), .readlink = fd_text, .follow = follow_fd,  \
        .size = PROC_LINK_SIZE, .private = true                                                    \
    }
static const struct proc_entry fd_links[] = {FD_LINK(0), FD_LINK(0500), FD_LINK(0300),
                                             FD_LINK(0700)};

static void put_info(struct proc_text *text, struct file *file, bool cloexec)
{
    char *more = kmalloc(DESCRIPTION_MAX, ALLOC_WAIT);
    size_t len;

    if (!more) {
        text->failed = true;
        return;
    }
    proc_print(text, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n",
               (s64)READ_ONCE(file->position), file_flags(file) | (cloexec ? O_CLOEXEC : 0),
               file->path.mount->id, file->inode->number);
    if (file->ops->describe) {
        len = file->ops->describe(file, more, DESCRIPTION_MAX);
        proc_put(text, more, min(len, (size_t)DESCRIPTION_MAX - 1));
    }
    kfree(more);
}

static int show_info(struct proc_text *text, const struct proc_subject *subject)
{
    struct fd_table *files = subject_files(subject);
    struct file *file = files ? fd_get_any(files, subject->number) : NULL;

    if (file) {
        put_info(text, file, fd_get_cloexec(files, subject->number) == 1);
        file_put(file);
    }
    if (files)
        fd_table_put(files);
    return file ? 0 : -ENOENT;
}

static const struct proc_entry info_entry = PROC_PRIVATE("fdinfo", 0400, show_info);

/* Fills the subject of a child: the parent's, and the number. */
static int find(const struct proc_subject *parent, const struct name *name,
                struct proc_subject *subject, struct file **file)
{
    long number = proc_name_number(name);

    *file = number >= 0 ? subject_file(parent, (int)number) : NULL;
    if (!*file)
        return -ENOENT;
    subject->process = process_get(parent->process);
    subject->task = parent->task ? task_get(parent->task) : NULL;
    subject->number = (int)number;
    return 0;
}

static int find_fd(const struct proc_subject *parent, const struct name *name,
                   const struct proc_entry **entry, struct proc_subject *subject)
{
    struct file *file;
    int error = find(parent, name, subject, &file);

    if (error)
        return error;
    *entry = &fd_links[(file->mode & FILE_READ ? 1 : 0) + (file->mode & FILE_WRITE ? 2 : 0)];
    file_put(file);
    return 0;
}

static int find_info(const struct proc_subject *parent, const struct name *name,
                     const struct proc_entry **entry, struct proc_subject *subject)
{
    struct file *file;
    int error = find(parent, name, subject, &file);

    if (error)
        return error;
    file_put(file);
    *entry = &info_entry;
    return 0;
}

static bool next_fd(const struct proc_subject *parent, u64 from, u64 *number)
{
    struct fd_table *files = subject_files(parent);
    struct file *file;
    int fd;

    if (!files || from > INT32_MAX)
        fd = -1;
    else
        fd = fd_next(files, (unsigned)from, &file);
    if (files)
        fd_table_put(files);
    if (fd < 0)
        return false;
    file_put(file);
    *number = (u64)fd;
    return true;
}

const struct proc_directory proc_fd_directory = {
    .find = find_fd, .next = next_fd, .type = S_IFLNK, .changes = true};
const struct proc_directory proc_fdinfo_directory = {
    .find = find_info, .next = next_fd, .type = S_IFREG, .changes = true};
