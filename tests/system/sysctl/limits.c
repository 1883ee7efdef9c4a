/* The settings that limit how much there may be in the machine: kernel.pid_max, kernel.threads-max,
 * fs.file-max, fs.nr_open; what may be written, and that it is obeyed. vm.swappiness. */

#include <sched.h>
#include <sys/resource.h>

#include "test.h"

static char text[64];

static const char *content(const char *path)
{
    if (file_text(path, text, sizeof(text)) < 0)
        return errno_name(errno);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static void restore(const char *path, const char *value)
{
    int fd = must(open(path, O_WRONLY));

    must(write(fd, value, strlen(value)));
    close(fd);
}

/* One write, and what is there afterwards; what was there is put back. */
static void try(const char *path, const char *value)
{
    char before[64], label[128];
    int fd = open(path, O_WRONLY);

    strcpy(before, content(path));
    snprintf(label, sizeof(label), "%s < %s", path + 10, value);
    call(label, fd < 0 ? -1 : write(fd, value, strlen(value)));
    close(fd);
    if (strcmp(content(path), before) != 0) {
        say("    now %s", content(path));
        restore(path, before);
    }
}

static void values(void)
{
    static const char *const writes[][2] = {
        {"/proc/sys/kernel/pid_max", "300"},
        {"/proc/sys/kernel/pid_max", "301"},
        {"/proc/sys/kernel/pid_max", "4194304"},
        {"/proc/sys/kernel/pid_max", "4194305"},
        {"/proc/sys/kernel/pid_max", "-1"},
        {"/proc/sys/kernel/threads-max", "0"},
        {"/proc/sys/kernel/threads-max", "1"},
        {"/proc/sys/kernel/threads-max", "19"},
        {"/proc/sys/kernel/threads-max", "1073741823"},
        {"/proc/sys/kernel/threads-max", "1073741824"},
        {"/proc/sys/fs/file-max", "0"},
        {"/proc/sys/fs/file-max", "9223372036854775807"},
        {"/proc/sys/fs/file-max", "9223372036854775808"},
        {"/proc/sys/fs/file-max", "-1"},
        {"/proc/sys/fs/nr_open", "63"},
        {"/proc/sys/fs/nr_open", "64"},
        {"/proc/sys/fs/nr_open", "2147483584"},
        {"/proc/sys/fs/nr_open", "2147483585"},
        {"/proc/sys/vm/swappiness", "0"},
        {"/proc/sys/vm/swappiness", "200"},
        {"/proc/sys/vm/swappiness", "201"},
    };

    for (size_t i = 0; i < COUNT_OF(writes); i++)
        try(writes[i][0], writes[i][1]);
    say("nr_open %s", content("/proc/sys/fs/nr_open"));
    say("swappiness %s", content("/proc/sys/vm/swappiness"));
    say("pid_max %s", content("/proc/sys/kernel/pid_max"));
}

/* A child with that number, that ends at once. */
static long child_with_number(int number)
{
    struct {
        unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
        unsigned long set_tid, set_tid_size;
    } request = {.exit_signal = SIGCHLD, .set_tid = (unsigned long)&number, .set_tid_size = 1};
    long pid = syscall(435, &request, sizeof(request));

    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid((pid_t)pid, NULL, 0);
    return pid;
}

static void numbers(void)
{
    int largest = 0;

    restore("/proc/sys/kernel/pid_max", "32768");
    call("32767", child_with_number(32767));
    call("32768 is not below pid_max", child_with_number(32768));
    restore("/proc/sys/kernel/pid_max", "100000");
    call("99999", child_with_number(99999));
    call("100000 is not below pid_max", child_with_number(100000));
    restore("/proc/sys/kernel/pid_max", "600");
    call("99999", child_with_number(99999));
    for (int i = 0; i < 1000; i++) {
        pid_t pid = (pid_t)must(fork());

        if (pid == 0)
            _exit(0);
        largest = pid > largest ? pid : largest;
        waitpid(pid, NULL, 0);
    }
    yes("numbers stay below 600", largest < 600);
    restore("/proc/sys/kernel/pid_max", "32768");
}

/* How many threads there are, from loadavg. */
static int thread_count(void)
{
    return atoi(strchr(content("/proc/loadavg"), '/') + 1);
}

static void threads(void)
{
    char before[64], limit[32];
    int children = 0, error = 0;

    must(setpgid(0, 0));
    strcpy(before, content("/proc/sys/kernel/threads-max"));
    snprintf(limit, sizeof(limit), "%d", thread_count() + 10);
    restore("/proc/sys/kernel/threads-max", limit);
    while (children < 100) {
        pid_t pid = fork();

        if (pid < 0) {
            error = errno;
            break;
        }
        if (pid == 0) {
            pause();
            _exit(0);
        }
        children++;
    }
    say("threads-max is reached: %s", errno_name(error));
    yes("after about ten", children >= 5 && children <= 15);
    restore("/proc/sys/kernel/threads-max", before);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static void open_some(void)
{
    int nr = 0, error = 0;

    become_user();
    while (nr < 100 && error == 0) {
        if (open("/dev/null", O_RDONLY) < 0)
            error = errno;
        else
            nr++;
    }
    say("a user: %s", errno_name(error));
}

static void files(void)
{
    char before[64];

    strcpy(before, content("/proc/sys/fs/file-max"));
    restore("/proc/sys/fs/file-max", "1");
    call_ok("root is not bound by file-max", open("/dev/null", O_RDONLY));
    in_child("a user is", open_some);
    restore("/proc/sys/fs/file-max", before);
}

static void descriptors(void)
{
    struct rlimit limit = {1024, 2000000};

    call("RLIMIT_NOFILE above nr_open", setrlimit(RLIMIT_NOFILE, &limit));
    restore("/proc/sys/fs/nr_open", "2000000");
    call("nr_open raised", setrlimit(RLIMIT_NOFILE, &limit));
    restore("/proc/sys/fs/nr_open", "64");
    call("F_DUPFD beyond nr_open", fcntl(0, F_DUPFD, 100));
    call("dup2 beyond nr_open", dup2(0, 100));
    call("dup2 below it", dup2(0, 63));
    call("RLIMIT_NOFILE as it is", setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_max = 64;
    limit.rlim_cur = 64;
    call("RLIMIT_NOFILE 64", setrlimit(RLIMIT_NOFILE, &limit));
    restore("/proc/sys/fs/nr_open", "1048576");
    call("dup2 beyond RLIMIT_NOFILE", dup2(0, 100));
}

int main(void)
{
    values();
    in_child("numbers", numbers);
    in_child("threads", threads);
    files();
    in_child("descriptors", descriptors);
    return 0;
}
