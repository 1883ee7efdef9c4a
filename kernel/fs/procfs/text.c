/*
 * Text files: a buffer that grows while a view prints into it, and the file operations over it.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <kmem/vmalloc.h>
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
    char *bytes = vmalloc(size);

    if (!bytes) {
        text->failed = true;
        return;
    }
    memcpy(bytes, text->bytes, text->len);
    vfree(text->bytes);
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
    if (node->entry->memory)
        error = proc_inspect_memory(&node->subject, &text->mm);
    if (error) {
        kfree(text);
        return error;
    }
    file->private = text;
    return 0;
}

static void release_text(struct file *file)
{
    struct proc_text *text = file->private;

    if (text->mm)
        mm_put(text->mm);
    vfree(text->bytes);
    kfree(text);
}

static int make(struct proc_text *text, const struct proc_node *node)
{
    int error;

    text->len = 0;
    text->failed = false;
    if (!text->bytes)
        grow(text, 1);
    if (node->entry->memory != PROC_MEMORY_ALONE && !proc_subject_is_alive(&node->subject))
        return -ESRCH;
    error = text->failed ? -ENOMEM : node->entry->show(text, &node->subject);
    if (!error && text->failed)
        error = -ENOMEM;
    /* The program that was asked may no longer be the one that was opened. Memory is. */
    if (error || (!node->entry->memory && proc_may_inspect(node) != 0))
        text->len = 0;
    return error;
}

static ssize_t read_text(struct file *file, struct io_buffer *buffer, u64 *position)
{
    const struct proc_node *node = proc_node_of(file->inode);
    struct proc_text *text = file->private;
    size_t len, done;

    if (!node->entry->show)
        return -EINVAL;
    if (*position == 0 || !text->bytes) {
        int error = make(text, node);

        if (error)
            return error;
    }
    if (*position >= text->len)
        return 0;
    len = min(buffer->remaining, text->len - (size_t)*position);
    done = io_buffer_copy_to(buffer, text->bytes + *position, len);
    *position += done;
    return done || !len ? (ssize_t)done : -EFAULT;
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
