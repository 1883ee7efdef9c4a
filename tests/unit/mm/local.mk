# Unit tests of the room mm, with the fake memory management unit.
host_SOURCES += \
	tests/unit/fake/mmu.c \
	tests/unit/fake/sleep.c \
	tests/unit/fake/trial.c
host_SOURCES += kernel/mm/access.c
host_SOURCES += kernel/mm/account.c
host_SOURCES += kernel/mm/anon_family.c
host_SOURCES += kernel/mm/audit.c
host_SOURCES += kernel/mm/audit_areas.c
host_SOURCES += kernel/mm/audit_frames.c
host_SOURCES += kernel/mm/audit_tables.c
host_SOURCES += kernel/mm/batch.c
host_SOURCES += kernel/mm/brk.c
host_SOURCES += kernel/mm/detach.c
host_SOURCES += kernel/mm/diagnose.c
host_SOURCES += kernel/mm/dump.c
host_SOURCES += kernel/mm/commit.c
host_SOURCES += kernel/mm/clear_refs.c
host_SOURCES += kernel/mm/cold.c
host_SOURCES += kernel/mm/collapse.c
host_SOURCES += kernel/mm/fault.c
host_SOURCES += kernel/mm/fault_around.c
host_SOURCES += kernel/mm/fault_huge.c
host_SOURCES += kernel/mm/fault_install.c
host_SOURCES += kernel/mm/fault_hugetlb.c
host_SOURCES += kernel/mm/hugetlb_area.c
host_SOURCES += kernel/mm/hugetlb_object.c
host_SOURCES += kernel/mm/hugetlb_pool.c
host_SOURCES += kernel/mm/frame_users.c
host_SOURCES += kernel/mm/init.c
host_SOURCES += kernel/mm/layout.c
host_SOURCES += kernel/mm/lazy_free.c
host_SOURCES += kernel/mm/madvise.c
host_SOURCES += kernel/mm/maps.c
host_SOURCES += kernel/mm/mincore.c
host_SOURCES += kernel/mm/page_map.c
host_SOURCES += kernel/mm/mlock.c
host_SOURCES += kernel/mm/mm.c
host_SOURCES += kernel/mm/mmap.c
host_SOURCES += kernel/mm/mprotect.c
host_SOURCES += kernel/mm/mremap.c
host_SOURCES += kernel/mm/msync.c
host_SOURCES += kernel/mm/munmap.c
host_SOURCES += kernel/mm/object.c
host_SOURCES += kernel/mm/object_drop.c
host_SOURCES += kernel/mm/object_io.c
host_SOURCES += kernel/mm/object_truncate.c
host_SOURCES += kernel/mm/page_busy.c
host_SOURCES += kernel/mm/pkey.c
host_SOURCES += kernel/mm/placement.c
host_SOURCES += kernel/mm/populate.c
host_SOURCES += kernel/mm/pt_copy.c
host_SOURCES += kernel/mm/pt_guard.c
host_SOURCES += kernel/mm/pt_huge.c
host_SOURCES += kernel/mm/pt_move.c
host_SOURCES += kernel/mm/pt_protect.c
host_SOURCES += kernel/mm/pt_walk.c
host_SOURCES += kernel/mm/pt_zap.c
host_SOURCES += kernel/mm/reap.c
host_SOURCES += kernel/mm/reclaim.c
host_SOURCES += kernel/mm/settings.c
host_SOURCES += kernel/mm/remap_file_pages.c
host_SOURCES += kernel/mm/shmem.c
host_SOURCES += kernel/mm/stack.c
host_SOURCES += kernel/mm/table.c
host_SOURCES += kernel/mm/thp.c
host_SOURCES += kernel/mm/usage.c
host_SOURCES += kernel/mm/userfault.c
host_SOURCES += kernel/mm/userfault_area.c
host_SOURCES += kernel/mm/vma.c
host_SOURCES += kernel/mm/vma_tree.c
host_SOURCES += kernel/mm/write_exec.c

MM_CPPFLAGS = $(UNIT_CPPFLAGS) -I $(srcdir)/kernel/mm
MM_SETUP = tests/unit/mm/setup.c tests/unit/mm/store.c

unit_tests += tests/unit/mm/detach
tests_unit_mm_detach_SOURCES = %D%/detach.c $(MM_SETUP)
tests_unit_mm_detach_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_detach_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_detach_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/fork
tests_unit_mm_fork_SOURCES = %D%/fork.c $(MM_SETUP)
tests_unit_mm_fork_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_fork_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_fork_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/model
tests_unit_mm_model_SOURCES = %D%/model.c %D%/model_steps.c %D%/store.c
tests_unit_mm_model_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_model_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_model_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/failure
tests_unit_mm_failure_SOURCES = %D%/failure.c $(MM_SETUP)
tests_unit_mm_failure_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_failure_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_failure_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/mapping
tests_unit_mm_mapping_SOURCES = %D%/mapping.c $(MM_SETUP)
tests_unit_mm_mapping_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_mapping_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_mapping_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/memory
tests_unit_mm_memory_SOURCES = %D%/memory.c $(MM_SETUP)
tests_unit_mm_memory_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_memory_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_memory_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/object
tests_unit_mm_object_SOURCES = %D%/object.c $(MM_SETUP)
tests_unit_mm_object_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_object_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_object_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/tree
tests_unit_mm_tree_SOURCES = %D%/tree.c $(MM_SETUP)
tests_unit_mm_tree_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_tree_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_tree_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/audit
tests_unit_mm_audit_SOURCES = %D%/audit.c $(MM_SETUP)
tests_unit_mm_audit_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_audit_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_audit_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/lazy
tests_unit_mm_lazy_SOURCES = %D%/lazy.c $(MM_SETUP)
tests_unit_mm_lazy_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_lazy_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_lazy_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/lock
tests_unit_mm_lock_SOURCES = %D%/lock.c $(MM_SETUP)
tests_unit_mm_lock_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_lock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_lock_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/hostile
tests_unit_mm_hostile_SOURCES = %D%/hostile.c $(MM_SETUP)
tests_unit_mm_hostile_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_hostile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_hostile_LDADD = $(UNIT_LIBS)


unit_tests += tests/unit/mm/counts
tests_unit_mm_counts_SOURCES = %D%/counts.c $(MM_SETUP)
tests_unit_mm_counts_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_counts_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_counts_LDADD = $(UNIT_LIBS)
unit_tests += tests/unit/mm/limits
tests_unit_mm_limits_SOURCES = %D%/limits.c $(MM_SETUP)
tests_unit_mm_limits_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_limits_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_limits_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/huge
tests_unit_mm_huge_SOURCES = %D%/huge.c $(MM_SETUP)
tests_unit_mm_huge_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_huge_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_huge_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/hugetlb
tests_unit_mm_hugetlb_SOURCES = %D%/hugetlb.c $(MM_SETUP)
tests_unit_mm_hugetlb_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_hugetlb_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_hugetlb_LDADD = $(UNIT_LIBS)

unit_tests += tests/unit/mm/userfault
tests_unit_mm_userfault_SOURCES = %D%/userfault.c $(MM_SETUP)
tests_unit_mm_userfault_CPPFLAGS = $(MM_CPPFLAGS)
tests_unit_mm_userfault_CFLAGS = $(UNIT_CFLAGS)
tests_unit_mm_userfault_LDADD = $(UNIT_LIBS)
