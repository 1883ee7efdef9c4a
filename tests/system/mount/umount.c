/* umount2(2) of shared trees: busy ones, lazy ones, what covers another, what goes with it. */

#include "tree.h"

static int hold(const char *path)
{
    return (int)must(open(path, O_RDONLY | O_DIRECTORY));
}

static void busy(void)
{
    int fd;

    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "b");
    bind("a", "s");
    become("s", MS_SLAVE);
    mkdir("a/m", 0755);
    must(mount("m", "a/m", "tmpfs", 0, NULL));
    show("three");
    fd = hold("a/m");
    call("open itself", umount("a/m"));
    close(fd);
    fd = hold("b/m");
    call("open in the peer", umount("a/m"));
    close(fd);
    fd = hold("s/m");
    call("open in the slave", umount("a/m"));
    show("all are there");
    call("the slave's own", umount("s/m"));
    close(fd);
    call("the slave's own", umount("s/m"));
    show("two");
    call("umount", umount("b/m"));
    show("none");
    must(mount("m", "a/m", "tmpfs", 0, NULL));
    fd = hold("b/m");
    call("lazily", umount2("a/m", MNT_DETACH));
    show("none");
    close(fd);
    clear();
}

static void children(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "b");
    bind("a", "s");
    become("s", MS_SLAVE);
    mkdir("a/m", 0755);
    must(mount("m", "a/m", "tmpfs", 0, NULL));
    mkdir("a/m/n", 0755);
    must(mount("n", "s/m/n", "tmpfs", 0, NULL));
    show("the slave's has a child");
    call("umount", umount("a/m"));
    show("the slave keeps it");
    clear();
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "s");
    become("s", MS_SLAVE);
    mkdir("a/m", 0755);
    must(mount("m", "a/m", "tmpfs", 0, NULL));
    mkdir("a/m/n", 0755);
    must(mount("n", "a/m/n", "tmpfs", 0, NULL));
    must(mount("o", "s/m/n", "tmpfs", 0, NULL));
    show("the slave's child is covered");
    call("busy", umount("a/m"));
    call("lazily", umount2("a/m", MNT_DETACH));
    show("the cover stays");
    clear();
}

static void covered(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "s");
    become("s", MS_SLAVE);
    mkdir("a/m", 0755);
    must(mount("own", "s/m", "tmpfs", 0, NULL));
    must(mount("m", "a/m", "tmpfs", 0, NULL));
    must(mount("n", "a/m", "tmpfs", 0, NULL));
    show("below the slave's own");
    int fd = hold("s/m");
    call("umount one, the cover is in use", umount("a/m"));
    show("one less");
    call("umount the other", umount("a/m"));
    show("the slave's own stays");
    call("busy", umount("s/m"));
    close(fd);
    call("umount", umount("s/m"));
    clear();
}

/* The lazy umount of a copy takes what is mounted on its peers along. */
static void lazily_through_peers(void)
{
    tmpfs_at("a");
    tmpfs_at("a/x");
    tmpfs_at("a/x/y");
    become("a", MS_SHARED | MS_REC);
    bind_tree("a", "b");
    show("a tree and its peer");
    call("lazily", umount2("b", MNT_DETACH));
    show("the peer's children are gone too");
    clear();
    tmpfs_at("a");
    tmpfs_at("a/x");
    tmpfs_at("a/x/y");
    become("a", MS_SHARED | MS_REC);
    bind_tree("a", "b");
    become("b", MS_SLAVE | MS_REC);
    call("slaves lazily", umount2("b", MNT_DETACH));
    show("the masters stay");
    clear();
}

static void groups_end(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "b");
    become("b", MS_SLAVE);
    become("b", MS_SHARED);
    bind("b", "c");
    become("c", MS_SLAVE);
    show("three in a row");
    call("the middle", umount("b"));
    show("handed up");
    call("the first", umount("a"));
    show("private");
    clear();
}

static void refusals(void)
{
    tmpfs_at("a");
    mkdir("a/d", 0755);
    symlink("a", "link");
    call("flags", umount2("a", 0x10));
    call("not a mount", umount("a/d"));
    call("absent", umount("none"));
    call("expire and force", umount2("a", MNT_EXPIRE | MNT_FORCE));
    call("expire and detach", umount2("a", MNT_EXPIRE | MNT_DETACH));
    call("expire", umount2("a", MNT_EXPIRE));
    call("used in between", access("a/d", F_OK));
    call("expire", umount2("a", MNT_EXPIRE));
    call("no link", umount2("link", UMOUNT_NOFOLLOW));
    call("link", umount2("link", 0));
    tmpfs_at("a");
    int fd = hold("a");
    call("expire a busy one", umount2("a", MNT_EXPIRE));
    close(fd);
    call("force", umount2("a", MNT_FORCE));
    call("again", umount("a"));
    clear();
}

int main(void)
{
    busy();
    children();
    covered();
    lazily_through_peers();
    groups_end();
    refusals();
    show("end");
    return 0;
}
