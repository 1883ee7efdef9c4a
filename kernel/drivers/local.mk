# Sources of the room drivers: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/acpi/power.c
quire_SOURCES += %D%/interrupt/interrupt.c
quire_SOURCES += %D%/char/memory.c
quire_SOURCES += %D%/char/userfaultfd.c
quire_SOURCES += %D%/char/random.c
quire_SOURCES += %D%/char/kmsg.c
quire_SOURCES += %D%/tty/line_input.c
quire_SOURCES += %D%/tty/line_output.c
quire_SOURCES += %D%/tty/tty_core.c
quire_SOURCES += %D%/tty/tty_io.c
quire_SOURCES += %D%/tty/tty_ioctl.c
quire_SOURCES += %D%/tty/tty_job.c
quire_SOURCES += %D%/tty/tty_open.c
quire_SOURCES += %D%/tty/console_choice.c
quire_SOURCES += %D%/tty/pts_filesystem.c
quire_SOURCES += %D%/tty/pty.c
quire_SOURCES += %D%/serial/serial.c
quire_SOURCES += %D%/video/terminal_screen.c
quire_SOURCES += %D%/video/terminal_control.c
quire_SOURCES += %D%/video/terminal_parse.c
quire_SOURCES += %D%/video/font.c
quire_SOURCES += %D%/video/font_data.S
quire_SOURCES += %D%/video/framebuffer.c
quire_SOURCES += %D%/video/virtual_terminal.c
quire_SOURCES += %D%/input/keymap.c
quire_SOURCES += %D%/input/keyboard.c

# The console font, embedded by font_data.S.
kernel/drivers/video/console_font.psf: $(srcdir)/tools/fetch-font
	@$(MKDIR_P) $(@D)
	$(srcdir)/tools/fetch-font $@ $(CONSOLE_FONT)

kernel/drivers/video/quire-font_data.$(OBJEXT): kernel/drivers/video/console_font.psf
CLEANFILES += kernel/drivers/video/console_font.psf
