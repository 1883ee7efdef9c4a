/*
 * /proc/PID/status: what a task is, in words.
 */
#include <abi/seccomp.h>
#include <arch/smp.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>
#include <proc/accounting.h>
#include <proc/ptrace.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>

#include "identity.h"
#include "views.h"

static const char *state_word(char letter)
{
    switch (letter) {
    case 'R':
        return "R (running)";
    case 'S':
        return "S (sleeping)";
    case 'D':
        return "D (disk sleep)";
    case 'T':
        return "T (stopped)";
    case 't':
        return "t (tracing stop)";
    case 'Z':
        return "Z (zombie)";
    default:
        return "X (dead)";
    }
}

/* Of a zombie only the real user is kept. */
static void put_credentials(struct proc_text *text, const struct process *process,
                            struct task *task)
{
    const struct credentials *who = task ? task_get_credentials(task) : NULL;
    struct credentials zombie = {
        .uid = process->uid, .euid = process->uid, .suid = process->uid, .fsuid = process->uid};
    const struct credentials *shown = who ? who : &zombie;

    proc_print(text, "Uid:\t%u\t%u\t%u\t%u\n", shown->uid, shown->euid, shown->suid, shown->fsuid);
    proc_print(text, "Gid:\t%u\t%u\t%u\t%u\n", shown->gid, shown->egid, shown->sgid, shown->fsgid);
    if (who)
        credentials_put(who);
}

static void put_groups(struct proc_text *text, struct task *task)
{
    const struct credentials *who = task ? task_get_credentials(task) : NULL;
    u32 count = who && who->groups ? who->groups->count : 0;

    proc_print(text, "Groups:\t");
    for (u32 i = 0; i < count; i++)
        proc_print(text, i ? " %u" : "%u", who->groups->groups[i]);
    proc_print(text, " \n");
    if (who)
        credentials_put(who);
}

static void put_files(struct proc_text *text, struct task *task)
{
    struct fd_table *files = task ? task_get_files(task) : NULL;

    proc_print(text, "FDSize:\t%u\n", files ? fd_capacity(files) : 0);
    if (files)
        fd_table_put(files);
}

static void put_pages(struct proc_text *text, const char *label, u64 pages)
{
    proc_print(text, "%s:\t%8lu kB\n", label, pages << (PAGE_SHIFT - 10));
}

static void put_memory(struct proc_text *text, struct mm *mm)
{
    struct mm_resident resident;
    u64 sum, code = mm_code_pages(mm);

    mm_resident_get(mm, &resident);
    sum = resident.anonymous + resident.file + resident.shmem;
    put_pages(text, "VmPeak", max(mm->peak_total_pages, mm->total_pages));
    put_pages(text, "VmSize", mm->total_pages);
    put_pages(text, "VmLck", mm->locked_pages);
    put_pages(text, "VmPin", 0);
    put_pages(text, "VmHWM", max(mm->peak_resident_pages, sum));
    put_pages(text, "VmRSS", sum);
    put_pages(text, "RssAnon", resident.anonymous);
    put_pages(text, "RssFile", resident.file);
    put_pages(text, "RssShmem", resident.shmem);
    put_pages(text, "VmData", mm->data_pages);
    put_pages(text, "VmStk", mm->stack_pages);
    put_pages(text, "VmExe", code);
    put_pages(text, "VmLib", mm->exec_pages > code ? mm->exec_pages - code : 0);
    put_pages(text, "VmPTE", mm->table_pages);
    put_pages(text, "VmSwap", resident.swap);
    put_pages(text, "HugetlbPages", mm_hugetlb_mapped(mm) * HUGETLB_PAGES);
    proc_print(text, "CoreDumping:\t0\nTHP_enabled:\t%d\n", !READ_ONCE(mm->thp_disabled));
}

static void put_signals(struct proc_text *text, struct process *process, struct task *task)
{
    struct signal_sets sets;

    signal_sets_get(process, task, &sets);
    proc_print(text, "SigQ:\t%lu/%lu\n", sets.queued, sets.queue_limit);
    proc_print(text, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n", sets.task_pending,
               sets.process_pending, sets.blocked);
    proc_print(text, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", sets.ignored, sets.caught);
}

static void put_capabilities(struct proc_text *text, struct task *task)
{
    const struct credentials *who = task ? task_get_credentials(task) : NULL;

    if (!who)
        who = credentials_get(&credentials_kernel);
    proc_print(text, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n", who->inheritable,
               who->permitted, who->effective);
    proc_print(text, "CapBnd:\t%016lx\nCapAmb:\t%016lx\n", who->bounding, who->ambient);
    credentials_put(who);
}

/* No new privileges, and seccomp(2). @task NULL: a zombie */
static void put_restrictions(struct proc_text *text, struct process *process, struct task *task)
{
    u32 state = task ? READ_ONCE(task->flags) : 0;
    unsigned nr_filters = 0;
    irqflags_t flags;

    if (task) {
        flags = spin_lock_irqsave(&process->lock);
        nr_filters = seccomp_filter_count(task);
        spin_unlock_irqrestore(&process->lock, flags);
    }
    proc_print(text, "NoNewPrivs:\t%u\nSeccomp:\t%u\nSeccomp_filters:\t%u\n",
               !!(state & TASK_NO_NEW_PRIVS),
               state & TASK_SECCOMP_FILTER   ? SECCOMP_MODE_FILTER
               : state & TASK_SECCOMP_STRICT ? SECCOMP_MODE_STRICT
                                             : SECCOMP_MODE_DISABLED,
               nr_filters);
}

static void put_scheduling(struct proc_text *text, struct process *process, struct task *task)
{
    u64 cpus = sched_online_cpus();
    u64 mask = task ? READ_ONCE(task->thread.allowed_cpus) & cpus : cpus;
    struct process_totals totals = {0};

    if (task)
        task_totals_get(task, &totals);
    else
        process_totals_get(process, &totals);
    put_restrictions(text, process, task);
    proc_print(text, "Speculation_Store_Bypass:\tunknown\nSpeculationIndirectBranch:\tunknown\n");
    proc_print(text, "Cpus_allowed:\t%0*lx\nCpus_allowed_list:\t",
               (int)(cpu_possible_count() + 3) / 4, mask);
    proc_put_set(text, mask);
    /* Of 1024 nodes that Linux's masks have room for there is one. */
    proc_print(text, "\nMems_allowed:\t");
    for (unsigned word = 1; word < 32; word++)
        proc_print(text, "00000000,");
    proc_print(text, "00000001\nMems_allowed_list:\t0\n");
    proc_print(text, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
               totals.voluntary_switches, totals.involuntary_switches);
}

static void put_umask(struct proc_text *text, struct task *task)
{
    struct fs_context *fs = task ? task_get_fs(task) : NULL;

    if (!fs)
        return;
    proc_print(text, "Umask:\t%04o\n", fs->umask);
    fs_context_put(fs);
}

PROC_VIEW(status)
{
    struct process *process = subject->process;
    struct task *task = proc_subject_task(subject);
    struct mm *mm = task ? task_get_mm(task) : NULL;
    struct task_identity identity;
    int id;

    task_identity_get(subject, task, &identity);
    id = identity.number;
    proc_print(text, "Name:\t");
    proc_put_name(text, identity.name);
    proc_print(text, "\n");
    put_umask(text, task);
    proc_print(text, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
               state_word(identity.state), process_id(process), id, identity.parent,
               task ? ptrace_tracer_id(task) : 0);
    put_credentials(text, process, task);
    put_files(text, task);
    put_groups(text, task);
    proc_print(text, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", process_id(process), id,
               identity.group, identity.session);
    if (mm) {
        put_memory(text, mm);
        mm_put_user(mm);
    }
    proc_print(text, "Threads:\t%u\n", identity.nr_tasks);
    put_signals(text, process, task);
    put_capabilities(text, task);
    put_scheduling(text, process, task);
    if (task)
        task_put(task);
    return 0;
}
