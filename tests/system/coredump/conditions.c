/* When there is a core, and where: limits, dumpable, signals, the name. */

#include <sys/prctl.h>
#include <sys/resource.h>

#include "core_reader.h"

static int how;

static void die_of(void)
{
    raise(how);
}

static void limit(rlim_t bytes)
{
    struct rlimit limits = {bytes, RLIM_INFINITY};

    must(setrlimit(RLIMIT_CORE, &limits));
}

static void by_signal(int number)
{
    how = number;
    crash(signal_name(number), die_of);
    call("unlink", unlink("core"));
}

static void undumpable(void)
{
    prctl(PR_SET_DUMPABLE, 0);
    abort();
}

static void other_user(void)
{
    become_user();
    abort();
}

static void other_user_dumpable(void)
{
    become_user();
    prctl(PR_SET_DUMPABLE, 1);
    abort();
}

static void pattern(const char *text)
{
    int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);

    must(write(fd, text, strlen(text)));
    close(fd);
}

static void named(const char *text, const char *name)
{
    struct stat facts;

    say("-- pattern %s", text);
    pattern(text);
    how = SIGABRT;
    crash("abort", die_of);
    call(name, stat(name, &facts));
    unlink(name);
}

int main(void)
{
    static const int signals[] = {SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,  SIGFPE, SIGSEGV,
                                  SIGXCPU, SIGXFSZ, SIGSYS,  SIGTERM, SIGKILL, SIGINT};
    struct stat facts;
    char text[128];

    limit(RLIM_INFINITY);
    for (unsigned i = 0; i < COUNT_OF(signals); i++)
        by_signal(signals[i]);

    how = SIGSEGV;
    say("-- limits");
    limit(0);
    crash("limit 0", die_of);
    call("unlink", unlink("core"));
    limit(4095);
    crash("limit 4095", die_of);
    call("unlink", unlink("core"));
    limit(8192);
    crash("limit 8192", die_of);
    call("stat", stat("core", &facts));
    yes("not longer than the limit", facts.st_size <= 8192 && facts.st_size > 0);
    say("mode %o, links %ld", facts.st_mode, (long)facts.st_nlink);
    limit(RLIM_INFINITY);

    say("-- the file that is there");
    crash("over the old one", die_of);
    call("stat", stat("core", &facts));
    yes("longer", facts.st_size > 8192);
    must(link("core", "second"));
    crash("with a second name", die_of);
    unlink("core");
    unlink("second");
    must(symlink("elsewhere", "core"));
    crash("a symbolic link", die_of);
    call("elsewhere", stat("elsewhere", &facts));
    unlink("core");
    must(mkdir("core", 0755));
    crash("a directory", die_of);
    rmdir("core");
    file_put("core", "old", 0644);
    crash("others may read it", die_of);
    unlink("core");

    say("-- dumpable");
    crash("not dumpable", undumpable);
    call("unlink", unlink("core"));
    crash("changed user", other_user);
    call("unlink", unlink("core"));
    crash("changed user, dumpable", other_user_dumpable);
    call("stat", stat("core", &facts));
    say("owner %u", facts.st_uid);
    unlink("core");

    say("-- names");
    file_text("/proc/sys/kernel/core_pattern", text, sizeof(text));
    say("default: %s", text);
    named("memory", "memory");
    named("core.%s.%u.%g.%d.%%", "core.6.0.0.1.%");
    named("/tmp/core-%s-%z-%", "/tmp/core-6--");
    named("a/b", "a/b");
    how = SIGABRT;
    snprintf(text, sizeof(text), "core.%s", "x");
    pattern("core.%e.x");
    crash("by name", die_of);
    pattern("core");
    must(call("core_uses_pid", open("/proc/sys/kernel/core_uses_pid", O_RDWR) > 0));
    return 0;
}
