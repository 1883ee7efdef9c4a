/* hugetlbfs: mounting, options, what can be done with its files and directories; /sys's folder. */

#include "pool.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#define PLACE "/tmp/huge"
#define SYS   "/sys/kernel/mm/hugepages/hugepages-2048kB/"

static void options(void)
{
    static const char *const tried[] = {
        "",         "mode=1777", "uid=5,gid=6", "pagesize=2M", "pagesize=4K",
        "nonsense", "mode=",     "nr_inodes=2"};
    char line[512], *found;
    FILE *mounts;

    for (size_t i = 0; i < COUNT_OF(tried); i++) {
        long result = mount("none", PLACE, "hugetlbfs", 0, tried[i]);

        say("\"%s\": %s", tried[i], result == 0 ? "ok" : errno_name(errno));
        if (result != 0)
            continue;
        mounts = fopen("/proc/mounts", "r");
        while (fgets(line, sizeof(line), mounts) != NULL) {
            if (strstr(line, " " PLACE " ") == NULL)
                continue;
            found = strstr(line, "hugetlbfs");
            line[strcspn(line, "\n")] = '\0';
            say("%s", found);
        }
        fclose(mounts);
        must(umount(PLACE));
    }
}

static void files(void)
{
    struct statfs fs;
    struct stat st;
    char *area;
    int fd;

    must(mount("none", PLACE, "hugetlbfs", 0, "mode=755"));
    must(statfs(PLACE, &fs));
    say("type %lx, block size %ld", (long)fs.f_type, (long)fs.f_bsize);
    must(stat(PLACE, &st));
    say("root: mode %o, links %ld", st.st_mode, (long)st.st_nlink);
    fd = (int)must(open(PLACE "/file", O_CREAT | O_RDWR, 0644));
    must(fstat(fd, &st));
    say("file: mode %o, size %ld, block size %ld", st.st_mode, (long)st.st_size,
        (long)st.st_blksize);
    call("write", write(fd, "x", 1));
    area = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_SHARED, fd, 0));
    area[HUGE] = 'a';
    pool("mapped");
    must(fstat(fd, &st));
    say("size %ld, blocks %ld", (long)st.st_size / (long)HUGE, (long)st.st_blocks);
    must(munmap(area, 2 * HUGE));
    close(fd);
    pool("closed: the file keeps it");
    call("mkdir", mkdir(PLACE "/folder", 0755));
    call("rename", rename(PLACE "/file", PLACE "/folder/other"));
    call("link", link(PLACE "/folder/other", PLACE "/again"));
    call("symlink", symlink("folder/other", PLACE "/symbolic"));
    fd = (int)must(open(PLACE "/again", O_RDONLY));
    area = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_PRIVATE, fd, 0));
    say("byte %d", area[HUGE]);
    area[HUGE] = 'b';
    must(munmap(area, 2 * HUGE));
    try_map("shared, to be written", NULL, HUGE, RW, MAP_SHARED, fd, 0);
    close(fd);
    call("truncate to an odd size", truncate(PLACE "/again", PAGE));
    call("truncate", truncate(PLACE "/again", HUGE));
    pool("truncated");
    call("umount", umount(PLACE));
    pool("gone");
}

static void folder(void)
{
    static const char *const names[] = {"free_hugepages",         "nr_hugepages",
                                        "nr_hugepages_mempolicy", "nr_overcommit_hugepages",
                                        "resv_hugepages",         "surplus_hugepages"};
    char path[128];

    call("nr_hugepages", write_number(SYS "nr_hugepages", 2));
    call("nr_overcommit_hugepages", write_number(SYS "nr_overcommit_hugepages", 3));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), SYS "%s", names[i]);
        say("%s %ld", names[i], read_number(path));
    }
    say("vm: %ld %ld", read_number(NR), read_number(NR_MORE));
    pool_set(0, 0);
}

int main(void)
{
    mkdir(PLACE, 0755);
    mkdir("/sys", 0755);
    mount("none", "/sys", "sysfs", 0, "");
    pool_set(4, 0);
    options();
    files();
    folder();
    return 0;
}
