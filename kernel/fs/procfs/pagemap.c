/*
 * /proc/PID/pagemap and clear_refs: what each page is, and forgetting some of it. pagemap is a file
 * of 64-bit words (abi/pagemap.h), one per page of the address space; the numbers of frames are
 * for whoever had CAP_SYS_ADMIN at the open.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <vfs/cred.h>
#include <vfs/file.h>

#include "views.h"

#define WORD        sizeof(u64)
#define CHUNK       (PAGE_SIZE / WORD) /* pages per look */
#define COMMAND_MAX 12

/* From the page number @page on, as many words as the buffer takes; bytes moved or -EFAULT. */
static ssize_t read_words(struct mm *mm, struct io_buffer *buffer, u64 page, u64 *words,
                          bool frames)
{
    u64 end = USER_END >> PAGE_SHIFT;
    ssize_t done = 0;

    while (buffer->remaining > 0 && page < end) {
        u64 nr = min(min(buffer->remaining / WORD, (size_t)CHUNK), (size_t)(end - page));
        size_t len = nr * WORD;

        mm_page_map(mm, page << PAGE_SHIFT, nr, words, frames);
        if (io_buffer_copy_to(buffer, words, len) < len)
            return -EFAULT;
        page += nr;
        done += (ssize_t)len;
    }
    return done;
}

static ssize_t read_pagemap(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct mm *mm = file->private ? mm_get_user(file->private) : NULL;
    bool frames = credentials_capable(file->credentials, CAP_SYS_ADMIN);
    ssize_t done = -ENOMEM;
    u64 *words;

    if (!mm)
        return 0;
    if (*position % WORD || buffer->remaining % WORD) {
        mm_put_user(mm);
        return -EINVAL;
    }
    words = kmalloc(PAGE_SIZE, ALLOC_WAIT);
    if (words)
        done = read_words(mm, buffer, *position / WORD, words, frames);
    kfree(words);
    mm_put_user(mm);
    if (done > 0)
        *position += (u64)done;
    return done;
}

const struct file_ops proc_pagemap_file_ops = {
    .open = proc_open_memory,
    .release = proc_release_memory,
    .read = read_pagemap,
    .seek = proc_seek_memory,
};

/* The number in @text, with white space around it as echo leaves it. */
static int parse_command(char *text, s32 *what)
{
    static const char white[] = " \t\n\v\f\r";
    size_t len;

    text += strspn(text, white);
    len = strlen(text);
    while (len > 0 && strchr(white, text[len - 1]))
        len--;
    text[len] = '\0';
    return parse_s32(text, 10, what);
}

int proc_store_clear_refs(const struct proc_subject *subject, char *text, size_t len)
{
    struct mm *mm;
    s32 what;
    int error;

    text[min(len, (size_t)COMMAND_MAX)] = '\0';
    error = parse_command(text, &what);
    if (error)
        return error;
    if (what < MM_CLEAR_ALL || what >= MM_CLEAR_END)
        return -EINVAL;
    mm = proc_subject_mm(subject);
    if (!mm)
        return 0;
    error = mm_clear_references(mm, (enum mm_clear)what);
    mm_put_user(mm);
    return error;
}
