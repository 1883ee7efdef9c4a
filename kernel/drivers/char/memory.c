/*
 * /dev/null, /dev/zero, /dev/full (null(4), full(4)).
 */
#include <drivers/char.h>

#include <abi/errno.h>
#include <abi/mman.h>
#include <abi/stat.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <mm/mm.h>
#include <vfs/device.h>
#include <vfs/file.h>
#include <vfs/inode.h>

#include "char.h"

#define MEMORY_MAJOR 1

static ssize_t null_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    (void)file;
    (void)buffer;
    (void)position;
    return 0;
}

static ssize_t null_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    size_t len = buffer->remaining;

    (void)file;
    (void)position;
    io_buffer_advance(buffer, len);
    return (ssize_t)len;
}

static ssize_t zero_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    size_t wanted = buffer->remaining;
    size_t done = io_buffer_zero(buffer, wanted);

    (void)file;
    (void)position;
    return done == 0 && wanted != 0 ? -EFAULT : (ssize_t)done;
}

static ssize_t full_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    (void)file;
    (void)buffer;
    (void)position;
    return -ENOSPC;
}

/* One shared mapping of an open /dev/zero: lives until the file is closed, since the mapping call
 * borrows it. */
struct zero_object {
    struct zero_object *next;
    struct vm_object *object;
};

/* A private mapping of zeroes is anonymous memory; a shared one is memory of its own. */
static int zero_map(struct file *file, struct mm_map_request *request)
{
    struct zero_object *zero;

    request->object = NULL;
    if (!(request->flags & MAP_SHARED))
        return 0;
    zero = kmalloc(sizeof(*zero), ALLOC_WAIT);
    if (zero == NULL)
        return -ENOMEM;
    zero->object = vm_object_create_shmem(request->len);
    if (IS_ERR(zero->object)) {
        int err = PTR_ERR(zero->object);

        kfree(zero);
        return err;
    }
    spin_lock(&file->spin);
    zero->next = file->private;
    file->private = zero;
    spin_unlock(&file->spin);
    request->object = zero->object;
    request->offset = 0;
    return 0;
}

static void zero_release(struct file *file)
{
    struct zero_object *zero = file->private;

    while (zero != NULL) {
        struct zero_object *next = zero->next;

        vm_object_put(zero->object);
        kfree(zero);
        zero = next;
    }
}

static const struct file_ops null_ops = {
    .takes_splice = true,
    .read = null_read,
    .write = null_write,
    .seek = file_seek_null,
    .nonblocking_read = true,
};

static const struct file_ops zero_ops = {
    .read = zero_read,
    .write = null_write,
    .seek = file_seek_null,
    .map = zero_map,
    .release = zero_release,
    .nonblocking_read = true,
};

static const struct file_ops full_ops = {
    .read = zero_read,
    .write = full_write,
    .seek = file_seek_null,
    .nonblocking_read = true,
};

void char_devices_init(void)
{
    static const struct {
        const char *name;
        u32 minor;
        const struct file_ops *ops;
    } devices[] = {
        {"null", 3, &null_ops},     {"zero", 5, &zero_ops},       {"full", 7, &full_ops},
        {"random", 8, &random_ops}, {"urandom", 9, &urandom_ops},
    };

    for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
        int err = device_register(devices[i].name, S_IFCHR | 0666, MEMORY_MAJOR, devices[i].minor,
                                  devices[i].ops, NULL);

        ASSERT(err == 0);
    }
    ASSERT(device_register("kmsg", S_IFCHR | 0644, MEMORY_MAJOR, 11, &kmsg_ops, NULL) == 0);
}
