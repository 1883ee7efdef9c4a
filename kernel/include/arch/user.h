/*
 * User memory: the only door. Every function checks that the whole range lies below USER_END, takes
 * the faults (an exception table leads a failed access back here) and honours SMAP.
 *
 * => may sleep (page fault), so never under a spin lock; the *_nofault forms never sleep and fail
 * instead
 */
#pragma once

#include <arch/memory.h>
#include <lib/types.h>

/* 0, or -EFAULT (an unknown part of the destination may have been written). */
int copy_from_user(void *to, const void __user *from, size_t len) __must_check;
int copy_to_user(void __user *to, const void *from, size_t len) __must_check;
int clear_user(void __user *to, size_t len) __must_check;

/* Bytes NOT copied, for calls that report partial progress (read, write). */
size_t copy_from_user_partial(void *to, const void __user *from, size_t len) __must_check;
size_t copy_to_user_partial(void __user *to, const void *from, size_t len) __must_check;
size_t clear_user_partial(void __user *to, size_t len) __must_check;

/* How many of the @len bytes at @from, at most a page, can be read; their pages are brought in. */
size_t user_readable(const void __user *from, size_t len);

/* Two words side by side: a time. */
int put_user_pair(u64 first, u64 second, void __user *to) __must_check;

/* Without taking page faults: -EFAULT when the page is not there. Callable under spin locks. */
int copy_from_user_nofault(void *to, const void __user *from, size_t len) __must_check;
int copy_to_user_nofault(void __user *to, const void *from, size_t len) __must_check;

/* Length without the NUL; -EFAULT; -ENAMETOOLONG when no NUL within @size bytes. */
ssize_t strncpy_from_user(char *to, const char __user *from, size_t size) __must_check;

static inline bool user_range_ok(const void __user *addr, size_t len)
{
    return len <= USER_END && (vaddr_t)addr <= USER_END - len;
}

#define get_user(value, ptr) copy_from_user(&(value), (ptr), sizeof(value))
#define put_user(value, ptr)                                                                       \
    ({                                                                                             \
        __typeof__(*(ptr)) put_value_ = (value);                                                   \
        copy_to_user((ptr), &put_value_, sizeof(put_value_));                                      \
    })

/*
 * Atomic operations on a 32-bit user word, for futexes. Do not fault a page in: -EFAULT means "make
 * it writable through mm_fault and try again".
 */
int user_compare_exchange_nofault(u32 *old_out, u32 __user *ptr, u32 expected,
                                  u32 desired) __must_check;
