# Unit tests of the room kmem.
host_SOURCES += kernel/kmem/boot_memory.c
host_SOURCES += kernel/kmem/buddy.c
host_SOURCES += kernel/kmem/frame_census.c
host_SOURCES += kernel/kmem/frames.c
host_SOURCES += kernel/kmem/kernel_stack.c
host_SOURCES += kernel/kmem/kmalloc.c
host_SOURCES += kernel/kmem/kmem.c
host_SOURCES += kernel/kmem/page.c
host_SOURCES += kernel/kmem/slab.c
host_SOURCES += kernel/kmem/slab_object.c
host_SOURCES += kernel/kmem/vmalloc.c
host_SOURCES += kernel/kmem/zone.c

unit_tests += tests/unit/kmem/boot_memory
tests_unit_kmem_boot_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kmem_boot_memory_CFLAGS = $(UNIT_CFLAGS)
tests_unit_kmem_boot_memory_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/kmem/frames
tests_unit_kmem_frames_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kmem_frames_CFLAGS = $(UNIT_CFLAGS)
tests_unit_kmem_frames_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/kmem/pressure
tests_unit_kmem_pressure_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kmem_pressure_CFLAGS = $(UNIT_CFLAGS)
tests_unit_kmem_pressure_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/kmem/slab
tests_unit_kmem_slab_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kmem_slab_CFLAGS = $(UNIT_CFLAGS)
tests_unit_kmem_slab_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/kmem/kmalloc
tests_unit_kmem_kmalloc_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kmem_kmalloc_CFLAGS = $(UNIT_CFLAGS)
tests_unit_kmem_kmalloc_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/kmem/vmalloc
tests_unit_kmem_vmalloc_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kmem_vmalloc_CFLAGS = $(UNIT_CFLAGS)
tests_unit_kmem_vmalloc_LDADD = $(UNIT_LIBS)
