/*
 * Where other CPUs start: a page below 1 MiB, entered in real mode by the startup IPI.
 *
 * smp.c copies [trampoline_start, trampoline_end) to the start of the page and fills in the words at
 * its end. The code runs wherever the page is; its addresses are relative to the page's start. The
 * tables it loads map this page at its own address and the kernel; after the jump to the kernel they
 * are not used again.
 */
#include "asm.h"

#define OFFSET(symbol) ((symbol) - trampoline_start)

.section .rodata
.balign 16
.code16
.globl trampoline_start
trampoline_start:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    movzwl %ax, %ebx
    shll $4, %ebx                               /* ebx: address of the page */
    leal OFFSET(trampoline_gdt)(%ebx), %eax
    movl %eax, OFFSET(trampoline_gdt_pointer) + 2
    leal OFFSET(trampoline_32)(%ebx), %eax
    movl %eax, OFFSET(trampoline_jump)
    lgdtl OFFSET(trampoline_gdt_pointer)
    movl $CR0_PE, %eax
    movl %eax, %cr0
    ljmpl *OFFSET(trampoline_jump)

.code32
trampoline_32:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %ss
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl OFFSET(trampoline_root)(%ebx), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl OFFSET(trampoline_efer)(%ebx), %eax
    wrmsr
    movl $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
    movl %eax, %cr0
    leal OFFSET(trampoline_64)(%ebx), %eax
    movl %eax, OFFSET(trampoline_jump_64)(%ebx)
    ljmpl *OFFSET(trampoline_jump_64)(%ebx)

.code64
trampoline_64:
    movl %ebx, %ebx
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movl OFFSET(trampoline_area)(%rbx), %eax
    movl OFFSET(trampoline_area) + 4(%rbx), %edx
    movl $MSR_GS_BASE, %ecx
    wrmsr
    movq OFFSET(trampoline_stack)(%rbx), %rsp
    xorl %ebp, %ebp
    pushq %rbp
    movq OFFSET(trampoline_entry)(%rbx), %rax
    jmp *%rax

.balign 8
trampoline_gdt:
    .quad 0
    .quad 0x00CF9B000000FFFF                    /* 0x08: 32-bit code */
    .quad 0x00CF93000000FFFF                    /* 0x10: data */
    .quad 0x00AF9B000000FFFF                    /* 0x18: 64-bit code */
trampoline_gdt_pointer:
    .short trampoline_gdt_pointer - trampoline_gdt - 1
    .long 0
trampoline_jump:
    .long 0
    .short 0x08
trampoline_jump_64:
    .long 0
    .short 0x18
.balign 8
/* struct trampoline_words in smp.c */
.globl trampoline_words
trampoline_words:
trampoline_root:
    .quad 0
trampoline_efer:
    .quad 0
trampoline_area:
    .quad 0
trampoline_stack:
    .quad 0
trampoline_entry:
    .quad 0
.globl trampoline_end
trampoline_end:
