/* The bits of /proc/kpageflags (include/uapi/linux/kernel-page-flags.h of Linux). */
#pragma once

#define KPF_LOCKED        0
#define KPF_ERROR         1
#define KPF_REFERENCED    2
#define KPF_UPTODATE      3
#define KPF_DIRTY         4
#define KPF_LRU           5
#define KPF_ACTIVE        6
#define KPF_SLAB          7
#define KPF_WRITEBACK     8
#define KPF_BUDDY         10
#define KPF_MMAP          11
#define KPF_ANON          12
#define KPF_SWAPCACHE     13
#define KPF_SWAPBACKED    14
#define KPF_COMPOUND_HEAD 15
#define KPF_COMPOUND_TAIL 16
#define KPF_HUGE          17
#define KPF_UNEVICTABLE   18
#define KPF_NOPAGE        20
#define KPF_THP           22
#define KPF_ZERO_PAGE     24
#define KPF_PGTABLE       26
#define KPF_RESERVED      32
