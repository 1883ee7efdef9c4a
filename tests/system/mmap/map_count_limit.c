/* The number of areas of a process is limited (vm.max_map_count): ENOMEM, and room after munmap.
   seconds: 60 */

#include "test.h"

int main(void)
{
    char text[32];
    unsigned long count = 0;
    char *base = mmap(NULL, 140000 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    file_text("/proc/sys/vm/max_map_count", text, sizeof(text));
    say("limit: %s", strtok(text, "\n"));
    while (count < 70000 && mprotect(base + 2 * count * PAGE + PAGE, PAGE, PROT_READ) == 0)
        count++;
    say("stopped by %s", count == 70000 ? "nothing" : errno_name(errno));
    yes("close to the limit", count > 32700 && count < 32770);
    call("splitting munmap", munmap(base + 2 * (count + 10) * PAGE, PAGE));
    call("mmap that merges", mmap(base + 140000 * PAGE, 0, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                                  -1, 0) == MAP_FAILED);
    call("munmap of a whole area", munmap(base + PAGE, PAGE));
    return 0;
}
