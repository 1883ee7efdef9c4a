/* F_NOTIFY against close(2) by another thread: no request outlives its file, whose place another
   file takes. */
#include "test.h"

#include <pthread.h>

static pthread_barrier_t start, done;
static volatile sig_atomic_t strangers;
static int directory;

static void came(int signal)
{
    (void)signal;
    strangers++;
}

static void *closer(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&start);
        close(directory);
        pthread_barrier_wait(&done);
    }
    return unused;
}

/* Files that one would take for those that have just been closed. */
static void others_open(int others[8])
{
    for (int i = 0; i < 8; i++) {
        others[i] = (int)must(open("/dev/null", O_RDONLY));
        must(fcntl(others[i], F_SETOWN, getpid()));
        must(fcntl(others[i], F_SETSIG, SIGUSR1));
    }
}

static void others_close(const int others[8])
{
    for (int i = 0; i < 8; i++)
        close(others[i]);
}

int main(void)
{
    struct timespec begin;
    pthread_t thread;
    int others[8];

    signal(SIGUSR1, came);
    signal(SIGIO, SIG_IGN);
    must(mkdir("watched", 0700));
    pthread_barrier_init(&start, NULL, 2);
    pthread_barrier_init(&done, NULL, 2);
    pthread_create(&thread, NULL, closer, NULL);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (elapsed(&begin) < 3000) {
        directory = (int)must(open("watched", O_RDONLY | O_DIRECTORY));
        pthread_barrier_wait(&start);
        (void)fcntl(directory, F_NOTIFY, DN_CREATE | DN_MULTISHOT);
        pthread_barrier_wait(&done);
        others_open(others);
        close((int)must(open("watched/new", O_CREAT | O_WRONLY, 0600)));
        must(unlink("watched/new"));
        others_close(others);
    }
    say("signals for other files: %d", strangers);
    return 0;
}
