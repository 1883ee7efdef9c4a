/*
 * Files that are events: eventfd, timerfd, userfaultfd. Not yet descriptors; ERR_PTR on failure.
 */
#pragma once

#include <lib/types.h>

struct file;
struct mm;
struct timer_setting {
    u64 interval; /* ns */
    u64 value;    /* ns: relative, or absolute on the timer's clock; 0: disarm */
};

struct file *eventfd_create(u32 count, int flags) __must_check; /* EFD_* ; unknown: -EINVAL */
bool file_is_eventfd(const struct file *file);
void eventfd_signal(struct file *file, u64 amount); /* for kernel callers */

struct file *timerfd_create(int clock, int flags) __must_check;
int timerfd_set(struct file *file, int flags, const struct timer_setting *setting,
                struct timer_setting *old) __must_check;
int timerfd_get(struct file *file, struct timer_setting *setting) __must_check;
/* The realtime clock was set: wake TFD_TIMER_CANCEL_ON_SET, re-arm. */
void timerfd_clock_changed(void);

/* userfaultfd(2) for the faults of @mm. => -EINVAL: unknown flags; -ENOMEM, -ENFILE.
 * userfaultfd_permission: may the caller have it, as a system call? -EPERM */
int userfaultfd_permission(int flags) __must_check;
struct file *userfaultfd_create(struct mm *mm, int flags) __must_check;
