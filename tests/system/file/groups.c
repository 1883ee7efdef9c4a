/* Supplementary groups and set-group-id directories. */

#include "test.h"

#include <grp.h>

static void body(void)
{
    gid_t groups[] = {50, 60};
    gid_t got[10];
    struct stat info;
    must(setgroups(2, groups));
    must(setresgid(1000, 1000, 1000));
    must(setresuid(1000, 1000, 1000));
    call("getgroups", getgroups(10, got));
    say("%u %u", got[0], got[1]);
    call("getgroups 0", getgroups(0, NULL));
    call("getgroups 1", getgroups(1, got));
    call("setgroups", setgroups(0, NULL));
    call_ok("file of group 60", open("g60", O_RDWR));
    call_ok("file of group 70", open("g70", O_RDWR));
    call_ok("create in the directory", open("sgid/file", O_CREAT | O_RDWR, 0666));
    stat("sgid/file", &info);
    say("group %u mode %o", info.st_gid, info.st_mode);
    call("mkdir", mkdir("sgid/sub", 0777));
    stat("sgid/sub", &info);
    say("group %u mode %o", info.st_gid, info.st_mode);
    call("chown to group 50", chown("sgid/file", -1, 50));
    call("chown to group 70", chown("sgid/file", -1, 70));
}

int main(void)
{
    file_put("g60", "", 0660);
    must(chown("g60", 0, 60));
    file_put("g70", "", 0660);
    must(chown("g70", 0, 70));
    must(mkdir("sgid", 0777));
    must(chown("sgid", 0, 60));
    must(chmod("sgid", 02777));
    in_child("user", body);
    return 0;
}
