/*
 * userfaultfd(2), ioctl_userfaultfd(2): what of it there is.
 */
#pragma once

#include <lib/types.h>

/* Of /dev/userfaultfd. */
#define USERFAULTFD_IOC_NEW 0xaa00u

/* Of userfaultfd(2), beside O_CLOEXEC and O_NONBLOCK. */
#define UFFD_USER_MODE_ONLY 1

#define UFFD_API 0xaaul

#define UFFD_FEATURE_PAGEFAULT_FLAG_WP (1u << 0)
#define UFFD_FEATURE_SIGBUS            (1u << 7)
#define UFFD_FEATURE_THREAD_ID         (1u << 8)
#define UFFD_FEATURE_EXACT_ADDRESS     (1u << 11)

/* The numbers of the requests, as bits of what is reported. */
#define UFFDIO_NR_REGISTER     0x00
#define UFFDIO_NR_UNREGISTER   0x01
#define UFFDIO_NR_WAKE         0x02
#define UFFDIO_NR_COPY         0x03
#define UFFDIO_NR_ZEROPAGE     0x04
#define UFFDIO_NR_WRITEPROTECT 0x06
#define UFFDIO_NR_API          0x3f

#define UFFDIO_API          0xc018aa3f
#define UFFDIO_REGISTER     0xc020aa00
#define UFFDIO_UNREGISTER   0x8010aa01
#define UFFDIO_WAKE         0x8010aa02
#define UFFDIO_COPY         0xc028aa03
#define UFFDIO_ZEROPAGE     0xc020aa04
#define UFFDIO_WRITEPROTECT 0xc018aa06

struct uffdio_api {
    u64 api;
    u64 features;
    u64 ioctls; /* out */
};

struct uffdio_range {
    u64 start;
    u64 len;
};

#define UFFDIO_REGISTER_MODE_MISSING 1ul
#define UFFDIO_REGISTER_MODE_WP      2ul

struct uffdio_register {
    struct uffdio_range range;
    u64 mode;
    u64 ioctls; /* out */
};

#define UFFDIO_COPY_MODE_DONTWAKE 1ul
#define UFFDIO_COPY_MODE_WP       2ul

struct uffdio_copy {
    u64 dst;
    u64 src;
    u64 len;
    u64 mode;
    s64 copy; /* out */
};

#define UFFDIO_ZEROPAGE_MODE_DONTWAKE 1ul

struct uffdio_zeropage {
    struct uffdio_range range;
    u64 mode;
    s64 zeropage; /* out */
};

#define UFFDIO_WRITEPROTECT_MODE_WP       1ul
#define UFFDIO_WRITEPROTECT_MODE_DONTWAKE 2ul

struct uffdio_writeprotect {
    struct uffdio_range range;
    u64 mode;
};

#define UFFD_EVENT_PAGEFAULT      0x12
#define UFFD_PAGEFAULT_FLAG_WRITE 1u
#define UFFD_PAGEFAULT_FLAG_WP    2u

/* What read(2) gives; packed on Linux, which changes nothing here. */
struct uffd_msg {
    u8 event;
    u8 reserved1;
    u16 reserved2;
    u32 reserved3;
    u64 flags;
    u64 address;
    u32 thread;
    u32 reserved4;
};
_Static_assert(sizeof(struct uffd_msg) == 32, "a message is 32 bytes");
