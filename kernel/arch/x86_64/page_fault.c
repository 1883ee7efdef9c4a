/*
 * Page faults: decode what the processor says and ask mm.
 *
 * The kernel touches user addresses only in instructions of the exception table; any other fault of
 * the kernel is a bug, whatever the address.
 */
#include "trap.h"
#include "asm.h"
#include "exception_table.h"
#include "instructions.h"
#include "thread.h"

#include <arch/cpu.h>
#include <arch/memory.h>
#include <arch/upcall.h>

#define ERROR_PRESENT  (1u << 0)
#define ERROR_WRITE    (1u << 1)
#define ERROR_USER     (1u << 2)
#define ERROR_RESERVED (1u << 3)
#define ERROR_FETCH    (1u << 4)

static enum fault_access access_of(const struct trap_frame *frame)
{
    if (frame->error_code & ERROR_FETCH)
        return FAULT_EXEC;
    return frame->error_code & ERROR_WRITE ? FAULT_WRITE : FAULT_READ;
}

/* For the signal frame. Kernel addresses all look present: which of them are is nobody's business.
 */
static void remember(vaddr_t addr, const struct trap_frame *frame)
{
    struct arch_thread *thread = arch_thread_current();

    thread->fault_address = addr;
    thread->fault_vector = TRAP_NR_PAGE;
    thread->fault_error = (u32)frame->error_code | (addr >= USER_END ? ERROR_PRESENT : 0);
}

void page_fault_from_user(struct trap_frame *frame)
{
    vaddr_t addr = cr2_read();

    irq_enable();
    if (!arch_upcalls.page_fault || (frame->error_code & ERROR_RESERVED))
        arch_panic(frame, "page fault of user mode at %#lx: no handler, or a damaged entry", addr);
    if (arch_upcalls.page_fault(frame, addr, access_of(frame), true))
        remember(addr, frame);
}

static const char *describe(const struct trap_frame *frame, vaddr_t addr)
{
    if (frame->error_code & ERROR_RESERVED)
        return "damaged page-table entry";
    if (addr < PAGE_SIZE)
        return "NULL pointer";
    if (addr < USER_END)
        return "user address touched directly";
    if (frame->error_code & ERROR_FETCH)
        return "execution of data";
    return frame->error_code & ERROR_PRESENT ? "protection" : "nothing mapped";
}

void page_fault_from_kernel(struct trap_frame *frame)
{
    vaddr_t addr = cr2_read();
    const struct exception_entry *entry = exception_entry_find(frame->rip);

    if (!entry || (frame->error_code & ERROR_RESERVED))
        arch_panic(frame, "page fault in the kernel: %s of %#lx: %s",
                   access_of(frame) == FAULT_WRITE ? "write" : "read", addr, describe(frame, addr));
    if (entry->kind == EXCEPTION_FAULT && addr < USER_END && arch_upcalls.page_fault) {
        int err;

        if (frame->rflags & RFLAGS_IF)
            irq_enable();
        err = arch_upcalls.page_fault(frame, addr, access_of(frame), false);
        irq_disable();
        if (err == 0)
            return;
    }
    frame->rip = entry->fixup;
}
