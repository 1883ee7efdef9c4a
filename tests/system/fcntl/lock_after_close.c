/*
 * A lock that one thread asks for while another closes the descriptor does not outlive it, however
 * the two meet.
 *
 * seconds: 60
 */
#include "test.h"

#include <pthread.h>

#define ROUNDS 3000

static pthread_barrier_t barrier;
static volatile int fd;

static void *locker(void *argument)
{
    struct flock lock = {.l_type = F_WRLCK};

    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&barrier);
        fcntl(fd, F_SETLK, &lock);
        pthread_barrier_wait(&barrier);
    }
    return argument;
}

/* As another process sees it. */
static int is_locked(void)
{
    struct flock lock = {.l_type = F_WRLCK};
    int other = (int)must(open("file", O_RDWR)), status;
    pid_t child = (pid_t)must(fork());

    if (child == 0) {
        must(fcntl(other, F_GETLK, &lock));
        _exit(lock.l_type != F_UNLCK);
    }
    must(waitpid(child, &status, 0));
    return status != 0;
}

/* A thread that waits for a lock gets it after the descriptor was closed. */
static void *waiter(void *argument)
{
    struct flock lock = {.l_type = F_WRLCK};

    call("lock that was waited for", fcntl(fd, F_SETLKW, &lock));
    return argument;
}

static void waiting(void)
{
    int ends[2], back[2];
    pthread_t thread;
    pid_t holder;
    char byte;

    must(pipe(ends));
    must(pipe(back));
    holder = (pid_t)must(fork());
    if (holder == 0) {
        struct flock lock = {.l_type = F_WRLCK};
        int own = (int)must(open("file", O_RDWR));

        must(fcntl(own, F_SETLK, &lock));
        must(write(back[1], "x", 1));
        must(read(ends[0], &byte, 1));
        _exit(0);
    }
    must(read(back[0], &byte, 1));
    fd = (int)must(open("file", O_RDWR));
    must(pthread_create(&thread, NULL, waiter, NULL));
    nap(100);
    close(fd);
    must(write(ends[1], "x", 1));
    must(waitpid(holder, NULL, 0));
    pthread_join(thread, NULL);
    yes("locked for ever", is_locked());
}

int main(void)
{
    pthread_t thread;

    close(file_make("file", 100));
    waiting();
    pthread_barrier_init(&barrier, NULL, 2);
    must(pthread_create(&thread, NULL, locker, NULL));
    for (int i = 0; i < ROUNDS; i++) {
        fd = (int)must(open("file", O_RDWR));
        pthread_barrier_wait(&barrier);
        for (volatile int spin = i % 300 * 4; spin > 0; spin--)
            ;
        close(fd);
        pthread_barrier_wait(&barrier);
        if (i % 10 == 9 && is_locked()) {
            say("locked for ever");
            return 1;
        }
    }
    pthread_join(thread, NULL);
    say("never locked for ever");
    return 0;
}
