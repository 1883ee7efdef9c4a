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
#include <kmem/frames.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <time/time.h>

#define LOG_LINE_MAX 320

static struct mutex reader_lock = MUTEX_INIT(reader_lock);
static u64 read_position;  /* (reader_lock) next record of SYSLOG_READ */
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
static long copy_lines(u64 from, char __user *buffer, size_t len, u64 *next)
{
    char line[LOG_LINE_MAX];
    size_t done = 0;

    for (*next = max(from, log_first_sequence()); *next < log_next_sequence(); (*next)++) {
        size_t part = line_at(*next, line);

        if (done + part > len)
            break;
        if (copy_to_user(buffer + done, line, part))
            return -EFAULT;
        done += part;
    }
    return (long)done;
}

/* The last lines that fit. */
static long read_all(char __user *buffer, size_t len, bool clear)
{
    char line[LOG_LINE_MAX];
    u64 first, next;
    size_t total = 0;
    long result;

    mutex_lock(&reader_lock);
    first = log_next_sequence();
    while (first > max(clear_position, log_first_sequence())) {
        size_t part = line_at(first - 1, line);

        if (total + part > len)
            break;
        total += part;
        first--;
    }
    result = copy_lines(first, buffer, len, &next);
    if (clear && result >= 0)
        clear_position = next;
    mutex_unlock(&reader_lock);
    return result;
}

/* Wait for something new, as klogd does: the log has no wait queue (it is written under any lock),
 * so look now and then. */
static long read_next(char __user *buffer, size_t len)
{
    long result = 0;

    while (result == 0) {
        mutex_lock(&reader_lock);
        result = copy_lines(read_position, buffer, len, &read_position);
        mutex_unlock(&reader_lock);
        if (result == 0 && sleep_until_interruptible(time_monotonic_ns() + 100 * NS_PER_MS))
            return -ERESTARTSYS;
    }
    return result;
}

static long unread_size(void)
{
    char line[LOG_LINE_MAX];
    long total = 0;

    mutex_lock(&reader_lock);
    for (u64 i = max(read_position, log_first_sequence()); i < log_next_sequence(); i++)
        total += (long)line_at(i, line);
    mutex_unlock(&reader_lock);
    return total;
}

static long set_level(long level)
{
    if (level < 1 || level > 8)
        return -EINVAL;
    console_set_level((enum log_level)(level - 1));
    return 0;
}

static long clear(void)
{
    mutex_lock(&reader_lock);
    clear_position = log_next_sequence();
    mutex_unlock(&reader_lock);
    return 0;
}

long machine_syslog(int action, char __user *buffer, int len)
{
    bool open_to_all = action == SYSLOG_READ_ALL || action == SYSLOG_SIZE_BUFFER;

    if (!open_to_all && !capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
        return -EPERM;
    if (action == SYSLOG_READ || action == SYSLOG_READ_ALL || action == SYSLOG_READ_CLEAR) {
        if (buffer == NULL || len < 0)
            return -EINVAL;
        if (len == 0)
            return 0;
    }
    switch (action) {
    case SYSLOG_CLOSE:
    case SYSLOG_OPEN:
        return 0;
    case SYSLOG_READ:
        return read_next(buffer, (size_t)len);
    case SYSLOG_READ_ALL:
    case SYSLOG_READ_CLEAR:
        return read_all(buffer, (size_t)len, action == SYSLOG_READ_CLEAR);
    case SYSLOG_CLEAR:
        return clear();
    case SYSLOG_CONSOLE_OFF:
        return set_level(1);
    case SYSLOG_CONSOLE_ON:
        return set_level(7);
    case SYSLOG_CONSOLE_LEVEL:
        return set_level(len);
    case SYSLOG_SIZE_UNREAD:
        return unread_size();
    case SYSLOG_SIZE_BUFFER:
        return LOG_RECORDS * sizeof(((struct log_record *)NULL)->text);
    default:
        return -EINVAL;
    }
}
