/* fs.pipe-max-size: what it takes, what it becomes, whom it holds. */

#include "../test.h"

#define SETTING "/proc/sys/fs/pipe-max-size"

static void set(const char *text)
{
    char now[64] = "";
    int fd = (int)must(open(SETTING, O_WRONLY));
    ssize_t done = write(fd, text, strlen(text));

    say("\"%s\": %s", text, done < 0 ? errno_name(errno) : "ok");
    close(fd);
    must(file_text(SETTING, now, sizeof(now)));
    now[strcspn(now, "\n")] = '\0';
    say("  now %s", now);
}

static void as_user(void)
{
    int ends[2];

    become_user();
    must(pipe(ends));
    say("size %d", fcntl(ends[0], F_GETPIPE_SZ));
    call("to 8192", fcntl(ends[0], F_SETPIPE_SZ, 8192));
    call("to 16384", fcntl(ends[0], F_SETPIPE_SZ, 16384));
    call("to 16385", fcntl(ends[0], F_SETPIPE_SZ, 16385));
    call("to 32768", fcntl(ends[0], F_SETPIPE_SZ, 32768));
    call("to 4096", fcntl(ends[0], F_SETPIPE_SZ, 4096));
    call("setting", open(SETTING, O_WRONLY));
}

int main(void)
{
    static const char *const tried[] = {"0",          "1",          "4097",   "100000",
                                        "2147483648", "2147483649", "-1",     "x",
                                        "4294967296", "8192 16384", "16384\n"};
    int ends[2];

    for (size_t i = 0; i < COUNT_OF(tried); i++)
        set(tried[i]);
    in_child("as a user", as_user);
    must(pipe(ends));
    say("size %d", fcntl(ends[0], F_GETPIPE_SZ));
    call("root to 1 MiB", fcntl(ends[0], F_SETPIPE_SZ, 1 << 20));
    set("1048576");
    in_child("as a user again", as_user);
    return 0;
}
