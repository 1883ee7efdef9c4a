/*
 * Opening terminals: their nodes in /dev, the controlling terminal (/dev/tty) and the console
 * (/dev/console).
 */
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/stat.h>
#include <kern/panic.h>
#include <proc/credentials.h>
#include <proc/session.h>
#include <vfs/cred.h>
#include <vfs/device.h>
#include <vfs/file.h>

#include "tty.h"

static struct tty *console_tty; /* (I) after boot */

struct tty *tty_of_file(struct file *file)
{
    return file->private;
}

void tty_set_console(struct tty *tty)
{
    console_tty = tty;
}

struct tty *tty_get_console(void)
{
    return console_tty ? tty_get(console_tty) : NULL;
}

int tty_open_file(struct tty *tty, struct file *file)
{
    spin_lock(&tty->lock);
    if (tty->exclusive && !capable(CAP_SYS_ADMIN)) {
        spin_unlock(&tty->lock);
        return -EBUSY;
    }
    if (tty->open_count++ == 0)
        tty->hung_up = false;
    spin_unlock(&tty->lock);
    file->private = tty_get(tty);
    file->ops = &tty_file_ops;
    file->mode |= FILE_STREAM;
    return 0;
}

static int open_node(struct inode *inode, struct file *file)
{
    struct tty *tty = file->private;
    int error = tty_open_file(tty, file);

    (void)inode;
    if (!error && !(file_flags(file) & O_NOCTTY))
        tty_adopt_if_free(tty);
    return error;
}

static void release(struct file *file)
{
    struct tty *tty = tty_of_file(file);
    bool last;

    spin_lock(&tty->lock);
    last = --tty->open_count == 0;
    if (last)
        tty->exclusive = false;
    spin_unlock(&tty->lock);
    if (last && tty->ops->last_close)
        tty->ops->last_close(tty);
    tty_put(tty);
}

const struct file_ops tty_file_ops = {
    .gives_splice = true,
    .takes_splice = true,
    .open = open_node,
    .release = release,
    .read = tty_read,
    .write = tty_write,
    .poll = tty_poll,
    .ioctl = tty_ioctl,
};

int tty_register_alias(struct tty *tty, const char *name, u32 major, u32 minor, u32 mode)
{
    return device_register(name, S_IFCHR | mode, major, minor, &tty_file_ops, tty);
}

int tty_register(struct tty *tty, u32 mode)
{
    return tty_register_alias(tty, tty->name, tty->major, tty->minor, mode);
}

/* /dev/tty: whatever controls the caller's session. */
static int open_controlling(struct inode *inode, struct file *file)
{
    struct tty *tty = session_get_terminal();
    int error;

    (void)inode;
    if (!tty)
        return -ENXIO;
    error = tty_open_file(tty, file);
    tty_put(tty);
    return error;
}

/* /dev/console never becomes the controlling terminal by being opened. */
static int open_console(struct inode *inode, struct file *file)
{
    (void)inode;
    return console_tty ? tty_open_file(console_tty, file) : -ENODEV;
}

static const struct file_ops controlling_ops = {.open = open_controlling};
static const struct file_ops console_ops = {.open = open_console};

void tty_devices_init(void)
{
    int error =
        device_register("tty", S_IFCHR | 0666, TTY_MAJOR_AUXILIARY, 0, &controlling_ops, NULL);

    if (!error)
        error =
            device_register("console", S_IFCHR | 0600, TTY_MAJOR_AUXILIARY, 1, &console_ops, NULL);
    ASSERT(error == 0);
    tty_job_init();
}
