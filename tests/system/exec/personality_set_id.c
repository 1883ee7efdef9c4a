/* What a set-id program keeps of its caller's personality: no bit that decides its layout. */

#include "test.h"

#include <sys/personality.h>
#include <sys/sendfile.h>

static void run(const char *label)
{
    int status;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        become_user();
        personality(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO | READ_IMPLIES_EXEC |
                    SHORT_INODE);
        execl("copy", "copy", "again", (char *)NULL);
        say("%s", errno_name(errno));
        _exit(1);
    }
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

static int after_exec(void)
{
    struct maps_line line;
    char *low = map(PAGE);

    say("personality %#x", (unsigned)personality(0xffffffff));
    yes("page at 0", maps_find(NULL, &line));
    yes("mappings go up", map_prot(PAGE, PROT_READ) > low);
    return 0;
}

int main(int argc, char **argv)
{
    struct stat info;

    (void)argv;
    if (argc > 1)
        return after_exec();
    int from = (int)must(open("/proc/self/exe", O_RDONLY));
    int to = (int)must(open("copy", O_WRONLY | O_CREAT, 0755));
    must(fstat(from, &info));
    for (long done = 0; done < info.st_size;)
        done += must(sendfile(to, from, NULL, (size_t)(info.st_size - done)));
    close(to);
    run("plain");
    must(chmod("copy", 04755));
    run("set-user-id");
    must(chmod("copy", 02755));
    run("set-group-id");
    return 0;
}
