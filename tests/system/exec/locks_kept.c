/* Record locks stay over execve, of a process with several threads too, whichever executes. */

#include "test.h"

#include <pthread.h>

static char descriptor[12];

static void *sleeps(void *unused)
{
    pause();
    return unused;
}

static void *executes(void *unused)
{
    execl("/proc/self/exe", "program", descriptor, NULL);
    return unused;
}

static void show_lock(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    pid_t child = (pid_t)must(fork());

    if (child == 0) { /* one's own lock does not count */
        must(fcntl(fd, F_GETLK, &lock));
        yes("locked", lock.l_type == F_WRLCK && lock.l_pid == getppid());
        _exit(0);
    }
    must(waitpid(child, NULL, 0));
}

static void lock_and_execute(bool threads, bool second)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = (int)must(open("locked", O_RDWR | O_CREAT, 0600));
    pthread_t thread;

    must(fcntl(fd, F_SETLK, &lock));
    snprintf(descriptor, sizeof(descriptor), "%d", fd);
    if (threads)
        must(-pthread_create(&thread, NULL, second ? executes : sleeps, NULL));
    if (!second)
        executes(NULL);
    for (;;)
        pause();
}

static void alone(void)
{
    lock_and_execute(false, false);
}

static void first_of_two(void)
{
    lock_and_execute(true, false);
}

static void second_of_two(void)
{
    lock_and_execute(true, true);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        show_lock(atoi(argv[1]));
        return 0;
    }
    in_child("alone", alone);
    in_child("the first of two", first_of_two);
    in_child("the second of two", second_of_two);
    return 0;
}
