/* A thread gives its filter to the others while one of them executes a set-user-id program: the
 * new program never has the owner's rights under a filter, and no_new_privs, of the user. */

#include "seccomp/words.h"

#include <pthread.h>
#include <sys/sendfile.h>

static volatile int go;
static int delay;

static void *filters(void *unused)
{
    FILTER(allow, ANSWER(SECCOMP_RET_ALLOW));

    give_up_privileges(); /* of this thread only */
    go = 1;
    for (volatile int spin = delay; spin > 0; spin--)
        ;
    install(SECCOMP_FILTER_FLAG_TSYNC, &allow);
    return unused;
}

static void executes(int number)
{
    pthread_t thread;

    delay = number * 37 % 5000;
    become_user();
    must(-pthread_create(&thread, NULL, filters, NULL));
    while (!go)
        ;
    execl("copy", "copy", "look", NULL);
    _exit(2);
}

static void make_copy(void)
{
    int from = (int)must(open("/proc/self/exe", O_RDONLY));
    int to = (int)must(open("copy", O_WRONLY | O_CREAT, 0755));
    struct stat info;

    must(fstat(from, &info));
    for (long done = 0; done < info.st_size;)
        done += must(sendfile(to, from, NULL, (size_t)(info.st_size - done)));
    close(to);
    close(from);
    must(chmod("copy", 04755));
}

int main(int argc, char **argv)
{
    int bad = 0, failed = 0, status;
    struct timespec begin;

    (void)argv;
    if (argc > 1)
        _exit(geteuid() == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    make_copy();
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; i < 2000 && elapsed(&begin) < 4000; i++) {
        pid_t child = (pid_t)must(fork());

        if (child == 0)
            executes(i);
        must(waitpid(child, &status, 0));
        bad += WIFEXITED(status) && WEXITSTATUS(status) == 1;
        failed += !WIFEXITED(status) || WEXITSTATUS(status) > 1;
    }
    say("%d with root's rights under a filter of the user", bad);
    say("%d did not execute", failed);
    return 0;
}
