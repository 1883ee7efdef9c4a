/*
 * /proc/PID and /proc/PID/task/TID: finding processes and tasks by number, and the tables of what
 * they show.
 */
#include <abi/errno.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <vfs/file.h>

#include "procfs.h"
#include "views.h"

struct task *proc_subject_task(const struct proc_subject *subject)
{
    if (subject->task)
        return task_get(subject->task);
    return subject->process ? process_get_task(subject->process) : NULL;
}

struct mm *proc_subject_mm(const struct proc_subject *subject)
{
    struct task *task = proc_subject_task(subject);
    struct mm *mm;

    if (!task)
        return NULL;
    mm = task_get_mm(task);
    task_put(task);
    return mm;
}

#define LINK(name_, text_, path_)                                                                  \
    {                                                                                              \
        .name = name_, .mode = S_IFLNK | 0777, .readlink = text_, .follow = path_, .private = true \
    }

static const struct proc_entry no_entries[] = {{0}};

/* What a process and each of its threads show. */
#define ENTRIES_OF_BOTH                                                                            \
    {.name = "fd", .mode = S_IFDIR | 0500, .directory = &proc_fd_directory, .private = true},      \
        {.name = "fdinfo",                                                                         \
         .mode = S_IFDIR | 0555,                                                                   \
         .directory = &proc_fdinfo_directory,                                                      \
         .private = true},                                                                         \
        PROC_MEMORY("environ", 0400, proc_show_environ, PROC_MEMORY_ALONE),                        \
        PROC_MEMORY("auxv", 0400, proc_show_auxv, PROC_MEMORY_ALONE),                              \
        PROC_FILE("status", proc_show_status),                                                     \
        PROC_PRIVATE("personality", 0400, proc_show_personality),                                  \
        PROC_FILE("limits", proc_show_limits),                                                     \
        PROC_SETTING("comm", proc_show_comm, proc_store_comm),                                     \
        PROC_FILE("cmdline", proc_show_cmdline), PROC_FILE("stat", proc_show_stat),                \
        PROC_FILE("statm", proc_show_statm),                                                       \
        PROC_MEMORY("maps", 0444, proc_show_maps, PROC_MEMORY_OF_PROCESS),                         \
        {.name = "mem", .mode = S_IFREG | 0600, .file_ops = &proc_mem_file_ops, .private = true},  \
        LINK("cwd", proc_cwd_text, proc_cwd_path), LINK("root", proc_root_text, proc_root_path),   \
        LINK("exe", proc_exe_text, proc_exe_path), PROC_FILE("mounts", proc_show_mounts),          \
        PROC_FILE("mountinfo", proc_show_mountinfo),                                               \
        PROC_MEMORY("smaps", 0444, proc_show_smaps, PROC_MEMORY_OF_PROCESS),                       \
        PROC_MEMORY("smaps_rollup", 0444, proc_show_smaps_rollup, PROC_MEMORY_OF_PROCESS),         \
        PROC_MEMORY("numa_maps", 0444, proc_show_numa_maps, PROC_MEMORY_OF_PROCESS),               \
        {.name = "clear_refs", .mode = S_IFREG | 0200, .store = proc_store_clear_refs},            \
        {.name = "pagemap",                                                                        \
         .mode = S_IFREG | 0400,                                                                   \
         .file_ops = &proc_pagemap_file_ops,                                                       \
         .private = true},                                                                         \
        {.name = "syscall", .mode = S_IFREG | 0400, .show = proc_show_syscall},                    \
        {.name = "stack", .mode = S_IFREG | 0400, .show = proc_show_stack},                        \
        PROC_FILE("wchan", proc_show_wchan), PROC_FILE("schedstat", proc_show_schedstat),          \
        PROC_FILE("cgroup", proc_show_cgroup), PROC_FILE("oom_score", proc_show_oom_score),        \
        PROC_SETTING("oom_adj", proc_show_oom_adj, proc_store_oom_adj),                            \
        PROC_SETTING("oom_score_adj", proc_show_oom_score_adj, proc_store_oom_score_adj),          \
        PROC_MEMORY("areas", 0400, proc_show_areas, PROC_MEMORY_OF_PROCESS),                       \
        PROC_PRIVATE("mm_why", 0400, proc_show_mm_why),                                            \
        PROC_SETTING("coredump_filter", proc_show_coredump_filter, proc_store_coredump_filter),    \
        PROC_FILE("loginuid", proc_show_no_login), PROC_FILE("sessionid", proc_show_no_login),     \
        PROC_FILE("uid_map", proc_show_id_map), PROC_FILE("gid_map", proc_show_id_map),            \
        PROC_FILE("setgroups", proc_show_setgroups),                                               \
        {.name = "ns", .mode = S_IFDIR | 0511, .children = proc_namespace_entries},                \
        PROC_FOLDER("net", no_entries, &proc_additions[PROC_PLACE_NET]),                           \
        PROC_PRIVATE("io", 0400, proc_show_io)

const struct proc_entry proc_process_entries[] = {
    {.name = "task", .mode = S_IFDIR | 0555, .directory = &proc_task_directory},
    {.name = "map_files",
     .mode = S_IFDIR | 0500,
     .directory = &proc_map_files_directory,
     .private = true},
    PROC_FILE("timerslack_ns", proc_show_timerslack),
    PROC_FILE("timers", proc_show_timers),
    {.name = "mountstats", .mode = S_IFREG | 0400, .show = proc_show_mountstats},
    ENTRIES_OF_BOTH,
    {0},
};

const struct proc_entry proc_task_entries[] = {
    PROC_FILE("children", proc_show_children),
    ENTRIES_OF_BOTH,
    {0},
};

static const struct proc_entry process_entry = {
    .name = "PID",
    .mode = S_IFDIR | 0555,
    .children = proc_process_entries,
};

struct process *procfs_file_process(struct file *file)
{
    const struct proc_node *node;

    if (file->ops != &proc_directory_file_ops)
        return NULL;
    node = proc_node_of(file->inode);
    return node->entry == &process_entry ? node->subject.process : NULL;
}

static const struct proc_entry task_entry = {
    .name = "TID",
    .mode = S_IFDIR | 0555,
    .children = proc_task_entries,
};

/* /proc/N also exists for the number of a task that is not a leader; it is not listed. */
static int find_process(const struct proc_subject *parent, const struct name *name,
                        const struct proc_entry **entry, struct proc_subject *subject)
{
    long number = proc_name_number(name);
    struct task *task;

    (void)parent;
    if (number <= 0)
        return -ENOENT;
    *entry = &process_entry;
    subject->process = process_find((int)number);
    if (subject->process)
        return 0;
    task = task_find((int)number);
    if (!task)
        return -ENOENT;
    subject->task = task;
    subject->whole = true;
    subject->process = process_get(task->process);
    return 0;
}

static bool next_process(const struct proc_subject *parent, u64 from, u64 *number)
{
    struct process *process = from < PID_MAX_LIMIT ? process_next((int)from) : NULL;

    (void)parent;
    if (!process)
        return false;
    *number = (u64)process_id(process);
    process_put(process);
    return true;
}

const struct proc_directory proc_root_directory = {
    .find = find_process, .next = next_process, .type = S_IFDIR};

/* It keeps its folder until the process is waited for; what that shows is the process's. */
static bool is_ended_leader(struct process *process, int number)
{
    return number == process_id(process) && READ_ONCE(process->leader) == NULL &&
           READ_ONCE(process->state) != PROCESS_REAPED;
}

static int find_task(const struct proc_subject *parent, const struct name *name,
                     const struct proc_entry **entry, struct proc_subject *subject)
{
    long number = proc_name_number(name);
    struct task *task = number > 0 ? task_find((int)number) : NULL;

    *entry = &task_entry;
    if (!task && is_ended_leader(parent->process, (int)number)) {
        subject->process = process_get(parent->process);
        return 0;
    }
    if (!task)
        return -ENOENT;
    if (task->process != parent->process) {
        task_put(task);
        return -ENOENT;
    }
    subject->task = task;
    subject->process = process_get(task->process);
    return 0;
}

static bool next_task(const struct proc_subject *parent, u64 from, u64 *number)
{
    struct task *task = from < PID_MAX_LIMIT ? process_next_task(parent->process, (int)from) : NULL;
    u64 leader = (u64)process_id(parent->process);

    if (from <= leader && is_ended_leader(parent->process, (int)leader) &&
        (!task || (u64)task_id(task) > leader)) {
        if (task)
            task_put(task);
        *number = leader;
        return true;
    }
    if (!task)
        return false;
    *number = (u64)task_id(task);
    task_put(task);
    return true;
}

static unsigned count_tasks(const struct proc_subject *parent)
{
    return READ_ONCE(parent->process->nr_tasks);
}

const struct proc_directory proc_task_directory = {
    .count = count_tasks, .find = find_task, .next = next_task, .type = S_IFDIR};
