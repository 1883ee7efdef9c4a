/* Two threads bring the pages of one file in at once, another file takes the rest of the
   filesystem, then the first is truncated. */
#include "test.h"

#include <pthread.h>
#include <sys/mount.h>

static pthread_barrier_t start, done;
static volatile char *memory;

static void *toucher(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&start);
        (void)memory[PAGE];
        pthread_barrier_wait(&done);
    }
    return unused;
}

static void once(void)
{
    static char page[PAGE];
    int file = (int)must(open("place/a", O_RDWR | O_CREAT, 0600)), rest;

    must(ftruncate(file, 2 * PAGE));
    memory = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, file, 0);
    pthread_barrier_wait(&start);
    (void)memory[0];
    pthread_barrier_wait(&done);
    rest = (int)must(open("place/b", O_RDWR | O_CREAT, 0600));
    while (write(rest, page, sizeof(page)) == sizeof(page))
        continue;
    must(ftruncate(file, 2 * PAGE));
    munmap((void *)memory, 2 * PAGE);
    close(file);
    close(rest);
    must(unlink("place/a"));
    must(unlink("place/b"));
}

int main(void)
{
    struct timespec begin;
    pthread_t thread;

    must(mkdir("place", 0700));
    must(mount("none", "place", "tmpfs", 0, "size=64k"));
    pthread_barrier_init(&start, NULL, 2);
    pthread_barrier_init(&done, NULL, 2);
    pthread_create(&thread, NULL, toucher, NULL);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (elapsed(&begin) < 3000)
        once();
    must(umount2("place", MNT_DETACH));
    say("truncated");
    return 0;
}
