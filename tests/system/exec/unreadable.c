/* A program that its user may execute and not read: neither are its memory and its descriptors. */
#include "test.h"

#include <sys/prctl.h>

static int program(int argc, char **argv)
{
    char text[64];

    say("%s: dumpable %d", argv[0], prctl(PR_GET_DUMPABLE));
    if (argc > 1)
        return 0;
    call("own maps", file_text("/proc/self/maps", text, sizeof(text)) > 0 ? 0 : -1);
    call_ok("own memory", open("/proc/self/mem", O_RDONLY));
    struct stat at;
    must(stat("/proc/self/maps", &at));
    say("owner of /proc/self/maps: %d", (int)at.st_uid);
    return 0;
}

static void copy_self(const char *name, mode_t mode)
{
    int from = (int)must(open("/proc/self/exe", O_RDONLY)), to;
    char bytes[4096];
    long got;

    to = (int)must(open(name, O_WRONLY | O_CREAT, 0755));
    while ((got = read(from, bytes, sizeof(bytes))) > 0)
        must(write(to, bytes, (size_t)got));
    close(from);
    close(to);
    must(chmod(name, mode));
}

static const char *name;

static void execute(void)
{
    execl(name, name, (char *)NULL);
    say("execl: %s", errno_name(errno));
}

static void execute_as_user(void)
{
    become_user();
    execute();
}

static void execute_as_another(void)
{
    must(seteuid(1000));
    execute();
}

static void execute_with_fewer(void)
{
    must(setresuid(1000, 1000, 0));
    must(seteuid(0));
    execute();
}

int main(int argc, char **argv)
{
    if (argc > 0 && argv[0][0] == '.')
        return program(argc, argv);
    must(chmod(".", 0755));
    copy_self("readable", 0755);
    copy_self("unreadable", 0711);
    name = "./readable";
    in_child("readable, a user", execute_as_user);
    in_child("readable, an effective user", execute_as_another);
    in_child("readable, an effective root", execute_with_fewer);
    name = "./unreadable";
    in_child("unreadable, a user", execute_as_user);
    in_child("unreadable, root", execute);
    return 0;
}
