# Unit tests of the room lib.
host_SOURCES += kernel/lib/bitmap.c
host_SOURCES += kernel/lib/bpf.c
host_SOURCES += kernel/lib/cpio.c
host_SOURCES += kernel/lib/memory.c
host_SOURCES += kernel/lib/parse.c
host_SOURCES += kernel/lib/printf.c
host_SOURCES += kernel/lib/radix_tree.c
host_SOURCES += kernel/lib/random.c
host_SOURCES += kernel/lib/rbtree.c
host_SOURCES += kernel/lib/sort.c
host_SOURCES += kernel/lib/string.c

unit_tests += tests/unit/lib/list
tests_unit_lib_list_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_list_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_list_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/rbtree
tests_unit_lib_rbtree_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_rbtree_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_rbtree_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/interval_tree
tests_unit_lib_interval_tree_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_interval_tree_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_interval_tree_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/radix_tree
tests_unit_lib_radix_tree_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_radix_tree_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_radix_tree_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/bitmap
tests_unit_lib_bitmap_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_bitmap_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_bitmap_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/string
tests_unit_lib_string_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_string_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_string_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/printf
tests_unit_lib_printf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_printf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_printf_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/bpf
tests_unit_lib_bpf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_bpf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_bpf_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/parse
tests_unit_lib_parse_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_parse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_parse_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/random
tests_unit_lib_random_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_random_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_random_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/sort
tests_unit_lib_sort_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_sort_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_sort_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/cpio
tests_unit_lib_cpio_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_cpio_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_cpio_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/lib/atomic
tests_unit_lib_atomic_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lib_atomic_CFLAGS = $(UNIT_CFLAGS)
tests_unit_lib_atomic_LDADD = $(UNIT_LIBS)
