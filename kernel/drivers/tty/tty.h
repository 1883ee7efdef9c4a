/*
 * Terminals.
 *
 * 1. A tty joins a device (serial line, screen and keyboard, pty master) to programs through a line
 *    discipline (line.h). The device side is struct tty_ops.
 * 2. Input: an interrupt handler leaves bytes in a small ring (tty_receive); a work item runs them
 * through the line discipline in a kernel thread, where signals may be sent. When the line
 * discipline has no room the ring fills, tty_receive takes less, and the device stops reading until
 * ops->unthrottle: nothing is lost.
 * 3. Output: programs and echo fill the line's output ring; tty_pump moves it to the device as it
 * has room.
 * 4. Job control: a tty may be the controlling terminal of one session and has a foreground group
 * there. Both are protected by the process tree lock, like the rest of the process tree; comparing
 * the pointer with one's own group needs no lock.
 * 5. Hangup: what is open then stays hung up (struct tty_opening): reads give end of file, all else
 * -EIO. Who opens it later finds it as new, but for a pty whose master is closed.
 *
 * Locks: read_lock, write_lock (sleeping, one reader and one writer at a time) > lock (spin, rank
 * FILE: line, sizes, state) > receive_lock (spin, rank DEVICE, interrupts off: the ring).
 */
#pragma once

#include <abi/termios.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <sched/wait.h>
#include <sched/work.h>

#include "line.h"

#define TTY_RECEIVE_SIZE 1024u

/* Major numbers of the character devices. */
#define TTY_MAJOR_VIRTUAL   4 /* tty0.., ttyS0 from minor 64 */
#define TTY_MAJOR_AUXILIARY 5 /* tty 0, console 1, ptmx 2 */
#define TTY_MAJOR_PTS       136

struct file;
struct file_ops;
struct io_buffer;
struct poll_table;
struct pid;
struct session;
struct tty;

/* What the device does; NULL members are skipped. None may sleep unless it says so. tty.lock is
 * held unless it says not. */
struct tty_ops {
    size_t (*room)(struct tty *tty);                            /* bytes that write takes now */
    void (*write)(struct tty *tty, const u8 *text, size_t len); /* len <= room */
    bool (*is_sent)(struct tty *tty);        /* has all written left the device? NULL: at once */
    void (*output_changed)(struct tty *tty); /* a pty: the master may read; lock NOT held */
    void (*unthrottle)(struct tty *tty);     /* the receive ring has room again; lock NOT held */
    void (*settings)(struct tty *tty);       /* termios changed */
    long (*ioctl)(struct tty *tty, struct file *file, unsigned request,
                  unsigned long argument); /* may sleep; lock NOT held; -ENOTTY */
    void (*last_close)(struct tty *tty);   /* may sleep; lock NOT held */
    void (*destroy)(struct tty *tty);      /* free the storage; may sleep */
    bool is_pty_slave;
};

struct tty {
    const struct tty_ops *ops; /* (I) */
    refcount_t references;
    char name[16];    /* (I) "ttyS0", "pts/3" */
    u32 major, minor; /* (I) */
    void *device;     /* (I) the driver's */

    struct mutex read_lock;
    struct mutex write_lock;
    struct spinlock lock;
    struct line line;             /* (lock) */
    struct abi_winsize window;    /* (lock) */
    struct abi_termios locked;    /* (lock) what of line.termios may not be changed */
    u32 hangups;                  /* (lock) how often it was hung up */
    struct list_head async;       /* (lock) struct tty_opening that want SIGIO */
    bool async_write;             /* (lock) a write fell short: SIGIO when there is room */
    bool exclusive;               /* (lock) TIOCEXCL */
    bool peer_closed;             /* (lock) a pty whose master is closed */
    unsigned open_count;          /* (lock) */
    struct wait_queue read_wait;  /* input arrived, hangup */
    struct wait_queue write_wait; /* output room, output drained, hangup */

    struct spinlock receive_lock;
    u8 received[TTY_RECEIVE_SIZE];  /* (receive_lock) */
    u32 receive_tail, receive_head; /* (receive_lock) */
    bool throttled;                 /* (receive_lock) the device was refused */
    bool break_received;            /* (receive_lock) */
    struct work work;

    struct session
        *session;           /* (process tree lock) whose controlling terminal this is; referenced */
    struct pid *foreground; /* (process tree lock) number of the group in front; referenced */
};

/* One open file of a terminal. */
struct tty_opening {
    struct tty *tty;        /* (I) referenced */
    struct file *file;      /* (I) */
    u32 hangups;            /* (I) tty->hangups when it was opened */
    bool is_console;        /* (I) through /dev/console, which is not hung up */
    struct list_head async; /* (tty.lock) in tty->async */
};

/* tty_core.c */
void tty_init(struct tty *tty, const struct tty_ops *ops, const char *name, u32 major, u32 minor,
              void *device);
struct tty *tty_get(struct tty *tty);
void tty_put(struct tty *tty); /* may sleep */
u64 tty_device(const struct tty *tty);

/*
 * tty_receive: bytes from the device.
 * => any context; the number taken. Fewer than @len: the device keeps the rest until
 * ops->unthrottle
 */
size_t tty_receive(struct tty *tty, const u8 *bytes, size_t len);
void tty_receive_break(struct tty *tty);
/* Bytes that tty_receive would take now. 0: the device must wait for ops->unthrottle. */
size_t tty_receive_room(struct tty *tty);
/* The same for a caller that may sleep: straight through the line discipline. */
size_t tty_receive_now(struct tty *tty, const u8 *bytes, size_t len);

/* Input has been read or flushed: for what waits in the ring, and for a pty's master. */
void tty_input_taken(struct tty *tty);

void tty_pump(struct tty *tty);                    /* move output to the device; lock NOT held */
void tty_output_ready(struct tty *tty);            /* any context: the device has room again */
void tty_hangup(struct tty *tty);                  /* may sleep */
void tty_line_events(struct tty *tty, u32 events); /* act on LINE_* bits; lock NOT held */
void tty_changed(struct tty *tty);                 /* tell a pty's master; lock NOT held */
size_t tty_output_waiting(struct tty *tty);        /* bytes the device has not taken yet */
int tty_wait_drained(struct tty *tty);             /* all output shown: 0, -ERESTARTSYS */
int tty_set_termios(struct tty *tty, const struct abi_termios *termios);
void tty_set_window(struct tty *tty, const struct abi_winsize *window); /* SIGWINCH if it changed */

/* tty_io.c */
ssize_t tty_read(struct file *file, struct io_buffer *buffer, u64 *position);
ssize_t tty_write(struct file *file, struct io_buffer *buffer, u64 *position);
unsigned tty_poll(struct file *file, struct poll_table *table);

/* tty_ioctl.c */
long tty_ioctl(struct file *file, unsigned request, unsigned long argument);
/* What every tty understands; a pty master asks for its slave. */
long tty_request(struct tty *tty, struct file *file, unsigned request, unsigned long argument);

/* tty_job.c */
void tty_job_init(void);
bool tty_is_controlling(struct tty *tty);       /* of the current process */
int tty_check_background_read(struct tty *tty); /* 0, -EIO, -ERESTARTSYS after SIGTTIN */
int tty_check_background_write(struct tty *tty, bool always); /* TOSTOP or @always: SIGTTOU */
int tty_make_controlling(struct tty *tty, struct file *file, bool steal); /* TIOCSCTTY: -EPERM */
/* A session leader without a terminal opens one. */
void tty_adopt_if_free(struct tty *tty, struct file *file);
void tty_signal_foreground(struct tty *tty, int signal);
void tty_give_up(struct tty *tty);         /* TIOCNOTTY, by a process that has it */
void tty_hang_up_session(struct tty *tty); /* SIGHUP, SIGCONT to its leader; it has no terminal */
long tty_get_foreground(struct tty *tty);  /* the group's number, 0: none */
long tty_set_foreground(struct tty *tty, const int __user *argument);
long tty_get_session(struct tty *tty); /* -ENOTTY */

/* tty_open.c */
extern const struct file_ops tty_file_ops;
int tty_register(struct tty *tty,
                 u32 mode) __must_check; /* a node in /dev whose open gives this tty */
int tty_register_alias(struct tty *tty, const char *name, u32 major, u32 minor,
                       u32 mode) __must_check;         /* another node of it */
int tty_open_file(struct tty *tty, struct file *file); /* make @file an open file of @tty */
struct tty *tty_of_file(struct file *file);
bool tty_is_hung_up(const struct file *file); /* since it was opened */
void tty_set_console(struct tty *tty);        /* what /dev/console opens */
struct tty *tty_get_console(void);
void tty_devices_init(void); /* /dev/tty, /dev/console */
