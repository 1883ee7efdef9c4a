/* fs.dir-notify-enable: F_NOTIFY when it is 0. */

#include "test.h"

#define SETTING "/proc/sys/fs/dir-notify-enable"

static void put(const char *value)
{
    char text[32], label[32];
    int fd = (int)must(open(SETTING, O_WRONLY));

    snprintf(label, sizeof(label), "< %s", value);
    call(label, write(fd, value, strlen(value)));
    close(fd);
    must(file_text(SETTING, text, sizeof(text)));
    say("    now %.*s", (int)strcspn(text, "\n"), text);
}

static void requests(int folder, int file)
{
    call("  a folder", fcntl(folder, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
    call("  no more", fcntl(folder, F_NOTIFY, 0));
    call("  a file", fcntl(file, F_NOTIFY, DN_CREATE));
}

int main(void)
{
    sigset_t set, pending;
    struct stat info;

    must(stat(SETTING, &info));
    say("mode %o", info.st_mode & 0777);
    must(mkdir("folder", 0755));
    int folder = (int)must(open("folder", O_RDONLY));
    int file = (int)must(open("file", O_RDWR | O_CREAT, 0600));
    requests(folder, file);
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigprocmask(SIG_BLOCK, &set, NULL);
    must(fcntl(folder, F_NOTIFY, DN_CREATE));
    put("0");
    requests(folder, file);
    must(mkdir("folder/new", 0755));
    must(sigpending(&pending));
    yes("what was asked for before is told", sigismember(&pending, SIGIO));
    put("2");
    requests(folder, file);
    put("-1");
    put("x");
    put("1");
    become_user();
    call("a user", open(SETTING, O_WRONLY));
    return 0;
}
