/*
 * test-init: the first process of a guest that runs tests and nothing else.
 *
 * It reads /tests/list (one "NAME SECONDS" per line), runs each /tests/NAME in an empty directory
 * of its own as the leader of a new session, and reports on the console in frames that the host
 * side (tests/lib/programs.py) parses:
 *
 *      @@ start NAME
 *      | one line of the test's output        (non-printing bytes as \xNN)
 *      @@ took NAME 1.2                       (seconds)
 *      @@ end NAME exit 0                     (or "signal 11", or "timeout")
 *      @@ audit NAME text                     (only when /proc/quire/audit says anything but ok)
 *      @@ missing text                        (what the log says of calls that are not implemented)
 *      @@ done
 *
 * Kernel messages that come in between match no frame and do no harm. After each test every process
 * that is left is killed, so a test cannot disturb the next.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_FILE     "/tests.out"
#define WORK_DIRECTORY  "/area"
#define OUTPUT_LIMIT    (256 * 1024)
#define SYSLOG_READ_ALL 3

/* What a test leaves here the next one shall not find. */
static const char *const shared_directories[] = {"/tmp", "/dev/shm", "/dev/mqueue"};

static void tick(int signal_number)
{
    (void)signal_number;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void mount_one(const char *type, const char *where)
{
    mkdir(where, 0755);
    mount(type, where, type, 0, NULL);
}

static void mount_all(void)
{
    mount_one("proc", "/proc");
    mount_one("sysfs", "/sys");
    if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0)
        mount_one("devfs", "/dev");
    mount_one("devpts", "/dev/pts");
    mount_one("tmpfs", "/tmp");
    chmod("/tmp", 01777);
    mount_one("tmpfs", "/dev/shm");
    chmod("/dev/shm", 01777);
    mount_one("mqueue", "/dev/mqueue");
}

static void remove_tree(const char *path);

static void empty_directory(const char *path)
{
    char child[4096];
    DIR *directory = opendir(path);

    if (directory == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
        if (unlink(child) < 0)
            remove_tree(child);
    }
    closedir(directory);
}

static void remove_tree(const char *path)
{
    empty_directory(path);
    rmdir(path);
}

static void print_escaped(int byte)
{
    if (byte == '\t' || (byte >= ' ' && byte < 127))
        putchar(byte);
    else
        printf("\\x%02x", byte);
}

static void print_output(void)
{
    FILE *stream = fopen(OUTPUT_FILE, "r");
    int at_start = 1;
    int byte;

    if (stream == NULL)
        return;
    for (long count = 0; (byte = getc(stream)) != EOF && count < OUTPUT_LIMIT; count++) {
        if (at_start)
            fputs("| ", stdout);
        at_start = byte == '\n';
        if (byte == '\n')
            putchar('\n');
        else
            print_escaped(byte);
    }
    if (!at_start)
        putchar('\n');
    fclose(stream);
}

static void print_audit(const char *name)
{
    char text[256] = "";
    FILE *stream = fopen("/proc/quire/audit", "r");

    if (stream == NULL)
        return;
    while (fgets(text, sizeof(text), stream) != NULL) {
        text[strcspn(text, "\n")] = '\0';
        if (strcmp(text, "ok") != 0)
            printf("@@ audit %s %s\n", name, text);
    }
    fclose(stream);
}

/* What the kernel's log says of calls that are not there. */
static void print_missing_calls(void)
{
    static char text[1 << 20];
    int len = klogctl(SYSLOG_READ_ALL, text, sizeof(text) - 1);

    for (char *line = strtok(len > 0 ? text : NULL, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        if (strstr(line, "is not implemented") != NULL)
            printf("@@ missing %s\n", line);
    }
}

static void run_child(const char *path)
{
    char *const argv[] = {(char *)path, NULL};
    char *const envp[] = {"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/", NULL};
    int output = open(OUTPUT_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
    int input = open("/dev/null", O_RDONLY);

    setsid();
    signal(SIGALRM, SIG_DFL);
    dup2(input, 0);
    dup2(output, 1);
    dup2(output, 2);
    for (int descriptor = 3; descriptor < 16; descriptor++)
        close(descriptor);
    if (chdir(WORK_DIRECTORY) == 0)
        execve(path, argv, envp);
    dprintf(2, "cannot run %s: error %d\n", path, errno);
    _exit(127);
}

static void tick_every(int microseconds)
{
    const struct itimerval period = {{0, microseconds}, {0, microseconds}};

    setitimer(ITIMER_REAL, &period, NULL);
}

/*
 * wait_for: reap until @child has ended. => its wait status, or -1 at the deadline
 * The clock ticks here only: a tick would interrupt a write to a slow console, and what stdio then
 * held were lost.
 */
static int wait_for(pid_t child, double deadline)
{
    int status;
    pid_t pid;

    tick_every(200000);
    do {
        pid = waitpid(-1, &status, 0);
    } while (pid != child && (pid > 0 || (errno == EINTR && seconds_now() <= deadline)));
    tick_every(0);
    return pid == child ? status : -1;
}

static void kill_rest(void)
{
    kill(-1, SIGKILL);
    kill(-1, SIGCONT);
    for (;;) {
        if (waitpid(-1, NULL, 0) < 0 && errno != EINTR)
            return;
    }
}

static void run_test(const char *name, int seconds)
{
    char path[256];
    snprintf(path, sizeof(path), "/tests/%s", name);
    mkdir(WORK_DIRECTORY, 0777);
    chmod(WORK_DIRECTORY, 0777);
    printf("@@ start %s\n", name);
    fflush(stdout);

    double started = seconds_now();
    pid_t child = fork();
    if (child == 0)
        run_child(path);
    int status = child < 0 ? -1 : wait_for(child, started + seconds);
    kill_rest();
    print_output();
    printf("@@ took %s %.1f\n", name, seconds_now() - started);
    if (child < 0)
        printf("@@ end %s nofork\n", name);
    else if (status < 0)
        printf("@@ end %s timeout\n", name);
    else if (WIFSIGNALED(status))
        printf("@@ end %s signal %d\n", name, WTERMSIG(status));
    else
        printf("@@ end %s exit %d\n", name, WEXITSTATUS(status));
    print_audit(name);
    fflush(stdout);
    remove_tree(WORK_DIRECTORY);
    for (size_t i = 0; i < sizeof(shared_directories) / sizeof(shared_directories[0]); i++)
        empty_directory(shared_directories[i]);
    unlink(OUTPUT_FILE);
}

static void run_list(void)
{
    char name[200];
    int seconds;
    FILE *list = fopen("/tests/list", "re");

    if (list == NULL) {
        printf("@@ no list\n");
        return;
    }
    while (fscanf(list, "%199s %d", name, &seconds) == 2)
        run_test(name, seconds);
    fclose(list);
}

int main(void)
{
    struct sigaction action = {.sa_handler = tick};

    mount_all();
    sigaction(SIGALRM, &action, NULL);
    umask(022);
    run_list();
    print_missing_calls();
    printf("@@ done\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
