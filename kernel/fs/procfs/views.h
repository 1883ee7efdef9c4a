/*
 * The show functions of the views, for the tables that name them. Each prints proc(5)'s format of
 * its name.
 */
#pragma once

#include "procfs.h"

#define PROC_VIEW(name)                                                                            \
    int proc_show_##name(struct proc_text *text, const struct proc_subject *subject)

/* Of a process or a task. */
PROC_VIEW(environ);
PROC_VIEW(auxv);
PROC_VIEW(status);
PROC_VIEW(limits);
PROC_VIEW(comm);
PROC_VIEW(cmdline);
PROC_VIEW(stat);
PROC_VIEW(statm);
PROC_VIEW(maps);
PROC_VIEW(numa_maps);
PROC_VIEW(areas);
PROC_VIEW(smaps);
PROC_VIEW(smaps_rollup);
PROC_VIEW(mounts);
PROC_VIEW(mountinfo);
PROC_VIEW(mountstats);
PROC_VIEW(wchan);
PROC_VIEW(syscall);
PROC_VIEW(stack);
PROC_VIEW(io);
PROC_VIEW(oom_score);
PROC_VIEW(oom_score_adj);
PROC_VIEW(oom_adj);
PROC_VIEW(coredump_filter);
PROC_VIEW(mm_why);
PROC_VIEW(cgroup);
PROC_VIEW(personality);
PROC_VIEW(schedstat);
PROC_VIEW(timerslack);
PROC_VIEW(no_login); /* loginuid, sessionid: there is no audit of logins */
PROC_VIEW(id_map);   /* uid_map, gid_map: of the only user namespace */
PROC_VIEW(setgroups);
PROC_VIEW(children);
PROC_VIEW(timers);
int proc_store_comm(const struct proc_subject *subject, char *text, size_t len);
int proc_store_oom_adj(const struct proc_subject *subject, char *text, size_t len);
int proc_store_oom_score_adj(const struct proc_subject *subject, char *text, size_t len);
int proc_store_coredump_filter(const struct proc_subject *subject, char *text, size_t len);
int proc_cwd_text(const struct proc_subject *subject, char *buffer, size_t size);
int proc_cwd_path(const struct proc_subject *subject, struct path *path);
int proc_root_text(const struct proc_subject *subject, char *buffer, size_t size);
int proc_root_path(const struct proc_subject *subject, struct path *path);
int proc_exe_text(const struct proc_subject *subject, char *buffer, size_t size);
int proc_exe_path(const struct proc_subject *subject, struct path *path);
extern const struct file_ops proc_mem_file_ops;
extern const struct file_ops proc_pagemap_file_ops;
int proc_store_clear_refs(const struct proc_subject *subject, char *text, size_t len);
/* The address space of @subject, its storage referenced; NULL: it has none. (mem.c) => 0, -ESRCH:
 * it is reaped, -EACCES */
int proc_inspect_memory(const struct proc_subject *subject, struct mm **out) __must_check;
/* Of files about an address space (mem.c): file->private is the address space at the time of the
 * open, or NULL. */
int proc_open_memory(struct inode *inode, struct file *file);
void proc_release_memory(struct file *file);
s64 proc_seek_memory(struct file *file, s64 offset, int whence);

/* Of the machine. */
PROC_VIEW(meminfo);
PROC_VIEW(vmstat);
PROC_VIEW(buddyinfo);
PROC_VIEW(zoneinfo);
PROC_VIEW(pagetypeinfo);
extern const struct file_ops proc_kmsg_file_ops;
extern const struct file_ops proc_kpagecount_file_ops;
extern const struct file_ops proc_kpageflags_file_ops;
PROC_VIEW(slabinfo);
PROC_VIEW(swaps);
PROC_VIEW(cpuinfo);
PROC_VIEW(machine_stat);
PROC_VIEW(uptime);
PROC_VIEW(loadavg);
PROC_VIEW(version);
PROC_VIEW(diskstats);
PROC_VIEW(filesystems);
PROC_VIEW(kernel_cmdline);
PROC_VIEW(interrupts);
PROC_VIEW(devices);
PROC_VIEW(misc);
PROC_VIEW(execdomains);
PROC_VIEW(locks);
PROC_VIEW(partitions);
PROC_VIEW(modules);
PROC_VIEW(vmallocinfo);
PROC_VIEW(kallsyms);
PROC_VIEW(iomem);
PROC_VIEW(ioports);
int proc_store_sysrq(const struct proc_subject *subject, char *text, size_t len);

/* Below /proc/quire. */
PROC_VIEW(audit);
PROC_VIEW(frames);
PROC_VIEW(failpoints);
PROC_VIEW(runqueues);
int proc_store_failpoints(const struct proc_subject *subject, char *text, size_t len);
