/*
 * Debug registers. (Intel SDM volume 3B, chapter 17.2.)
 *
 * There are four slots: an address each (DR0 to DR3) and six bits of the control register (DR7)
 * that say whether the slot is enabled, what it stops for, and how many bytes it is about. The
 * status register (DR6) says which of them raised a debug exception. A thread's values are in its
 * struct arch_debug_registers; the processor has them while the thread runs, if any slot is
 * enabled, which ARCH_THREAD_WATCHES says, so that other threads pay for one test of a flag at the
 * switch.
 *
 * What a tracer asks for is checked when it is set, as it is on Linux: an address and its slot's
 * kind and length fit each other at any time, in slots that were ever set, enabled or not. A slot
 * whose address is set first begins as one byte of writes, whatever DR7 said of it before. Only
 * user addresses pass, so the kernel's own text and stacks never stop it. What it copies to and
 * from user memory can: those exceptions are on a stack of their own (trap_entry.S) and go
 * unnoticed.
 */
#include "debug_registers.h"
#include "asm.h"
#include "thread.h"

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/memory.h>
#include <lib/string.h>

#define NR_SLOTS 4
#define STATUS   6
#define CONTROL  7

#define STATUS_SLOTS  0xFu
#define STATUS_STEP   (1u << 14)
#define STATUS_FIXED  0xFFFF0FF0u /* read as one; the thread's own status has the others only */
#define CONTROL_FIXED 0x400u

/* What a slot stops for. */
enum { KIND_EXECUTION, KIND_WRITES, KIND_PORTS, KIND_ACCESSES };

/* si_code of SIGTRAP, <abi/signal.h> */
enum { CODE_BREAKPOINT = 1, CODE_TRACE = 2, CODE_HARDWARE = 4 };

/* ---- the control register ---- */

static bool slot_is_enabled(u64 control, unsigned slot)
{
    return control >> (2 * slot) & 3;
}

/* Kind and length, four bits. */
static unsigned slot_field(u64 control, unsigned slot)
{
    return control >> (16 + 4 * slot) & 0xF;
}

static u64 slot_with_field(unsigned slot, unsigned field)
{
    return (u64)field << (16 + 4 * slot);
}

static unsigned slot_kind(u64 control, unsigned slot)
{
    return slot_field(control, slot) & 3;
}

/* => bytes */
static unsigned slot_length(u64 control, unsigned slot)
{
    static const u8 lengths[] = {1, 2, 8, 4};

    return lengths[slot_field(control, slot) >> 2];
}

static bool slot_is_valid(u64 control, unsigned slot, u64 address)
{
    unsigned kind = slot_kind(control, slot);
    unsigned length = slot_length(control, slot);

    if (kind == KIND_PORTS || (kind == KIND_EXECUTION && length != 1))
        return false;
    return is_aligned(address, length) && address <= USER_END - length;
}

/* What the processor is given: the slots that are enabled, and nothing else that was asked for. */
static u64 control_of_enabled(u64 control)
{
    u64 value = CONTROL_FIXED;

    for (unsigned slot = 0; slot < NR_SLOTS; slot++) {
        if (slot_is_enabled(control, slot))
            value |= 1ul << (2 * slot) | slot_with_field(slot, slot_field(control, slot));
    }
    return value;
}

/* ---- the processor's ---- */

static void control_write(u64 value)
{
    __asm__ volatile("movq %0, %%dr7" : : "r"(value) : "memory");
}

static u32 status_take(void)
{
    u64 status;

    __asm__ volatile("movq %%dr6, %0" : "=r"(status));
    __asm__ volatile("movq %0, %%dr6" : : "r"((u64)STATUS_FIXED));
    return (u32)status & ~STATUS_FIXED;
}

void debug_registers_load(const struct arch_thread *next)
{
    const struct arch_debug_registers *debug = next->debug;

    control_write(CONTROL_FIXED); /* not these addresses with the kinds of others */
    if (!(next->flags & ARCH_THREAD_WATCHES))
        return;
    __asm__ volatile("movq %0, %%dr0" : : "r"(debug->address[0]));
    __asm__ volatile("movq %0, %%dr1" : : "r"(debug->address[1]));
    __asm__ volatile("movq %0, %%dr2" : : "r"(debug->address[2]));
    __asm__ volatile("movq %0, %%dr3" : : "r"(debug->address[3]));
    control_write(control_of_enabled(debug->control));
}

/* ---- exceptions ---- */

void debug_registers_trapped(struct arch_thread *thread, struct trap_frame *frame)
{
    u64 control = thread->flags & ARCH_THREAD_WATCHES ? thread->debug->control : 0;
    u32 status = status_take();

    for (unsigned slot = 0; slot < NR_SLOTS; slot++) {
        if (!slot_is_enabled(control, slot))
            status &=
                ~(1u << slot); /* the processor may say that a disabled one would have matched */
        else if (status & 1u << slot && slot_kind(control, slot) == KIND_EXECUTION)
            frame->rflags |= RFLAGS_RF; /* it stopped before the instruction, which now is to run */
    }
    thread->debug_status = status & (STATUS_SLOTS | STATUS_STEP);
}

int debug_registers_code(const struct arch_thread *thread)
{
    if (thread->debug_status & STATUS_STEP)
        return CODE_TRACE;
    return thread->debug_status & STATUS_SLOTS ? CODE_HARDWARE : CODE_BREAKPOINT;
}

void debug_registers_quiet(void)
{
    (void)status_take();
}

/* ---- the tracer's ---- */

u64 arch_debug_register(const struct arch_thread *arch, unsigned number)
{
    const struct arch_debug_registers *debug = arch->debug;

    if (number == STATUS)
        return arch->debug_status ^ STATUS_FIXED;
    if (debug == NULL)
        return 0;
    if (number < NR_SLOTS)
        return debug->address[number];
    return number == CONTROL ? debug->control : 0;
}

static int set_address(struct arch_debug_registers *debug, unsigned slot, u64 address)
{
    u64 checked = debug->checked;

    if (!(debug->known & 1u << slot))
        checked |= slot_with_field(slot, KIND_WRITES);
    if (!slot_is_valid(checked, slot, address))
        return -EINVAL;
    debug->address[slot] = address;
    debug->checked = checked;
    debug->known |= 1u << slot;
    return 0;
}

static int set_control(struct arch_thread *arch, u64 control)
{
    struct arch_debug_registers *debug = arch->debug;
    u32 known = debug->known;
    u64 checked = 0;

    for (unsigned slot = 0; slot < NR_SLOTS; slot++) {
        if (slot_is_enabled(control, slot))
            known |= 1u << slot;
        if (!(known & 1u << slot))
            continue;
        if (!slot_is_valid(control, slot, debug->address[slot]))
            return -EINVAL;
        checked |= slot_with_field(slot, slot_field(control, slot));
    }
    debug->known = known;
    debug->checked = checked;
    debug->control = control;
    if (control_of_enabled(control) != CONTROL_FIXED)
        __atomic_fetch_or(&arch->flags, ARCH_THREAD_WATCHES, __ATOMIC_RELEASE);
    else
        __atomic_fetch_and(&arch->flags, ~ARCH_THREAD_WATCHES, __ATOMIC_RELAXED);
    return 0;
}

int arch_debug_register_set(struct arch_thread *arch, unsigned number, u64 value)
{
    if (number < NR_SLOTS)
        return set_address(arch->debug, number, value);
    switch (number) {
    case STATUS:
        arch->debug_status = (u32)value ^ STATUS_FIXED;
        return 0;
    case CONTROL:
        return set_control(arch, value);
    default:
        return -EIO;
    }
}

void debug_registers_reset(struct arch_thread *thread)
{
    irqflags_t flags = irq_save();

    thread->debug_status = 0;
    if (thread->flags & ARCH_THREAD_WATCHES) {
        __atomic_fetch_and(&thread->flags, ~ARCH_THREAD_WATCHES, __ATOMIC_RELAXED);
        if (thread == arch_thread_current())
            control_write(CONTROL_FIXED);
    }
    if (thread->debug != NULL)
        memset(thread->debug, 0, sizeof(*thread->debug));
    irq_restore(flags);
}
