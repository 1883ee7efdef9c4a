/* What ./quire run promises, one word at a time: see tests/run/run. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static __thread int mine = 1;

static void *thread(void *argument)
{
    mine = 2;
    *(int *)argument += mine;
    return argument;
}

/* Threads with thread-local storage. => 3 */
static int threads(void)
{
    pthread_t threads[4];
    int sums[4] = {0};
    int total = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, thread, &sums[i]);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        total += sums[i];
    }
    return total == 8 && mine == 1 ? 3 : 1;
}

static int descriptors(void)
{
    printf("output %d%d%d\n", isatty(0), isatty(1), isatty(2));
    fflush(stdout);
    fprintf(stderr, "error\n");
    return 42;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "threads") == 0)
        return threads();
    if (strcmp(word, "descriptors") == 0)
        return descriptors();
    if (strcmp(word, "abort") == 0)
        abort();
    for (int i = 0; i < argc; i++)
        printf("[%s]\n", argv[i]);
    return 0;
}
