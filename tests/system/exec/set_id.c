/* Set-user-id and set-group-id programs; AT_SECURE; not for scripts. */

#include "test.h"

#include <sys/auxv.h>
#include <sys/sendfile.h>

static void show(void)
{
    uid_t r, e, s;
    gid_t gr, ge, gs;
    getresuid(&r, &e, &s);
    getresgid(&gr, &ge, &gs);
    say("  uid %u %u %u gid %u %u %u secure %lu", r, e, s, gr, ge, gs, getauxval(AT_SECURE));
}

static void run(const char *label, const char *path)
{
    int status;
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        become_user();
        execl(path, "show", "show", (char *)NULL);
        say("%s", errno_name(errno));
        _exit(1);
    }
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

int main(int argc, char **argv)
{
    struct stat info;
    (void)argv;
    if (argc > 1) {
        show();
        return 0;
    }
    int from = (int)must(open("/proc/self/exe", O_RDONLY));
    int to = (int)must(open("copy", O_WRONLY | O_CREAT, 0755));
    must(fstat(from, &info));
    for (long done = 0; done < info.st_size;)
        done += must(sendfile(to, from, NULL, (size_t)(info.st_size - done)));
    close(to);
    run("plain", "copy");
    must(chmod("copy", 04755));
    run("set-user-id root", "copy");
    must(chmod("copy", 02755));
    run("set-group-id root", "copy");
    must(chown("copy", 55, 66));
    must(chmod("copy", 06755));
    run("both, 55 and 66", "copy");
    must(chmod("copy", 02745));
    run("set-group-id without group execute", "copy");
    file_put("script", "#!/area/copy show\n", 06755);
    run("script", "script");
    must(chmod("copy", 06755));
    must(chown("copy", 77, 88));
    must(stat("copy", &info));
    say("mode after chown %o", info.st_mode & 07777);
    return 0;
}
