/* mkdir, rmdir, chdir, getcwd, "." and "..", link counts, errnos, a removed current directory. */

#include "test.h"

static void links(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0)
        say("  %s links %lu", path, (unsigned long)info.st_nlink);
}

int main(void)
{
    char path[4096], small[5];
    call("mkdir", mkdir("d", 0755));
    call("again", mkdir("d", 0755));
    call("with slash", mkdir("e/", 0755));
    call("below nothing", mkdir("x/y", 0755));
    call("dot", mkdir("d/.", 0755));
    call("root", mkdir("/", 0755));
    links("d");
    must(mkdir("d/sub", 0755));
    links("d");
    call("rmdir not empty", rmdir("d"));
    call("rmdir dot", rmdir("d/."));
    call("rmdir dot dot", rmdir("d/sub/.."));
    call("rmdir root", rmdir("/"));
    call("rmdir sub", rmdir("d/sub/"));
    links("d");
    call("rmdir absent", rmdir("absent"));
    file_put("file", "", 0644);
    call("rmdir file", rmdir("file"));
    call("chdir file", chdir("file"));
    call("chdir", chdir("d"));
    say("cwd %s", getcwd(path, sizeof(path)));
    call("getcwd raw length", syscall(SYS_getcwd, path, sizeof(path)));
    call("getcwd small", syscall(SYS_getcwd, small, sizeof(small)));
    int here = (int)must(open(".", O_RDONLY));
    call("remove the current directory", rmdir("../d"));
    call("getcwd", getcwd(path, sizeof(path)) == NULL ? -1 : 0);
    call("create in it", open("new", O_CREAT | O_RDWR, 0644));
    call("dot", access(".", F_OK));
    call("dot dot", access("../file", F_OK));
    call("mkdir in it", mkdir("m", 0755));
    call("chdir ..", chdir(".."));
    say("cwd %s", getcwd(path, sizeof(path)));
    call("fchdir to the removed", fchdir(here));
    call("fchdir bad", fchdir(999));
    call("chdir /", chdir("/"));
    call("chdir ..", chdir(".."));
    say("cwd %s", getcwd(path, sizeof(path)));
    call("fchdir file", fchdir((int)must(open("/area/file", O_RDONLY))));
    return 0;
}
