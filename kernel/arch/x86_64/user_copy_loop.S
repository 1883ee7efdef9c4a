/*
 * The loops that touch user memory: eight bytes at a time, then single bytes. A fault in the first loop
 * goes on in the second, which faults again at the exact byte; each returns the bytes it did not reach.
 */
#include "asm.h"
#include "exception_table.h"

.macro USER_ACCESS last_byte
9:  .byte 0x0F, 0x1F, 0x00
    .pushsection .smap_patch, "a"
    .quad 9b
    .byte 0x0F, 0x01, \last_byte, 0, 0, 0, 0, 0
    .popsection
.endm
.macro ALLOW_USER_ACCESS
    USER_ACCESS 0xCB
.endm
.macro FORBID_USER_ACCESS
    USER_ACCESS 0xCA
.endm

/* rdi: to, rsi: from (for stores rax: zero), rdx: length */
.macro COPY_LOOPS name, words, bytes, kind
.globl \name
\name:
    ALLOW_USER_ACCESS
    movq %rdx, %rcx
    shrq $3, %rcx
1:  rep \words
    movl %edx, %ecx
    andl $7, %ecx
2:  rep \bytes
    FORBID_USER_ACCESS
    movq %rcx, %rax
    ret
3:  andl $7, %edx
    leaq (%rdx, %rcx, 8), %rcx
    jmp 2b
4:  FORBID_USER_ACCESS
    movq %rcx, %rax
    ret
    EXCEPTION_ENTRY 1b, 3b, \kind
    EXCEPTION_ENTRY 2b, 4b, \kind
.endm

.text
COPY_LOOPS user_copy_loop, movsq, movsb, EXCEPTION_FAULT
COPY_LOOPS user_copy_loop_nofault, movsq, movsb, EXCEPTION_NOFAULT

.globl user_clear_loop
user_clear_loop:                                /* rdi: to, rsi: length */
    movq %rsi, %rdx
    xorl %eax, %eax
    jmp user_store_loop
COPY_LOOPS user_store_loop, stosq, stosb, EXCEPTION_FAULT
