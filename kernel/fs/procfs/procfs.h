/*
 * What the files of procfs share; <fs/procfs.h> has the theory.
 */
#pragma once

#include <fs/procfs.h>
#include <vfs/inode.h>

struct directory_sink;

/* The process is reaped, the task gone: -ESRCH. */
bool proc_subject_is_alive(const struct proc_subject *subject);

/* The child number @index: the fixed ones, then the additions; NULL: no more. */
const struct proc_entry *proc_child(const struct proc_entry *entry, u64 index);
extern struct proc_addition *proc_additions[NR_PROC_PLACES];

/* Memory of another address space as text: [start, end) as far as it can be read. */
void proc_put_memory(struct proc_text *text, struct mm *mm, u64 start, u64 end);
/* With newlines and backslashes as in C, as the names of tasks are shown. */
void proc_put_name(struct proc_text *text, const char *name);

/* Tables of the views, joined in root.c and process.c. */
extern const struct proc_entry proc_root_entries[];
extern const struct proc_entry proc_process_entries[];
extern const struct proc_entry proc_task_entries[];
extern const struct proc_entry proc_sys_entries[];
extern const struct proc_entry proc_quire_entries[];
extern const struct proc_directory proc_root_directory;
extern const struct proc_directory proc_task_directory;
extern const struct proc_directory proc_fd_directory;
extern const struct proc_directory proc_fdinfo_directory;
extern const struct proc_directory proc_map_files_directory;

/* inode.c */
struct proc_node {
    const struct proc_entry *entry;
    struct proc_subject subject;
    bool is_setting; /* in /proc/sys */
};
static inline struct proc_node *proc_node_of(struct inode *inode)
{
    return inode->private;
}
struct inode *proc_inode_create(const struct proc_entry *entry,
                                const struct proc_subject *subject) __must_check;
extern const struct file_ops proc_text_file_ops;
extern const struct file_ops proc_directory_file_ops;
