/* Threads on one processor that use the position of one file at every turn do not wait for each
 * other at every turn: a lock that was just given back is not kept for whoever stands in line. */

#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#define NR_THREADS 8
#define NR_SEEKS   40000

static int fd;

static void *seek(void *unused)
{
    for (int i = 0; i < NR_SEEKS; i++)
        if (lseek(fd, i, SEEK_SET) != i)
            abort();
    return unused;
}

int main(void)
{
    pthread_t threads[NR_THREADS];
    struct rusage usage;
    cpu_set_t first;

    CPU_ZERO(&first);
    CPU_SET(0, &first);
    must(sched_setaffinity(0, sizeof(first), &first));
    fd = must(open("file", O_RDWR | O_CREAT, 0600));
    for (int i = 0; i < NR_THREADS; i++)
        must(pthread_create(&threads[i], NULL, seek, NULL));
    for (int i = 0; i < NR_THREADS; i++)
        pthread_join(threads[i], NULL);
    must(getrusage(RUSAGE_SELF, &usage));
    printf("# %ld switches in %d seeks\n", usage.ru_nvcsw, NR_THREADS * NR_SEEKS);
    yes("fewer than one switch in ten seeks", usage.ru_nvcsw < NR_THREADS * NR_SEEKS / 10);
    return 0;
}
