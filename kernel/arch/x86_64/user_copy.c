/*
 * User memory: range check, then the loops of user_copy_loop.S or a single access with an exception
 * entry.
 */
#include <arch/user.h>

#include "exception_table.h"
#include "user_access.h"

#include <abi/errno.h>
#include <arch/memory.h>
#include <lib/string.h>

size_t user_copy_loop(void *to, const void *from, size_t len);
size_t user_copy_loop_nofault(void *to, const void *from, size_t len);
size_t user_clear_loop(void *to, size_t len);

/* One access of a size the processor has; false: it faulted. */
#define DEFINE_USER_ACCESS(type, suffix, reg)                                                      \
    static inline bool load_##suffix(void *to, const void *from)                                   \
    {                                                                                              \
        type value;                                                                                \
                                                                                                   \
        __asm__ goto(ALLOW_USER_ACCESS "1: mov" #suffix " %1, %" reg                               \
                                       "0\n\t" FORBID_USER_ACCESS EXCEPTION_ENTRY_C("0", fault)    \
                     : "=r"(value)                                                                 \
                     : "m"(*(const type *)from)                                                    \
                     :                                                                             \
                     : fault);                                                                     \
        *(type *)to = value;                                                                       \
        return true;                                                                               \
    fault:                                                                                         \
        __asm__ volatile(FORBID_USER_ACCESS : : : "memory");                                       \
        return false;                                                                              \
    }                                                                                              \
    static inline bool store_##suffix(void *to, const void *from)                                  \
    {                                                                                              \
        __asm__ goto(ALLOW_USER_ACCESS                                                             \
                     "1: mov" #suffix " %" reg                                                     \
                     "0, %1\n\t" FORBID_USER_ACCESS EXCEPTION_ENTRY_C("0", fault)                  \
                     :                                                                             \
                     : "r"(*(const type *)from), "m"(*(type *)to)                                  \
                     : "memory"                                                                    \
                     : fault);                                                                     \
        return true;                                                                               \
    fault:                                                                                         \
        __asm__ volatile(FORBID_USER_ACCESS : : : "memory");                                       \
        return false;                                                                              \
    }

DEFINE_USER_ACCESS(u8, b, "b")
DEFINE_USER_ACCESS(u16, w, "w")
DEFINE_USER_ACCESS(u32, l, "k")
DEFINE_USER_ACCESS(u64, q, "q")

int copy_from_user(void *to, const void __user *from, size_t len)
{
    const void *source = (const void __force *)from;

    if (!user_range_ok(from, len))
        return -EFAULT;
    switch (len) {
    case 1:
        return load_b(to, source) ? 0 : -EFAULT;
    case 2:
        return load_w(to, source) ? 0 : -EFAULT;
    case 4:
        return load_l(to, source) ? 0 : -EFAULT;
    case 8:
        return load_q(to, source) ? 0 : -EFAULT;
    default:
        return user_copy_loop(to, source, len) ? -EFAULT : 0;
    }
}

int copy_to_user(void __user *to, const void *from, size_t len)
{
    void *target = (void __force *)to;

    if (!user_range_ok(to, len))
        return -EFAULT;
    switch (len) {
    case 1:
        return store_b(target, from) ? 0 : -EFAULT;
    case 2:
        return store_w(target, from) ? 0 : -EFAULT;
    case 4:
        return store_l(target, from) ? 0 : -EFAULT;
    case 8:
        return store_q(target, from) ? 0 : -EFAULT;
    default:
        return user_copy_loop(target, from, len) ? -EFAULT : 0;
    }
}

size_t user_readable(const void __user *from, size_t len)
{
    const u8 *source = (const u8 __force *)from;
    size_t room = PAGE_SIZE - ((vaddr_t)source & (PAGE_SIZE - 1));
    u32 byte;

    if (!user_range_ok(from, len))
        return 0;
    user_access_begin();
    USER_LOAD_8(byte, source, none);
    if (len > room)
        USER_LOAD_8(byte, source + room, some);
    user_access_end();
    (void)byte;
    return len;
some:
    user_access_end();
    return room;
none:
    user_access_end();
    return 0;
}

int put_user_pair(u64 first, u64 second, void __user *to)
{
    u64 *target = (u64 __force *)to;

    if (!user_range_ok(to, 2 * sizeof(u64)))
        return -EFAULT;
    user_access_begin();
    USER_STORE_64(first, &target[0], fault);
    USER_STORE_64(second, &target[1], fault);
    user_access_end();
    return 0;
fault:
    user_access_end();
    return -EFAULT;
}

int clear_user(void __user *to, size_t len)
{
    return clear_user_partial(to, len) ? -EFAULT : 0;
}

size_t copy_from_user_partial(void *to, const void __user *from, size_t len)
{
    if (!user_range_ok(from, len))
        return len;
    return user_copy_loop(to, (const void __force *)from, len);
}

size_t copy_to_user_partial(void __user *to, const void *from, size_t len)
{
    if (!user_range_ok(to, len))
        return len;
    return user_copy_loop((void __force *)to, from, len);
}

size_t clear_user_partial(void __user *to, size_t len)
{
    if (!user_range_ok(to, len))
        return len;
    return user_clear_loop((void __force *)to, len);
}

int copy_from_user_nofault(void *to, const void __user *from, size_t len)
{
    if (!user_range_ok(from, len))
        return -EFAULT;
    return user_copy_loop_nofault(to, (const void __force *)from, len) ? -EFAULT : 0;
}

int copy_to_user_nofault(void __user *to, const void *from, size_t len)
{
    if (!user_range_ok(to, len))
        return -EFAULT;
    return user_copy_loop_nofault((void __force *)to, from, len) ? -EFAULT : 0;
}

/* 0: the word has no byte that is zero; else the lowest bit set is the top one of the first. */
static inline u64 zero_byte_marks(u64 word)
{
    return (word - 0x0101010101010101UL) & ~word & 0x8080808080808080UL;
}

/*
 * A word at a time while it stays inside one page, else a byte: a string may end just before memory
 * that is not there. What follows the terminator in its word is written, too.
 */
ssize_t strncpy_from_user(char *to, const char __user *from, size_t size)
{
    const char *source = (const char __force *)from;
    size_t below = (vaddr_t)source < USER_END ? USER_END - (vaddr_t)source : 0;
    size_t room = min(size, below);
    size_t len = 0;
    u64 word, marks;

    while (len < room) {
        if (likely(room - len >= 8 && ((u64)(source + len) & (PAGE_SIZE - 1)) <= PAGE_SIZE - 8)) {
            if (!load_q(&word, source + len))
                return -EFAULT;
            *(u64 *)(to + len) = word;
            marks = zero_byte_marks(word);
            if (marks)
                return (ssize_t)(len + (u64)__builtin_ctzl(marks) / 8);
            len += 8;
            continue;
        }
        if (!load_b(to + len, source + len))
            return -EFAULT;
        if (to[len] == '\0')
            return (ssize_t)len;
        len++;
    }
    return room < size ? -EFAULT : -ENAMETOOLONG;
}

int user_compare_exchange_nofault(u32 *old_out, u32 __user *ptr, u32 expected, u32 desired)
{
    u32 *word = (u32 __force *)ptr;

    if (!user_range_ok(ptr, sizeof(*word)))
        return -EFAULT;
    __asm__ goto(ALLOW_USER_ACCESS
                 "1: lock cmpxchgl %2, %1\n\t" FORBID_USER_ACCESS EXCEPTION_ENTRY_C("1", fault)
                 : "+a"(expected), "+m"(*word)
                 : "r"(desired)
                 : "memory", "cc"
                 : fault);
    *old_out = expected;
    return 0;
fault:
    __asm__ volatile(FORBID_USER_ACCESS : : : "memory");
    return -EFAULT;
}
