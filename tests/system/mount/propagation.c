/* Shared, slave, private and unbindable mounts: who becomes what, who receives what. */

#include "tree.h"

static void kinds(void)
{
    tmpfs_at("a");
    show("private");
    call("shared", become("a", MS_SHARED));
    call("again", become("a", MS_SHARED));
    call("bind", bind("a", "b"));
    show("peers");
    call("slave", become("b", MS_SLAVE));
    show("a slave");
    call("shared too", become("b", MS_SHARED));
    call("bind it", bind("b", "c"));
    show("a slave with a peer");
    call("slave of the slave", become("c", MS_SLAVE));
    call("slave again", become("c", MS_SLAVE));
    show("three in a row");
    call("the middle is private", become("b", MS_PRIVATE));
    show("handed up");
    call("the first is private", become("a", MS_PRIVATE));
    show("nobody left");
    call("slave of nobody", become("a", MS_SLAVE));
    call("unbindable", become("a", MS_UNBINDABLE));
    show("unbindable");
    call("bind it", bind("a", "d"));
    call("bind below it", (mkdir("a/x", 0755), bind("a/x", "d")));
    call("unbindable slave", become("a", MS_SLAVE));
    show("still");
    call("unbindable shared", become("a", MS_SHARED));
    show("no more");
    call("alone in its group becomes a slave", become("a", MS_SLAVE));
    show("private");
    clear();
}

static void refusals(void)
{
    tmpfs_at("a");
    mkdir("a/x", 0755);
    call("two kinds", become("a", MS_SHARED | MS_PRIVATE));
    call("a foreign flag", become("a", MS_SHARED | MS_NOSUID));
    call("silent", become("a", MS_SHARED | MS_SILENT));
    call("not a mount", become("a/x", MS_SHARED));
    call("absent", become("a/y", MS_SHARED));
    call("kind with bind", mount("a", "a/x", NULL, MS_BIND | MS_SLAVE, NULL));
    show("bound");
    clear();
}

static void mounts_travel(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "peer");
    bind("a", "slave");
    become("slave", MS_SLAVE);
    bind("slave", "both");
    become("both", MS_SHARED);
    bind("both", "both2");
    bind("a", "private");
    become("private", MS_PRIVATE);
    mkdir("a/m", 0755);
    mkdir("a/m/deep", 0755);
    bind("a/m", "part");
    show("before");
    call("mount on the first", mount("one", "a/m", "tmpfs", 0, NULL));
    show("received");
    call("file", mkdir("a/m/f", 0755));
    call("in the peer", access("peer/m/f", F_OK));
    call("in the slave", access("slave/m/f", F_OK));
    call("not in the private", access("private/m/f", F_OK));
    call("umount in the peer", umount("peer/m"));
    show("gone everywhere");
    call("mount on the slave", mount("two", "slave/m", "tmpfs", 0, NULL));
    show("only there");
    call("mount on what is both", mount("three", "both/m", "tmpfs", 0, NULL));
    show("there and its peer");
    call("mount on the first", mount("four", "a/m", "tmpfs", 0, NULL));
    show("below what is there");
    call("umount it", umount("a/m"));
    show("what was on top is where it was");
    call("below the part's root", mount("five", "a/m/deep", "tmpfs", 0, NULL));
    show("the part received it");
    call("umount through the part", umount("part/deep"));
    show("and gave it back");
    clear();
}

static void trees_travel(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "peer");
    bind("a", "slave");
    become("slave", MS_SLAVE);
    mkdir("a/m", 0755);
    tmpfs_at("t");
    tmpfs_at("t/x");
    tmpfs_at("t/y");
    become("t/y", MS_UNBINDABLE);
    tmpfs_at("t/y/z");
    tmpfs_at("t/x/w");
    become("t/x", MS_SHARED);
    call("bind the tree", bind_tree("t", "a/m"));
    show("a tree, without what is unbindable");
    call("umount it", umount("a/m"));
    call("lazily", umount2("a/m", MNT_DETACH));
    show("gone, and from the first too");
    call("part of a tree", bind_tree("t/x", "a/m"));
    show("part");
    call("not the tree", (umount2("a/m", MNT_DETACH), bind("t", "a/m")));
    show("only the top");
    clear();
}

static void recursive_kinds(void)
{
    tmpfs_at("a");
    tmpfs_at("a/b");
    tmpfs_at("a/b/c");
    tmpfs_at("a/d");
    call("one", become("a", MS_SHARED));
    show("one");
    call("all", become("a", MS_SHARED | MS_REC));
    show("all");
    call("bind all", bind_tree("a", "e"));
    show("peers");
    call("slaves", become("e", MS_SLAVE | MS_REC));
    show("slaves");
    call("private below", become("e/b", MS_PRIVATE | MS_REC));
    show("private below");
    call("umount", umount("a/b/c"));
    show("only one received");
    call("unbindable", become("a", MS_UNBINDABLE | MS_REC));
    show("unbindable");
    clear();
}

/* A shared mount bound inside itself: each new place shows the others. */
static void inside_itself(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    mkdir("a/x", 0755);
    mkdir("a/y", 0755);
    call("inside itself", bind("a", "a/x"));
    show("once");
    call("the whole tree", bind_tree("a", "a/y"));
    show("the whole tree");
    clear();
    tmpfs_at("a");
    become("a", MS_SHARED);
    call("onto itself", bind("a", "a"));
    show("onto itself");
    clear();
}

/* busybox's own test. */
static void chain(void)
{
    mkdir("dir", 0755);
    file_put("dir/f", "f", 0644);
    call("1", bind("shared1", "shared1"));
    call("rshared", become("shared1", MS_SHARED | MS_REC));
    call("2", bind("shared2", "shared2"));
    call("rshared", become("shared2", MS_SHARED | MS_REC));
    call("2 on 1", bind("shared2", "shared1"));
    call("dir on 2", bind("dir", "shared2"));
    show("chain");
    call("seen in 1", access("shared1/f", F_OK));
    call("seen in 2", access("shared2/f", F_OK));
    clear();
}

/* What a process that does not see the master's place is told. */
static void from_a_root(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    tmpfs_at("jail");
    bind("a", "jail/1");
    bind("a", "jail/2");
    become("jail/2", MS_SLAVE);
    bind("jail/2", "middle");
    become("middle", MS_SHARED);
    bind("middle", "jail/3");
    become("jail/3", MS_SLAVE);
    show("all");
    mkdir("jail/proc", 0755);
    must(mount("proc", "jail/proc", "proc", 0, NULL));
    mkdir("jail/area", 0755);
    if (fork() == 0) {
        static char text[4096];
        must(chroot("jail"));
        must(chdir("/"));
        file_text("/proc/self/mountinfo", text, sizeof(text));
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            char place[128] = "", *from = strstr(line, "propagate_from:");
            sscanf(line, "%*d %*d %*s %*s %127s", place);
            say("%s: shared %s, master %s, from %s", place, strstr(line, "shared:") ? "yes" : "no",
                strstr(line, "master:") ? "yes" : "no", from ? "another" : "-");
        }
        _exit(0);
    }
    wait(NULL);
    clear();
}

int main(void)
{
    kinds();
    refusals();
    mounts_travel();
    trees_travel();
    recursive_kinds();
    inside_itself();
    chain();
    from_a_root();
    show("end");
    return 0;
}
