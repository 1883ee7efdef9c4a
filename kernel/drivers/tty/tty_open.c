/*
 * Opening terminals: their nodes in /dev, the controlling terminal (/dev/tty) and the console
 * (/dev/console).
 */
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/stat.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <proc/credentials.h>
#include <proc/session.h>
#include <proc/task.h>
#include <vfs/cred.h>
#include <vfs/device.h>
#include <vfs/file.h>

#include "tty.h"

static struct tty *console_tty; /* (I) after boot */

static struct tty_opening *opening_of(const struct file *file)
{
    return file->private;
}

struct tty *tty_of_file(struct file *file)
{
    return opening_of(file)->tty;
}

bool tty_is_hung_up(const struct file *file)
{
    const struct tty_opening *opening = opening_of(file);

    return READ_ONCE(opening->tty->hangups) != opening->hangups && !opening->is_console;
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
    struct tty_opening *opening = kzalloc(sizeof(*opening), ALLOC_WAIT);

    if (!opening)
        return -ENOMEM;
    spin_lock(&tty->lock);
    if (tty->exclusive && !capable(CAP_SYS_ADMIN)) {
        spin_unlock(&tty->lock);
        kfree(opening);
        return -EBUSY;
    }
    tty->open_count++;
    opening->hangups = tty->hangups;
    spin_unlock(&tty->lock);
    opening->tty = tty_get(tty);
    opening->file = file;
    list_init(&opening->async);
    file->private = opening;
    file->ops = &tty_file_ops;
    file->mode |= FILE_STREAM;
    return 0;
}

static int open_node(struct inode *inode, struct file *file)
{
    struct tty *tty = file->private;
    int error = tty_open_file(tty, file);

    (void)inode;
    if (!error)
        tty_adopt_if_free(tty, file);
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
    list_remove(&opening_of(file)->async);
    spin_unlock(&tty->lock);
    if (last && tty->ops->last_close)
        tty->ops->last_close(tty);
    tty_put(tty);
    kfree(opening_of(file));
}

/* The owner, if F_SETOWN named none, is the foreground group, or else the caller. */
static void own_by_default(struct tty *tty, struct file *file)
{
    s32 group = (s32)tty_get_foreground(tty);

    if (group != 0)
        file_own_by_default(file, F_OWNER_PGRP, group);
    else
        file_own_by_default(file, F_OWNER_PID, process_id(current_process()));
}

static int set_async(struct file *file, bool on)
{
    struct tty *tty = tty_of_file(file);
    bool gone = tty_is_hung_up(file);

    if (gone && on)
        return -ENOTTY;
    spin_lock(&tty->lock);
    list_remove(&opening_of(file)->async);
    if (on)
        list_add_tail(&opening_of(file)->async, &tty->async);
    spin_unlock(&tty->lock);
    if (on)
        own_by_default(tty, file);
    return 0;
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
    .set_async = set_async,
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
    int error = console_tty ? tty_open_file(console_tty, file) : -ENODEV;

    (void)inode;
    if (!error)
        opening_of(file)->is_console = true;
    return error;
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
