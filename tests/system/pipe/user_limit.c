/*
 * What the pipes of a user may hold: fs.pipe-user-pages-soft, fs.pipe-user-pages-hard,
 * fs.pipe-max-size. Beyond the soft limit new pipes are small and none grows.
 */
#include "test.h"

#include <sys/resource.h>

#define SETTING(name) "/proc/sys/fs/" name

static void set(const char *name, const char *text)
{
    int fd = (int)must(open(name, O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

static void say_setting(const char *name)
{
    char text[64] = "";

    must(file_text(name, text, sizeof(text)));
    text[strcspn(text, "\n")] = '\0';
    say("%s %s", name + strlen(SETTING("")), text);
}

static long size_of_new(int ends[2])
{
    if (pipe(ends) != 0)
        return -1;
    return fcntl(ends[0], F_GETPIPE_SZ);
}

static void fill(void)
{
    int ends[100][2], nr, more[2];

    become_user();
    for (nr = 0; nr < 100; nr++)
        if (size_of_new(ends[nr]) < 0 || fcntl(ends[nr][0], F_SETPIPE_SZ, 1 << 20) < 0)
            break;
    say("%d pipes of 1 MiB, then %s", nr, errno_name(errno));
    call("size of that", fcntl(ends[nr][0], F_GETPIPE_SZ));
    call("smaller", fcntl(ends[nr][0], F_SETPIPE_SZ, 4096));
    call("size of another", size_of_new(more));
    call("larger", fcntl(more[0], F_SETPIPE_SZ, 65536));
    call("through a fifo", mkfifo("/tmp/limit-fifo", 0600));
    int fifo = open("/tmp/limit-fifo", O_RDWR);
    call("size of that", fcntl(fifo, F_GETPIPE_SZ));
    close(fifo);
    unlink("/tmp/limit-fifo");
    for (int i = 0; i < nr; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    call("when they are closed", size_of_new(more));
    call("1 MiB", fcntl(more[0], F_SETPIPE_SZ, 1 << 20));
    call("2 MiB", fcntl(more[0], F_SETPIPE_SZ, 2 << 20));
}

static void fill_hard(void)
{
    int ends[2], nr = 0;

    become_user();
    while (nr < 100 && size_of_new(ends) > 0)
        nr++;
    say("%s after some", nr > 2 && nr < 100 ? errno_name(errno) : "no refusal");
}

static void by_root(void)
{
    int ends[2];

    call("root's", size_of_new(ends));
    call("root's larger", fcntl(ends[0], F_SETPIPE_SZ, 4 << 20));
}

int main(void)
{
    struct rlimit limit = {1024, 1024};

    must(setrlimit(RLIMIT_NOFILE, &limit));
    mkdir("/tmp", 01777);
    say_setting(SETTING("pipe-max-size"));
    say_setting(SETTING("pipe-user-pages-soft"));
    say_setting(SETTING("pipe-user-pages-hard"));
    in_child("a user", fill);
    set(SETTING("pipe-user-pages-soft"), "0");
    set(SETTING("pipe-user-pages-hard"), "256");
    in_child("a hard limit", fill_hard);
    in_child("a hard limit, root", by_root);
    set(SETTING("pipe-user-pages-hard"), "0");
    set(SETTING("pipe-user-pages-soft"), "16384");
    set(SETTING("pipe-max-size"), "100000");
    say_setting(SETTING("pipe-max-size"));
    call("less than a page", ({
             int fd = open(SETTING("pipe-max-size"), O_WRONLY);
             long written = write(fd, "1", 1);
             close(fd);
             written;
         }));
    say_setting(SETTING("pipe-max-size"));
    set(SETTING("pipe-max-size"), "1048576");
    return 0;
}
