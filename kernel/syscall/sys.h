/*
 * Between the files of the room: the entry functions' prototypes, generated from table.def, and the
 * two ways most of them begin: borrow the file behind a descriptor, copy a path in.
 */
#pragma once

#include <abi/errno.h>
#include <arch/trap_frame.h>
#include <arch/user.h>
#include <lib/types.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/names.h>

struct abi_timespec;
struct iovec;
struct trap_frame;

/* type_FD ...: the C type of each kind of argument. */
#define SYS_PARAMETERS_0()              void
#define SYS_PARAMETERS_1(a)             type_##a
#define SYS_PARAMETERS_2(a, b)          type_##a, type_##b
#define SYS_PARAMETERS_3(a, b, c)       type_##a, type_##b, type_##c
#define SYS_PARAMETERS_4(a, b, c, d)    type_##a, type_##b, type_##c, type_##d
#define SYS_PARAMETERS_5(a, b, c, d, e) type_##a, type_##b, type_##c, type_##d, type_##e
#define SYS_PARAMETERS_6(a, b, c, d, e, f)                                                         \
    type_##a, type_##b, type_##c, type_##d, type_##e, type_##f

#define SYSCALL_ARGUMENT(name, type) typedef type type_##name;
#include <syscall/arguments.def>
#undef SYSCALL_ARGUMENT

#define SYSCALL(number, name, count, ...) long sys_##name(SYS_PARAMETERS_##count(__VA_ARGS__));
#define SYSCALL_NO(number, name, count, ...)
#include "table.def"
#undef SYSCALL
#undef SYSCALL_NO

/* The value of @expression with @variable the file of descriptor @fd, which stays meanwhile; -EBADF
 * when there is none. */
#define WITH_FILE(fd, variable, expression)                                                        \
    ({                                                                                             \
        bool with_counted_;                                                                        \
        struct file *variable = fd_borrow(vfs_current()->files, (fd), &with_counted_);             \
        long with_result_ = -EBADF;                                                                \
        if (variable) {                                                                            \
            with_result_ = (expression);                                                           \
            fd_give_back(variable, with_counted_);                                                 \
        }                                                                                          \
        with_result_;                                                                              \
    })

/* The value of @expression with @name a kernel copy of the path at @user. */
#define WITH_NAME(user, name, expression)                                                          \
    ({                                                                                             \
        struct name_buffer with_buffer_ __uncleared;                                               \
        char *name = name_copy_from_user(&with_buffer_, user);                                     \
        long with_result_;                                                                         \
        if (IS_ERR(name)) {                                                                        \
            with_result_ = PTR_ERR(name);                                                          \
        } else {                                                                                   \
            with_result_ = (expression);                                                           \
            name_free(&with_buffer_, name);                                                        \
        }                                                                                          \
        with_result_;                                                                              \
    })

/* A timespec from user memory as ns. => -EFAULT, -EINVAL (negative, or 10^9 ns and more) */
int sys_read_timespec(const struct abi_timespec __user *user, s64 *ns) __must_check;
int sys_write_timespec(struct abi_timespec __user *user, s64 ns) __must_check;
/* When a relative @ns from now is over; never wraps into WAIT_FOREVER. */
u64 sys_deadline(s64 ns);

/* A signal mask given with its size: -EINVAL when the size is not 8. */
int sys_read_sigset(const u64 __user *user, size_t size, u64 *set) __must_check;
/* sys_begin_mask: the mask of ppoll and the like, when one is given, until the call is over.
 * => end with signal_end_temporary_mask, if @mask is not NULL; -EINVAL, -EFAULT: nothing to end */
int sys_begin_mask(const u64 __user *mask, size_t size) __must_check;

/* The last argument of pselect6 and io_pgetevents. */
struct sys_mask_argument {
    u64 __user *mask;
    size_t size;
};

/* A write to a pipe without readers (@result -EPIPE) raises SIGPIPE as well; a socket does it where
 * it should. => @result */
ssize_t sys_raise_on_pipe(const struct file *file, ssize_t result);

/* The flags of open: programs here have 64-bit sizes, and their open files say so. */
u32 sys_with_large_file(u32 flags);

/* An open result becomes a descriptor. @file may be an ERR_PTR. */
long sys_install(struct file *file, int flags);
