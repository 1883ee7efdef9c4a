/* RLIMIT_CPU: SIGXCPU each second past the soft limit, SIGKILL at the hard one. seconds: 60 */

#include "test.h"

#include <sys/resource.h>

static volatile int count;

static void handler(int number)
{
    (void)number;
    count++;
}

static void burn(void)
{
    for (volatile unsigned long i = 0;; i++)
        ;
}

static void soft(void)
{
    struct rlimit limit = {1, 5};
    setrlimit(RLIMIT_CPU, &limit);
    burn();
}

static void hard(void)
{
    struct rlimit limit = {1, 2};
    setrlimit(RLIMIT_CPU, &limit);
    signal(SIGXCPU, handler);
    burn();
}

int main(void)
{
    in_child("soft limit", soft);
    in_child("hard limit", hard);
    return 0;
}
