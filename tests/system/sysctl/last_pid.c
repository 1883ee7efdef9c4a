/* kernel.ns_last_pid, and kernel.print-fatal-signals. */

#include "test.h"

#include <linux/capability.h>
#include <sys/klog.h>
#include <sys/resource.h>

#define LAST   "/proc/sys/kernel/ns_last_pid"
#define REPORT "/proc/sys/kernel/print-fatal-signals"

static char text[1 << 17];

static long put(const char *path, const char *value)
{
    char label[64];
    int fd = open(path, O_WRONLY);

    snprintf(label, sizeof(label), "%s < %s", strrchr(path, '/') + 1, value);
    if (fd < 0) {
        say("%s: open %s", label, errno_name(errno));
        return -1;
    }
    long result = call(label, write(fd, value, strlen(value)));
    close(fd);
    return result;
}

static void number(const char *value, int wanted)
{
    int number = 0;

    put(LAST, value);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0)
        _exit(0);
    must(file_text(LAST, text, sizeof(text)));
    number = atoi(text);
    waitpid(pid, NULL, 0);
    yes("the next child has the number after it", pid == wanted);
    yes("which is the last", number == wanted);
}

static void with(int capability)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}};

    data[capability / 32].effective = data[capability / 32].permitted = 1u << capability % 32;
    must(syscall(SYS_capset, &header, data));
}

static void restorer(void)
{
    with(CAP_CHECKPOINT_RESTORE);
    put(LAST, "7000");
}

static void administrator(void)
{
    with(CAP_SYS_ADMIN);
    put(LAST, "7100");
}

static void tracer(void)
{
    with(CAP_SYS_PTRACE);
    put(LAST, "7200");
}

static void user(void)
{
    become_user();
    put(LAST, "7300");
    put(REPORT, "1");
}

/* How many lines of the log speak of it. */
static int reports(const char *what)
{
    int count = 0;
    long len = must(klogctl(3, text, sizeof(text) - 1));

    text[len] = '\0';
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        count++;
    return count;
}

static int signal_to_end_by;

static void dies(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    raise(signal_to_end_by);
}

static void fatal(int signal)
{
    char what[32];

    snprintf(what, sizeof(what), "fatal signal %d", signal);
    int before = reports(what);
    signal_to_end_by = signal;
    in_child("child", dies);
    say("%d reported", reports(what) - before);
}

int main(void)
{
    struct stat info;

    must(stat(LAST, &info));
    say("mode %o", info.st_mode & 0777);
    number("5000", 5001);
    number("300", 301);
    put(LAST, "32768");
    put(LAST, "32769");
    put(LAST, "-1");
    number("6000", 6001);
    in_child("CAP_CHECKPOINT_RESTORE", restorer);
    in_child("CAP_SYS_ADMIN", administrator);
    in_child("CAP_SYS_PTRACE", tracer);
    in_child("a user", user);
    fatal(SIGABRT);
    put(REPORT, "1");
    fatal(SIGABRT);
    fatal(SIGTRAP);
    fatal(SIGTERM);
    fatal(SIGKILL);
    put(REPORT, "0");
    fatal(SIGABRT);
    return 0;
}
