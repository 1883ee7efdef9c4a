/*
 * /proc/PID/mounts, mountinfo and mountstats: what is mounted below the process's root.
 */
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/mount.h>
#include <vfs/vfs.h>

#include "views.h"

#define SPECIAL " \t\n\\"

static int put_mount(const struct mount_description *description, void *argument)
{
    struct proc_text *text = argument;

    proc_put_escaped(text, description->source, SPECIAL "#");
    proc_put(text, " ", 1);
    proc_put_escaped(text, description->place, SPECIAL);
    proc_print(text, " %s %s 0 0\n", description->type, description->options);
    return 0;
}

/* Options of the mount, as against those of the file system. */
static void put_mount_options(struct proc_text *text, u32 flags)
{
    static const struct {
        u32 flag;
        const char *word;
    } words[] = {
        {MS_NOSUID, ",nosuid"},           {MS_NODEV, ",nodev"},
        {MS_NOEXEC, ",noexec"},           {MS_NOATIME, ",noatime"},
        {MS_NODIRATIME, ",nodiratime"},   {MS_RELATIME, ",relatime"},
        {MS_NOSYMFOLLOW, ",nosymfollow"},
    };

    proc_print(text, flags & MS_RDONLY ? "ro" : "rw");
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (flags & words[i].flag)
            proc_print(text, "%s", words[i].word);
}

static void put_filesystem_options(struct proc_text *text, struct filesystem *filesystem)
{
    char *options = kmalloc(PAGE_SIZE, ALLOC_WAIT);

    if (!options) {
        text->failed = true;
        return;
    }
    options[0] = '\0';
    if (filesystem->ops->describe_options)
        filesystem->ops->describe_options(filesystem, options, PAGE_SIZE);
    proc_print(text, "%s%s\n", filesystem->flags & FILESYSTEM_READ_ONLY ? "ro" : "rw", options);
    kfree(options);
}

/* The optional fields: mount_namespaces(7). */
static void put_propagation(struct proc_text *text, const struct mount_description *description)
{
    if (description->shared != 0)
        proc_print(text, " shared:%u", description->shared);
    if (description->master != 0)
        proc_print(text, " master:%u", description->master);
    if (description->from != 0 && description->from != description->master)
        proc_print(text, " propagate_from:%u", description->from);
    if (description->mount->flags & MS_UNBINDABLE)
        proc_print(text, " unbindable");
}

static int put_mount_info(const struct mount_description *description, void *argument)
{
    const struct mount *mount = description->mount;
    struct proc_text *text = argument;

    proc_print(text, "%u %u %u:%u ", mount->id, description->parent_id,
               device_major(mount->filesystem->device), device_minor(mount->filesystem->device));
    proc_put_escaped(text, description->root, SPECIAL);
    proc_put(text, " ", 1);
    proc_put_escaped(text, description->place, SPECIAL);
    proc_put(text, " ", 1);
    put_mount_options(text, mount->flags);
    put_propagation(text, description);
    proc_print(text, " - %s ", description->type);
    proc_put_escaped(text, description->source, SPECIAL "#");
    proc_put(text, " ", 1);
    put_filesystem_options(text, mount->filesystem);
    return 0;
}

static int show_mounts(struct proc_text *text, const struct proc_subject *subject,
                       int (*put)(const struct mount_description *, void *))
{
    struct task *task = proc_subject_task(subject);
    struct vfs_context context = {.fs = task ? task_get_fs(task) : NULL};
    int error = 0;

    if (context.fs) {
        error = mount_for_each(&context, put, text);
        fs_context_put(context.fs);
    }
    if (task)
        task_put(task);
    return error;
}

PROC_VIEW(mounts)
{
    return show_mounts(text, subject, put_mount);
}

PROC_VIEW(mountinfo)
{
    return show_mounts(text, subject, put_mount_info);
}

static int put_mount_statistics(const struct mount_description *description, void *argument)
{
    struct proc_text *text = argument;

    proc_print(text, "device ");
    proc_put_escaped(text, description->source, SPECIAL "#");
    proc_print(text, " mounted on ");
    proc_put_escaped(text, description->place, SPECIAL);
    proc_print(text, " with fstype %s\n", description->type);
    return 0;
}

PROC_VIEW(mountstats)
{
    return show_mounts(text, subject, put_mount_statistics);
}
