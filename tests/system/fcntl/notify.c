/* F_NOTIFY: which change of a directory is told by which signal, once or each time; what ends it.
 */

#include "test.h"
#include <sched.h>

#ifndef DN_ACCESS
#define DN_ACCESS 1
#define DN_MODIFY 2
#define DN_CREATE 4
#define DN_DELETE 8
#define DN_RENAME 16
#define DN_ATTRIB 32
#endif
#ifndef DN_MULTISHOT
#define DN_MULTISHOT 0x80000000
#endif
#define ALL (DN_ACCESS | DN_MODIFY | DN_CREATE | DN_DELETE | DN_RENAME | DN_ATTRIB)

static sigset_t set;
static int descriptor;

/* Told how often (real-time signals queue), and as what: up to the signal that "mark" was changed.
 */
static void told(const char *label)
{
    struct timespec wait = {20, 0};
    siginfo_t info;
    int signal, last = 0, count = 0;
    bool good = true;

    must(chmod("mark", 0755));
    memset(&info, 0, sizeof(info));
    while ((signal = sigtimedwait(&set, &info, &wait)) > 0 && signal != SIGRTMIN + 2) {
        count++;
        last = signal;
        if (signal != SIGIO)
            good = good && info.si_code == POLL_MSG && info.si_fd == descriptor &&
                   info.si_band == 0x441;
    }
    say("%s: %d%s%s", label, count, count ? last == SIGIO ? " SIGIO" : " signal" : "",
        good ? "" : " odd");
}

static void touch(const char *path)
{
    close(must(open(path, O_CREAT | O_RDWR, 0644)));
}

static void everything(const char *label, unsigned mask, const char *inside)
{
    char name[64], other[64];
    int fd;

    say("- %s", label);
    snprintf(name, sizeof(name), "%s/one", inside);
    snprintf(other, sizeof(other), "%s/two", inside);
    must(fcntl(descriptor, F_NOTIFY, mask));
    touch(name);
    told("create");
    fd = must(open(name, O_RDWR));
    told("open");
    must(write(fd, "text", 4));
    told("write");
    must(pread(fd, name + 60, 1, 0));
    told("read");
    must(fchmod(fd, 0600));
    told("chmod");
    must(ftruncate(fd, 1));
    told("truncate");
    close(fd);
    told("close");
    must(rename(name, other));
    told("rename");
    must(rename(other, "elsewhere"));
    told("move out");
    must(rename("elsewhere", name));
    told("move in");
    must(mkdir(other, 0755));
    told("mkdir");
    must(chmod(other, 0700));
    told("chmod of a folder");
    must(rmdir(other));
    told("rmdir");
    must(link(name, other));
    told("link");
    must(unlink(other));
    told("unlink");
    must(unlink(name));
    told("unlink");
    must(chmod(inside, 0755));
    told("chmod of itself");
    must(fcntl(descriptor, F_NOTIFY, 0));
    touch(name);
    unlink(name);
    told("after the end");
}

static void refused(void)
{
    int file = must(open("file", O_CREAT | O_RDWR, 0644)), path = must(open("folder", O_PATH));

    call("a file", fcntl(file, F_NOTIFY, DN_CREATE));
    call("a file, nothing", fcntl(file, F_NOTIFY, 0));
    call("a file, only again", fcntl(file, F_NOTIFY, DN_MULTISHOT));
    call("O_PATH", fcntl(path, F_NOTIFY, DN_CREATE));
    call("closed", fcntl(99, F_NOTIFY, DN_CREATE));
    call("an unknown bit", fcntl(descriptor, F_NOTIFY, 0x100));
    call("ends it", fcntl(descriptor, F_NOTIFY, 0));
    close(file);
    close(path);
}

static void endings(void)
{
    int again = must(dup(descriptor));

    must(fcntl(descriptor, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
    must(fcntl(descriptor, F_NOTIFY, DN_DELETE | DN_MULTISHOT));
    touch("folder/x");
    told("masks add up: create");
    unlink("folder/x");
    told("delete");
    must(fcntl(again, F_NOTIFY, DN_ATTRIB));
    touch("folder/x");
    siginfo_t info;
    int signal = sigwaitinfo(&set, &info);
    yes("the latest descriptor is named", signal > 0 && info.si_fd == again);
    close(again);
    unlink("folder/x");
    told("a duplicate was closed");
    must(fcntl(descriptor, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
    if (fork() == 0) {
        close(descriptor);
        _exit(0);
    }
    wait(NULL);
    touch("folder/x");
    told("another process closed its descriptor");
    unlink("folder/x");
    say("owner %d", fcntl(descriptor, F_GETOWN) == getpid());
}

int main(void)
{
    cpu_set_t one;
    int mark;

    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGRTMIN + 2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    must(sched_setaffinity(0, sizeof(one), &one));
    must(mkdir("folder", 0755));
    must(mkdir("mark", 0755));
    mark = must(open("mark", O_RDONLY));
    must(fcntl(mark, F_SETSIG, SIGRTMIN + 2));
    must(fcntl(mark, F_NOTIFY, DN_ATTRIB | DN_MULTISHOT));
    descriptor = must(open("folder", O_RDONLY));
    refused();
    must(fcntl(descriptor, F_NOTIFY, DN_CREATE));
    touch("folder/x");
    told("SIGIO by default");
    touch("folder/y");
    told("only once");
    unlink("folder/x");
    unlink("folder/y");
    must(fcntl(descriptor, F_SETSIG, SIGRTMIN + 1));
    everything("all, each time", ALL | DN_MULTISHOT, "folder");
    everything("all, once", ALL, "folder");
    everything("access", DN_ACCESS | DN_MULTISHOT, "folder");
    everything("modify", DN_MODIFY | DN_MULTISHOT, "folder");
    everything("create", DN_CREATE | DN_MULTISHOT, "folder");
    everything("delete", DN_DELETE | DN_MULTISHOT, "folder");
    everything("rename", DN_RENAME | DN_MULTISHOT, "folder");
    everything("attributes", DN_ATTRIB | DN_MULTISHOT, "folder");
    endings();
    return 0;
}
