/* /proc lists the living processes, and a process that is gone is ENOENT or ESRCH. */

#include "test.h"

#include <dirent.h>

static int listed(pid_t pid)
{
    int found = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;)
        found += atoi(entry->d_name) == pid;
    closedir(proc);
    return found;
}

int main(void)
{
    char path[64], text[256];
    int gate[2];
    must(pipe(gate));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        char byte;
        close(gate[1]);
        read(gate[0], &byte, 1);
        _exit(0);
    }
    close(gate[0]);
    say("self listed: %d, child listed: %d", listed(getpid()), listed(pid));
    snprintf(path, sizeof(path), "/proc/%d", pid);
    int directory = (int)must(open(path, O_RDONLY | O_DIRECTORY));
    int comm = (int)must(openat(directory, "comm", O_RDONLY));
    call("read its comm", pread(comm, text, sizeof(text), 0));
    close(gate[1]);
    nap(50);
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file_text(path, text, sizeof(text));
    say("zombie: %.3s", strrchr(text, ')') + 1);
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    say("its maps: %ld bytes", file_text(path, text, sizeof(text)));
    must(waitpid(pid, NULL, 0));
    say("listed: %d", listed(pid));
    call("open its comm", openat(directory, "comm", O_RDONLY));
    call("read the open one", pread(comm, text, sizeof(text), 0));
    return 0;
}
