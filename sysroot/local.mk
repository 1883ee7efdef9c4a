# build/sysroot: what a program for Quire is compiled with. musl comes from libc-port; this adds the
# Linux user headers and the tools x86_64-quire-linux-musl-*. The tree can be moved anywhere.

AM_V_SYSROOT = $(AM_V_SYSROOT_@AM_V@)
AM_V_SYSROOT_ = $(AM_V_SYSROOT_@AM_DEFAULT_V@)
AM_V_SYSROOT_0 = @echo "  SYSROOT  sysroot";

sysroot.stamp: libc-port/musl.stamp sysroot/install sysroot/quire-tool sysroot/quire.specs \
		sysroot/toolchain.cmake sysroot/meson.cross sysroot/config.site
	$(AM_V_SYSROOT)$(srcdir)/sysroot/install sysroot
	@touch $@

noinst_DATA += sysroot.stamp
CLEANFILES += sysroot.stamp libc-port/musl.stamp libc-port/musl.log
CLEAN_FOLDERS += sysroot/usr sysroot/lib sysroot/bin sysroot/share libc-port/musl
