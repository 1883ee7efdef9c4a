/* pread(2) of one open text file of /proc by four threads, which share its buffer. */
#include "test.h"

#include <pthread.h>

static const char *const paths[] = {"/proc/self/status", "/proc/mounts", "/proc/stat"};
static const char *const begins[] = {"Name:", "", "cpu "};
static int files[COUNT_OF(paths)];
static struct timespec begin;
static int wrong;

static void *reader(void *buffer)
{
    for (unsigned i = 0; elapsed(&begin) < 1500; i++) {
        unsigned which = i % COUNT_OF(paths);
        ssize_t len = pread(files[which], buffer, 65536, 0);

        if (len <= 0 || strncmp(buffer, begins[which], strlen(begins[which])) != 0)
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[4];

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        files[i] = (int)must(open(paths[i], O_RDONLY));
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_create(&threads[i], NULL, reader, map(65536));
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    say("wrong texts: %d", wrong);
    return 0;
}
