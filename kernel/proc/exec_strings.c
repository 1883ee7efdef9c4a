/*
 * argv and envp on their way: copied once from user memory into one growing block each, so that
 * they are still there when the old address space is not.
 */
#include "exec_internal.h"

#include <abi/errno.h>
#include <abi/resource.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/rlimit.h>

#define FIRST_CAPACITY 4096ul
#define STRING_MAX     (32 * PAGE_SIZE) /* one string, with its NUL */
#define ARGUMENTS_MIN  131072ul         /* always allowed, however small the stack limit is */
#define ARGUMENTS_MAX  (6ul << 20)

static int grow(struct exec_strings *strings)
{
    size_t capacity = strings->capacity == 0 ? FIRST_CAPACITY : strings->capacity * 2;
    char *bytes;

    if (capacity > 2 * ARGUMENTS_MAX)
        return -E2BIG;
    bytes = krealloc(strings->bytes, capacity, ALLOC_WAIT);
    if (bytes == NULL)
        return -ENOMEM;
    strings->bytes = bytes;
    strings->capacity = capacity;
    return 0;
}

int exec_strings_add(struct exec_strings *strings, const char *string)
{
    size_t len = strlen(string) + 1;
    int error;

    if (len > STRING_MAX)
        return -E2BIG;
    while (strings->capacity - strings->len < len) {
        error = grow(strings);
        if (error)
            return error;
    }
    memcpy(strings->bytes + strings->len, string, len);
    strings->len += len;
    strings->count++;
    return 0;
}

static int add_user(struct exec_strings *strings, const char __user *string)
{
    for (;;) {
        size_t space = min(strings->capacity - strings->len, STRING_MAX);
        ssize_t len = space == 0 ? -ENAMETOOLONG
                                 : strncpy_from_user(strings->bytes + strings->len, string, space);
        int error;

        if (len >= 0) {
            strings->len += (size_t)len + 1;
            strings->count++;
            return 0;
        }
        if (len != -ENAMETOOLONG)
            return (int)len;
        if (space == STRING_MAX)
            return -E2BIG;
        error = grow(strings);
        if (error)
            return error;
    }
}

int exec_strings_add_user(struct exec_strings *strings, const char __user *const __user *vector,
                          u64 limit)
{
    const char __user *string;
    int error;

    if (vector == NULL)
        return 0;
    for (u64 i = 0;; i++) {
        if (get_user(string, &vector[i]))
            return -EFAULT;
        if (string == NULL)
            return 0;
        error = add_user(strings, string);
        if (error)
            return error;
        if (strings->len + strings->count * sizeof(u64) > limit)
            return -E2BIG;
    }
}

void exec_strings_free(struct exec_strings *strings)
{
    kfree(strings->bytes);
    *strings = (struct exec_strings){0};
}

/* Strings and the pointers to them may take a quarter of the stack limit, and never more than 6 MiB
 * (execve(2)). */
int exec_check_size(const struct exec *exec)
{
    u64 limit = max(min(rlimit_current(RLIMIT_STACK) / 4, ARGUMENTS_MAX), ARGUMENTS_MIN);
    u64 count = exec->prefix.count + exec->arguments.count + exec->environment.count;
    u64 bytes =
        exec->prefix.len + exec->arguments.len + exec->environment.len + strlen(exec->name) + 1;

    return bytes + count * sizeof(u64) > limit ? -E2BIG : 0;
}
