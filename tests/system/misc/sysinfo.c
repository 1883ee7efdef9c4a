/* sysinfo against /proc/meminfo and /proc/uptime. */

#include "test.h"

#include <sys/sysinfo.h>

int main(void)
{
    static char text[8192];
    struct sysinfo info;
    call("sysinfo", sysinfo(&info));
    file_text("/proc/meminfo", text, sizeof(text));
    unsigned long total = strtoul(strstr(text, "MemTotal:") + 9, NULL, 10);
    unsigned long free_kib = strtoul(strstr(text, "MemFree:") + 8, NULL, 10);
    yes("total", info.totalram * info.mem_unit / 1024 == total);
    long difference = (long)(info.freeram * info.mem_unit / 1024) - (long)free_kib;
    yes("free is near", labs(difference) < 4096);
    file_text("/proc/uptime", text, sizeof(text));
    yes("uptime", labs(info.uptime - atol(text)) <= 1);
    yes("processes", info.procs >= 2);
    say("swap %lu, high %lu, unit %u", info.totalswap, info.totalhigh, info.mem_unit);
    call("bad pointer", syscall(SYS_sysinfo, 8));
    return 0;
}
