/* fs.mount-max, and the counts of names and inodes: fs.dentry-state, inode-nr, inode-state. */

#include "test.h"

#include <sys/mount.h>

static char text[1 << 16];

static void set(const char *value)
{
    char label[64];
    int fd = (int)must(open("/proc/sys/fs/mount-max", O_WRONLY));

    snprintf(label, sizeof(label), "mount-max < %s", value);
    if (atoi(value) > 1 && atoi(value) < 1000)
        must(write(fd, value, strlen(value)));
    else
        call(label, write(fd, value, strlen(value)));
    close(fd);
}

static int mounts(void)
{
    int lines = 0;

    must(file_text("/proc/self/mounts", text, sizeof(text)));
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    return lines;
}

static void limit(void)
{
    char value[16];

    must(file_text("/proc/sys/fs/mount-max", text, sizeof(text)));
    say("mount-max %s", strtok(text, "\n"));
    set("0");
    set("-1");
    set("2147483648");
    must(mkdir("one", 0755));
    must(mkdir("two", 0755));
    must(mkdir("three", 0755));
    snprintf(value, sizeof(value), "%d", mounts() + 2);
    set(value);
    call("first", mount("none", "one", "tmpfs", 0, NULL));
    call("second", mount("none", "two", "tmpfs", 0, NULL));
    call("third", mount("none", "three", "tmpfs", 0, NULL));
    call("a bind", mount("one", "three", NULL, MS_BIND, NULL));
    set("1");
    call("below what there is", mount("none", "three", "tmpfs", 0, NULL));
    call("umount", umount("two"));
    call("still", mount("none", "three", "tmpfs", 0, NULL));
    set("100000");
    call("again", mount("none", "three", "tmpfs", 0, NULL));
    must(umount("three"));
    must(umount("one"));
}

static int numbers(const char *path, long *values, int max)
{
    int count = 0;
    char *word;

    must(file_text(path, text, sizeof(text)));
    for (word = strtok(text, "\t\n"); word != NULL && count < max; word = strtok(NULL, "\t\n"))
        values[count++] = atol(word);
    return count;
}

static void counts(void)
{
    long before[8], after[8];
    char name[16];

    say("dentry-state has %d", numbers("/proc/sys/fs/dentry-state", before, 8));
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        close((int)must(open(name, O_CREAT | O_RDWR, 0600)));
    }
    numbers("/proc/sys/fs/dentry-state", after, 8);
    yes("there are 500 more", after[0] >= before[0] + 400);
    say("%ld %ld %ld", after[2], after[3], after[5]);
    yes("no more unused than all, nor negative than unused",
        after[1] <= after[0] && after[4] <= after[1]);
    say("inode-nr has %d", numbers("/proc/sys/fs/inode-nr", before, 8));
    say("inode-state has %d", numbers("/proc/sys/fs/inode-state", before, 8));
    yes("inodes", before[0] >= 500);
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        must(unlink(name));
    }
    numbers("/proc/sys/fs/inode-nr", after, 8);
    yes("they are gone", after[0] <= before[0] - 400);
    call("write", open("/proc/sys/fs/inode-nr", O_WRONLY));
}

int main(void)
{
    limit();
    counts();
    return 0;
}
