/*
 * What the machine is: version, command line, processors, and the tables of what it knows
 * (file systems, devices, interrupts, locks).
 */
#include <abi/errno.h>
#include <abi/stat.h>
#include <drivers/char.h>
#include <arch/identity.h>
#include <arch/smp.h>
#include <drivers/interrupt.h>
#include <kern/cmdline.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/machine.h>
#include <vfs/device.h>
#include <vfs/lock.h>
#include <vfs/mount.h>
#include <vfs/vfs.h>

#include "views.h"

#define CPU_TEXT_MAX 4096

PROC_VIEW(version)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s version %s (quire@quire) (gcc " __VERSION__ ") %s\n", names.sysname,
               names.release, names.version);
    return 0;
}

PROC_VIEW(kernel_cmdline)
{
    (void)subject;
    proc_print(text, "%s\n", cmdline_get());
    return 0;
}

PROC_VIEW(cpuinfo)
{
    char *cpu_text = kmalloc(CPU_TEXT_MAX, ALLOC_WAIT);

    (void)subject;
    if (!cpu_text)
        return -ENOMEM;
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        proc_put(text, cpu_text,
                 min(arch_cpuinfo(cpu, cpu_text, CPU_TEXT_MAX), (size_t)CPU_TEXT_MAX - 1));
    kfree(cpu_text);
    return 0;
}

static void put_filesystem(const struct filesystem_type *type, void *argument)
{
    proc_print(argument, "%s\t%s\n", type->needs_device ? "" : "nodev", type->name);
}

PROC_VIEW(filesystems)
{
    (void)subject;
    filesystem_type_for_each(put_filesystem, text);
    return 0;
}

static void put_machine_interrupts(struct proc_text *text, enum arch_interrupt kind,
                                   const char *label, const char *name)
{
    proc_print(text, "%s:", label);
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        proc_print(text, " %10lu", arch_interrupt_count(kind, cpu));
    proc_print(text, "   %s\n", name);
}

PROC_VIEW(interrupts)
{
    (void)subject;
    proc_print(text, "    ");
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        proc_print(text, "       CPU%-1u", cpu);
    proc_print(text, "\n");
    for (unsigned line = 0; line < INTERRUPT_MAX_LINES; line++) {
        if (!interrupt_name(line))
            continue;
        proc_print(text, "%3u:", line);
        for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
            proc_print(text, " %10lu", interrupt_count(line, cpu));
        proc_print(text, "   %7u-line   %s\n", line, interrupt_name(line));
    }
    put_machine_interrupts(text, ARCH_INTERRUPT_TIMER, "LOC", "Local timer interrupts");
    put_machine_interrupts(text, ARCH_INTERRUPT_RESCHEDULE, "RES", "Rescheduling interrupts");
    put_machine_interrupts(text, ARCH_INTERRUPT_CALL, "CAL", "Function call interrupts");
    put_machine_interrupts(text, ARCH_INTERRUPT_FLUSH, "TLB", "TLB shootdowns");
    return 0;
}

struct device_list {
    struct proc_text *text;
    u32 type;
    u32 next; /* print the major that is >= @next, lowest */
    u32 found;
    const char *name;
};

static void find_major(u32 type, u32 major, const char *name, void *argument)
{
    struct device_list *list = argument;

    if (type == list->type && major >= list->next && major < list->found) {
        list->found = major;
        list->name = name;
    }
}

/* "tty/0" and "ttyS0" belong to the driver called as the name without its number. */
static void put_driver(struct proc_text *text, u32 major, const char *name)
{
    size_t len;

    if (major == MISC_MAJOR)
        name = "misc";
    len = name ? strcspn(name, "/0123456789") : 0;

    proc_print(text, "%3u ", major);
    proc_put(text, len ? name : "device", len ? len : 6);
    proc_put(text, "\n", 1);
}

static void put_devices(struct proc_text *text, u32 type)
{
    struct device_list list = {.text = text, .type = type};

    for (;;) {
        list.found = ~0u;
        device_for_each(find_major, &list);
        if (list.found == ~0u)
            return;
        put_driver(text, list.found, list.name);
        list.next = list.found + 1;
    }
}

PROC_VIEW(devices)
{
    (void)subject;
    proc_print(text, "Character devices:\n");
    put_devices(text, S_IFCHR);
    proc_print(text, "\nBlock devices:\n");
    put_devices(text, S_IFBLK);
    return 0;
}

struct lock_list {
    struct proc_text *text;
    unsigned number;
};

static int put_lock(const struct lock_description *lock, void *argument)
{
    struct lock_list *list = argument;

    list->number += lock->depth == 0;
    proc_print(list->text, "%u: ", list->number);
    if (lock->depth != 0)
        proc_print(list->text, "%*s", (int)lock->depth + 2, "-> ");
    proc_print(list->text, "%-6s %-9s %s %d %02x:%02x:%lu %lu ", lock->kind, lock->state,
               lock->unlocking ? "UNLCK"
               : lock->write   ? "WRITE"
                               : "READ",
               lock->process_id, device_major(lock->device), device_minor(lock->device),
               lock->inode, lock->start);
    if (lock->end == INT64_MAX)
        proc_print(list->text, "EOF\n");
    else
        proc_print(list->text, "%lu\n", lock->end);
    return 0;
}

PROC_VIEW(locks)
{
    struct lock_list list = {.text = text};

    (void)subject;
    return lock_for_each(put_lock, &list);
}

PROC_VIEW(execdomains)
{
    (void)subject;
    proc_print(text, "0-0\tLinux           \t[kernel]\n");
    return 0;
}

/* There are no swap areas, disks, partitions, modules and devices of major 10: tables without
 * lines.
 */
PROC_VIEW(swaps)
{
    (void)subject;
    proc_print(text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    return 0;
}

PROC_VIEW(partitions)
{
    (void)text;
    (void)subject;
    return 0;
}

PROC_VIEW(diskstats)
{
    (void)text;
    (void)subject;
    return 0;
}

PROC_VIEW(modules)
{
    (void)text;
    (void)subject;
    return 0;
}

PROC_VIEW(misc)
{
    (void)subject;
    proc_print(text, "%3u userfaultfd\n", USERFAULTFD_MINOR);
    return 0;
}
