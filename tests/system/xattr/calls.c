/* Extended attributes: which names which files take, sizes, flags, the order of errors. */

#include "test.h"

#include <sys/xattr.h>

static void list(const char *label, const char *path)
{
    char names[1000];
    ssize_t len = llistxattr(path, names, sizeof(names));
    say("%s:%s%s", label, len < 0 ? " " : "", len < 0 ? errno_name(errno) : "");
    for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1)
        say("  %s", names + at);
}

static bool ordinary;

/* Whether an ordinary user may change security.* depends on Debian's security modules: not asked.
 */
static void names(const char *path)
{
    static const char *const all[] = {"user.a",
                                      "trusted.a",
                                      "security.a",
                                      "system.a",
                                      "other.a",
                                      "user.",
                                      "trusted.",
                                      "security.",
                                      "",
                                      "plain",
                                      "system.posix_acl_access",
                                      "security.capability",
                                      "security.selinux"};
    char label[80], value[100];

    say("%s", path);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        if (ordinary && strncmp(all[i], "security.", 9) == 0)
            continue;
        sprintf(label, "  set \"%s\"", all[i]);
        call(label, lsetxattr(path, all[i], "value", 5, 0));
        sprintf(label, "  get \"%s\"", all[i]);
        call(label, lgetxattr(path, all[i], value, sizeof(value)));
        sprintf(label, "  remove \"%s\"", all[i]);
        call(label, lremovexattr(path, all[i]));
    }
    list("  list", path);
}

static void values(void)
{
    char value[100], big[70000];

    memset(big, 'x', sizeof(big));
    call("set", setxattr("file", "trusted.one", "first", 5, 0));
    call("create again", setxattr("file", "trusted.one", "second", 6, XATTR_CREATE));
    call("replace", setxattr("file", "trusted.one", "second", 6, XATTR_REPLACE));
    call("replace none", setxattr("file", "trusted.two", "second", 6, XATTR_REPLACE));
    call("create", setxattr("file", "trusted.two", "", 0, XATTR_CREATE));
    call("flags", setxattr("file", "trusted.two", "", 0, 4));
    call("both flags", setxattr("file", "trusted.three", "", 0, 3));
    call("both flags, present", setxattr("file", "trusted.two", "", 0, 3));
    call("get", getxattr("file", "trusted.one", value, sizeof(value)));
    yes("value", memcmp(value, "second", 6) == 0);
    call("size", getxattr("file", "trusted.one", NULL, 0));
    call("short buffer", getxattr("file", "trusted.one", value, 5));
    call("empty value", getxattr("file", "trusted.two", value, sizeof(value)));
    call("list size", listxattr("file", NULL, 0));
    call("short list", listxattr("file", value, 5));
    list("list", "file");
    call("bad buffer", getxattr("file", "trusted.one", (void *)8, 100));
    call("bad value", setxattr("file", "trusted.one", (void *)8, 100, 0));
    call("bad name", setxattr("file", (char *)8, "", 0, 0));
    call("bad path", setxattr((char *)8, "trusted.one", "", 0, 0));
    call("no file", setxattr("none", "trusted.one", "", 0, 0));
    call("too big", setxattr("file", "trusted.big", big, 65537, 0));
    call("as big as may be", setxattr("file", "trusted.big", big, 65536, 0));
    call("read it", getxattr("file", "trusted.big", big, sizeof(big)));
    memset(big, 'n', 300);
    memcpy(big, "trusted.", 8);
    big[256] = '\0';
    call("long name", setxattr("file", big, "", 0, 0));
    big[255] = '\0';
    call("longest name", setxattr("file", big, "", 0, 0));
    call("remove", removexattr("file", "trusted.one"));
    call("remove again", removexattr("file", "trusted.one"));
    call("get removed", getxattr("file", "trusted.one", value, sizeof(value)));
    list("list", "symbolic");
    int fd = must(open("file", O_RDONLY));
    call("by descriptor", fsetxattr(fd, "trusted.fd", "x", 1, 0));
    call("read", fgetxattr(fd, "trusted.fd", value, 1));
    call("list", flistxattr(fd, NULL, 0));
    call("remove", fremovexattr(fd, "trusted.fd"));
    close(fd);
    call("closed", fsetxattr(fd, "trusted.fd", "x", 1, 0));
    call("closed, flags", fsetxattr(fd, "trusted.fd", "x", 1, 8));
    fd = must(open("file", O_PATH));
    call("a place", fgetxattr(fd, "trusted.fd", value, 1));
    close(fd);
    int ends[2];
    must(pipe(ends));
    call("pipe", fsetxattr(ends[0], "trusted.fd", "x", 1, 0));
    call("pipe", fgetxattr(ends[0], "trusted.fd", value, 1));
    call("pipe list", flistxattr(ends[0], value, 1));
    struct stat before, after;
    must(stat("file", &before));
    nap(20);
    must(setxattr("file", "trusted.t", "", 0, 0));
    must(stat("file", &after));
    yes("change time moved", before.st_ctim.tv_nsec != after.st_ctim.tv_nsec);
}

static void user(void)
{
    become_user();
    ordinary = true;
    names("mine");
    names("file");
    list("of root", "file");
}

int main(void)
{
    file_put("file", "text", 0644);
    file_put("mine", "text", 0644);
    must(chown("mine", 1000, 1000));
    must(symlink("file", "symbolic"));
    must(mkfifo("fifo", 0644));
    names("file");
    names(".");
    names("symbolic");
    names("fifo");
    names("/proc/self/status");
    names("/dev/null");
    values();
    in_child("ordinary user", user);
    return 0;
}
