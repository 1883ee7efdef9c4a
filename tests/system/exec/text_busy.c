/* A running program's file cannot be opened for writing (ETXTBSY), nor executed while being
 * written. */

#include "test.h"

#include <sys/sendfile.h>

static void copy_self(const char *path)
{
    struct stat info;
    int from = (int)must(open("/proc/self/exe", O_RDONLY));
    int to = (int)must(open(path, O_WRONLY | O_CREAT, 0755));
    must(fstat(from, &info));
    for (long done = 0; done < info.st_size;)
        done += must(sendfile(to, from, NULL, (size_t)(info.st_size - done)));
    close(from);
    close(to);
}

int main(int argc, char **argv)
{
    int status, gate[2];
    char byte;
    if (argc > 2) {
        read(atoi(argv[2]), &byte, 1);
        return 0;
    }
    copy_self("copy");
    must(pipe(gate));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        char number[16];
        snprintf(number, sizeof(number), "%d", gate[0]);
        close(gate[1]);
        execl("copy", "copy", "wait", number, (char *)NULL);
        _exit(1);
    }
    nap(100);
    call("open for writing while it runs", open("copy", O_WRONLY));
    call("truncate", truncate("copy", 0));
    call_ok("open for reading", open("copy", O_RDONLY));
    call("unlink", unlink("copy"));
    copy_self("copy");
    close(gate[1]);
    must(waitpid(pid, &status, 0));
    status_report("runner", status);
    int writer = (int)must(open("copy", O_WRONLY));
    call("execute while open for writing", execl("copy", "copy", (char *)NULL));
    close(writer);
    call_ok("open for writing afterwards", open("copy", O_WRONLY));
    return 0;
}
