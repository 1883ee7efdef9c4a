# entry: the smallest PVH kernel. It prints the time-stamp counter at its first instruction as 16
# hexadecimal digits and leaves QEMU: what the firmware costs before any kernel runs.

    .section .note.pvh, "a", @note
    .long 4, 4, 18
    .asciz "Xen"
    .long start

    .text
    .code32
    .globl start
start:
    rdtsc
    mov %eax, %ebx
    mov %edx, %eax
    call print
    mov %ebx, %eax
    call print
    mov $'\n', %al
    call put
    mov $0x10, %al
    out %al, $0xf4
halt:
    hlt
    jmp halt

# print %eax, most significant digit first
print:
    mov $8, %ecx
1:  rol $4, %eax
    mov %eax, %esi
    and $15, %al
    add $'0', %al
    cmp $'9', %al
    jbe 2f
    add $'a' - '0' - 10, %al
2:  call put
    mov %esi, %eax
    loop 1b
    ret

put:
    mov $0x3f8, %dx
    out %al, %dx
    ret
