# Unit tests of what is pure in arch/x86_64.
unit_tests += tests/unit/arch/pte tests/unit/arch/mmu_tags
tests_unit_arch_pte_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_arch_pte_CFLAGS = $(UNIT_CFLAGS)
tests_unit_arch_pte_LDADD = $(UNIT_LIBS)
tests_unit_arch_mmu_tags_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_arch_mmu_tags_CFLAGS = $(UNIT_CFLAGS)
