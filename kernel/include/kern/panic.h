/*
 * The end: panic says what, where, registers, a symbolised backtrace, CPU and task, honours
 * panic=SECONDS, and ends QEMU where isa-debug-exit is present. ASSERT is always on; DEBUG_ASSERT
 * only in debug builds.
 */
#pragma once

#include <lib/types.h>

struct trap_frame;

__noreturn void panic(const char *format, ...) __printf(1, 2);
__noreturn void panic_with_frame(const struct trap_frame *frame, const char *format, ...)
    __printf(2, 3);

/* Who is running, for the panic message; registered by proc. Writes a short line, never faults. */
void panic_set_describe(void (*describe)(char *buffer, size_t size));
void panic_set_timeout(int seconds); /* panic=: 0 halt, >0 reset after, <0 reset at once */
int panic_get_timeout(void);

/* Print @n return addresses of the current (or the given) stack, symbolised. */
void backtrace_print(const struct trap_frame *frame);
/* "symbol+0x12", or NULL-safe hex when unknown. Returns @buffer. */
const char *symbol_describe(u64 address, char *buffer, size_t size);

struct symbol_description {
    const char *name;
    u64 address, size; /* up to the next; of the last one: 0 */
    char type;         /* as nm(1) says: t, T, w, W */
};
/* The kernel's functions in order of their addresses; false: no more. */
bool symbol_at(u64 index, struct symbol_description *description);
/* The one that @address is in; false: none. */
bool symbol_find(u64 address, struct symbol_description *description);

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #condition);                  \
    } while (0)

#ifdef QUIRE_DEBUG
#define DEBUG_ASSERT(condition) ASSERT(condition)
#else
#define DEBUG_ASSERT(condition) ((void)sizeof(condition))
#endif

#define ASSERT_HELD(lock) DEBUG_ASSERT(spin_is_held(lock))

#define WARN_ONCE(condition, ...)                                                                  \
    do {                                                                                           \
        static bool warned_;                                                                       \
        if ((condition) && !warned_) {                                                             \
            warned_ = true;                                                                        \
            printk(LOG_WARNING, __VA_ARGS__);                                                      \
        }                                                                                          \
    } while (0)
