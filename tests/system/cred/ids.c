/* setuid, setresuid, setreuid, setfsuid and their group forms, as root and as a user. */

#include "test.h"

#include <sys/fsuid.h>

static void show(const char *label)
{
    uid_t r, e, s;
    getresuid(&r, &e, &s);
    say("%s: %u %u %u", label, r, e, s);
}

static void set_user(void)
{
    call("setuid 1000", setuid(1000));
    show("all three");
    call("setuid 0", setuid(0));
    call("setresuid keep", setresuid(-1, -1, -1));
    call("setresuid to 5", setresuid(-1, 5, -1));
    call("setgid 0 is allowed: it is ours", setgid(0));
    call("setgid 7", setgid(7));
}

static void set_effective(void)
{
    call("seteuid 1000", setresuid(-1, 1000, -1));
    show("effective only");
    call_ok("root's file", open("secret", O_RDONLY));
    call("back", setresuid(-1, 0, -1));
    call_ok("root's file", open("secret", O_RDONLY));
    call("setreuid 5 6", setreuid(5, 6));
    show("saved follows effective");
    call("swap", setreuid(6, 5));
    show("swapped");
    call("setuid saved", setuid(6));
    show("setuid of a user sets one");
}

static void set_saved(void)
{
    call("setresuid 1 2 3", setresuid(1, 2, 3));
    call("setresuid 3 1 2", setresuid(3, 1, 2));
    show("permuted");
    call("setresuid 4", setresuid(4, -1, -1));
    call("getresuid bad pointer", syscall(SYS_getresuid, 8, 8, 8));
}

static void set_file_system(void)
{
    say("old %d", setfsuid(1000));
    say("now %d", setfsuid(-1));
    call_ok("root's file", open("secret", O_RDONLY));
    setfsuid(0);
    call_ok("root's file", open("secret", O_RDONLY));
    say("group %d", setfsgid(5));
    say("now %d", setfsgid(-1));
}

static void no_new_ids(void)
{
    call("setuid -1", setuid((uid_t)-1));
    call("setgid -1", setgid((gid_t)-1));
    call("setresuid of root to anything", setresuid(123456789, 0, 0));
    call("back", setresuid(0, 0, 0));
}

int main(void)
{
    file_put("secret", "", 0600);
    in_child("setuid", set_user);
    in_child("effective", set_effective);
    in_child("saved", set_saved);
    in_child("file system", set_file_system);
    in_child("odd ones", no_new_ids);
    return 0;
}
