/* The built shared object, in whole pages of the read-only data. */
.section .rodata
.balign 4096
.globl vdso_image_start, vdso_image_end
vdso_image_start:
    .incbin "kernel/vdso.so"
vdso_image_end:
.balign 4096
