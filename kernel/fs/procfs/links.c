/*
 * /proc/PID/cwd, root, exe; /proc/self and thread-self.
 */
#include "links.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/path.h>

#include "views.h"

/* The name of @path as the reader sees it, into @buffer; its length. */
static int put_path(const struct path *path, char *buffer, size_t size)
{
    char *memory = kmalloc(PATH_MAX, ALLOC_WAIT);
    char *name;
    int result;

    if (!memory)
        return -ENOMEM;
    name = path_describe_current(path, memory, PATH_MAX);
    if (IS_ERR(name)) {
        result = PTR_ERR(name);
    } else {
        size_t len = min(strlen(name), size);

        memcpy(buffer, name, len);
        result = (int)len;
    }
    kfree(memory);
    return result;
}

int link_text_from(int (*follow)(const struct proc_subject *, struct path *),
                   const struct proc_subject *subject, char *buffer, size_t size)
{
    struct path path;
    int result = follow(subject, &path);

    if (result)
        return result;
    result = put_path(&path, buffer, size);
    path_put(&path);
    return result;
}

static struct fs_context *subject_fs(const struct proc_subject *subject)
{
    struct task *task = proc_subject_task(subject);
    struct fs_context *fs;

    if (!task)
        return NULL;
    fs = task_get_fs(task);
    task_put(task);
    return fs;
}

int proc_cwd_path(const struct proc_subject *subject, struct path *path)
{
    struct fs_context *fs = subject_fs(subject);

    if (!fs)
        return -ENOENT;
    fs_context_cwd(fs, path);
    fs_context_put(fs);
    return 0;
}

int proc_root_path(const struct proc_subject *subject, struct path *path)
{
    struct fs_context *fs = subject_fs(subject);

    if (!fs)
        return -ENOENT;
    fs_context_root(fs, path);
    fs_context_put(fs);
    return 0;
}

int proc_exe_path(const struct proc_subject *subject, struct path *path)
{
    struct file *file = process_get_executable(subject->process);

    if (!file)
        return -ENOENT;
    *path = file->path;
    path_get(path);
    file_put(file);
    return 0;
}

int proc_cwd_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    return link_text_from(proc_cwd_path, subject, buffer, size);
}

int proc_root_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    return link_text_from(proc_root_path, subject, buffer, size);
}

int proc_exe_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    return link_text_from(proc_exe_path, subject, buffer, size);
}

int proc_self_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    (void)subject;
    if (!current_task_or_null())
        return -ENOENT;
    return (int)scnprintf(buffer, size, "%d", process_id(current_process()));
}

int proc_thread_self_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    (void)subject;
    if (!current_task_or_null())
        return -ENOENT;
    return (int)scnprintf(buffer, size, "%d/task/%d", process_id(current_process()),
                          task_id(current_task()));
}
