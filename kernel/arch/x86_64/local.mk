# Sources of the room arch/x86_64: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/boot_entry.S
quire_SOURCES += %D%/trampoline.S
quire_SOURCES += %D%/trap_entry.S
quire_SOURCES += %D%/memory_block.S
quire_SOURCES += %D%/user_copy_loop.S
quire_SOURCES += %D%/acpi_tables.c
quire_SOURCES += %D%/boot.c
quire_SOURCES += %D%/boot_info.c
quire_SOURCES += %D%/boot_multiboot2.c
quire_SOURCES += %D%/boot_pvh.c
quire_SOURCES += %D%/clock.c
quire_SOURCES += %D%/core_registers.c
quire_SOURCES += %D%/trace.c
quire_SOURCES += %D%/cpu_features.c
quire_SOURCES += %D%/cpu_start.c
quire_SOURCES += %D%/cpuinfo.c
quire_SOURCES += %D%/debug_registers.c
quire_SOURCES += %D%/descriptor_tables.c
quire_SOURCES += %D%/early_console.c
quire_SOURCES += %D%/early_memory.c
quire_SOURCES += %D%/exception_table.c
quire_SOURCES += %D%/fpu.c
quire_SOURCES += %D%/identity.c
quire_SOURCES += %D%/interrupt.c
quire_SOURCES += %D%/io_apic.c
quire_SOURCES += %D%/ipi.c
quire_SOURCES += %D%/kernel_map.c
quire_SOURCES += %D%/kernel_map_check.c
quire_SOURCES += %D%/lapic.c
quire_SOURCES += %D%/mmu.c
quire_SOURCES += %D%/page_fault.c
quire_SOURCES += %D%/pkey.c
quire_SOURCES += %D%/power.c
quire_SOURCES += %D%/pte.c
quire_SOURCES += %D%/rtc.c
quire_SOURCES += %D%/signal_frame.c
quire_SOURCES += %D%/smp.c
quire_SOURCES += %D%/resources.c
quire_SOURCES += %D%/stack_walk.c
quire_SOURCES += %D%/thread.c
quire_SOURCES += %D%/trap.c
quire_SOURCES += %D%/user_copy.c
# Pure arithmetic, the same on the host.
host_SOURCES += %D%/pte.c

# The vDSO: a shared object for user mode, embedded in the read-only data.
quire_SOURCES += %D%/vdso/vdso_map.c
quire_SOURCES += %D%/vdso/vdso_image.S
VDSO_CFLAGS = -std=gnu11 -O2 -fomit-frame-pointer -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector \
	-fcf-protection=none -fvisibility=default -fasynchronous-unwind-tables -Wall -Wextra -Werror \
	-Wl,-soname=linux-vdso.so.1 -Wl,--hash-style=both -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,max-page-size=4096 -Wl,-z,norelro

kernel/vdso.so: $(srcdir)/%D%/vdso/vdso.c $(srcdir)/%D%/vdso/vdso.ld $(srcdir)/%D%/vdso/vdso_data.h \
		$(srcdir)/%D%/asm.h
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(CC) $(KERNEL_CPPFLAGS) $(VDSO_CFLAGS) -T $(srcdir)/%D%/vdso/vdso.ld \
		-o $@ $(srcdir)/%D%/vdso/vdso.c

%D%/vdso/quire-vdso_image.$(OBJEXT): kernel/vdso.so
CLEANFILES += kernel/vdso.so
