/* A SCHED_FIFO thread that never rests leaves its CPU to others for a part of each period; the
 * settings that say so. */

#include "test.h"

#include <sched.h>

#define SETTING(name) "/proc/sys/kernel/sched_rt_" name "_us"

static volatile int *progress;

static void on_first_cpu(void)
{
    cpu_set_t first;

    CPU_ZERO(&first);
    CPU_SET(0, &first);
    must(sched_setaffinity(0, sizeof(first), &first));
}

/* Two that never rest at the same CPU: the other one comes to its end, too. */
static void share(int policy)
{
    struct sched_param high = {.sched_priority = 50};
    pid_t pid;

    *progress = 0;
    pid = must(fork());
    if (pid == 0) {
        while (*progress == 0)
            ;
        for (int i = 0; i < 1000; i++)
            *progress += 1;
        _exit(0);
    }
    must(syscall(SYS_sched_setscheduler, 0, policy, &high));
    *progress = 1;
    while (*progress < 1001)
        ;
    must(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &(struct sched_param){0}));
    must(waitpid(pid, NULL, 0));
    say("the other made %d steps", *progress - 1);
}

static void set(const char *path, const char *text)
{
    char label[80], now[32] = "";
    int fd = must(open(path, O_RDWR));

    snprintf(label, sizeof(label), "%s to %s", strrchr(path, '/') + 1, text);
    call(label, write(fd, text, strlen(text)));
    must(pread(fd, now, sizeof(now) - 1, 0));
    now[strcspn(now, "\n")] = '\0';
    say("is %s", now);
    close(fd);
}

int main(void)
{
    progress = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    on_first_cpu();
    share(SCHED_FIFO);
    share(SCHED_RR);
    set(SETTING("period"), "0");
    set(SETTING("period"), "-1");
    set(SETTING("period"), "900000");
    set(SETTING("period"), "2000000");
    set(SETTING("runtime"), "2000001");
    set(SETTING("runtime"), "2000000");
    set(SETTING("runtime"), "-2");
    set(SETTING("runtime"), "0");
    set(SETTING("runtime"), "-1");
    set(SETTING("period"), "10000");
    set(SETTING("runtime"), "5000");
    share(SCHED_FIFO);
    set(SETTING("period"), "1000000");
    set(SETTING("runtime"), "950000");
    return 0;
}
