/*
 * /dev/random and /dev/urandom (random(4)): the kernel's generator, which proc's machine room keeps
 * and getrandom(2) shares. The generator is seeded at boot, so neither waits.
 */
#include "char.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <arch/user.h>
#include <lib/random.h>
#include <lib/string.h>
#include <proc/machine.h>
#include <vfs/context.h>

#define RNDGETENTCNT   0x80045200u
#define RNDADDTOENTCNT 0x40045201u
#define RNDADDENTROPY  0x40085203u
#define RNDZAPENTCNT   0x5204u
#define RNDCLEARPOOL   0x5206u
#define RNDRESEEDCRNG  0x5207u

#define ENTROPY_BITS 256 /* what the generator holds once it is seeded */

static ssize_t random_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct random_stream stream = {};
    u8 bytes[MACHINE_RANDOM_CHUNK];
    size_t done = 0;

    (void)file;
    (void)position;
    while (buffer->remaining > 0) {
        size_t len = min(buffer->remaining, sizeof(bytes));
        size_t copied;

        machine_random_chunk(&stream, bytes, len);
        copied = io_buffer_copy_to(buffer, bytes, len);
        done += copied;
        if (copied < len) {
            done = done == 0 ? (size_t)-EFAULT : done;
            break;
        }
        if (done % 4096 == 0 && thread_flag(current_thread(), THREAD_SIGNAL_PENDING))
            break;
    }
    memzero_secret(bytes, sizeof(bytes));
    memzero_secret(&stream, sizeof(stream));
    return (ssize_t)done;
}

static ssize_t random_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    u8 bytes[256];
    size_t done = 0;

    (void)file;
    (void)position;
    while (buffer->remaining > 0) {
        size_t len = min(buffer->remaining, sizeof(bytes));
        size_t copied = io_buffer_copy_from(buffer, bytes, len);

        machine_random_stir(bytes, copied);
        done += copied;
        if (copied < len)
            return done == 0 ? -EFAULT : (ssize_t)done;
    }
    return (ssize_t)done;
}

/* RNDADDENTROPY: int bits, int len, then the bytes. */
static long add_entropy(const int __user *argument)
{
    int header[2];
    u8 bytes[256];

    if (copy_from_user(header, argument, sizeof(header)) != 0)
        return -EFAULT;
    if (header[0] < 0 || header[1] < 0)
        return -EINVAL;
    for (size_t offset = 0; offset < (size_t)header[1]; offset += sizeof(bytes)) {
        size_t len = min((size_t)header[1] - offset, sizeof(bytes));

        if (copy_from_user(bytes, (const char __user *)(argument + 2) + offset, len) != 0)
            return -EFAULT;
        machine_random_stir(bytes, len);
    }
    return 0;
}

static long random_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    bool may = credentials_capable(vfs_current()->credentials, CAP_SYS_ADMIN);
    int count;

    (void)file;
    switch (request) {
    case RNDGETENTCNT:
        return put_user(ENTROPY_BITS, (int __user *)argument);
    case RNDADDTOENTCNT:
        if (!may)
            return -EPERM;
        if (get_user(count, (const int __user *)argument) != 0)
            return -EFAULT;
        return count < 0 ? -EINVAL : 0;
    case RNDADDENTROPY:
        return may ? add_entropy((const int __user *)argument) : -EPERM;
    case RNDZAPENTCNT:
    case RNDCLEARPOOL:
        return may ? 0 : -EPERM;
    case RNDRESEEDCRNG:
        return may ? 0 : -EPERM; /* the generator replaces its key at every refill */
    default:
        return -EINVAL;
    }
}

const struct file_ops random_ops = {
    .gives_splice = true,
    .takes_splice = true,
    .read = random_read,
    .write = random_write,
    .seek = file_seek_null,
    .ioctl = random_ioctl,
    .nonblocking_read = true,
};

const struct file_ops urandom_ops = {
    .gives_splice = true,
    .takes_splice = true,
    .read = random_read,
    .write = random_write,
    .seek = file_seek_null,
    .ioctl = random_ioctl,
    .nonblocking_read = true,
};
