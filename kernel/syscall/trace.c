/*
 * Printing system calls with their arguments decoded by the kinds in table.def:
 *
 *      [12 sh] openat(AT_FDCWD, "/etc/profile", O_RDONLY|O_CLOEXEC, 0) = 3
 *      [12 sh] read(3, "PATH=/bin"..., 512) = 9
 *      [12 sh] stat("/nowhere", 0x7ffd...) = -1 ENOENT
 *
 * Calls that do not return (exit, a successful execve) or may sleep for long are printed when they
 * begin as well. Only user memory that is present is read: tracing takes no page fault and changes
 * nothing.
 */
#include "trace.h"

#include <abi/sched.h>
#include <kern/cmdline.h>
#include <kern/printk.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/task.h>
#include <syscall/syscall.h>

#include "sys.h"
#include "trace_names.h"
#include "trace_socket.h"

#define LINE_SIZE 240
#define TEXT_MAX  48 /* bytes of a string that are shown */

static char wanted[16]; /* (I) after boot; "" : nobody */

struct line {
    char text[LINE_SIZE];
    size_t len;
};

static void add(struct line *line, const char *format, ...) __printf(2, 3);
static void add(struct line *line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    line->len +=
        (size_t)vscnprintf(line->text + line->len, sizeof(line->text) - line->len, format, args);
    va_end(args);
}

static void add_byte(struct line *line, u8 byte)
{
    switch (byte) {
    case '\n':
        add(line, "\\n");
        break;
    case '\t':
        add(line, "\\t");
        break;
    case '\r':
        add(line, "\\r");
        break;
    case '"':
    case '\\':
        add(line, "\\%c", byte);
        break;
    default:
        if (byte >= 0x20 && byte < 0x7F)
            add(line, "%c", byte);
        else
            add(line, "\\%o", byte);
        break;
    }
}

/* Up to @len bytes at @address; @terminated: a NUL ends them. */
static void add_text(struct line *line, unsigned long address, size_t len, bool terminated)
{
    size_t shown = min(len, (size_t)TEXT_MAX);
    bool more = len > shown;
    size_t i;

    if (!address) {
        add(line, "NULL");
        return;
    }
    add(line, "\"");
    for (i = 0; i < shown; i++) {
        u8 byte;

        if (copy_from_user_nofault(&byte, (const u8 __user *)address + i, 1)) {
            more = true;
            break;
        }
        if (terminated && !byte) {
            more = false;
            break;
        }
        add_byte(line, byte);
    }
    add(line, more ? "\"..." : "\"");
}

static void add_strings(struct line *line, unsigned long address)
{
    u64 pointer;

    if (!address) {
        add(line, "NULL");
        return;
    }
    add(line, "[");
    for (unsigned i = 0; i < 8; i++) {
        if (copy_from_user_nofault(&pointer, (const u64 __user *)address + i, sizeof(pointer))) {
            add(line, "...");
            break;
        }
        if (!pointer)
            break;
        add(line, i ? ", " : "");
        add_text(line, pointer, TEXT_MAX + 1, true);
    }
    add(line, "]");
}

static void add_timespec(struct line *line, unsigned long address)
{
    s64 value[2];

    if (!address)
        add(line, "NULL");
    else if (copy_from_user_nofault(value, (const void __user *)address, sizeof(value)))
        add(line, "%#lx", address);
    else
        add(line, "{%lld.%09lld}", (long long)value[0], (long long)value[1]);
}

static void add_sigset(struct line *line, unsigned long address)
{
    u64 set;

    if (!address)
        add(line, "NULL");
    else if (copy_from_user_nofault(&set, (const void __user *)address, sizeof(set)))
        add(line, "%#lx", address);
    else
        add(line, "[%#llx]", (unsigned long long)set);
}

/* Numbers and pointers. False: @kind is something else. */
static bool add_plain(struct line *line, enum syscall_argument kind, unsigned long value)
{
    switch (kind) {
    case ARG_INT:
    case ARG_FD:
    case ARG_PID:
    case ARG_CLOCK:
        add(line, "%d", (int)value);
        return true;
    case ARG_UINT:
    case ARG_UID:
        add(line, "%d", (int)value);
        return true;
    case ARG_LONG:
    case ARG_OFFSET:
        add(line, "%ld", (long)value);
        return true;
    case ARG_ULONG:
    case ARG_SIZE:
        add(line, "%lu", value);
        return true;
    case ARG_OCTAL:
        add(line, "%#o", (unsigned)value);
        return true;
    case ARG_PTR:
    case ARG_OUTPUT:
    case ARG_IOVEC:
    case ARG_ADDRESS:
        if (value)
            add(line, "%#lx", value);
        else
            add(line, "NULL");
        return true;
    default:
        return false;
    }
}

/* @beside: the arguments before and after. */
static void add_argument(struct line *line, enum syscall_argument kind, unsigned long value,
                         const unsigned long beside[2])
{
    unsigned long next = beside[1];
    char names[160];

    if (add_plain(line, kind, value))
        return;
    switch (kind) {
    case ARG_DIRFD:
        if ((int)value == AT_FDCWD)
            add(line, "AT_FDCWD");
        else
            add(line, "%d", (int)value);
        break;
    case ARG_PATH:
    case ARG_STRING:
        add_text(line, value, TEXT_MAX + 1, true);
        break;
    case ARG_BUFFER:
        add_text(line, value, next, false);
        break;
    case ARG_STRINGS:
        add_strings(line, value);
        break;
    case ARG_TIMESPEC:
        add_timespec(line, value);
        break;
    case ARG_SIGSET:
        add_sigset(line, value);
        break;
    case ARG_SOCKET_ADDRESS:
        trace_socket_address(value, next, names, sizeof(names));
        add(line, "%s", names);
        break;
    default:
        if (trace_name_value(kind, value, names, sizeof(names)) ||
            trace_name_socket(kind, value, beside[0], names, sizeof(names)))
            add(line, "%s", names);
        else
            add(line, "%#lx", value);
        break;
    }
}

static void add_call(struct line *line, unsigned number, const unsigned long args[6])
{
    const struct syscall_description *call = syscall_describe(number);

    add(line, "[%d %s] %s(", task_id(current_task()), current_thread()->name, call->name);
    for (unsigned i = 0; i < call->nr_arguments; i++) {
        const unsigned long beside[2] = {i > 0 ? args[i - 1] : 0, i < 5 ? args[i + 1] : 0};

        add(line, i ? ", " : "");
        add_argument(line, call->arguments[i], args[i], beside);
    }
    add(line, ")");
}

/* What a read brought: shown after the call. */
static void add_output(struct line *line, unsigned number, const unsigned long args[6], long result)
{
    const struct syscall_description *call = syscall_describe(number);

    for (unsigned i = 0; i + 1 < call->nr_arguments && result > 0; i++)
        if (call->arguments[i] == ARG_OUTPUT) {
            add(line, " ");
            add_text(line, args[i], (size_t)result, false);
        }
}

static bool is_announced(const char *name)
{
    return strcmp(name, "execve") == 0 || strcmp(name, "execveat") == 0 ||
           strcmp(name, "exit") == 0 || strcmp(name, "exit_group") == 0 ||
           strcmp(name, "vfork") == 0;
}

void trace_enter(unsigned number, const unsigned long args[6])
{
    struct line line = {.len = 0};

    if (!is_announced(syscall_describe(number)->name))
        return;
    add_call(&line, number, args);
    pr_info("%s ...", line.text);
}

void trace_leave(unsigned number, const unsigned long args[6], long result)
{
    struct line line = {.len = 0};

    if (is_announced(syscall_describe(number)->name))
        add(&line, "[%d %s] ... %s", task_id(current_task()), current_thread()->name,
            syscall_describe(number)->name);
    else
        add_call(&line, number, args);
    if (IS_ERR_VALUE(result))
        add(&line, " = -1 %s", trace_errno_name((int)-result));
    else if (result >= 0 && result < 0x100000)
        add(&line, " = %ld", result);
    else
        add(&line, " = %#lx", (unsigned long)result);
    add_output(&line, number, args, result);
    pr_info("%s", line.text);
}

void trace_name_changed(struct task *task)
{
    char name[16];

    if (!wanted[0])
        return;
    task_get_name(task, name);
    if (strcmp(wanted, "*") == 0 || strcmp(wanted, name) == 0)
        __atomic_fetch_or(&task->flags, TASK_TRACED, __ATOMIC_RELAXED);
}

void trace_init(void)
{
    if (!cmdline_find("trace", wanted, sizeof(wanted)))
        return;
    task_set_name_hook(trace_name_changed);
    pr_info("trace: printing the system calls of \"%s\"", wanted);
}
