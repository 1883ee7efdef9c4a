/* The console font's file, as tools/fetch-font left it in the build folder. */
    .section .rodata
    .balign 16
    .globl console_font_start, console_font_end
console_font_start:
    .incbin "kernel/drivers/video/console_font.psf"
console_font_end:
