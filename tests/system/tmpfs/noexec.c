/* Mappings of files on a mount with MS_NOEXEC. */

#include "test.h"
#include <sys/mount.h>

int main(void)
{
    must(mkdir("noexec", 0755));
    must(mount("none", "noexec", "tmpfs", MS_NOEXEC, NULL));
    int fd = file_make("noexec/f", 2 * PAGE);
    char *p;

    call("mmap PROT_EXEC", (long)mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
    call("mmap PROT_EXEC shared", (long)mmap(NULL, PAGE, PROT_EXEC, MAP_SHARED, fd, 0));
    int write_only = (int)must(open("noexec/f", O_WRONLY));
    call("mmap PROT_EXEC, not readable",
         (long)mmap(NULL, PAGE, PROT_EXEC, MAP_PRIVATE, write_only, 0));
    p = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
    call("mprotect PROT_EXEC", mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    call("mprotect PROT_WRITE", mprotect(p, PAGE, PROT_READ | PROT_WRITE));
    p[0] = 1;
    call("mprotect PROT_EXEC of a copy", mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    char *shared = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
    must(mount(NULL, "noexec", NULL, MS_REMOUNT | MS_BIND, NULL));
    call("mount allows it now: old mapping", mprotect(shared, PAGE, PROT_READ | PROT_EXEC));
    shared = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
    call("new mapping", mprotect(shared, PAGE, PROT_READ | PROT_EXEC));
    must(mount(NULL, "noexec", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL));
    call("mount forbids it now: old mapping", mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    chmod("noexec/f", 0755);
    call("execve", execl("noexec/f", "f", NULL));
    return 0;
}
