# User programs: BusyBox, our own few, and the initramfs made of them.

SYSROOT_CC = sysroot/bin/x86_64-quire-linux-musl-gcc

AM_V_BUSYBOX = $(AM_V_BUSYBOX_@AM_V@)
AM_V_BUSYBOX_ = $(AM_V_BUSYBOX_@AM_DEFAULT_V@)
AM_V_BUSYBOX_0 = @echo "  BUSYBOX  userland/busybox";

AM_V_CPIO = $(AM_V_CPIO_@AM_V@)
AM_V_CPIO_ = $(AM_V_CPIO_@AM_DEFAULT_V@)
AM_V_CPIO_0 = @echo "  CPIO    " $@;

AM_V_USERCC = $(AM_V_USERCC_@AM_V@)
AM_V_USERCC_ = $(AM_V_USERCC_@AM_DEFAULT_V@)
AM_V_USERCC_0 = @echo "  USERCC  " $@;

userland/busybox.stamp: sysroot.stamp libc-port/sources userland/build-busybox
	@$(MKDIR_P) $(@D)
	+$(AM_V_BUSYBOX)tarball=`$(srcdir)/libc-port/fetch-source busybox $(BUSYBOX_SOURCE)` && \
	MAKE="$(MAKE)" $(srcdir)/userland/build-busybox "$$tarball" userland/busybox sysroot \
		>userland/busybox.log 2>&1 || { tail -n 20 userland/busybox.log; exit 1; }
	@touch $@

userland/initramfs.cpio: userland/busybox.stamp $(srcdir)/userland/initramfs.list $(srcdir)/tools/mkcpio \
		$(srcdir)/tests/lib/newc.py $(srcdir)/userland/root/etc $(wildcard $(srcdir)/userland/root/etc/*)
	$(AM_V_CPIO)$(PYTHON3) $(srcdir)/tools/mkcpio $@ $(srcdir)/userland/initramfs.list \
		SOURCE=$(srcdir) BUILD=.

# The first process of ./quire run.
userland/run-init: userland/run-init.c sysroot.stamp
	@$(MKDIR_P) $(@D)
	$(AM_V_USERCC)$(SYSROOT_CC) -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o $@ $<

noinst_DATA += userland/initramfs.cpio userland/run-init
CLEANFILES += userland/initramfs.cpio userland/run-init userland/busybox.stamp userland/busybox.log
CLEAN_FOLDERS += userland/busybox
