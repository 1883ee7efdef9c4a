/* PR_SET_THP_DISABLE: no huge pages from now on, for threads, children and programs to come.
 * memory: 1G */

#include "huge.h"

#include <pthread.h>

static long disabled(void)
{
    return prctl(THP_DISABLED, 0, 0, 0, 0);
}

static void *thread(void *argument)
{
    call("a thread", disabled());
    call("a thread allows", prctl(THP_DISABLE, 0, 0, 0, 0));
    return argument;
}

static void child(void)
{
    char *at = map_written(1);

    call("child", disabled());
    say_area("child", at);
    say("THPeligible %ld, THP_enabled %ld", smaps_kilobytes(at, "THPeligible"),
        status_kilobytes("THP_enabled"));
    execl("/proc/self/exe", "again", (char *)NULL);
    _exit(1);
}

int main(int argc, char **argv)
{
    pthread_t other;
    char *at;

    (void)argc;
    if (strcmp(argv[0], "again") == 0) {
        call("another program", disabled());
        return 0;
    }
    must(put_setting("enabled", "always"));
    call("at first", disabled());
    say("THP_enabled %ld", status_kilobytes("THP_enabled"));
    at = map_written(1);
    call("disable", prctl(THP_DISABLE, 7, 0, 0, 0));
    call("now", disabled());
    say_area("what is there stays", at);
    at = map_written(1);
    say_area("disabled", at);
    in_child("child", child);
    must(pthread_create(&other, NULL, thread, NULL));
    pthread_join(other, NULL);
    call("after the thread", disabled());
    at = map_written(1);
    say_area("allowed", at);
    return 0;
}
