/* MS_MOVE and pivot_root(2) among shared mounts, and what mount(2) refuses, in its order. */

#include "tree.h"

static int move(const char *from, const char *to)
{
    return mount(from, to, NULL, MS_MOVE, NULL);
}

static void moves(void)
{
    tmpfs_at("a");
    tmpfs_at("b");
    mkdir("a/m", 0755);
    mkdir("b/m", 0755);
    file_put("file", "x", 0644);
    file_put("file2", "y", 0644);
    tmpfs_at("t");
    tmpfs_at("t/u");
    call("no name", move(NULL, "a"));
    call("empty name", move("", "a"));
    call("absent", move("none", "a"));
    call("not a mount", move("a/m", "b/m"));
    call("onto a file", move("t", "file"));
    call("into itself", move("t", "t/u"));
    call("onto itself", move("t", "t"));
    call("private to private", move("t", "a/m"));
    show("moved");
    call("back", move("a/m", "t"));
    become("a", MS_SHARED);
    bind("a", "peer");
    call("private to shared", move("t", "a/m"));
    show("copied to the peer");
    call("out of a shared parent", move("a/m", "t"));
    call("within a shared parent", (mkdir("a/n", 0755), move("a/m", "a/n")));
    become("a", MS_PRIVATE);
    call("out of a private one", move("a/m", "t"));
    show("out");
    become("peer", MS_SLAVE);
    call("out of a slave", move("peer/m", "b/m"));
    show("out of a slave");
    become("t/u", MS_UNBINDABLE);
    become("b", MS_SHARED);
    mkdir("b/n", 0755);
    call("what is unbindable to a shared place", move("t", "b/n"));
    call("to a private place", move("t", "a/m"));
    show("unbindable moved");
    call("a bound file", mount("file", "file2", NULL, MS_BIND, NULL));
    call("onto a directory", move("file2", "b/n"));
    call("onto a file", (file_put("b/file", "z", 0644), move("file2", "b/file")));
    show("a file");
    clear();
}

static void moved_peer(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    mkdir("a/m", 0755);
    bind("a", "b");
    call("a peer into its peer", move("b", "a/m"));
    show("a peer in its peer");
    clear();
}

static void refusals(void)
{
    int fd;

    tmpfs_at("a");
    mkdir("a/d", 0755);
    file_put("a/f", "x", 0644);
    call("bind without a name", mount(NULL, "a", NULL, MS_BIND, NULL));
    call("bind of an empty name", mount("", "a", NULL, MS_BIND, NULL));
    call("bind of nothing", mount("none", "a", NULL, MS_BIND, NULL));
    call("a file on a directory", mount("a/f", "a/d", NULL, MS_BIND, NULL));
    call("a directory on a file", mount("a/d", "a/f", NULL, MS_BIND, NULL));
    call("no type", mount("x", "a/d", NULL, 0, NULL));
    call("proc", mount("proc", "a/d", "proc", 0, NULL));
    call("proc on it again", mount("proc", "a/d", "proc", 0, NULL));
    call("sysfs", mount("sysfs", "a/d", "sysfs", 0, NULL));
    call("sysfs on it again", mount("sysfs", "a/d", "sysfs", 0, NULL));
    call("bound on itself", bind("a/d", "a/d"));
    call("a new tmpfs on a tmpfs", mount("x", "a", "tmpfs", 0, NULL));
    clear();
    tmpfs_at("a");
    mkdir("a/d", 0755);
    fd = (int)must(open("a", O_RDONLY | O_DIRECTORY));
    must(fchdir(fd));
    call("gone", umount2("/area/a", MNT_DETACH));
    call("mount on what is gone", mount("x", "d", "tmpfs", 0, NULL));
    call("bind on it", mount("/area", "d", NULL, MS_BIND, NULL));
    call("bind of it", mount("d", "/area/a", NULL, MS_BIND, NULL));
    call("move to it", (tmpfs_at("/area/b"), move("/area/b", "d")));
    call("move it", move(".", "/area/a"));
    call("remount it", mount(NULL, ".", NULL, MS_REMOUNT, NULL));
    call("share it", become(".", MS_SHARED));
    call("umount it", umount("."));
    must(chdir("/area"));
    close(fd);
    must(mkdir("unlinked", 0755));
    fd = (int)must(open("unlinked", O_RDONLY | O_DIRECTORY));
    must(rmdir("unlinked"));
    must(fchdir(fd));
    call("mount on an unlinked directory", mount("x", ".", "tmpfs", 0, NULL));
    call("bind on it", mount("/area/b", ".", NULL, MS_BIND, NULL));
    call("move to it", move("/area/b", "."));
    must(chdir("/area"));
    call("a pipe", ({
             int ends[2];
             char name[32];
             must(pipe(ends));
             snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
             file_put("plain", "", 0644);
             mount(name, "plain", NULL, MS_BIND, NULL);
         }));
    clear();
}

static void pivot_case(const char *label, unsigned long root, unsigned long new_root,
                       unsigned long parent)
{
    tmpfs_at("r");
    tmpfs_at("r/root");
    mkdir("r/root/proc", 0755);
    tmpfs_at("r/root/new");
    mkdir("r/root/new/old", 0755);
    become("r", parent);
    become("r/root", root);
    become("r/root/new", new_root);
    if (fork() == 0) {
        must(chroot("r/root"));
        must(chdir("/"));
        call(label, syscall(SYS_pivot_root, "new", "new/old"));
        _exit(0);
    }
    wait(NULL);
    clear();
}

int main(void)
{
    moves();
    moved_peer();
    refusals();
    pivot_case("pivot among private ones", MS_PRIVATE, MS_PRIVATE, MS_PRIVATE);
    pivot_case("a shared root", MS_SHARED, MS_PRIVATE, MS_PRIVATE);
    pivot_case("a shared new root", MS_PRIVATE, MS_SHARED, MS_PRIVATE);
    pivot_case("below a shared parent", MS_PRIVATE, MS_PRIVATE, MS_SHARED);
    show("end");
    return 0;
}
