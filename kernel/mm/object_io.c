/*
 * Reading and writing files through their objects.
 *
 * A page is never held busy while user memory is touched in a way that may fault: the fault could
 * need that very page. Reading copies from a referenced page; writing brings the user's page in
 * first (no page of the object is made for bytes that cannot be read), then copies without faults,
 * and tries again when it has gone meanwhile.
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <lib/string.h>

#include "object_pages.h"

/* One side of a copy: user memory or the kernel's. */
struct io_buffer {
    char __user *user;
    char *kernel; /* NULL: user */
};

static size_t chunk_len(u64 offset, size_t len)
{
    size_t room = PAGE_SIZE - (offset & (PAGE_SIZE - 1));

    return min(len, room);
}

static char *page_at(struct page *page, u64 offset)
{
    return (char *)page_to_virt(page) + (offset & (PAGE_SIZE - 1));
}

/* ---- reading ---- */

/* Bytes copied out of the page at @offset. */
static ssize_t read_chunk(struct vm_object *object, u64 offset, struct io_buffer *to, size_t len)
{
    struct page *page;
    size_t left = 0;
    int err = object_get_page(object, offset >> PAGE_SHIFT, &page);

    if (err != 0)
        return err == -ENODATA ? 0 : err;
    if (to->kernel != NULL) {
        memcpy(to->kernel, page_at(page, offset), len);
        to->kernel += len;
    } else {
        left = copy_to_user_partial(to->user, page_at(page, offset), len);
        to->user += len - left;
    }
    if (!page_flag_test(page, PAGE_REFERENCED))
        page_flag_set(page, PAGE_REFERENCED);
    page_put(page);
    return left == len ? -EFAULT : (ssize_t)(len - left);
}

static ssize_t read_all(struct vm_object *object, u64 offset, struct io_buffer *to, size_t len)
{
    size_t done = 0;

    while (done < len) {
        u64 size = READ_ONCE(object->size);
        size_t chunk;
        ssize_t got;

        if (offset >= size)
            break;
        chunk = chunk_len(offset, min((u64)(len - done), size - offset));
        got = read_chunk(object, offset, to, chunk);
        if (got < 0)
            return done > 0 ? (ssize_t)done : got;
        done += got;
        offset += got;
        if ((size_t)got < chunk)
            break;
    }
    return done;
}

ssize_t object_read(struct vm_object *object, u64 offset, void __user *buffer, size_t len)
{
    struct io_buffer to = {.user = buffer};

    return read_all(object, offset, &to, len);
}

ssize_t object_read_kernel(struct vm_object *object, u64 offset, void *buffer, size_t len)
{
    struct io_buffer to = {.kernel = buffer};

    return read_all(object, offset, &to, len);
}

ssize_t object_read_cached(struct vm_object *object, u64 offset, void __user *buffer, size_t len)
{
    struct page *page;
    size_t left;

    if (len > PAGE_SIZE - (offset & (PAGE_SIZE - 1)))
        return 0;
    page = object_find_page(object, offset >> PAGE_SHIFT);
    if (page == NULL)
        return 0;
    left = copy_to_user_partial(buffer, page_at(page, offset), len);
    if (!page_flag_test(page, PAGE_REFERENCED))
        page_flag_set(page, PAGE_REFERENCED);
    page_put(page);
    return left == len ? -EFAULT : (ssize_t)(len - left);
}

/* ---- writing ---- */

/* The size is at least @end now. */
static void object_grow(struct vm_object *object, u64 end)
{
    u64 size = READ_ONCE(object->size);

    while (size < end && !try_cmpxchg(&object->size, &size, end))
        continue;
}

/* => 0; -EFAULT: the user's page is absent, perhaps after a part was copied */
static int fill_from(char *target, const struct io_buffer *from, size_t len)
{
    if (from->kernel == NULL)
        return copy_from_user_nofault(target, from->user, len);
    memcpy(target, from->kernel, len);
    return 0;
}

/* How many of the @len bytes to come (at most a page) can be read; the user's are brought in. */
static size_t readable_bytes(const struct io_buffer *from, size_t len)
{
    return from->kernel != NULL ? len : user_readable(from->user, len);
}

/* => 0; -EFAULT: the user's page is absent again; other errors end the write */
static int write_chunk(struct vm_object *object, u64 offset, const struct io_buffer *from,
                       size_t len)
{
    struct page *page;
    bool was_valid;
    int err = object_begin_write(object, offset >> PAGE_SHIFT, len == PAGE_SIZE, &page);

    if (err != 0)
        return err;
    was_valid = page_flag_test(page, PAGE_UPTODATE);
    err = fill_from(page_at(page, offset), from, len);
    object_end_write(object, page, err == 0 || was_valid);
    if (err == 0)
        object_grow(object, offset + len);
    return err;
}

static ssize_t write_all(struct vm_object *object, u64 offset, struct io_buffer *from, size_t len)
{
    size_t done = 0;

    while (done < len) {
        size_t chunk = readable_bytes(from, chunk_len(offset, len - done));
        int err = chunk > 0 ? write_chunk(object, offset, from, chunk) : -EFAULT;

        if (chunk > 0 && err == -EFAULT)
            continue; /* gone again: another thread unmapped it */
        if (err != 0)
            return done > 0 ? (ssize_t)done : err;
        if (from->kernel != NULL)
            from->kernel += chunk;
        else
            from->user += chunk;
        done += chunk;
        offset += chunk;
    }
    return done;
}

ssize_t object_write(struct vm_object *object, u64 offset, const void __user *buffer, size_t len)
{
    struct io_buffer from = {.user = (char __user *)buffer};

    return write_all(object, offset, &from, len);
}

ssize_t object_write_kernel(struct vm_object *object, u64 offset, const void *buffer, size_t len)
{
    struct io_buffer from = {.kernel = (char *)buffer};

    return write_all(object, offset, &from, len);
}
