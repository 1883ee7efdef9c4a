/* kernel.printk: its four levels, and what syslog(2) and /dev/kmsg make of them. */

#include "test.h"

#include <sys/klog.h>

#define SETTING "/proc/sys/kernel/printk"

static char text[1 << 12];

static void show(const char *label)
{
    must(file_text(SETTING, text, sizeof(text)));
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\t')
            *at = ' ';
    say("%s: %.*s", label, (int)strcspn(text, "\n"), text);
}

static void put(const char *value)
{
    int fd = open(SETTING, O_WRONLY);

    if (fd < 0) {
        say("%s: open %s", value, errno_name(errno));
        return;
    }
    call(value, write(fd, value, strlen(value)));
    close(fd);
    show("    now");
}

/* The level of a line that a program writes without one. */
static void level_of_line(void)
{
    int fd = (int)must(open("/dev/kmsg", O_RDWR | O_NONBLOCK));

    must(lseek(fd, 0, SEEK_END) == 0 ? 0 : -1);
    must(write(fd, "a line\n", 7));
    ssize_t len = read(fd, text, sizeof(text) - 1);
    text[len < 0 ? 0 : len] = '\0';
    say("level %d: %s", atoi(text) & 7, strchr(text, ';') != NULL ? "found" : "not found");
    close(fd);
}

static void user(void)
{
    become_user();
    put("1");
}

int main(void)
{
    struct stat info;

    must(stat(SETTING, &info));
    say("mode %o", info.st_mode & 0777);
    show("quiet");
    put("3");
    put("2 5");
    put("3 4 2 6");
    put("3 4 x");
    put("1 2 3 4 5");
    put("-1 4 2 7");
    put("3 6 2 7");
    level_of_line();
    put("3 5");
    level_of_line();
    call("level 0", klogctl(8, NULL, 0));
    call("level 9", klogctl(8, NULL, 9));
    call("level 1", klogctl(8, NULL, 1));
    show("at least the third");
    call("level 4", klogctl(8, NULL, 4));
    show("four");
    call("on", klogctl(7, NULL, 0));
    show("was on");
    call("off", klogctl(6, NULL, 0));
    show("off");
    call("off", klogctl(6, NULL, 0));
    call("on", klogctl(7, NULL, 0));
    show("on");
    call("off", klogctl(6, NULL, 0));
    call("level 3", klogctl(8, NULL, 3));
    call("on", klogctl(7, NULL, 0));
    show("on");
    in_child("a user", user);
    put("4 4 1 7");
    return 0;
}
