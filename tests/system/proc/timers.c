/* /proc/PID/timers, /proc/PID/mountstats, /proc/PID/task/TID/children. */

#include "test.h"

#include <pthread.h>
#include <sys/mount.h>

static char text[1 << 16];

static void show(const char *path)
{
    char number[16];

    if (file_text(path, text, sizeof(text)) < 0) {
        say("%s: %s", path, errno_name(errno));
        return;
    }
    snprintf(number, sizeof(number), "%d", getpid());
    say("%s:", path);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *own = strstr(line, number);
        if (own != NULL && own > line && own[-1] == '.')
            say("  %.*sSELF", (int)(own - line), line);
        else
            say("  %s", line);
    }
}

static int make(clockid_t clock, int notify, int signal, unsigned long value)
{
    struct sigevent event = {.sigev_notify = notify, .sigev_signo = signal};
    int id;

    event.sigev_value.sival_ptr = (void *)value;
    ((int *)&event)[4] = getpid(); /* sigev_notify_thread_id */
    must(syscall(SYS_timer_create, clock, &event, &id));
    return id;
}

static void timers(void)
{
    int id;

    show("/proc/self/timers");
    make(CLOCK_REALTIME, SIGEV_SIGNAL, 34, 0x1234);
    must(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id));
    make(CLOCK_PROCESS_CPUTIME_ID, SIGEV_NONE, 64, ~0ul);
    make(CLOCK_THREAD_CPUTIME_ID, 4 /* SIGEV_THREAD_ID */, SIGALRM, 7);
    make(CLOCK_BOOTTIME, SIGEV_THREAD, 10, 0xffff800000000000);
    make(CLOCK_TAI, SIGEV_SIGNAL, 12, 0);
    show("/proc/self/timers");
    must(syscall(SYS_timer_delete, id));
    make(CLOCK_MONOTONIC, SIGEV_SIGNAL, 1, 1);
    show("/proc/self/timers");
    call("write", open("/proc/self/timers", O_WRONLY | O_APPEND) >= 0 ? 0 : -1);
    must(execl("/proc/self/exe", "timers", "executed", NULL));
}

static void of_others(void)
{
    become_user();
    call_ok("timers of pid 1, a user", open("/proc/1/timers", O_RDONLY));
    call_ok("mountstats of pid 1, a user", open("/proc/1/mountstats", O_RDONLY));
    call_ok("children of pid 1, a user", open("/proc/1/task/1/children", O_RDONLY));
}

static void mounts(void)
{
    must(mkdir("a place", 0755));
    must(mount("some device", "a place", "tmpfs", 0, NULL));
    must(file_text("/proc/self/mountstats", text, sizeof(text)));
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(line, "place") != NULL || strstr(line, "/proc ") != NULL)
            say("  %s", line);
    must(umount("a place"));
    call("of a thread", open("/proc/thread-self/mountstats", O_RDONLY));
}

static pid_t born[4];
static int ends[2];

static pid_t child(void)
{
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        char byte;
        close(ends[1]);
        read(ends[0], &byte, 1);
        _exit(0);
    }
    return pid;
}

static void children_of(const char *label, const char *path)
{
    char wanted[16], found[64] = "";
    char *word;

    must(file_text(path, text, sizeof(text)));
    yes(label, text[0] == '\0' || text[strlen(text) - 1] == ' ');
    for (word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        const char *name = "?";
        for (int i = 0; i < 4; i++) {
            snprintf(wanted, sizeof(wanted), "%d", born[i]);
            if (born[i] != 0 && strcmp(word, wanted) == 0)
                name = (const char *[]){"first", "second", "third", "fourth"}[i];
        }
        strcat(strcat(found, " "), name);
    }
    say("   %s", found);
}

static void *thread(void *unused)
{
    (void)unused;
    born[2] = child();
    children_of("the thread's", "/proc/thread-self/children");
    return NULL;
}

static void children(void)
{
    char path[64];
    struct stat tasks;
    pthread_t other;

    must(pipe(ends));
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
    children_of("none", path);
    born[0] = child();
    born[1] = child();
    children_of("two", path);
    pthread_create(&other, NULL, thread, NULL);
    pthread_join(other, NULL);
    do
        must(stat("/proc/self/task", &tasks));
    while (tasks.st_nlink > 3);
    born[3] = child();
    children_of("with the one that an ended thread left", path);
    kill(born[1], SIGKILL);
    siginfo_t info;
    must(waitid(P_PID, (id_t)born[1], &info, WEXITED | WNOWAIT));
    children_of("one is a zombie", path);
    waitpid(born[1], NULL, 0);
    children_of("no more", path);
    call("of the process", open("/proc/self/children", O_RDONLY));
    close(ends[1]);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        show("/proc/self/timers");
        return 0;
    }
    children();
    mounts();
    in_child("others", of_others);
    timers();
    return 1;
}
