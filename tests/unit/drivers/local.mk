# Unit tests of the parts of drivers that need no machine.
host_SOURCES += kernel/drivers/tty/line_input.c
host_SOURCES += kernel/drivers/tty/line_output.c
host_SOURCES += kernel/drivers/video/font.c
host_SOURCES += kernel/drivers/video/terminal_control.c
host_SOURCES += kernel/drivers/video/terminal_parse.c
host_SOURCES += kernel/drivers/video/terminal_screen.c
host_SOURCES += kernel/drivers/input/keymap.c

unit_tests += tests/unit/drivers/line
tests_unit_drivers_line_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_drivers_line_CFLAGS = $(UNIT_CFLAGS)
tests_unit_drivers_line_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/drivers/terminal
tests_unit_drivers_terminal_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_drivers_terminal_CFLAGS = $(UNIT_CFLAGS)
tests_unit_drivers_terminal_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/drivers/font
tests_unit_drivers_font_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_drivers_font_CFLAGS = $(UNIT_CFLAGS)
tests_unit_drivers_font_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/drivers/keymap
tests_unit_drivers_keymap_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_drivers_keymap_CFLAGS = $(UNIT_CFLAGS)
tests_unit_drivers_keymap_LDADD = $(UNIT_LIBS)
