/* The option max of a devpts: how many terminals it has, and what is refused. */
#include "test.h"

#include <sys/mount.h>

#define NR 4

static long mount_with(unsigned long flags, const char *options)
{
    return mount("none", "place", "devpts", flags, options);
}

static void say_max(void)
{
    char text[16384], *line;
    long len = file_text("/proc/mounts", text, sizeof(text));

    line = len < 0 ? NULL : strstr(text, "/place devpts ");
    line = line == NULL ? NULL : strstr(line, "max=");
    say("  shown: %.*s", line == NULL ? 7 : (int)strcspn(line, " ,\n"),
        line == NULL ? "nothing" : line);
}

/* As many terminals as can be opened, up to NR; then all are closed. */
static void open_all(void)
{
    int fds[NR], nr = 0;

    while (nr < NR && (fds[nr] = open("place/ptmx", O_RDWR | O_NOCTTY)) >= 0)
        nr++;
    say("  %d terminals%s%s", nr, nr < NR ? ", then " : "", nr < NR ? errno_name(errno) : "");
    while (nr > 0)
        close(fds[--nr]);
}

int main(void)
{
    static const char *const values[] = {"max=1", "max=2",       "max=3,max=1",
                                         "max=0", "max=1048575", "max=1048576"};
    static const char *const refused[] = {"max",   "max=",        "max=-1",
                                          "max=x", "max=1048577", "max=4294967296"};

    must(mkdir("place", 0755));
    call("mount", mount_with(0, "max=2,mode=620"));
    say_max();
    open_all();
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        call(values[i], mount_with(MS_REMOUNT, values[i]));
        say_max();
        open_all();
    }
    call("max=2", mount_with(MS_REMOUNT, "max=2"));
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        call(refused[i], mount_with(MS_REMOUNT, refused[i]));
    call("not named", mount_with(MS_REMOUNT, "mode=600"));
    say_max();
    open_all();
    call("as it was", mount_with(MS_REMOUNT, "mode=620,gid=5,ptmxmode=666"));
    call("unmount", umount("place"));
    return 0;
}
