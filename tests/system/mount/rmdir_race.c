/* mount(2) on a directory against rmdir(2) of it: one of them is refused. */
#include "test.h"

#include <pthread.h>
#include <sys/mount.h>

static pthread_barrier_t start, done;
static int removed;

static void *remover(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&start);
        removed = rmdir("place") == 0;
        pthread_barrier_wait(&done);
    }
    return unused;
}

int main(void)
{
    struct timespec begin;
    int both = 0, neither = 0;
    pthread_t thread;

    pthread_barrier_init(&start, NULL, 2);
    pthread_barrier_init(&done, NULL, 2);
    pthread_create(&thread, NULL, remover, NULL);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; elapsed(&begin) < 3000; i++) {
        int mounted;

        (void)!mkdir("place", 0700);
        pthread_barrier_wait(&start);
        for (volatile int spin = 0; spin < i % 100; spin++)
            ;
        mounted = mount("none", "place", "tmpfs", 0, NULL) == 0;
        pthread_barrier_wait(&done);
        both += mounted && removed;
        neither += !mounted && !removed;
        umount2("place", MNT_DETACH);
    }
    (void)!mkdir("place", 0700);
    say("both: %d, neither: %d", both, neither);
    must(chdir("place"));
    must(rmdir("../place"));
    call("on a directory that is removed", mount("none", ".", "tmpfs", 0, NULL));
    return 0;
}
