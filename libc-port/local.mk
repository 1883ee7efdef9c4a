# musl: obtained, verified, built unmodified and installed into build/sysroot.

AM_V_MUSL = $(AM_V_MUSL_@AM_V@)
AM_V_MUSL_ = $(AM_V_MUSL_@AM_DEFAULT_V@)
AM_V_MUSL_0 = @echo "  MUSL     sysroot/usr/lib/libc.so";

libc-port/musl.stamp: libc-port/sources libc-port/build-musl
	@$(MKDIR_P) $(@D)
	+$(AM_V_MUSL)tarball=`$(srcdir)/libc-port/fetch-source musl $(MUSL_SOURCE)` && \
	MAKE="$(MAKE)" $(srcdir)/libc-port/build-musl "$$tarball" libc-port/musl sysroot \
		>libc-port/musl.log 2>&1 || { tail -n 20 libc-port/musl.log; exit 1; }
	@touch $@
