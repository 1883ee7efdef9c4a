/* chroot: ".." stops at the new root, absolute symlinks stay inside, descriptors opened before lead
 * out. */

#include "test.h"

int main(void)
{
    char path[256];
    must(mkdir("jail", 0755));
    must(mkdir("jail/inner", 0755));
    file_put("jail/file", "inside", 0644);
    file_put("file", "outside", 0644);
    must(symlink("/file", "jail/absolute"));
    int outside = (int)must(open(".", O_RDONLY | O_DIRECTORY));
    call("absent", chroot("absent"));
    call("file", chroot("file"));
    call("chroot", chroot("jail"));
    say("cwd is outside: %s", getcwd(path, sizeof(path)) ? path : errno_name(errno));
    call("chdir /", chdir("/"));
    say("cwd %s", getcwd(path, sizeof(path)));
    call("chdir ..", chdir(".."));
    file_text("file", path, sizeof(path));
    say("file: %s", path);
    file_text("/inner/../../../absolute", path, sizeof(path));
    say("absolute link: %s", path);
    call("proc is not here", access("/proc", F_OK));
    call("fchdir to a descriptor from outside", fchdir(outside));
    file_text("file", path, sizeof(path));
    say("file: %s", path);
    call("back", chroot("../.."));
    return 0;
}
