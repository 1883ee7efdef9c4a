/*
 * Whose a lock is: POSIX locks are the process's (threads share them, fork does not give them on,
 * exec keeps them, any close drops them); OFD locks are the open file's; flock knows neither.
 */

#include "test.h"

#include <pthread.h>
#include <sys/file.h>

static int fd, second;

static long lock_at(int descriptor, int command, int type, long start, long len)
{
    struct flock request = {
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(descriptor, command, &request);
}

static const char *who(pid_t pid)
{
    return pid == getpid()    ? "this process"
           : pid == getppid() ? "parent"
           : pid == -1        ? "an open file"
           : pid == 0         ? "nobody"
                              : "other";
}

static void query(const char *label, int descriptor, int command, int type)
{
    struct flock request = {.l_type = (short)type, .l_whence = SEEK_SET};
    if (fcntl(descriptor, command, &request) < 0)
        say("%s: %s", label, errno_name(errno));
    else if (request.l_type == F_UNLCK)
        say("%s: free, whence %d, %s", label, request.l_whence, who(request.l_pid));
    else
        say("%s: %s %ld+%ld whence %d, %s", label, request.l_type == F_RDLCK ? "read" : "write",
            (long)request.l_start, (long)request.l_len, request.l_whence, who(request.l_pid));
}

static void look(void)
{
    query("    a child's look", fd, F_GETLK, F_WRLCK);
}

static void *thread_locks(void *unused)
{
    call("another thread takes the same", lock_at(fd, F_SETLK, F_WRLCK, 0, 1));
    call("and lets half of it go", lock_at(fd, F_SETLK, F_UNLCK, 0, 1));
    return unused;
}

static void child_of_fork(void)
{
    call("the child has no lock of its parent's", lock_at(fd, F_SETLK, F_WRLCK, 0, 1));
    call("its unlock changes nothing", lock_at(fd, F_SETLK, F_UNLCK, 0, 0));
    call("nor its close", close(fd));
}

/* exec: this program again looks at the lock that it held before. */
static void exec_keeps(void)
{
    must(fcntl(fd, F_SETFD, 0));
    must(lock_at(fd, F_SETLK, F_WRLCK, 3, 4));
    execl("/proc/self/exe", "test", "after", NULL);
    _exit(9);
}

static void exec_closes(void)
{
    must(fcntl(fd, F_SETFD, FD_CLOEXEC));
    must(lock_at(fd, F_SETLK, F_WRLCK, 3, 4));
    execl("/proc/self/exe", "test", "after", NULL);
    _exit(9);
}

static int after_exec(void)
{
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        fd = (int)must(open("file", O_RDWR));
        look();
        _exit(0);
    }
    return waitpid(pid, NULL, 0) != pid;
}

static void posix_locks(void)
{
    pthread_t thread;

    must(lock_at(fd, F_SETLK, F_WRLCK, 0, 2));
    pthread_create(&thread, NULL, thread_locks, NULL);
    pthread_join(thread, NULL);
    in_child("after the thread", look);
    in_child("fork", child_of_fork);
    in_child("still there", look);
    must(close((int)must(dup(fd))));
    in_child("a copy was closed", look);
    must(lock_at(fd, F_SETLK, F_WRLCK, 0, 2));
    must(close((int)must(open("file", O_PATH))));
    in_child("an O_PATH descriptor was closed", look);
    must(link("file", "other name"));
    must(close((int)must(open("other name", O_RDONLY))));
    in_child("another name of the file was closed", look);
    must(lock_at(fd, F_SETLK, F_WRLCK, 0, 2));
    int copy = (int)must(dup(fd)), null = (int)must(open("/dev/null", O_RDONLY));
    must(dup2(null, copy));
    in_child("dup2 over a copy", look);
    in_child("exec keeps", exec_keeps);
    in_child("exec closes", exec_closes);
    query("a process's own lock is not in its way", second, F_GETLK, F_WRLCK);
}

static void ofd_child(void)
{
    call("a child has it, too", lock_at(fd, F_OFD_SETLK, F_WRLCK, 0, 5));
    query("F_GETLK there", fd, F_GETLK, F_WRLCK);
    call("unlocks it for both", lock_at(fd, F_OFD_SETLK, F_UNLCK, 0, 2));
}

static void ofd_locks(void)
{
    struct flock with_pid = {.l_type = F_WRLCK, .l_pid = 1};

    must(lock_at(fd, F_SETLK, F_UNLCK, 0, 0));
    call("OFD lock", lock_at(fd, F_OFD_SETLK, F_WRLCK, 0, 5));
    call("second open", lock_at(second, F_OFD_SETLK, F_RDLCK, 0, 1));
    query("its query", second, F_OFD_GETLK, F_RDLCK);
    query("F_GETLK by the same descriptor", fd, F_GETLK, F_RDLCK);
    call("POSIX lock by the same descriptor", lock_at(fd, F_SETLK, F_RDLCK, 0, 1));
    call("POSIX lock beside it", lock_at(fd, F_SETLK, F_RDLCK, 10, 1));
    call("OFD lock over the POSIX one", lock_at(fd, F_OFD_SETLK, F_WRLCK, 10, 1));
    query("its query", fd, F_OFD_GETLK, F_WRLCK);
    must(close((int)must(dup(fd))));
    query("a close drops only the POSIX one", second, F_OFD_GETLK, F_WRLCK);
    in_child("child", ofd_child);
    query("and then", second, F_OFD_GETLK, F_WRLCK);
    call("l_pid must be 0", fcntl(fd, F_OFD_SETLK, &with_pid));
    call("in a query, too", fcntl(fd, F_OFD_GETLK, &with_pid));
    call("not in F_SETLK", fcntl(fd, F_SETLK, &with_pid));
    call("upgrade alone", lock_at(fd, F_OFD_SETLK, F_RDLCK, 0, 0));
    must(lock_at(second, F_OFD_SETLK, F_RDLCK, 0, 1));
    call("upgrade beside a reader", lock_at(fd, F_OFD_SETLK, F_WRLCK, 0, 1));
    query("it has the old one still", second, F_OFD_GETLK, F_WRLCK);
}

static void mixed(void)
{
    must(lock_at(fd, F_OFD_SETLK, F_UNLCK, 0, 0));
    must(lock_at(second, F_OFD_SETLK, F_UNLCK, 0, 0));
    must(lock_at(fd, F_SETLK, F_UNLCK, 0, 0));
    call("flock beside nothing", flock(fd, LOCK_EX | LOCK_NB));
    call("POSIX lock beside flock", lock_at(fd, F_SETLK, F_WRLCK, 0, 0));
    query("is not in its own way", second, F_GETLK, F_WRLCK);
    query("but in that of an open file", second, F_OFD_GETLK, F_WRLCK);
    call("OFD lock beside both", lock_at(second, F_OFD_SETLK, F_WRLCK, 0, 0));
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count > 1)
        return after_exec();
    fd = file_make("file", 100);
    second = (int)must(open("file", O_RDWR));
    posix_locks();
    ofd_locks();
    mixed();
    return 0;
}
