/* /proc/kmsg, /dev/kmsg and syslog(2) as readers of one log; kernel.dmesg_restrict;
 * kernel.panic. */

#include "test.h"

#include <linux/capability.h>
#include <poll.h>
#include <sys/klog.h>

#define RESTRICT "/proc/sys/kernel/dmesg_restrict"
#define PANIC    "/proc/sys/kernel/panic"

static char text[1 << 17];

static void put(const char *path, const char *value)
{
    char label[64];
    int fd = open(path, O_WRONLY);

    snprintf(label, sizeof(label), "%s < %s", strrchr(path, '/') + 1, value);
    if (fd < 0) {
        say("%s: open %s", label, errno_name(errno));
        return;
    }
    call(label, write(fd, value, strlen(value)));
    close(fd);
    must(file_text(path, text, sizeof(text)));
    say("    now %.*s", (int)strcspn(text, "\n"), text);
}

static void log_line(const char *line)
{
    int fd = (int)must(open("/dev/kmsg", O_WRONLY));

    must(write(fd, line, strlen(line)));
    close(fd);
}

/* All that is unread. */
static void drain(int fd)
{
    ssize_t len;

    while ((len = read(fd, text, sizeof(text))) > 0)
        ;
    say("drained: %s", errno_name(errno));
}

static void reading(void)
{
    int fd = (int)must(open("/proc/kmsg", O_RDONLY | O_NONBLOCK)), level;
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLOUT};
    unsigned seconds, fraction;
    ssize_t len;

    drain(fd);
    call("unread", klogctl(9, NULL, 0));
    call("poll", poll(&poll_fd, 1, 0));
    log_line("<6>the first line\n");
    call("poll", poll(&poll_fd, 1, 0));
    yes("readable", poll_fd.revents == POLLIN);
    yes("unread", klogctl(9, NULL, 0) > 20);
    len = read(fd, text, sizeof(text) - 1);
    text[len < 0 ? 0 : len] = '\0';
    yes("one line", strchr(text, '\n') == text + len - 1);
    yes("in the usual form", sscanf(text, "<%d>[%u.%u] ", &level, &seconds, &fraction) == 3 &&
                                 (level & 7) == 6 &&
                                 text[len - strlen("the first line") - 2] == ' ');
    say("%s", strstr(text, "the "));
    call("again", read(fd, text, 10));
    log_line("<4>another line\n");
    long unread = klogctl(9, NULL, 0);
    call("five bytes", read(fd, text, 5));
    yes("which is a part", klogctl(9, NULL, 0) == unread - 5);
    call("none", read(fd, text, 0));
    len = klogctl(2, text + 5, sizeof(text) - 6);
    yes("syslog reads the rest", len == unread - 5);
    text[len < 0 ? 0 : len + 5] = '\0';
    say("%s", strstr(text, "another"));
    log_line("<6>one\n");
    log_line("<6>two\n");
    unread = klogctl(9, NULL, 0);
    len = read(fd, text, (size_t)unread - 2);
    yes("a buffer for less than two", len == unread / 2);
    yes("then the other", read(fd, text, sizeof(text)) == unread - len);
    call("bad pointer", (log_line("<6>three\n"), read(fd, (void *)8, 100)));
    call("write", write(fd, "x", 1));
    close(fd);
}

static void readers(const char *who)
{
    say("%s", who);
    call_ok("  /proc/kmsg", open("/proc/kmsg", O_RDONLY));
    call_ok("  /dev/kmsg", open("/dev/kmsg", O_RDONLY | O_NONBLOCK));
    call_ok("  SYSLOG_ACTION_READ_ALL", klogctl(3, text, sizeof(text)));
    call_ok("  SYSLOG_ACTION_SIZE_BUFFER", klogctl(10, NULL, 0));
    call_ok("  SYSLOG_ACTION_SIZE_UNREAD", klogctl(9, NULL, 0));
    call_ok("  SYSLOG_ACTION_OPEN", klogctl(1, NULL, 0));
}

static void with(unsigned low, unsigned high)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{low, low, 0}, {high, high, 0}};

    must(syscall(SYS_capset, &header, data));
}

static void no_capability(void)
{
    with(0, 0);
    readers("root without capabilities");
    put(RESTRICT, "1");
}

static void only_syslog(void)
{
    with(0, 1u << (CAP_SYSLOG - 32));
    readers("CAP_SYSLOG alone");
    put(RESTRICT, "0");
}

static void user(void)
{
    become_user();
    readers("a user");
}

int main(void)
{
    struct stat info;

    must(stat("/proc/kmsg", &info));
    say("mode %o", info.st_mode & 0777);
    must(file_text(RESTRICT, text, sizeof(text)));
    say("dmesg_restrict %.1s", text);
    reading();
    readers("root");
    in_child("child", no_capability);
    in_child("child", only_syslog);
    in_child("child", user);
    put(RESTRICT, "0");
    in_child("child", no_capability);
    in_child("child", user);
    put(RESTRICT, "2");
    put(RESTRICT, "-1");
    put(RESTRICT, "1");
    must(file_text(PANIC, text, sizeof(text)));
    say("panic %.2s", text);
    put(PANIC, "0");
    put(PANIC, "30");
    put(PANIC, "2147483648");
    put(PANIC, "-1");
    must(file_text("/proc/execdomains", text, sizeof(text)));
    say("%s", text);
    yes("misc", file_text("/proc/misc", text, sizeof(text)) >= 0);
    return 0;
}
