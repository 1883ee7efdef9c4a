/*
 * Every way into the kernel but syscall, and every way out but sysret.
 *
 * A stub per vector pushes the vector in the place of orig_rax (and a zero where the processor pushes
 * no error code), so that a struct trap_frame results. GS: user mode runs with its own base, the kernel
 * with this CPU's area; entries from user mode exchange them with swapgs. Faults on stacks of their own
 * (debug, NMI, double fault, machine check) may hit between an entry and its swapgs: they do not guess
 * but load the area's address from the bottom of their stack and put back what they found.
 */
#include "asm.h"

.macro PUSH_REGISTERS
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
.endm

.macro POP_REGISTERS
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
.endm

/* A place for clac where the processor has SMAP: see cpu_features_patch_text. */
.macro FORBID_USER_ACCESS
9:  .byte 0x0F, 0x1F, 0x00
    .pushsection .smap_patch, "a"
    .quad 9b
    .byte 0x0F, 0x01, 0xCA, 0, 0, 0, 0, 0
    .popsection
.endm

.text

/* ---- the stubs: 16 bytes each ---- */

.balign 16
.globl trap_stubs
trap_stubs:
.set vector, 0
.rept 256
    .balign 16
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
    pushq $0
    .endif
    pushq $vector
    .if vector == TRAP_NR_NMI || vector == TRAP_NR_DOUBLE || vector == TRAP_NR_MACHINE
    jmp paranoid_entry
    .elseif vector == TRAP_NR_DEBUG
    jmp debug_entry
    .else
    jmp trap_entry
    .endif
    .set vector, vector + 1
.endr
.balign 16

/* ---- exceptions and interrupts ---- */

trap_entry:
    cld
    PUSH_REGISTERS
    FORBID_USER_ACCESS
    testb $3, FRAME_CS(%rsp)
    jz 1f
    swapgs
2:  xorl %ebp, %ebp
    movq %rsp, %rdi
    movq FRAME_ORIG_RAX(%rsp), %rsi
    movq $-1, FRAME_ORIG_RAX(%rsp)
    call trap_from_user
    jmp trap_return_user

1:  cmpq $return_iretq, FRAME_RIP(%rsp)
    je iretq_failed
    movq %rsp, %rdi
    movq FRAME_ORIG_RAX(%rsp), %rsi
    movq $-1, FRAME_ORIG_RAX(%rsp)
    call trap_from_kernel
    POP_REGISTERS
    addq $16, %rsp
    iretq

/* Interrupts off, nothing left to do, rsp at a frame of user mode. */
.globl trap_return_user
trap_return_user:
    POP_REGISTERS
    addq $16, %rsp
    swapgs
.globl return_iretq
return_iretq:
    iretq

/*
 * The iretq above refused the frame (rip not canonical). The registers are the user's again, in the
 * frame just pushed; make it one with the refused five words and treat it as a fault of user mode.
 */
iretq_failed:
    swapgs
    movq %rsp, %rdi
    call iretq_failed_frame
    movq %rax, %rsp
    jmp 2b

/* ---- debug: from user mode on the thread's stack, from the kernel on its own ---- */

debug_entry:
    testb $3, 24(%rsp)                          /* vector, error code, rip, cs */
    jz paranoid_entry
    swapgs
    pushq %rax
    movq %rsp, %rax
    movq %gs:CPU_AREA_KERNEL_STACK, %rsp
    pushq 56(%rax)                              /* ss, rsp, rflags, cs, rip, error code, vector */
    pushq 48(%rax)
    pushq 40(%rax)
    pushq 32(%rax)
    pushq 24(%rax)
    pushq 16(%rax)
    pushq 8(%rax)
    movq (%rax), %rax
    cld
    PUSH_REGISTERS
    FORBID_USER_ACCESS
    jmp 2b

/* ---- stacks of their own ---- */

paranoid_entry:
    cld
    PUSH_REGISTERS
    FORBID_USER_ACCESS
    movl $MSR_GS_BASE, %ecx                     /* keep what was there in rbx */
    rdmsr
    movl %eax, %ebx
    shlq $32, %rdx
    orq %rdx, %rbx
    movq %rsp, %rdx                             /* this CPU's area: bottom of the stack */
    andq $-IST_STACK_SIZE, %rdx
    movq (%rdx), %rdx
    movl %edx, %eax
    shrq $32, %rdx
    wrmsr
    movq %rsp, %rdi
    movq FRAME_ORIG_RAX(%rsp), %rsi
    movq $-1, FRAME_ORIG_RAX(%rsp)
    call trap_on_own_stack
    movl $MSR_GS_BASE, %ecx
    movl %ebx, %eax
    movq %rbx, %rdx
    shrq $32, %rdx
    wrmsr
    POP_REGISTERS
    addq $16, %rsp
    iretq

/* ---- system calls ---- */

.globl syscall_entry
syscall_entry:
    swapgs
    movq %rsp, %gs:CPU_AREA_USER_STACK
    movq %gs:CPU_AREA_KERNEL_STACK, %rsp
    pushq $USER_SS
    pushq %gs:CPU_AREA_USER_STACK
    pushq %r11
    pushq $USER_CS
    pushq %rcx
    pushq $0
    pushq %rax
    PUSH_REGISTERS
    rdtsc                                       /* user time ends: see struct arch_thread */
    shlq $32, %rdx
    orq %rdx, %rax
    movq %gs:CPU_AREA_CURRENT, %rbx
    addq %rax, THREAD_USER_CYCLES(%rbx)
    xorl %ebp, %ebp
    movq FRAME_RDX(%rsp), %rdx                  /* the arguments are where C expects them, but the fourth */
    movq %r10, %rcx
    call *(arch_upcalls + UPCALL_SYSCALL)
    movq %rax, FRAME_RAX(%rsp)
    cli
    testl $ARCH_THREAD_RETURN_WORK, THREAD_FLAGS(%rbx)
    jnz syscall_return_slowly
    cmpl $0, %gs:CPU_AREA_PREEMPT_COUNT         /* bit 31 clear: a switch is wanted */
    jns syscall_return_slowly
    movq FRAME_R11(%rsp), %r11                  /* rflags */
    testl $RFLAGS_TF, %r11d
    jnz syscall_return_slowly
    rdtsc                                       /* user time begins */
    shlq $32, %rdx
    orq %rdx, %rax
    subq %rax, THREAD_USER_CYCLES(%rbx)
    movq FRAME_RBP(%rsp), %rbp                  /* C has kept r12 to r15 */
    movq FRAME_RBX(%rsp), %rbx
    addq $FRAME_R10, %rsp
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx                                   /* rip */
    popq %rdx
    popq %rsi
    popq %rdi
    movq 40(%rsp), %rsp                         /* orig_rax, error code, rip, cs, rflags, rsp */
    swapgs
    sysretq

/*
 * sysret faults in the kernel when the address is not canonical, and it cannot restore TF. Whoever changes
 * the frame asks for return work (ARCH_THREAD_FULL_RETURN).
 */
syscall_return_slowly:
    movq %rsp, %rdi
    call return_to_user
    jmp trap_return_user

/* 32-bit system calls are not supported: the compatibility entry answers ENOSYS in rax. */
.globl syscall_entry_compat
syscall_entry_compat:
    movl $-38, %eax
    sysretl

/* ---- threads ---- */

/*
 * context_switch(&prev->stack_pointer, next->stack_pointer): the callee-saved registers go on the old
 * stack and come from the new one.
 */
.globl context_switch
context_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

/* First instructions of a kernel thread: entry in r12, argument in r13. */
.globl thread_first_kernel
thread_first_kernel:
    xorl %ebp, %ebp
    movq %r12, %rdi
    movq %r13, %rsi
    call thread_start_kernel                    /* returns when it has become a user thread */
    movq %gs:CPU_AREA_KERNEL_STACK, %rsp
    subq $FRAME_SIZE, %rsp
    jmp trap_return_user

/* First instructions of a user thread: its frame is at the top of the stack, right above. */
.globl thread_first_user
thread_first_user:
    xorl %ebp, %ebp
    movq %rsp, %rdi
    call thread_start_user
    jmp trap_return_user

/* trap_resume_user(frame): to user mode, from anywhere on the thread's stack. */
.globl trap_resume_user
trap_resume_user:
    movq %rdi, %rsp
    jmp trap_return_user

/* stack_switch_call(stack_top, function, argument): never returns. */
.globl stack_switch_call
stack_switch_call:
    movq %rdi, %rsp
    xorl %ebp, %ebp
    movq %rdx, %rdi
    pushq $0
    jmp *%rsi
