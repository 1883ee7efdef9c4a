/* The options of a devpts: what its terminals are like, and what is refused. */
#include "test.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

static void say_mode(const char *label, const char *path)
{
    struct stat status;

    must(stat(path, &status));
    say("%s: mode %o, owner %d, group %d, device %d", label, status.st_mode, status.st_uid,
        status.st_gid, (int)major(status.st_rdev));
}

/* A terminal that is opened now. */
static void terminal(const char *label)
{
    char path[64];
    int number, fd = (int)must(open("place/ptmx", O_RDWR | O_NOCTTY));

    must(ioctl(fd, TIOCGPTN, &number));
    snprintf(path, sizeof(path), "place/%d", number);
    say_mode(label, path);
    close(fd);
}

static void say_options(const char *label)
{
    char text[16384], *line;
    int fd = (int)must(open("/proc/mounts", O_RDONLY));
    ssize_t len = must(read(fd, text, sizeof(text) - 1));

    text[len] = '\0';
    close(fd);
    line = strstr(text, "/place devpts ");
    if (line != NULL)
        say("%s: %.*s", label, (int)strcspn(line + 14, " "), line + 14);
}

static long mount_with(unsigned long flags, const char *options)
{
    return mount("none", "place", "devpts", flags, options);
}

int main(void)
{
    static const char *const refused[] = {"mode=9", "mode=", "gid=x", "gid=-1", "what", "uid"};

    must(mkdir("place", 0755));
    call("mount", mount_with(0, "mode=640,gid=7,uid=9,ptmxmode=606"));
    say_options("options");
    say_mode("ptmx", "place/ptmx");
    terminal("terminal");
    call("remount", mount_with(MS_REMOUNT, "mode=600,ptmxmode=666"));
    say_options("options");
    say_mode("ptmx", "place/ptmx");
    terminal("terminal");
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        call(refused[i], mount_with(MS_REMOUNT, refused[i]));
    call("one good, one not", mount_with(MS_REMOUNT, "mode=622,gid=x"));
    call("newinstance", mount_with(MS_REMOUNT, "newinstance"));
    call("unmount", umount("place"));
    call("back", mount("none", "place", "devpts", 0, "mode=620,gid=5,uid=0,ptmxmode=666"));
    call("unmount", umount("place"));
    return 0;
}
