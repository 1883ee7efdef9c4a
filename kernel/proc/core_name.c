/*
 * The name of a core file: the pattern kernel.core_pattern with what its % specifiers stand for
 * (core(5)). A value never brings a slash into the name. A pattern that begins with "|" is the
 * command of a program that takes the core.
 */
#include <abi/errno.h>
#include <abi/limits.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/core_dump.h>
#include <proc/machine.h>
#include <proc/rlimit.h>
#include <time/time.h>
#include <vfs/file.h>

#include "core_internal.h"

#define CORE_PATTERN_SIZE 128
#define PIPE_LIMIT_MAX    0x7fffffff

static char pattern[CORE_PATTERN_SIZE] = "core"; /* (a) a torn one names another file once */
static s32 uses_pid;                             /* (a) */
s32 suid_dumpable;
s32 core_pipe_limit;

static const struct sysctl kernel_settings[] = {
    {.name = "core_pattern", .kind = SYSCTL_STRING, .value = pattern, .count = sizeof(pattern)},
    {.name = "core_pipe_limit", .value = &core_pipe_limit, .maximum = PIPE_LIMIT_MAX},
    {.name = "core_uses_pid", .value = &uses_pid},
    {0},
};

static const struct sysctl fs_settings[] = {
    {.name = "suid_dumpable", .value = &suid_dumpable, .maximum = 2},
    {0},
};

void core_settings_init(void)
{
    static struct sysctl_table kernel_table = SYSCTL_TABLE("kernel", kernel_settings);
    static struct sysctl_table fs_table = SYSCTL_TABLE("fs", fs_settings);

    sysctl_register(&kernel_table);
    sysctl_register(&fs_table);
}

/* A value that comes from the outside becomes one component of a path, or a part of one. */
static void add_escaped(struct core_buffer *name, const char *value)
{
    bool begins = name->len == 0 || name->bytes[name->len - 1] == '/';
    bool is_dots = strcmp(value, ".") == 0 || strcmp(value, "..") == 0;

    for (; *value != '\0'; value++) {
        bool replaced = *value == '/' || (begins && is_dots && *value == '.');

        core_buffer_add(name, replaced ? "!" : value, 1);
        begins = false;
    }
}

static void add_number(struct core_buffer *name, s64 number)
{
    char digits[24];

    core_buffer_add(name, digits, scnprintf(digits, sizeof(digits), "%ld", number));
}

/* %E the whole path of the program, %f the last part of it. */
static void add_executable(struct core_buffer *name, bool whole)
{
    struct file *file = process_get_executable(current_process());
    char *buffer = kmalloc(PATH_MAX, ALLOC_WAIT);
    const char *path = file != NULL && buffer != NULL ? file_describe(file, buffer, PATH_MAX) : "";
    const char *slash;

    if (IS_ERR(path))
        path = "";
    slash = strrchr(path, '/');
    add_escaped(name, whole || slash == NULL ? path : slash + 1);
    kfree(buffer);
    file_put(file);
}

static void add_hostname(struct core_buffer *name)
{
    struct abi_utsname names;

    machine_names_get(&names);
    add_escaped(name, names.nodename);
}

/* => true: it was the number of the process */
static bool add_specified(struct core_buffer *name, char specifier, const struct abi_siginfo *info)
{
    const struct task *self = current_task();

    switch (specifier) {
    case '%':
        core_buffer_add(name, "%", 1);
        break;
    case 'p':
    case 'P':
        add_number(name, process_id(self->process));
        return true;
    case 'i':
    case 'I':
        add_number(name, task_id(self));
        break;
    case 'u':
        add_number(name, self->vfs.credentials->uid);
        break;
    case 'g':
        add_number(name, self->vfs.credentials->gid);
        break;
    case 'd':
        add_number(name, self->process->dumpable);
        break;
    case 's':
        add_number(name, info->signo);
        break;
    case 't':
        add_number(name, time_realtime_seconds());
        break;
    case 'c':
        add_number(name, (s64)rlimit_current(RLIMIT_CORE));
        break;
    case 'C':
        add_number(name, READ_ONCE(self->thread.cpu));
        break;
    case 'h':
        add_hostname(name);
        break;
    case 'e':
        add_escaped(name, self->thread.name);
        break;
    case 'f':
    case 'E':
        add_executable(name, specifier == 'E');
        break;
    default: /* unknown ones stand for nothing */
        break;
    }
    return false;
}

/* Blanks of the pattern, not of values, part the words of a command: a NUL ends each. */
int core_name_make(const struct abi_siginfo *info, struct core_name *name)
{
    struct core_buffer text = {0};
    char copy[CORE_PATTERN_SIZE] = "";
    bool has_number = false, blank = false;
    const char *at;

    memcpy(copy, pattern, sizeof(copy) - 1);
    *name = (struct core_name){.is_command = copy[0] == '|', .nr_words = 1};
    for (at = copy + name->is_command; *at != '\0'; at++) {
        if (name->is_command && char_is_space(*at)) {
            blank = text.len > 0;
            continue;
        }
        if (blank) {
            core_buffer_add(&text, "", 1);
            name->nr_words++;
            blank = false;
        }
        if (*at != '%')
            core_buffer_add(&text, at, 1);
        else if (*++at != '\0')
            has_number |= add_specified(&text, *at, info);
        else
            break;
    }
    if (!name->is_command && !has_number && READ_ONCE(uses_pid) && text.len > 0) {
        core_buffer_add(&text, ".", 1);
        add_number(&text, process_id(current_process()));
    }
    core_buffer_add(&text, "", 1);
    name->text = text.bytes;
    if (!text.failed && text.len > 1)
        return 0;
    kfree(text.bytes);
    return text.failed ? -ENOMEM : -ENOENT;
}
