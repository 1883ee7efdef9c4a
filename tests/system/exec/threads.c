/* execve in a second thread: the others are gone, the new program has the process's pid. */

#include "test.h"

#include <pthread.h>

static char pid_text[16];

static void *execute(void *unused)
{
    execl("/proc/self/exe", "threads", pid_text, (char *)NULL);
    return unused;
}

static void *spin(void *unused)
{
    for (volatile long i = 0;; i++)
        ;
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    char text[64];
    if (argc > 1) {
        yes("pid kept", atoi(argv[1]) == getpid());
        yes("tid is the pid", syscall(SYS_gettid) == getpid());
        file_text("/proc/self/stat", text, sizeof(text));
        yes("stat is of this process", atoi(text) == getpid());
        call("one task", access("/proc/self/task", F_OK));
        return 0;
    }
    snprintf(pid_text, sizeof(pid_text), "%d", getpid());
    pthread_create(&thread, NULL, spin, NULL);
    pthread_create(&thread, NULL, execute, NULL);
    for (;;)
        pause();
}
