/* Two users open one fifo, one of them beyond its limit of pages in pipes: it gets the pipe that
   the other one made, or none. */
#include "test.h"

static void setting(const char *name, const char *text)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/fs/%s", name);
    fd = (int)must(open(path, O_WRONLY));
    must(write(fd, text, strlen(text)));
    close(fd);
}

static void open_again_and_again(void)
{
    struct timespec begin;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (elapsed(&begin) < 2500) {
        int fd = open("fifo", O_RDWR | O_NONBLOCK);

        if (fd < 0)
            continue;
        (void)!write(fd, "x", 1);
        close(fd);
    }
}

static void as_user(void)
{
    become_user();
    open_again_and_again();
}

int main(void)
{
    pid_t pid;
    int status;

    umask(0);
    must(mkfifo("fifo", 0666));
    setting("pipe-user-pages-soft", "1");
    setting("pipe-user-pages-hard", "1");
    pid = (pid_t)must(fork());
    if (pid == 0) {
        as_user();
        _exit(0);
    }
    open_again_and_again();
    must(waitpid(pid, &status, 0));
    setting("pipe-user-pages-hard", "0");
    setting("pipe-user-pages-soft", "16384");
    status_report("user", status);
    return 0;
}
