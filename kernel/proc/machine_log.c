/*
 * The machine as programs ask about it: sysinfo(2), and its log through syslog(2).
 *
 * The log's ring (kern/printk.h) has numbered records; a reader of SYSLOG_READ is one position for
 * the whole system, SYSLOG_CLEAR another, as syslog(2) describes.
 */
#include <proc/machine.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <arch/user.h>
#include <kern/printk.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <time/time.h>
#include <vfs/io_buffer.h>

#define LOG_LINE_MAX  320
#define LEVEL_UNKNOWN (-1)

static s32 restricted = 1; /* kernel.dmesg_restrict, as Debian's kernels begin */

static struct mutex reader_lock = MUTEX_INIT(reader_lock);
static u64 read_position;                 /* (reader_lock) next record of SYSLOG_READ */
static size_t read_offset;                /* (reader_lock) bytes of it that were read */
static int level_when_on = LEVEL_UNKNOWN; /* (reader_lock) what SYSLOG_CONSOLE_ON sets */
static u64 clear_position; /* (reader_lock) first record that SYSLOG_READ_ALL shows */

void machine_sysinfo_get(struct abi_sysinfo *info)
{
    struct mm_totals totals;

    memset(info, 0, sizeof(*info));
    mm_totals_get(&totals);
    info->uptime = (s64)(time_boottime_ns() / NS_PER_SECOND);
    sched_load_average(info->loads);
    for (unsigned i = 0; i < 3; i++)
        info->loads[i] <<= 16 - 11;
    info->total_ram = frames_total_count() * PAGE_SIZE;
    info->free_ram = frames_free_count() * PAGE_SIZE;
    info->shared_ram = totals.shmem * PAGE_SIZE;
    info->processes = (u16)min(task_count(), (u64)UINT16_MAX);
    info->unit = 1;
}

/* "<6>[    1.234567] text\n" */
static size_t record_format(const struct log_record *record, char *line)
{
    return (size_t)scnprintf(line, LOG_LINE_MAX, "<%d>[%5llu.%06llu] %.*s\n", record->level,
                             (unsigned long long)(record->time_ns / NS_PER_SECOND),
                             (unsigned long long)(record->time_ns % NS_PER_SECOND / NS_PER_US),
                             (int)record->len, record->text);
}

/* The line of record @sequence; 0: it is not there (any more). */
static size_t line_at(u64 sequence, char *line)
{
    struct log_record record;

    return log_read(sequence, &record) ? 0 : record_format(&record, line);
}

/* Whole lines from @from on into @buffer. *next: the first record that did not fit. */
static long copy_lines(u64 from, struct io_buffer *buffer, u64 *next)
{
    char line[LOG_LINE_MAX];
    long done = 0;

    for (*next = max(from, log_first_sequence()); *next < log_next_sequence(); (*next)++) {
        size_t part = line_at(*next, line);

        if (part > buffer->remaining)
            break;
        if (io_buffer_copy_to(buffer, line, part) != part)
            return -EFAULT;
        done += (long)part;
    }
    return done;
}

/* The last lines that fit. */
static long read_all(struct io_buffer *buffer, bool clear)
{
    char line[LOG_LINE_MAX];
    u64 first, next;
    size_t total = 0;
    long result;

    mutex_lock(&reader_lock);
    first = log_next_sequence();
    while (first > max(clear_position, log_first_sequence())) {
        size_t part = line_at(first - 1, line);

        if (total + part > buffer->remaining)
            break;
        total += part;
        first--;
    }
    result = copy_lines(first, buffer, &next);
    if (clear && result >= 0)
        clear_position = next;
    mutex_unlock(&reader_lock);
    return result;
}

/* Pass over what was overwritten before it was read. => reader_lock held */
static void skip_lost(void)
{
    if (read_position >= log_first_sequence())
        return;
    read_position = log_first_sequence();
    read_offset = 0;
}

/* What is new: whole lines, or what fits of the first one. => reader_lock held */
static long copy_unread(struct io_buffer *buffer)
{
    char line[LOG_LINE_MAX];
    size_t len, part;
    long done = 0;

    skip_lost();
    while (buffer->remaining > 0 && read_position < log_next_sequence()) {
        len = line_at(read_position, line);
        part = len - min(read_offset, len);
        if (part > buffer->remaining && done > 0)
            break;
        part = min(part, buffer->remaining);
        if (io_buffer_copy_to(buffer, line + min(read_offset, len), part) != part)
            return done > 0 ? done : -EFAULT;
        done += (long)part;
        read_offset += part;
        if (read_offset < len)
            break;
        read_position++;
        read_offset = 0;
    }
    return done;
}

/* Wait for something new, as klogd does: the log has no wait queue (it is written under any lock),
 * so look now and then. */
long machine_log_read(struct io_buffer *buffer)
{
    long result = 0;

    if (buffer->remaining == 0)
        return 0;
    while (result == 0) {
        mutex_lock(&reader_lock);
        result = copy_unread(buffer);
        mutex_unlock(&reader_lock);
        if (result == 0 && sleep_until_interruptible(time_monotonic_ns() + 100 * NS_PER_MS))
            return -ERESTARTSYS;
    }
    return result;
}

long machine_log_unread(void)
{
    char line[LOG_LINE_MAX];
    long total;

    mutex_lock(&reader_lock);
    skip_lost();
    total = -(long)read_offset;
    for (u64 i = read_position; i < log_next_sequence(); i++)
        total += (long)line_at(i, line);
    mutex_unlock(&reader_lock);
    return total;
}

static long set_level(int level)
{
    if (level < 1 || level > 8)
        return -EINVAL;
    mutex_lock(&reader_lock);
    console_set_level(max(level, console_minimum_level()));
    level_when_on = LEVEL_UNKNOWN;
    mutex_unlock(&reader_lock);
    return 0;
}

static long console_off(void)
{
    mutex_lock(&reader_lock);
    if (level_when_on == LEVEL_UNKNOWN)
        level_when_on = console_get_level();
    console_set_level(console_minimum_level());
    mutex_unlock(&reader_lock);
    return 0;
}

static long console_on(void)
{
    mutex_lock(&reader_lock);
    if (level_when_on != LEVEL_UNKNOWN)
        console_set_level(level_when_on);
    level_when_on = LEVEL_UNKNOWN;
    mutex_unlock(&reader_lock);
    return 0;
}

static long clear(void)
{
    mutex_lock(&reader_lock);
    clear_position = log_next_sequence();
    mutex_unlock(&reader_lock);
    return 0;
}

int machine_log_permission(int action)
{
    bool open_to_all = action == SYSLOG_READ_ALL || action == SYSLOG_SIZE_BUFFER;

    if (open_to_all && READ_ONCE(restricted) == 0)
        return 0;
    return capable(CAP_SYSLOG) || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int restricted_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    WRITE_ONCE(restricted, (s32)values[0]);
    return 0;
}

static const struct sysctl settings[] = {
    {.name = "dmesg_restrict", .value = &restricted, .set = restricted_set, .maximum = 1},
    {0},
};

void machine_log_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

    sysctl_register(&table);
}

long machine_syslog(int action, char __user *buffer, int len)
{
    int error = machine_log_permission(action);
    struct io_buffer target;

    if (error)
        return error;
    if (action == SYSLOG_READ || action == SYSLOG_READ_ALL || action == SYSLOG_READ_CLEAR) {
        if (buffer == NULL || len < 0)
            return -EINVAL;
        if (len == 0)
            return 0;
        io_buffer_user(&target, buffer, (size_t)len);
    }
    switch (action) {
    case SYSLOG_CLOSE:
    case SYSLOG_OPEN:
        return 0;
    case SYSLOG_READ:
        return machine_log_read(&target);
    case SYSLOG_READ_ALL:
    case SYSLOG_READ_CLEAR:
        return read_all(&target, action == SYSLOG_READ_CLEAR);
    case SYSLOG_CLEAR:
        return clear();
    case SYSLOG_CONSOLE_OFF:
        return console_off();
    case SYSLOG_CONSOLE_ON:
        return console_on();
    case SYSLOG_CONSOLE_LEVEL:
        return set_level(len);
    case SYSLOG_SIZE_UNREAD:
        return machine_log_unread();
    case SYSLOG_SIZE_BUFFER:
        return LOG_RECORDS * sizeof(((struct log_record *)NULL)->text);
    default:
        return -EINVAL;
    }
}
