# The hybrid ISO, and QEMU on it.

AM_V_ISO = $(AM_V_ISO_@AM_V@)
AM_V_ISO_ = $(AM_V_ISO_@AM_DEFAULT_V@)
AM_V_ISO_0 = @echo "  ISO     " $@;

iso/quire.iso: kernel/quire.elf userland/initramfs.cpio $(srcdir)/iso/grub.cfg $(srcdir)/iso/make-iso
	@$(MKDIR_P) $(@D)
	$(AM_V_ISO)$(srcdir)/iso/make-iso $@ kernel/quire.elf userland/initramfs.cpio \
		"console=tty0 console=ttyS0"

iso: iso/quire.iso
run: iso/quire.iso
	$(srcdir)/quire boot --built
.PHONY: iso run

CLEANFILES += iso/quire.iso iso/quire.iso.log
