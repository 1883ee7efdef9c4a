# Unit tests of the parts of vfs that need no machine.
host_SOURCES += kernel/vfs/record_lock.c

unit_tests += tests/unit/vfs/record_lock
tests_unit_vfs_record_lock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_vfs_record_lock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_vfs_record_lock_LDADD = $(UNIT_LIBS)
