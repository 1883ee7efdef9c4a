/*
 * The notes of a core file: per task the registers, once the process, its signal, its auxiliary
 * vector and the files that its areas map. The dumping task comes first: debuggers begin with it.
 */
#include <abi/auxv.h>
#include <abi/limits.h>
#include <arch/core_dump.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/accounting.h>
#include <proc/session.h>
#include <signal/signal.h>

#include "core_internal.h"

#define FILE_NOTE_MAX (4UL << 20) /* beyond it the note of files is left out, as Linux does */

/* ---- bytes ---- */

void core_buffer_add(struct core_buffer *buffer, const void *bytes, size_t len)
{
    size_t capacity = max(buffer->capacity, (size_t)256);
    char *grown;

    if (buffer->failed)
        return;
    while (capacity < buffer->len + len)
        capacity *= 2;
    if (capacity != buffer->capacity) {
        grown = krealloc(buffer->bytes, capacity, ALLOC_WAIT);
        if (grown == NULL) {
            buffer->failed = true;
            return;
        }
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
}

static void pad(struct core_buffer *buffer)
{
    static const char zeroes[4];

    core_buffer_add(buffer, zeroes, -buffer->len & 3);
}

static void add_note(struct core_buffer *notes, const char *owner, u32 type, const void *bytes,
                     size_t len)
{
    struct elf_note note = {
        .name_size = (u32)strlen(owner) + 1, .description_size = (u32)len, .type = type};

    core_buffer_add(notes, &note, sizeof(note));
    core_buffer_add(notes, owner, note.name_size);
    pad(notes);
    core_buffer_add(notes, bytes, len);
    pad(notes);
}

/* ---- a task ---- */

static struct abi_core_time core_time(u64 ns)
{
    return (struct abi_core_time){.seconds = (s64)(ns / NS_PER_SECOND),
                                  .microseconds = (s64)(ns % NS_PER_SECOND / 1000)};
}

/* Numbers of the process's parent, group and session. */
struct relatives {
    int parent, group, session;
};

static struct relatives find_relatives(struct process *process)
{
    irqflags_t flags = process_tree_lock();
    struct relatives relatives = {
        .parent = process->parent == NULL ? 0 : process_id(process->parent),
        .group = process_group_number(process->group),
        .session = session_number(process->group->session),
    };

    process_tree_unlock(flags);
    return relatives;
}

static void add_status(struct core *core, struct core_buffer *notes, struct task *task)
{
    struct relatives relatives = find_relatives(task->process);
    struct process_totals own;
    struct process_totals *children = &task->process->children_totals;
    struct abi_core_status status = {
        .signal = core->info->signo,
        .current_signal = (s16)core->info->signo,
        .pending = task->signals.pending.set,
        .blocked = task->signals.blocked,
        .pid = task_id(task),
        .ppid = relatives.parent,
        .pgrp = relatives.group,
        .sid = relatives.session,
        .children_user = core_time(children->user_ns),
        .children_system = core_time(children->system_ns),
        .fp_valid = 1,
    };

    task_totals_get(task, &own);
    status.user = core_time(own.user_ns);
    status.system = core_time(own.system_ns);
    arch_core_registers(&task->thread.arch, task->thread.stack, status.registers);
    add_note(notes, "CORE", NT_PRSTATUS, &status, sizeof(status));
}

static void add_fp_state(struct core_buffer *notes, struct task *task)
{
    void *state = kmalloc(align_up(arch_fpu_size(), 64), ALLOC_WAIT);
    bool extended;

    if (state == NULL) {
        notes->failed = true;
        return;
    }
    extended = arch_core_fp_state(&task->thread.arch, state);
    add_note(notes, "CORE", NT_FPREGSET, state, ARCH_CORE_FP_SIZE);
    if (extended)
        add_note(notes, "LINUX", NT_X86_XSTATE, state, arch_fpu_size());
    kfree(state);
}

/* ---- the process ---- */

/* The command line, its separators turned into spaces. */
static void read_arguments(struct mm *mm, char out[80])
{
    size_t len = min(mm->arg_end - mm->arg_start, (size_t)79);
    ssize_t got = mm_access(mm, mm->arg_start, out, len, false, true);
    ssize_t i;

    for (i = 0; i < got; i++) {
        if (out[i] == '\0')
            out[i] = ' ';
    }
}

static void add_process(struct core *core, struct core_buffer *notes)
{
    struct task *self = core->dumper;
    struct relatives relatives = find_relatives(self->process);
    struct abi_core_process process = {
        .state_letter = 'R',
        .nice = (s8)self->thread.nice,
        .flags = self->flags,
        .uid = self->vfs.credentials->uid,
        .gid = self->vfs.credentials->gid,
        .pid = process_id(self->process),
        .ppid = relatives.parent,
        .pgrp = relatives.group,
        .sid = relatives.session,
    };

    read_arguments(core->mm, process.arguments);
    memcpy(process.name, self->thread.name, sizeof(process.name));
    add_note(notes, "CORE", NT_PRPSINFO, &process, sizeof(process));
}

static void add_auxiliary_vector(struct core *core, struct core_buffer *notes)
{
    const unsigned long *vector = core->mm->saved_auxv;
    size_t nr = 0;

    while (nr < sizeof(core->mm->saved_auxv) / (2 * sizeof(*vector)) && vector[2 * nr] != AT_NULL)
        nr++;
    add_note(notes, "CORE", NT_AUXV, vector, (nr + 1) * 2 * sizeof(*vector));
}

/* ---- mapped files ---- */

struct file_note {
    u64 count;
    struct core_buffer ranges; /* start, end, offset in pages */
    struct core_buffer names;
    char *path; /* PATH_MAX bytes */
};

static int add_file(const struct vma_info *info, void *argument)
{
    struct file_note *note = argument;
    u64 range[3] = {info->start, info->end, info->offset >> PAGE_SHIFT};
    u64 device, inode;

    if (info->source == NULL)
        return 0;
    info->source->ops->describe(info->source, note->path, PATH_MAX, &device, &inode);
    core_buffer_add(&note->ranges, range, sizeof(range));
    core_buffer_add(&note->names, note->path, strlen(note->path) + 1);
    note->count++;
    return note->ranges.len + note->names.len > FILE_NOTE_MAX;
}

static void add_files(struct core *core, struct core_buffer *notes)
{
    struct file_note note = {.path = kmalloc(PATH_MAX, ALLOC_WAIT)};
    struct core_buffer whole = {0};
    u64 head[2] = {0, PAGE_SIZE};

    if (note.path != NULL && mm_for_each_area(core->mm, 0, add_file, &note) == 0 &&
        !note.ranges.failed && !note.names.failed) {
        head[0] = note.count;
        core_buffer_add(&whole, head, sizeof(head));
        core_buffer_add(&whole, note.ranges.bytes, note.ranges.len);
        core_buffer_add(&whole, note.names.bytes, note.names.len);
        if (!whole.failed)
            add_note(notes, "CORE", NT_FILE, whole.bytes, whole.len);
    }
    kfree(whole.bytes);
    kfree(note.ranges.bytes);
    kfree(note.names.bytes);
    kfree(note.path);
}

/* ---- all ---- */

static void add_other_tasks(struct core *core, struct core_buffer *notes)
{
    struct task *task;
    int number = 0;

    while ((task = process_next_task(core->dumper->process, number)) != NULL) {
        number = task_id(task) + 1;
        if (task != core->dumper && !(READ_ONCE(task->flags) & TASK_EXITING)) {
            add_status(core, notes, task);
            add_fp_state(notes, task);
        }
        task_put(task);
    }
}

void core_notes_make(struct core *core, struct core_buffer *notes)
{
    struct abi_siginfo_whole info = {.info = *core->info};

    add_status(core, notes, core->dumper);
    add_process(core, notes);
    add_note(notes, "CORE", NT_SIGINFO, &info, sizeof(info));
    add_auxiliary_vector(core, notes);
    add_files(core, notes);
    add_fp_state(notes, core->dumper);
    add_other_tasks(core, notes);
}
