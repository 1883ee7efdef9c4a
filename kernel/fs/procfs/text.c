/*
 * Text files: a buffer that grows while a view prints into it, and the file operations over it.
 * The buffer holds the file from position text->start on: all of it, or a piece of a view that goes
 * on (text->more), which the next read replaces by the one after it.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <vfs/file.h>

#include "procfs.h"
#include "views.h"

#define STORE_MAX  4096
#define MEMORY_MAX (8ul << 20) /* more than execve takes; prctl(PR_SET_MM) may claim any range */

/* Twice as large, at least @room more. */
static void grow(struct proc_text *text, size_t room)
{
    size_t size = max(text->size * 2, align_up(text->len + room, PAGE_SIZE));
    char *bytes = kmalloc(size, ALLOC_WAIT);

    if (!bytes) {
        text->failed = true;
        return;
    }
    memcpy(bytes, text->bytes, text->len);
    kfree(text->bytes);
    text->bytes = bytes;
    text->size = size;
}

void proc_put(struct proc_text *text, const void *bytes, size_t len)
{
    if (text->size - text->len <= len)
        grow(text, len + 1);
    if (text->failed)
        return;
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
}

#define DIGITS_MAX 20

void proc_put_hex(struct proc_text *text, u64 value, unsigned width)
{
    char digits[DIGITS_MAX];
    unsigned first = DIGITS_MAX;

    do {
        digits[--first] = "0123456789abcdef"[value % 16];
        value /= 16;
    } while (value != 0);
    while (DIGITS_MAX - first < width)
        digits[--first] = '0';
    proc_put(text, &digits[first], DIGITS_MAX - first);
}

void proc_put_decimal(struct proc_text *text, u64 value, unsigned width)
{
    char digits[DIGITS_MAX];
    unsigned first = DIGITS_MAX;

    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (DIGITS_MAX - first < width)
        digits[--first] = ' ';
    proc_put(text, &digits[first], DIGITS_MAX - first);
}

void proc_print(struct proc_text *text, const char *format, ...)
{
    va_list args;
    size_t len;

    for (int attempt = 0; attempt < 2 && !text->failed; attempt++) {
        size_t room = text->size - text->len;

        va_start(args, format);
        len = (size_t)vsnprintf(text->bytes + text->len, room, format, args);
        va_end(args);
        if (len < room) {
            text->len += len;
            return;
        }
        grow(text, len + 1);
    }
}

void proc_put_escaped(struct proc_text *text, const char *name, const char *special)
{
    for (; *name; name++) {
        if (strchr(special, *name))
            proc_print(text, "\\%03o", (u8)*name);
        else
            proc_put(text, name, 1);
    }
}

void proc_put_name(struct proc_text *text, const char *name)
{
    for (; *name; name++) {
        if (*name == '\n')
            proc_put(text, "\\n", 2);
        else if (*name == '\\')
            proc_put(text, "\\\\", 2);
        else
            proc_put(text, name, 1);
    }
}

void proc_put_set(struct proc_text *text, u64 set)
{
    const char *comma = "";

    for (unsigned first = 0, end; first < 64; first = end + 1) {
        for (end = first; end < 64 && set >> end & 1; end++)
            ;
        if (end == first)
            continue;
        proc_print(text, end == first + 1 ? "%s%u" : "%s%u-%u", comma, first, end - 1);
        comma = ",";
    }
}

void proc_put_memory(struct proc_text *text, struct mm *mm, u64 start, u64 end)
{
    char *page = kmalloc(PAGE_SIZE, ALLOC_WAIT);
    ssize_t len;

    if (!page) {
        text->failed = true;
        return;
    }
    end = min(end, start + MEMORY_MAX);
    for (; start < end && !text->failed; start += (u64)len) {
        len = mm_access(mm, start, page, min(end - start, PAGE_SIZE), false, true);
        if (len <= 0)
            break;
        proc_put(text, page, (size_t)len);
    }
    kfree(page);
}

struct mm *proc_text_mm(const struct proc_text *text)
{
    return text->mm ? mm_get_user(text->mm) : NULL;
}

static int open_text(struct inode *inode, struct file *file)
{
    const struct proc_node *node = proc_node_of(inode);
    struct proc_text *text;
    int error = 0;

    if (!proc_subject_is_alive(&node->subject))
        return -ESRCH;
    text = kzalloc(sizeof(*text), ALLOC_WAIT);
    if (!text)
        return -ENOMEM;
    mutex_init(&text->lock);
    if (node->entry->memory)
        error = proc_inspect_memory(&node->subject, &text->mm);
    if (error) {
        kfree(text);
        return error;
    }
    text->credentials = file->credentials;
    file->private = text;
    return 0;
}

static void release_text(struct file *file)
{
    struct proc_text *text = file->private;

    if (text->mm)
        mm_put(text->mm);
    kfree(text->bytes);
    kfree(text);
}

static int make(struct proc_text *text, const struct proc_node *node)
{
    int error;

    text->len = 0;
    text->failed = text->more = false;
    if (!text->bytes)
        grow(text, 1);
    if (node->entry->memory != PROC_MEMORY_ALONE && !proc_subject_is_alive(&node->subject))
        return -ESRCH;
    error = text->failed ? -ENOMEM : node->entry->show(text, &node->subject);
    if (!error && text->failed)
        error = -ENOMEM;
    /* The program that was asked may no longer be the one that was opened. Memory is. */
    if (error || (!node->entry->memory && proc_may_inspect(node) != 0)) {
        text->len = 0;
        text->more = false;
    }
    return error;
}

/*
 * Make the buffer hold what is at @position: what it has, the next pieces, or all anew from the
 * beginning. @wanted: how much is asked for.
 */
static int make_at(struct proc_text *text, const struct proc_node *node, u64 position,
                   size_t wanted)
{
    int error = 0;

    text->wanted = wanted;
    if (position == 0 || position < text->start || !text->bytes) {
        text->start = text->next = 0;
        error = make(text, node);
    }
    while (!error && text->more && position >= text->start + text->len) {
        text->start += text->len;
        error = make(text, node);
    }
    return error;
}

/* Give of the buffer what is at *@position; => how much */
static size_t give(const struct proc_text *text, struct io_buffer *buffer, u64 *position)
{
    size_t at = (size_t)(*position - text->start);
    size_t done;

    if (at >= text->len)
        return 0;
    done = io_buffer_copy_to(buffer, text->bytes + at, min(buffer->remaining, text->len - at));
    *position += done;
    return done;
}

/* What is left of one piece, and at most one more. => text.lock held */
static ssize_t read_locked(struct file *file, struct io_buffer *buffer, u64 *position)
{
    const struct proc_node *node = proc_node_of(file->inode);
    struct proc_text *text = file->private;
    size_t len = buffer->remaining;
    size_t done, available;
    bool is_rest;
    int error;

    if (!node->entry->show)
        return node->subject.process || node->is_setting ? -EINVAL : -EIO;
    error = make_at(text, node, *position, len);
    if (error)
        return error;
    is_rest = *position != text->start;
    available = text->start + text->len > *position ? text->start + text->len - *position : 0;
    done = give(text, buffer, position);
    if (done < min(len, available))
        return done ? (ssize_t)done : -EFAULT;
    if (is_rest && text->more && done < len && make_at(text, node, *position, len - done) == 0)
        done += give(text, buffer, position);
    return (ssize_t)done;
}

static ssize_t read_text(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct proc_text *text = file->private;
    ssize_t result;

    mutex_lock(&text->lock);
    result = read_locked(file, buffer, position);
    mutex_unlock(&text->lock);
    return result;
}

static ssize_t write_text(struct file *file, struct io_buffer *buffer, u64 *position)
{
    const struct proc_node *node = proc_node_of(file->inode);
    size_t len = min(buffer->remaining, (size_t)STORE_MAX - 1);
    char *text;
    ssize_t result = -EFAULT;

    if (len == 0 && node->is_setting)
        return 0;
    if (!node->entry->store)
        return node->subject.process ? -EINVAL : -EIO;
    text = kmalloc(STORE_MAX, ALLOC_WAIT);
    if (!text)
        return -ENOMEM;
    if (io_buffer_copy_from(buffer, text, len) == len) {
        text[len] = '\0';
        result = node->entry->store(&node->subject, text, len);
    }
    kfree(text);
    if (result)
        return result;
    *position += len;
    return (ssize_t)len;
}

static s64 seek_text(struct file *file, s64 offset, int whence)
{
    return whence == SEEK_END ? -EINVAL : file_seek_position(file, offset, whence, 0);
}

/* As on Linux, files about the machine fail where those about processes and settings have no such
 * operation. */
static int map_text(struct file *file, struct mm_map_request *request)
{
    const struct proc_node *node = proc_node_of(file->inode);

    (void)request;
    return node->subject.process || node->is_setting ? -ENODEV : -EIO;
}

const struct file_ops proc_text_file_ops = {
    .map = map_text,
    .open = open_text,
    .release = release_text,
    .read = read_text,
    .write = write_text,
    .seek = seek_text,
};

int proc_parse(const char *text, u64 *value)
{
    size_t len = strcspn(text, " \n\t");
    char word[24];

    if (len == 0 || len >= sizeof(word))
        return -EINVAL;
    memcpy(word, text, len);
    word[len] = '\0';
    return parse_u64(word, 0, value) ? -EINVAL : 0;
}
