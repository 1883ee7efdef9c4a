/*
 * What the files of procfs share; <fs/procfs.h> has the theory.
 */
#pragma once

#include <fs/procfs.h>
#include <vfs/inode.h>
#include <vfs/mount.h>

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

/* The bits of @set as processors are listed: "0-2,5". */
void proc_put_set(struct proc_text *text, u64 set);

/* Tables of the views, joined in root.c and process.c. */
extern const struct proc_entry proc_root_entries[];
extern const struct proc_entry proc_process_entries[];
extern const struct proc_entry proc_task_entries[];
extern const struct proc_entry proc_sys_entries[];
extern const struct proc_entry proc_quire_entries[];
extern const struct proc_entry proc_namespace_entries[];
extern const struct proc_directory proc_root_directory;
extern const struct proc_directory proc_task_directory;
extern const struct proc_directory proc_fd_directory;
extern const struct proc_directory proc_fdinfo_directory;
extern const struct proc_directory proc_map_files_directory;

/* What Linux says of the links in fd and map_files, whose texts are as long as they are. */
#define PROC_LINK_SIZE 64

/* inode.c */

/* Entries under a root of their own that can be mounted: /proc, and /sys. */
struct proc_tree {
    struct filesystem_type type;
    struct filesystem filesystem;
    u64 file_size;   /* what stat says of text */
    bool is_setting; /* all of it is like /proc/sys */
};
/* Make the root @entry and the type @name known. => once per tree */
void proc_tree_register(struct proc_tree *tree, const char *name, u32 magic,
                        const struct proc_entry *entry);

struct proc_node {
    const struct proc_entry *entry;
    struct proc_subject subject;
    bool is_setting; /* in /proc/sys, or in /sys */
};
/* May the running task look at what @node shows? => 0, -EACCES; 0 where everybody may */
int proc_may_inspect(const struct proc_node *node) __must_check;

static inline struct proc_node *proc_node_of(struct inode *inode)
{
    return inode->private;
}
extern const struct file_ops proc_text_file_ops;
extern const struct file_ops proc_directory_file_ops;
