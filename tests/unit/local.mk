# Host unit tests, built with ASan and UBSan and run by `make check` (alone: `make units`).
#
# host_SOURCES (tests/unit/libkernel.a): kernel sources compiled for the host, with the fake machine.
#   A room adds    host_SOURCES += kernel/ROOM/FILE.c   in tests/unit/ROOM/local.mk
# unit_tests: the programs. For the test tests/unit/ROOM/NAME.c write in tests/unit/ROOM/local.mk
#   unit_tests += tests/unit/ROOM/NAME
#   tests_unit_ROOM_NAME_CPPFLAGS = $(UNIT_CPPFLAGS)
#   tests_unit_ROOM_NAME_CFLAGS = $(UNIT_CFLAGS)
#   tests_unit_ROOM_NAME_LDADD = $(UNIT_LIBS)
# (add tests_unit_ROOM_NAME_SOURCES when it has more than the one source) and include that local.mk
# at the end of this file. A program passes when it exits 0.

unit_tests =
include tests/unit/fake/local.mk
include tests/unit/lib/local.mk
include tests/unit/kmem/local.mk
include tests/unit/sched/local.mk
include tests/unit/time/local.mk
include tests/unit/mm/local.mk
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

UNIT_CPPFLAGS = -DQUIRE_DEBUG -I $(srcdir)/tests/unit/fake/include -I $(srcdir)/kernel/include \
	-I $(srcdir)/kernel/arch/x86_64/include -I $(srcdir)/tests/unit
UNIT_CFLAGS = -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing $(SANITIZERS) \
	-Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla
UNIT_LIBS = tests/unit/libkernel.a

check_LIBRARIES += tests/unit/libkernel.a
tests_unit_libkernel_a_SOURCES = $(host_SOURCES)
tests_unit_libkernel_a_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_libkernel_a_CFLAGS = $(UNIT_CFLAGS)

# Only the unit tests, without building the kernel first.
units: $(check_LIBRARIES) $(check_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS
.PHONY: units

include tests/unit/arch/local.mk
include tests/unit/vfs/local.mk
include tests/unit/drivers/local.mk
