/*
 * open(2), fcntl(2), the *at family, and the calls that share their flags. Linux user ABI, x86-64.
 */
#pragma once

#include <lib/types.h>

/* open(2) */
#define O_ACCMODE   00000003
#define O_RDONLY    00000000
#define O_WRONLY    00000001
#define O_RDWR      00000002
#define O_CREAT     00000100
#define O_EXCL      00000200
#define O_NOCTTY    00000400
#define O_TRUNC     00001000
#define O_APPEND    00002000
#define O_NONBLOCK  00004000
#define O_NDELAY    O_NONBLOCK
#define O_DSYNC     00010000
#define O_ASYNC     00020000 /* FASYNC */
#define O_DIRECT    00040000
#define O_LARGEFILE 00100000
#define O_DIRECTORY 00200000
#define O_NOFOLLOW  00400000
#define O_NOATIME   01000000
#define O_CLOEXEC   02000000
#define O_SYNC      04010000 /* includes O_DSYNC */
#define O_PATH      010000000
#define O_TMPFILE   020200000 /* includes O_DIRECTORY */

/* openat2(2) */
struct open_how {
    u64 flags;
    u64 mode;
    u64 resolve;
};
#define RESOLVE_NO_XDEV       0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH       0x08
#define RESOLVE_IN_ROOT       0x10
#define RESOLVE_CACHED        0x20

/* The *at family */
#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EACCESS          0x200
#define AT_REMOVEDIR        0x200
#define AT_SYMLINK_FOLLOW   0x400
#define AT_NO_AUTOMOUNT     0x800
#define AT_EMPTY_PATH       0x1000
#define AT_STATX_SYNC_TYPE  0x6000
#define AT_STATX_FORCE_SYNC 0x2000
#define AT_STATX_DONT_SYNC  0x4000
#define AT_RECURSIVE        0x8000

/* access(2) */
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

/* renameat2(2) */
#define RENAME_NOREPLACE (1u << 0)
#define RENAME_EXCHANGE  (1u << 1)
#define RENAME_WHITEOUT  (1u << 2)

/* lseek(2) */
#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

/* fcntl(2) commands */
#define F_DUPFD            0
#define F_GETFD            1
#define F_SETFD            2
#define F_GETFL            3
#define F_SETFL            4
#define F_GETLK            5
#define F_SETLK            6
#define F_SETLKW           7
#define F_SETOWN           8
#define F_GETOWN           9
#define F_SETSIG           10
#define F_GETSIG           11
#define F_SETOWN_EX        15
#define F_GETOWN_EX        16
#define F_GETOWNER_UIDS    17
#define F_OFD_GETLK        36
#define F_OFD_SETLK        37
#define F_OFD_SETLKW       38
#define F_SETLEASE         1024
#define F_GETLEASE         1025
#define F_NOTIFY           1026
#define F_DUPFD_CLOEXEC    1030
#define F_SETPIPE_SZ       1031
#define F_GETPIPE_SZ       1032
#define F_ADD_SEALS        1033
#define F_GET_SEALS        1034
#define F_GET_RW_HINT      1035
#define F_SET_RW_HINT      1036
#define F_GET_FILE_RW_HINT 1037
#define F_SET_FILE_RW_HINT 1038

#define FD_CLOEXEC 1

/* memfd seals */
#define F_SEAL_SEAL         0x0001
#define F_SEAL_SHRINK       0x0002
#define F_SEAL_GROW         0x0004
#define F_SEAL_WRITE        0x0008
#define F_SEAL_FUTURE_WRITE 0x0010

/* memfd_create(2) */
#define MFD_CLOEXEC       0x0001u
#define MFD_ALLOW_SEALING 0x0002u
#define MFD_HUGETLB       0x0004u
#define MFD_HUGE_SHIFT    26
#define MFD_HUGE_MASK     0x3fu

/* Record locks */
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2

struct flock {
    s16 l_type;
    s16 l_whence;
    s64 l_start;
    s64 l_len;
    s32 l_pid;
};

/* F_SETOWN_EX */
#define F_OWNER_TID  0
#define F_OWNER_PID  1
#define F_OWNER_PGRP 2
struct f_owner_ex {
    s32 type;
    s32 pid;
};

/* F_NOTIFY */
#define DN_ACCESS    0x00000001u
#define DN_MODIFY    0x00000002u
#define DN_CREATE    0x00000004u
#define DN_DELETE    0x00000008u
#define DN_RENAME    0x00000010u
#define DN_ATTRIB    0x00000020u
#define DN_MULTISHOT 0x80000000u

/* flock(2) */
#define LOCK_SH   1
#define LOCK_EX   2
#define LOCK_NB   4
#define LOCK_MAND 32
#define LOCK_UN   8

/* fallocate(2) */
#define FALLOC_FL_KEEP_SIZE      0x01
#define FALLOC_FL_PUNCH_HOLE     0x02
#define FALLOC_FL_NO_HIDE_STALE  0x04
#define FALLOC_FL_COLLAPSE_RANGE 0x08
#define FALLOC_FL_ZERO_RANGE     0x10
#define FALLOC_FL_INSERT_RANGE   0x20
#define FALLOC_FL_UNSHARE_RANGE  0x40

/* posix_fadvise(2) */
#define POSIX_FADV_NORMAL     0
#define POSIX_FADV_RANDOM     1
#define POSIX_FADV_SEQUENTIAL 2
#define POSIX_FADV_WILLNEED   3
#define POSIX_FADV_DONTNEED   4
#define POSIX_FADV_NOREUSE    5

/* sync_file_range(2) */
#define SYNC_FILE_RANGE_WAIT_BEFORE 1
#define SYNC_FILE_RANGE_WRITE       2
#define SYNC_FILE_RANGE_WAIT_AFTER  4

/* close_range(2) */
#define CLOSE_RANGE_UNSHARE (1u << 1)
#define CLOSE_RANGE_CLOEXEC (1u << 2)

/* eventfd2(2), timerfd, signalfd, epoll_create1, inotify, pipe2 take O_CLOEXEC and O_NONBLOCK by
 * other names. */
#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC   O_CLOEXEC
#define EFD_NONBLOCK  O_NONBLOCK
#define SFD_CLOEXEC   O_CLOEXEC
#define SFD_NONBLOCK  O_NONBLOCK

/* ioctl(2) requests every file answers */
#define FIOCLEX               0x5451
#define FIONCLEX              0x5450
#define FIONBIO               0x5421
#define FIOASYNC              0x5452
/* name_to_handle_at(2): the beginning of struct file_handle, and its types. */
#define FILE_HANDLE_BYTES_MAX 128
#define FILE_HANDLE_NUMBER    1 /* generation, lower and upper half of the number */
#define FILE_HANDLE_NONE      255

struct abi_file_handle {
    u32 len; /* of what follows */
    s32 type;
};

/* splice(2) and its like. MOVE, MORE and GIFT are hints. */
#define SPLICE_F_MOVE     1u
#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_MORE     4u
#define SPLICE_F_GIFT     8u

#define FIONREAD 0x541b
#define FIOQSIZE 0x5460

/* Of a file system, where it can do that. */
#define FIGETBSZ      2
#define FIFREEZE      0xC0045877
#define FITHAW        0xC0045878
#define FS_IOC_FIEMAP 0xC020660B
#define FICLONE       0x40049409
#define FICLONERANGE  0x4020940D

struct file_clone_range {
    s64 source;
    u64 source_offset, len, offset;
};
