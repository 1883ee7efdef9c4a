/*
 * The first instructions: from a loader's 32-bit protected mode to boot_main in 64-bit mode.
 *
 * Two doors: Multiboot2 (GRUB) and PVH (qemu -kernel). Both come with paging off, flat segments and
 * ebx = physical address of the loader's information. The boot tables made here map the first 4 GiB
 * three times: at 0, in the direct map and (2 GiB of it) at the kernel's link address. boot_main
 * replaces them.
 */
#include "asm.h"

#define MULTIBOOT2_MAGIC     0xE85250D6
#define MULTIBOOT2_BOOTED    0x36D76289
#define PHYS(symbol)         ((symbol) - KERNEL_BASE)
#define COM1                 0x3F8

/* ---- what loaders look for ---- */

.section .boot.header, "a"
.balign 8
multiboot_header:
    .long MULTIBOOT2_MAGIC
    .long 0                                     /* i386 protected mode */
    .long multiboot_header_end - multiboot_header
    .long -(MULTIBOOT2_MAGIC + (multiboot_header_end - multiboot_header))
    /* information request: command line, loader, modules, memory map, framebuffer, ACPI */
    .balign 8
    .short 1, 1
    .long 8 + 4 * 7
    .long 1, 2, 3, 6, 8, 14, 15
    /* entry address */
    .balign 8
    .short 3, 0
    .long 12
    .long PHYS(boot_entry_multiboot2)
    /* framebuffer: any size, 32 bits; optional */
    .balign 8
    .short 5, 1
    .long 20
    .long 1024, 768, 32
    /* modules on page boundaries */
    .balign 8
    .short 6, 0
    .long 8
    /* end */
    .balign 8
    .short 0, 0
    .long 8
multiboot_header_end:

.section .note.Xen, "a", @note
.balign 4
    .long 4, 4, 18                              /* name size, description size, XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long PHYS(boot_entry_pvh)

/* ---- 32-bit code ---- */

.section .boot.text, "ax"
.code32
.globl boot_entry_multiboot2
boot_entry_multiboot2:
    cli
    cmpl $MULTIBOOT2_BOOTED, %eax
    movl $PHYS(message_loader), %esi
    jne boot_refuse
    movl $BOOT_BY_MULTIBOOT2, %edi
    jmp boot_common

.globl boot_entry_pvh
boot_entry_pvh:
    cli
    movl $BOOT_BY_PVH, %edi

/* edi: which door, ebx: the loader's information */
boot_common:
    cld
    movl $PHYS(boot_stack_end), %esp
    movl %ebx, %ebp

    movl $0x80000000, %eax
    cpuid
    movl $PHYS(message_long_mode), %esi
    cmpl $0x80000001, %eax
    jb boot_refuse
    movl $0x80000001, %eax
    cpuid
    btl $29, %edx                               /* long mode */
    jnc boot_refuse
    xorl %esi, %esi
    btl $20, %edx                               /* no-execute */
    adcl $0, %esi                               /* esi: 1 when there is NX */

    /* Four page directories of 2 MiB pages: present, writable, huge. */
    pushl %edi
    movl $PHYS(boot_directories), %edi
    movl $0x83, %eax
    xorl %edx, %edx
    movl $2048, %ecx
1:  movl %eax, (%edi)
    movl %edx, 4(%edi)
    addl $0x200000, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b
    popl %edi

    movl $PHYS(boot_directories) + 0x0003, PHYS(boot_table_low)
    movl $PHYS(boot_directories) + 0x1003, PHYS(boot_table_low) + 8
    movl $PHYS(boot_directories) + 0x2003, PHYS(boot_table_low) + 16
    movl $PHYS(boot_directories) + 0x3003, PHYS(boot_table_low) + 24
    movl $PHYS(boot_directories) + 0x0003, PHYS(boot_table_high) + 510 * 8
    movl $PHYS(boot_directories) + 0x1003, PHYS(boot_table_high) + 511 * 8
    movl $PHYS(boot_table_low) + 3, PHYS(boot_root)
    movl $PHYS(boot_table_low) + 3, PHYS(boot_root) + DIRECT_MAP_INDEX * 8
    movl $PHYS(boot_table_high) + 3, PHYS(boot_root) + 511 * 8

    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $PHYS(boot_root), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $(EFER_LME | EFER_SCE), %eax
    testl %esi, %esi
    jz 2f
    orl $EFER_NXE, %eax
2:  wrmsr
    movl $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
    movl %eax, %cr0
    lgdt PHYS(boot_gdt_pointer)
    ljmp $KERNEL_CS, $PHYS(boot_long_mode)

/* esi: message. On the serial port and on the text screen, then stop. */
boot_refuse:
    movl $PHYS(boot_stack_end), %esp
    movl $0xB8000, %edi
    movw $(COM1 + 1), %dx                       /* 115200 8N1, no interrupts */
    xorb %al, %al
    outb %al, %dx
    movw $(COM1 + 3), %dx
    movb $0x80, %al
    outb %al, %dx
    movw $COM1, %dx
    movb $1, %al
    outb %al, %dx
    movw $(COM1 + 1), %dx
    xorb %al, %al
    outb %al, %dx
    movw $(COM1 + 3), %dx
    movb $3, %al
    outb %al, %dx
3:  lodsb
    testb %al, %al
    jz 5f
    movb %al, (%edi)
    movb $0x07, 1(%edi)
    addl $2, %edi
    movb %al, %bl
    movw $(COM1 + 5), %dx
    movl $100000, %ecx
4:  inb %dx, %al
    testb $0x20, %al
    loopz 4b
    movw $COM1, %dx
    movb %bl, %al
    outb %al, %dx
    jmp 3b
5:  cli
    hlt
    jmp 5b

message_long_mode:
    .asciz "\r\nQuire needs a 64-bit x86 processor; this one has no long mode.\r\n"
message_loader:
    .asciz "\r\nQuire was not started by a Multiboot2 loader.\r\n"

/* ---- 64-bit code ---- */

.code64
boot_long_mode:
    movq $boot_high, %rax
    jmp *%rax
boot_high:
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movq $percpu_start, %rdx
    movl %edx, %eax
    shrq $32, %rdx
    movl $MSR_GS_BASE, %ecx
    wrmsr
    movq $boot_stack_end, %rsp
    movl %edi, %edi
    movl %ebp, %esi
    xorl %ebp, %ebp
    pushq %rbp
    call boot_main
    ud2

.section .rodata
.balign 8
boot_gdt:
    .quad 0
    .quad 0x00AF9B000000FFFF                    /* kernel code, 64 bits */
    .quad 0x00CF93000000FFFF                    /* kernel data */
boot_gdt_pointer:
    .short boot_gdt_pointer - boot_gdt - 1
    .long PHYS(boot_gdt)

.section .bss
.balign 4096
.globl boot_root
boot_root:
    .skip 4096
boot_table_low:
    .skip 4096
boot_table_high:
    .skip 4096
boot_directories:
    .skip 4 * 4096
boot_stack:
    .skip 16384
boot_stack_end:
