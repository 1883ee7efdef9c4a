/*
 * /dev/null, /dev/zero, /dev/full (null(4), full(4)).
 */
#include <drivers/char.h>

#include <abi/errno.h>
#include <abi/mman.h>
#include <abi/stat.h>
#include <kern/panic.h>
#include <mm/mm.h>
#include <vfs/device.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/io.h>

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

/* A private mapping of zeroes is anonymous memory; a shared one is memory of its own, as of a
 * mapping without a file. */
static int zero_map(struct file *file, struct mm_map_request *request)
{
    struct file *memory;

    (void)file;
    request->object = NULL;
    if (!(request->flags & MAP_SHARED))
        return 0;
    memory = file_create_shmem("dev/zero", align_up(request->len, PAGE_SIZE), 0777);
    if (IS_ERR(memory))
        return PTR_ERR(memory);
    request->source = request->made_source = &memory->source;
    request->object = &memory->inode->object;
    request->offset = 0;
    request->commits_object = true;
    return 0;
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
    ASSERT(device_register("userfaultfd", S_IFCHR | 0600, MISC_MAJOR, USERFAULTFD_MINOR,
                           &userfaultfd_device_ops, NULL) == 0);
    ASSERT(device_register("kmsg", S_IFCHR | 0644, MEMORY_MAJOR, 11, &kmsg_ops, NULL) == 0);
}
