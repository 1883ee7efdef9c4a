/* /proc/PID/syscall, stack, wchan: what a task does while it sleeps, and who may know. */

#include "test.h"

#include <linux/capability.h>
#include <sys/prctl.h>

static char text[1 << 16];
static int ends[2];

static const char *content(int fd)
{
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

    if (len < 0)
        return errno_name(errno);
    text[len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static int open_of(pid_t pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    return open(path, O_RDONLY);
}

static const char *content_of(pid_t pid, const char *name)
{
    int fd = open_of(pid, name);
    const char *found = fd < 0 ? errno_name(errno) : content(fd);

    close(fd);
    return found;
}

static void reads(void)
{
    syscall(SYS_read, ends[0], text + 16, 77, 0x1234, 0x56789, 0xabcdef);
}

static void sleeps(void)
{
    struct timespec long_time = {1000, 0};
    nanosleep(&long_time, NULL);
}

static void waits(void)
{
    if (fork() == 0)
        pause();
    syscall(SYS_wait4, -1, NULL, 0, NULL);
}

static volatile int *shared;

static void spins(void)
{
    *shared = 1;
    for (;;)
        ;
}

static pid_t start(void (*body)(void))
{
    pid_t pid;

    *shared = 0;
    pid = (pid_t)must(fork());
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        body();
        _exit(0);
    }
    if (body == spins)
        while (*shared == 0)
            usleep(1000);
    else
        wait_until_asleep(pid);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* The words after the number: how many, and whether the last two are addresses of user memory. */
static void call_of(const char *label, pid_t pid, int nr_shown)
{
    unsigned long words[9];
    const char *found = content_of(pid, "syscall");
    char *at;
    long number = strtol(found, &at, 10);
    int nr = 0;

    if (at == found) {
        say("%s: %s", label, found);
        return;
    }
    while (*at == ' ' && at[1] == '0' && at[2] == 'x' && nr < 9)
        words[nr++] = strtoul(at + 1, &at, 16);
    say("%s: %ld and %d words%s", label, number, nr, *at != '\0' ? ", and more" : "");
    for (int i = 0; i < nr_shown; i++)
        say("    %#lx", i == 1 ? words[i] - (unsigned long)text : words[i]);
    if (nr >= 2)
        yes("    stack and program",
            words[nr - 2] > 1ul << 40 && words[nr - 1] > 4096 && words[nr - 1] < 1ul << 47);
}

/* Its parent may be told that it stops a little before it stands still. */
static void until_still(pid_t pid)
{
    while (strcmp(content_of(pid, "syscall"), "running") == 0)
        usleep(1000);
}

static void calls(void)
{
    pid_t pid = start(reads);

    call_of("read", pid, 6);
    kill(pid, SIGSTOP);
    must(waitpid(pid, NULL, WUNTRACED));
    until_still(pid);
    call_of("read, stopped", pid, 0);
    end(pid);
    call_of("gone", pid, 0);
    pid = start(sleeps);
    call_of("nanosleep", pid, 0);
    end(pid);
    pid = start(waits);
    call_of("wait4", pid, 1);
    end(pid);
    pid = start(spins);
    call_of("in user mode", pid, 0);
    kill(pid, SIGSTOP);
    must(waitpid(pid, NULL, WUNTRACED));
    until_still(pid);
    call_of("in user mode, stopped", pid, 0);
    kill(pid, SIGKILL);
    siginfo_t info;
    must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    say("a zombie: %s", content_of(pid, "syscall"));
    end(pid);
    call_of("itself", getpid(), 0);
    int fd = (int)must(open("/proc/self/syscall", O_RDONLY));
    must(read(fd, text, 3));
    say("itself, in read: %.2s", text);
    close(fd);
}

/* Are all lines "[<0>] name+0x12/0x34"? */
static void stack_of(const char *label, pid_t pid)
{
    int fd = open_of(pid, "stack"), lines = 0, good = 0;
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    unsigned long offset, size;
    char name[128];

    if (len < 0) {
        say("%s: %s %s", label, fd < 0 ? "open" : "read", errno_name(errno));
        return;
    }
    close(fd);
    text[len] = '\0';
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++)
        good += sscanf(line, "[<0>] %127[a-zA-Z0-9_.]+0x%lx/0x%lx", name, &offset, &size) == 3 &&
                offset <= size;
    say("%s: %s, %s", label, lines >= 3 ? "lines" : "no lines",
        good == lines ? "all good" : "not all good");
}

static void drop_capabilities(unsigned kept)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{kept, kept, 0}, {0, 0, 0}};

    must(syscall(SYS_capset, &header, data));
}

static void without_capabilities(void)
{
    int fd = open("/proc/self/stack", O_RDONLY);

    drop_capabilities(0);
    stack_of("root without capabilities", getpid());
    yes("opened before", pread(fd, text, sizeof(text), 0) > 0);
    call_of("its own call", getpid(), 0);
}

static void stacks(void)
{
    pid_t pid = start(reads);

    stack_of("read", pid);
    yes("it waits somewhere", strcmp(content_of(pid, "wchan"), "0") != 0);
    yes("that is a name", strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789.") == strlen(text));
    end(pid);
    stack_of("gone", pid);
    pid = start(sleeps);
    stack_of("nanosleep", pid);
    yes("it waits somewhere", strcmp(content_of(pid, "wchan"), "0") != 0);
    end(pid);
    stack_of("itself", getpid());
    say("wchan of itself: %s", content_of(getpid(), "wchan"));
    pid = start(spins);
    say("wchan of what runs: %s", content_of(pid, "wchan"));
    end(pid);
    in_child("child", without_capabilities);
}

static void secret(void)
{
    prctl(PR_SET_DUMPABLE, 0);
    reads();
}

static void secret_soon(void)
{
    char byte;

    read(ends[0], &byte, 1);
    prctl(PR_SET_DUMPABLE, 0);
    pause();
}

static void as_user(void)
{
    char path[64];

    become_user();
    must(execl("/proc/self/exe", "sleeper", "user", path, NULL));
}

static void user(void)
{
    pid_t pid;

    call_of("pid 1", 1, 0);
    stack_of("pid 1", 1);
    say("wchan of pid 1: %s", content_of(1, "wchan"));
    stack_of("itself", getpid());
    pid = start(reads);
    call_of("its child", pid, 0);
    yes("its child waits somewhere", strcmp(content_of(pid, "wchan"), "0") != 0);
    end(pid);
    pid = start(secret);
    call_of("its child, not dumpable", pid, 0);
    say("wchan: %s", content_of(pid, "wchan"));
    end(pid);
    pid = start(secret_soon);
    int fd = open_of(pid, "syscall");
    yes("opened", fd >= 0 && content(fd)[0] == '0');
    must(write(ends[1], "x", 1));
    while (content_of(pid, "syscall")[0] != 'E')
        ;
    say("no longer dumpable: %s", content(fd));
    end(pid);
}

int main(int argc, char **argv)
{
    (void)argv;
    must(pipe(ends));
    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (argc > 1) {
        user();
        return 0;
    }
    calls();
    stacks();
    in_child("a user", as_user);
    return 0;
}
