/*
 * uname(2), sysinfo(2), reboot(2), personality(2), syslog(2): the identity and the state of the
 * machine.
 */
#pragma once

#include <lib/types.h>

#define UTS_LEN 64

struct abi_utsname {
    char sysname[UTS_LEN + 1];
    char nodename[UTS_LEN + 1];
    char release[UTS_LEN + 1];
    char version[UTS_LEN + 1];
    char machine[UTS_LEN + 1];
    char domainname[UTS_LEN + 1];
};
_Static_assert(sizeof(struct abi_utsname) == 390, "uname(2)");

struct abi_sysinfo {
    s64 uptime;
    u64 loads[3]; /* 16 bits of fraction */
    u64 total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap;
    u16 processes;
    u16 padding;
    u64 total_high, free_high;
    u32 unit;
};
_Static_assert(sizeof(struct abi_sysinfo) == 112, "sysinfo(2)");

#define REBOOT_MAGIC1  0xfee1deadu
#define REBOOT_MAGIC2  672274793u
#define REBOOT_MAGIC2A 85072278u
#define REBOOT_MAGIC2B 369367448u
#define REBOOT_MAGIC2C 537993216u

#define REBOOT_RESTART   0x01234567u
#define REBOOT_HALT      0xcdef0123u
#define REBOOT_CAD_ON    0x89abcdefu
#define REBOOT_CAD_OFF   0x00000000u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_RESTART2  0xa1b2c3d4u
#define REBOOT_SUSPEND   0xd000fce2u
#define REBOOT_KEXEC     0x45584543u

#define PER_LINUX          0x0000u
#define PER_LINUX32        0x0008u
#define ADDR_NO_RANDOMIZE  0x0040000u
#define MMAP_PAGE_ZERO     0x0100000u
#define ADDR_COMPAT_LAYOUT 0x0200000u
#define READ_IMPLIES_EXEC  0x0400000u
#define STICKY_TIMEOUTS    0x4000000u
/* What a set-id program does not take over. */
#define PER_CLEAR_ON_SETID                                                                         \
    (READ_IMPLIES_EXEC | ADDR_COMPAT_LAYOUT | ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO)
#define PER_QUERY 0xffffffffu

#define SYSLOG_CLOSE         0
#define SYSLOG_OPEN          1
#define SYSLOG_READ          2
#define SYSLOG_READ_ALL      3
#define SYSLOG_READ_CLEAR    4
#define SYSLOG_CLEAR         5
#define SYSLOG_CONSOLE_OFF   6
#define SYSLOG_CONSOLE_ON    7
#define SYSLOG_CONSOLE_LEVEL 8
#define SYSLOG_SIZE_UNREAD   9
#define SYSLOG_SIZE_BUFFER   10

#define GRND_NONBLOCK 1u
#define GRND_RANDOM   2u
#define GRND_INSECURE 4u
