/* A thread waits for a record lock; another closes the descriptor and ends, so that the table is
   nobody else's when the lock is there. */
#include "test.h"

#include <pthread.h>

static int descriptor;

static void *closer(void *unused)
{
    wait_until_asleep(getpid());
    close(descriptor);
    return unused;
}

static int threads_of(pid_t pid)
{
    char path[64], text[4096];
    const char *line;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    if (file_text(path, text, sizeof(text)) < 0 || (line = strstr(text, "\nThreads:")) == NULL)
        return 0;
    return atoi(line + strlen("\nThreads:"));
}

static void wait_through_closed(int told)
{
    struct flock lock = {.l_type = F_WRLCK, .l_len = 1};
    pthread_t thread;

    descriptor = (int)must(open("locked", O_RDWR));
    pthread_create(&thread, NULL, closer, NULL);
    pthread_detach(thread);
    must(write(told, "x", 1));
    call("F_SETLKW", fcntl(descriptor, F_SETLKW, &lock));
    must(write(told, "x", 1));
    pause();
}

int main(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_len = 1};
    int mine = (int)must(open("locked", O_RDWR | O_CREAT, 0600)), ends[2];
    char byte;
    pid_t pid;

    must(pipe(ends));
    must(fcntl(mine, F_SETLK, &lock));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        close(mine);
        wait_through_closed(ends[1]);
    }
    must(read(ends[0], &byte, 1)); /* both threads are there */
    while (threads_of(pid) != 1)
        nap(1);
    lock.l_type = F_UNLCK;
    must(fcntl(mine, F_SETLK, &lock));
    must(read(ends[0], &byte, 1));
    lock.l_type = F_WRLCK;
    call("the lock is free", fcntl(mine, F_SETLK, &lock));
    kill(pid, SIGKILL);
    must(waitpid(pid, NULL, 0));
    return 0;
}
