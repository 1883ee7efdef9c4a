/* Two thousand threads made and joined, some detached: none is left and memory is not eaten.
 * seconds: 60 */

#include "test.h"

#include <pthread.h>

static int ended;

static void *body(void *argument)
{
    char *page =
        (char *)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    munmap(page, PAGE);
    __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
    return argument;
}

int main(void)
{
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 500; i++) {
        pthread_t ids[3], loose;
        for (int j = 0; j < 3; j++)
            must(pthread_create(&ids[j], NULL, body, NULL) ? -1 : 0);
        must(pthread_create(&loose, &detached, body, NULL) ? -1 : 0);
        for (int j = 0; j < 3; j++)
            pthread_join(ids[j], NULL);
    }
    while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) < 2000)
        nap(5);
    char text[4096];
    for (int i = 0; i < 100; i++) {
        file_text("/proc/self/status", text, sizeof(text));
        if (strstr(text, "Threads:\t1\n"))
            break;
        nap(5);
    }
    yes("one thread left", strstr(text, "Threads:\t1\n") != NULL);
    return 0;
}
