/*
 * memcpy and memset with string instructions, in place of the weak functions of kernel/lib/memory.c:
 * words first, then the bytes that are left. A frame is cleared or copied by one instruction.
 *
 * => the direction flag is clear, as the ABI says; rdi, rsi, rdx as for any function
 */
    .text

    .globl memcpy
    .type memcpy, @function
memcpy:
    movq %rdi, %rax
    movq %rdx, %rcx
    shrq $3, %rcx
    rep movsq
    andl $7, %edx
    jnz 1f
    ret
1:  movl %edx, %ecx
    rep movsb
    ret
    .size memcpy, . - memcpy

    .globl memset
    .type memset, @function
memset:
    movq %rdi, %r8
    movzbl %sil, %eax
    movabsq $0x0101010101010101, %rcx
    imulq %rcx, %rax
    movq %rdx, %rcx
    shrq $3, %rcx
    rep stosq
    andl $7, %edx
    jz 1f
    movl %edx, %ecx
    rep stosb
1:  movq %r8, %rax
    ret
    .size memset, . - memset

    .section .note.GNU-stack, "", @progbits
