/*
 * Scalar types and the handful of macros every file may use.
 *
 * typedefs exist only for scalars that must not be mixed: physical and virtual addresses and frame
 * numbers. Everything else is written out.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef long ssize_t;

typedef u64 paddr_t; /* physical address, bytes */
typedef u64 vaddr_t; /* virtual address, bytes */
typedef u64 pfn_t;   /* physical frame number: paddr >> PAGE_SHIFT */

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096UL
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#ifdef __CHECKER__
#define __user        __attribute__((noderef, address_space(__user)))
#define __force       __attribute__((force))
#define __acquires(x) __attribute__((context(x, 0, 1)))
#define __releases(x) __attribute__((context(x, 1, 0)))
#else
#define __user
#define __force
#define __acquires(x)
#define __releases(x)
#endif

#define __must_check __attribute__((warn_unused_result))
#define __packed     __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __noreturn   __attribute__((noreturn))
#define __noinline   __attribute__((noinline))
#undef __always_inline /* the host's C library has its own */
#define __always_inline    inline __attribute__((always_inline))
#define __section(name)    __attribute__((section(name)))
#define __unused           __attribute__((unused))
/* A large local variable that is written whole before it is read: not cleared first. */
#define __uncleared        __attribute__((uninitialized))
#define __weak             __attribute__((weak))
#define __printf(fmt, arg) __attribute__((format(printf, fmt, arg)))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a)                   (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define min(a, b)                                                                                  \
    ({                                                                                             \
        __typeof__(a) min_a_ = (a);                                                                \
        __typeof__(b) min_b_ = (b);                                                                \
        min_a_ < min_b_ ? min_a_ : min_b_;                                                         \
    })
#define max(a, b)                                                                                  \
    ({                                                                                             \
        __typeof__(a) max_a_ = (a);                                                                \
        __typeof__(b) max_b_ = (b);                                                                \
        max_a_ > max_b_ ? max_a_ : max_b_;                                                         \
    })

/* Alignment to a power of two. align_up wraps at the top of the type: check before with
 * add_overflow. */
#define align_down(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define align_up(x, a)   (((x) + ((__typeof__(x))(a)-1)) & ~((__typeof__(x))(a)-1))
#define is_aligned(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)

/* True when a + b (a * b) does not fit the type of *result; *result is then unspecified. */
#define add_overflow(a, b, result) __builtin_add_overflow(a, b, result)
#define sub_overflow(a, b, result) __builtin_sub_overflow(a, b, result)
#define mul_overflow(a, b, result) __builtin_mul_overflow(a, b, result)

/* Pointers that carry an errno: the top 4095 addresses. */
#define ERR_PTR(err)    ((void *)(intptr_t)(err))
#define PTR_ERR(ptr)    ((int)(intptr_t)(ptr))
#define IS_ERR(ptr)     ((uintptr_t)(ptr) >= (uintptr_t)-4095)
#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-4095)
