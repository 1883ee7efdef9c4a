/* /proc/sysrq-trigger; /proc/sys/vm/stat_refresh; /proc/consoles. */

#include "test.h"

#define TRIGGER "/proc/sysrq-trigger"

static char text[4096];

static int console_level(void)
{
    must(file_text("/proc/sys/kernel/printk", text, sizeof(text)));
    return atoi(text);
}

static long press(const char *keys, size_t len)
{
    int fd = (int)must(open(TRIGGER, O_WRONLY));
    long result = write(fd, keys, len);

    close(fd);
    return result;
}

/* Linux writes to the console at each of these, so all are done before there is anything to say. */
static struct {
    int before, five, three, back, status[2];
    long nothing, unknown, sync, two, kill[2];
} seen;

static void kill_largest(int time)
{
    pid_t child = (pid_t)must(fork());

    if (child == 0) {
        must(write((int)must(open("/proc/self/oom_score_adj", O_WRONLY)), "1000", 4));
        memset(map(64 << 20), 1, 64 << 20);
        pause();
    }
    wait_until_asleep(child);
    seen.kill[time] = press("f", 1);
    waitpid(child, &seen.status[time], 0);
}

static void presses(void)
{
    char level[2] = "";

    seen.before = console_level();
    seen.unknown = press("~", 1);
    seen.sync = press("s", 1);
    press("5", 1);
    seen.five = console_level();
    seen.two = press("3x", 2);
    seen.three = console_level();
    level[0] = (char)('0' + seen.before);
    press(level, 1);
    seen.back = console_level();
    kill_largest(0);
    kill_largest(1);
}

static void refresh(void)
{
    int fd = (int)must(open("/proc/sys/vm/stat_refresh", O_RDWR));

    call("read", read(fd, text, 10));
    call("write", write(fd, "1", 1));
    call("write a word", write(fd, "word", 4));
    close(fd);
}

static void user(void)
{
    become_user();
    call("a user", open(TRIGGER, O_WRONLY));
    call("a user", open("/proc/sys/vm/stat_refresh", O_RDONLY));
}

int main(void)
{
    struct stat info;

    presses();
    must(stat(TRIGGER, &info));
    say("mode %o", info.st_mode & 0777);
    say("unknown %ld, sync %ld, two keys %ld", seen.unknown, seen.sync, seen.two);
    say("levels %d %d", seen.five, seen.three);
    yes("as before", seen.back == seen.before);
    say("out of memory: %ld %ld", seen.kill[0], seen.kill[1]);
    status_report("the largest", seen.status[0]);
    status_report("the next", seen.status[1]);
    int fd = (int)must(open(TRIGGER, O_RDONLY));
    call("read", read(fd, text, 1));
    close(fd);
    fd = (int)must(open(TRIGGER, O_WRONLY));
    call("no key", write(fd, "", 0));
    call("bad pointer", write(fd, (void *)8, 1));
    refresh();
    in_child("child", user);
    must(file_text("/proc/consoles", text, sizeof(text)));
    yes("the serial console", strstr(text, "ttyS0                -W- (E") == text);
    yes("its device", strstr(text, "    4:64\n") != NULL);
    return 0;
}
