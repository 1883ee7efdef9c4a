/* Of a seal against writing and a shared mapping that may be written to, at the same time, one is
 * refused; so it is while areas of such a mapping are cut and joined. */
#include "test.h"

#include <pthread.h>

#define ROUNDS 3000

static int fd;
static char *mapped;
static pthread_barrier_t step;

static void *map_it(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&step);
        if (fd < 0)
            return unused;
        mapped = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        pthread_barrier_wait(&step);
    }
}

static int seal(void)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
}

static int both_while_mapping(void)
{
    int both = 0;

    for (int i = 0; i < ROUNDS; i++) {
        bool sealed;

        fd = (int)must(memfd_create("sealed", MFD_ALLOW_SEALING));
        must(ftruncate(fd, PAGE));
        pthread_barrier_wait(&step);
        for (volatile int wait = i % 200; wait > 0; wait--)
            ;
        sealed = seal() == 0;
        pthread_barrier_wait(&step);
        both += sealed && mapped != MAP_FAILED;
        if (mapped != MAP_FAILED)
            munmap(mapped, PAGE);
        close(fd);
    }
    return both;
}

static volatile int over;

static void *cut_and_join(void *unused)
{
    while (!over) {
        must(mprotect(mapped + PAGE, PAGE, PROT_READ));
        must(mprotect(mapped + PAGE, PAGE, PROT_READ | PROT_WRITE));
    }
    return unused;
}

static int seals_while_cutting(void)
{
    pthread_t thread;
    int sealed = 0;

    fd = (int)must(memfd_create("cut", MFD_ALLOW_SEALING));
    must(ftruncate(fd, 3 * PAGE));
    mapped = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    must(-pthread_create(&thread, NULL, cut_and_join, NULL));
    for (int i = 0; i < 20 * ROUNDS; i++)
        sealed += seal() == 0;
    over = 1;
    must(-pthread_join(thread, NULL));
    return sealed;
}

int main(void)
{
    pthread_t thread;

    pthread_barrier_init(&step, NULL, 2);
    must(-pthread_create(&thread, NULL, map_it, NULL));
    say("sealed and mapped: %d", both_while_mapping());
    fd = -1;
    pthread_barrier_wait(&step);
    must(-pthread_join(thread, NULL));
    say("sealed while it was mapped: %d", seals_while_cutting());
    return 0;
}
