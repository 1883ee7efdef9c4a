# The kernel: every room's sources linked into build/kernel/quire.elf.
#
# quire_SOURCES is filled by the rooms. The link runs through tools/link-kernel, which embeds the
# table of symbols that a panic prints its backtrace with.

EXTRA_PROGRAMS = kernel/quire
kernel_quire_SOURCES = $(quire_SOURCES)

KERNEL_CPPFLAGS = $(KERNEL_VARIANT) -nostdinc -isystem $(CC_INCLUDE) \
	-I $(srcdir)/kernel/include -I $(srcdir)/kernel/arch/x86_64/include -I kernel

# What any code in the kernel needs, our own or not. Functions with an array of bytes have a canary;
# -fstack-protector-strong gives one to each whose variable has its address taken, which costs 2 to 4 %
# of a system call's instructions.
KERNEL_MACHINE_CFLAGS = -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone \
	-mgeneral-regs-only -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
	-fstack-protector --param=ssp-buffer-size=4 -mstack-protector-guard=global -fcf-protection=none \
	-fno-strict-aliasing -fno-common -ftrivial-auto-var-init=zero

KERNEL_CFLAGS = $(KERNEL_MACHINE_CFLAGS) \
	-Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla

kernel_quire_CPPFLAGS = $(KERNEL_CPPFLAGS)
kernel_quire_CFLAGS = $(KERNEL_CFLAGS)
kernel_quire_CCASFLAGS = -g -fno-pic -fno-pie -mcmodel=kernel -Wa,--noexecstack

# The user's CFLAGS (-fPIE, -march ...) are for host programs; the kernel listens to KCFLAGS.
$(kernel_quire_OBJECTS): override CFLAGS = $(KCFLAGS)
$(kernel_quire_OBJECTS): override CPPFLAGS =
$(kernel_quire_OBJECTS): override CCASFLAGS = $(KASFLAGS)

KERNEL_LINK_SCRIPT = $(srcdir)/kernel/arch/x86_64/link.ld

AM_V_KLINK = $(AM_V_KLINK_@AM_V@)
AM_V_KLINK_ = $(AM_V_KLINK_@AM_DEFAULT_V@)
AM_V_KLINK_0 = @echo "  KLINK   " $@;

# Third-party code, compiled by its own rules into one object each.
KERNEL_FOREIGN_OBJECTS = $(LWIP)/lwip.o

kernel/quire.elf: $(kernel_quire_OBJECTS) $(KERNEL_FOREIGN_OBJECTS) $(KERNEL_LINK_SCRIPT) $(srcdir)/tools/link-kernel
	@$(MKDIR_P) $(@D)
	$(AM_V_KLINK)CC="$(CC)" NM="$(NM)" AWK="$(AWK)" $(srcdir)/tools/link-kernel $@ \
		$(KERNEL_LINK_SCRIPT) $(kernel_quire_OBJECTS) $(KERNEL_FOREIGN_OBJECTS)

# Compiles the kernel without linking it.
kernel-objects: $(kernel_quire_OBJECTS)
.PHONY: kernel-objects

noinst_DATA += kernel/quire.elf
CLEANFILES += kernel/quire.elf kernel/symbols.S
include kernel/arch/x86_64/local.mk
include kernel/lib/local.mk
include kernel/kern/local.mk
include kernel/kmem/local.mk
include kernel/sched/local.mk
include kernel/time/local.mk
include kernel/mm/local.mk
include kernel/vfs/local.mk
include kernel/proc/local.mk
include kernel/signal/local.mk
include kernel/ipc/local.mk
include kernel/fs/local.mk
include kernel/drivers/local.mk
include kernel/net/local.mk
include kernel/net/inet/local.mk
include kernel/syscall/local.mk
include kernel/init/local.mk
