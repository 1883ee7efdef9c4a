/*
 * Following frame pointers. Every kernel function keeps one; entry code sets it to 0, so a chain
 * ends where the kernel was entered.
 */
#include "boot.h"
#include "kernel_map.h"
#include "thread.h"

#include <arch/debug.h>
#include <arch/memory.h>
#include <arch/trap_frame.h>
#include <lib/printf.h>

#define WALK_MAX 64

struct stack_link {
    const struct stack_link *caller;
    u64 return_address;
};

static bool is_in(u64 address, u64 start, u64 end)
{
    return address >= start && address < end;
}

/* Where stacks can be. The page is there or it is not: kernel_map_is_present asks the tables. */
static bool is_readable(const struct stack_link *link)
{
    u64 address = (u64)link;

    if (!is_aligned(address, 8))
        return false;
    if (!is_in(address, CPU_STACKS_BASE, BOOT_DEVICE_BASE) &&
        !is_in(address, VMALLOC_BASE, VMALLOC_END) &&
        !is_in(address, (u64)kernel_data_start, (u64)kernel_data_end))
        return false;
    return kernel_map_is_present(address) && kernel_map_is_present(address + 15);
}

static void follow_links(const struct stack_link *link, bool (*visit)(void *context, u64 address),
                         void *context)
{
    for (int depth = 0; depth < WALK_MAX && is_readable(link); depth++) {
        if (link->return_address == 0 || !visit(context, link->return_address))
            return;
        if (link->caller <= link)
            return;
        link = link->caller;
    }
}

void arch_stack_walk(const struct trap_frame *frame, bool (*visit)(void *context, u64 address),
                     void *context)
{
    const struct stack_link *link = __builtin_frame_address(0);

    if (frame) {
        if (!visit(context, frame->rip))
            return;
        link = (const struct stack_link *)frame->rbp;
        /* A call through a bad pointer: the return address is still on top of the stack. */
        if (!is_in(frame->rip, (u64)kernel_text_start, (u64)kernel_text_end) &&
            is_readable((const struct stack_link *)frame->rsp) &&
            !visit(context, *(const u64 *)frame->rsp))
            return;
    }
    follow_links(link, visit, context);
}

void arch_stack_walk_thread(const struct arch_thread *thread,
                            bool (*visit)(void *context, u64 address), void *context)
{
    const struct switch_frame *frame = (const struct switch_frame *)thread->stack_pointer;

    if (visit(context, frame->rip))
        follow_links((const struct stack_link *)frame->rbp, visit, context);
}

void arch_print_registers(const struct trap_frame *frame, void (*line)(const char *text))
{
    char text[128];

    snprintf(text, sizeof(text), "rip %016lx  cs %04lx  rflags %08lx  error %lx", frame->rip,
             frame->cs, frame->rflags, frame->error_code);
    line(text);
    snprintf(text, sizeof(text), "rsp %016lx  ss %04lx  rbp %016lx", frame->rsp, frame->ss,
             frame->rbp);
    line(text);
    snprintf(text, sizeof(text), "rax %016lx  rbx %016lx  rcx %016lx", frame->rax, frame->rbx,
             frame->rcx);
    line(text);
    snprintf(text, sizeof(text), "rdx %016lx  rsi %016lx  rdi %016lx", frame->rdx, frame->rsi,
             frame->rdi);
    line(text);
    snprintf(text, sizeof(text), "r8  %016lx  r9  %016lx  r10 %016lx", frame->r8, frame->r9,
             frame->r10);
    line(text);
    snprintf(text, sizeof(text), "r11 %016lx  r12 %016lx  r13 %016lx", frame->r11, frame->r12,
             frame->r13);
    line(text);
    snprintf(text, sizeof(text), "r14 %016lx  r15 %016lx", frame->r14, frame->r15);
    line(text);
}
