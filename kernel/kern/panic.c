/*
 * The end of the system, told as fully as possible.
 *
 * The first CPU to panic speaks; the others are stopped. A panic within the panic prints its
 * message only. Nothing here takes a lock that the broken code may hold: panic_begin makes the log
 * forget its own.
 */
#include <kern/panic.h>

#include "printk.h"

#include <arch/cpu.h>
#include <arch/debug.h>
#include <arch/power.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <arch/upcall.h>
#include <kern/printk.h>
#include <kern/spinlock.h>
#include <lib/printf.h>

/* isa-debug-exit turns it into QEMU's exit status 99. */
#define PANIC_EXIT_CODE 49

static int panicking_cpu = -1; /* (a) */
static int panic_timeout;
static void (*describe_task)(char *buffer, size_t size);

void panic_set_describe(void (*describe)(char *buffer, size_t size))
{
    describe_task = describe;
}

void panic_set_timeout(int seconds)
{
    panic_timeout = seconds;
}

int panic_get_timeout(void)
{
    return panic_timeout;
}

static bool print_caller(void *context, u64 address)
{
    char name[128];
    bool *first = context;

    /* A return address follows the call, which may be the last instruction of its function. */
    symbol_describe(*first ? address : address - 1, name, sizeof(name));
    *first = false;
    printk(LOG_EMERG, "  %016lx %s\n", address, name);
    return true;
}

void backtrace_print(const struct trap_frame *frame)
{
    bool first = frame != NULL;

    printk(LOG_EMERG, "backtrace:\n");
    arch_stack_walk(frame, print_caller, &first);
}

static void print_line(const char *text)
{
    printk(LOG_EMERG, "  %s\n", text);
}

static __noreturn void panic_end(void)
{
    u64 start = arch_clock_ns();

    arch_debug_exit(PANIC_EXIT_CODE);
    if (panic_timeout == 0) {
        printk(LOG_EMERG, "---[ end of panic: halted ]---\n");
        cpu_halt_forever();
    }
    printk(LOG_EMERG, "---[ end of panic: reset in %d s ]---\n", max(panic_timeout, 0));
    while (panic_timeout > 0 && arch_clock_ns() - start < (u64)panic_timeout * 1000000000u)
        cpu_relax();
    arch_reset();
}

static __noreturn void panic_message(const struct trap_frame *frame, const char *format,
                                     va_list args)
{
    static char message[512];
    char task[96] = "none";
    int expected = -1;

    irq_disable();
    if (!__atomic_compare_exchange_n(&panicking_cpu, &expected, (int)cpu_id(), false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        if (expected == (int)cpu_id()) {
            vprintk(LOG_EMERG, format, args);
            arch_debug_exit(PANIC_EXIT_CODE);
        }
        cpu_halt_forever();
    }
    arch_stop_other_cpus();
    spinlock_panic_begin();
    printk_panic_begin();
    vsnprintf(message, sizeof(message), format, args);
    printk(LOG_EMERG, "---[ panic: %s ]---\n", message);
    if (describe_task)
        describe_task(task, sizeof(task));
    printk(LOG_EMERG, "CPU %u of %u, task: %s\n", cpu_id(), cpu_count(), task);
    if (frame)
        arch_print_registers(frame, print_line);
    backtrace_print(frame);
    panic_end();
}

void panic(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    panic_message(NULL, format, args);
}

void panic_with_frame(const struct trap_frame *frame, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    panic_message(frame, format, args);
}

void arch_panic(const struct trap_frame *frame, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    panic_message(frame, format, args);
}
