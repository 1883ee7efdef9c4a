/* A mount that runs out of memory on its way to its peers and slaves leaves everything as it was:
   on Quire each allocation of it fails in turn; where there are no failpoints it succeeds at once.
 */

#include "tree.h"

static void failpoint(const char *text)
{
    int fd = open("/proc/quire/failpoints", O_WRONLY);

    if (fd < 0)
        return;
    must(write(fd, text, strlen(text)));
    close(fd);
}

static long file_hash(const char *path)
{
    static char text[65536];
    long hash = 0, len = file_text(path, text, sizeof(text));

    for (long i = 0; i < len; i++)
        hash = hash * 31 + text[i];
    return hash;
}

/* Fail the first, the second ... allocation of @body until it succeeds. */
static void each_fails(const char *label, int (*body)(void))
{
    bool changed = false, other = false;
    long before = file_hash("/proc/self/mountinfo");
    int result = -1;

    for (int nth = 1; nth < 1000 && result != 0; nth++) {
        char text[32];

        snprintf(text, sizeof(text), "slab %d own", nth);
        failpoint(text);
        result = body();
        other |= result != 0 && errno != ENOMEM;
        failpoint("slab off");
        if (result != 0 && file_hash("/proc/self/mountinfo") != before)
            changed = true;
    }
    say("%s: %d, %s, %s", label, result, changed ? "changed" : "unchanged",
        other ? "other errors" : "ENOMEM or nothing");
}

static int share(void)
{
    return become("t", MS_SHARED | MS_REC);
}

static int new_mount(void)
{
    return mount("new", "a/m", "tmpfs", 0, NULL);
}

static int bind_all(void)
{
    return mount("t", "a/n", NULL, MS_BIND | MS_REC, NULL);
}

static int move_all(void)
{
    return mount("p", "a/o", NULL, MS_MOVE, NULL);
}

static int gone(void)
{
    return umount2("a", MNT_DETACH);
}

int main(void)
{
    tmpfs_at("a");
    become("a", MS_SHARED);
    bind("a", "peer");
    bind("a", "slave");
    become("slave", MS_SLAVE);
    bind("slave", "both");
    become("both", MS_SHARED);
    bind("both", "both2");
    mkdir("a/m", 0755);
    mkdir("a/n", 0755);
    mkdir("a/o", 0755);
    tmpfs_at("t");
    tmpfs_at("t/x");
    tmpfs_at("t/x/y");
    tmpfs_at("t/z");
    tmpfs_at("p");
    tmpfs_at("p/q");
    each_fails("mount", new_mount);
    show("mount");
    each_fails("share", share);
    each_fails("bind", bind_all);
    show("bind");
    each_fails("move", move_all);
    show("move");
    each_fails("umount", gone);
    show("umount");
    clear();
    show("end");
    return 0;
}
