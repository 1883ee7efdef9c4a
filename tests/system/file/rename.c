/* rename and renameat2: replacing, directories, errnos, RENAME_NOREPLACE and RENAME_EXCHANGE. */

#define _GNU_SOURCE
#include <stdio.h>

#include "test.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2
#endif

static long rename2(const char *from, const char *to, unsigned flags)
{
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void show(const char *path)
{
    char text[32];
    struct stat info;
    if (lstat(path, &info) < 0) {
        say("  %s: %s", path, errno_name(errno));
        return;
    }
    text[0] = '\0';
    if (S_ISREG(info.st_mode))
        file_text(path, text, sizeof(text));
    say("  %s: %o links %lu %s", path, info.st_mode, (unsigned long)info.st_nlink, text);
}

int main(void)
{
    file_put("a", "A", 0644);
    file_put("b", "B", 0600);
    must(mkdir("dir", 0755));
    must(mkdir("dir/sub", 0755));
    must(mkdir("empty", 0700));
    must(link("a", "a2"));
    call("over a file", rename("a", "b"));
    show("a");
    show("b");
    call("onto another link of itself", rename("a2", "b"));
    show("a2");
    call("file over directory", rename("b", "dir"));
    call("directory over file", rename("dir", "b"));
    call("directory over empty", rename("dir/sub", "empty"));
    show("empty");
    show("dir");
    call("directory over not empty", (must(mkdir("empty/x", 0755)), rename("dir", "empty")));
    call("into itself", rename("empty", "empty/x/y"));
    call("onto its own parent", rename("empty/x", "empty"));
    call("absent", rename("absent", "c"));
    call("to nowhere", rename("b", "absent/c"));
    call("dot", rename("dir/.", "c"));
    call("dot dot", rename("dir/..", "c"));
    call("same name", rename("b", "b"));
    call("file with slash", rename("b", "c/"));
    call("directory with slash", rename("dir", "dir3/"));
    show("dir3");
    call("to another directory", rename("b", "dir3/b"));
    show("dir3");
    call("directory to another", rename("empty", "dir3/empty"));
    show("dir3");
    file_put("c", "C", 0644);
    file_put("d", "D", 0644);
    call("noreplace existing", rename2("c", "d", RENAME_NOREPLACE));
    call("noreplace new", rename2("c", "e", RENAME_NOREPLACE));
    call("exchange", rename2("d", "e", RENAME_EXCHANGE));
    show("d");
    show("e");
    call("exchange with a directory", rename2("d", "dir3", RENAME_EXCHANGE));
    show("d");
    call("exchange absent", rename2("d", "absent", RENAME_EXCHANGE));
    call("both flags", rename2("d", "e", RENAME_EXCHANGE | RENAME_NOREPLACE));
    call("unknown flag", rename2("d", "e", 64));
    call("across file systems", rename("e", "/tmp/e"));
    return 0;
}
