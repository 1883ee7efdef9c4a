# The internet protocols: lwIP, unpacked and compiled as released, and the kernel's sources around it.

LWIP = kernel/net/inet/lwip
LWIP_PORT = $(srcdir)/kernel/net/inet/port
LWIP_CPPFLAGS = -I $(LWIP_PORT) -I $(LWIP)/source/src/include

AM_V_LWIP = $(AM_V_LWIP_@AM_V@)
AM_V_LWIP_ = $(AM_V_LWIP_@AM_DEFAULT_V@)
AM_V_LWIP_0 = @echo "  LWIP    " $@;

$(LWIP)/source.stamp: $(srcdir)/libc-port/sources $(srcdir)/kernel/net/inet/build-lwip
	@$(MKDIR_P) $(@D)
	$(AM_V_LWIP)tarball=`$(srcdir)/libc-port/fetch-source lwip $(LWIP_SOURCE)` && \
	$(srcdir)/kernel/net/inet/build-lwip source "$$tarball" $(LWIP)
	@touch $@

$(LWIP)/lwip.o: $(LWIP)/source.stamp $(srcdir)/kernel/net/inet/build-lwip $(LWIP_PORT)/lwipopts.h $(LWIP_PORT)/hooks.h $(LWIP_PORT)/arch/cc.h $(LWIP_PORT)/string.h \
		$(LWIP_PORT)/stdlib.h $(srcdir)/kernel/include/lib/types.h $(srcdir)/kernel/include/lib/string.h \
		$(srcdir)/kernel/include/kern/panic.h
	$(AM_V_LWIP)$(srcdir)/kernel/net/inet/build-lwip object $(LWIP) $(CC) $(KERNEL_CPPFLAGS) $(LWIP_CPPFLAGS) \
		$(KERNEL_MACHINE_CFLAGS) $(KCFLAGS) -Wall >$(LWIP)/lwip.log 2>&1 || { tail -n 20 $(LWIP)/lwip.log; exit 1; }

# Our own sources there include lwIP's headers.
kernel_net_inet_OBJECTS = $(filter kernel/net/inet/%,$(kernel_quire_OBJECTS))
$(kernel_net_inet_OBJECTS): KERNEL_CPPFLAGS += $(LWIP_CPPFLAGS)
$(kernel_net_inet_OBJECTS): | $(LWIP)/source.stamp

CLEAN_FOLDERS += $(LWIP)

quire_SOURCES += %D%/address.c
quire_SOURCES += %D%/binding.c
quire_SOURCES += %D%/datagram.c
quire_SOURCES += %D%/datagram_control.c
quire_SOURCES += %D%/group.c
quire_SOURCES += %D%/icmp_error.c
quire_SOURCES += %D%/inet_socket.c
quire_SOURCES += %D%/interface.c
quire_SOURCES += %D%/loopback.c
quire_SOURCES += %D%/option.c
quire_SOURCES += %D%/proc_net.c
quire_SOURCES += %D%/proc_network.c
quire_SOURCES += %D%/raw.c
quire_SOURCES += %D%/settings.c
quire_SOURCES += %D%/stack.c
quire_SOURCES += %D%/tcp_accept.c
quire_SOURCES += %D%/tcp_event.c
quire_SOURCES += %D%/tcp_limit.c
quire_SOURCES += %D%/tcp_option.c
quire_SOURCES += %D%/tcp_socket.c
quire_SOURCES += %D%/tcp_transfer.c
quire_SOURCES += %D%/udp.c
