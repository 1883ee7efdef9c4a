/* What lwIP asks the kernel (lwipopts.h: LWIP_HOOK_...). */
#pragma once

#include <lwip/err.h>

struct tcp_pcb;

/* May the packet that is being looked at go on to @pcb? ERR_OK; else it is dropped. tcp_event.c */
err_t inet_tcp_admits(const struct tcp_pcb *pcb);
