/* Files of /proc that can be written: what they take, what they refuse, and who may. */

#include "test.h"

static char text[4096];

static void put(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY);
    if (fd < 0) {
        say("open %s: %s", path, errno_name(errno));
        return;
    }
    char label[128];
    snprintf(label, sizeof(label), "%s < %.16s", path, value);
    label[strcspn(label, "\n")] = '\0';
    call(label, write(fd, value, strlen(value)));
    close(fd);
}

static void get(const char *path)
{
    if (file_text(path, text, sizeof(text)) < 0)
        say("%s: %s", path, errno_name(errno));
    else
        say("%s: %s", path, strtok(text, "\n"));
}

static void ordinary_user(void)
{
    become_user();
    put("/proc/sys/kernel/hostname", "mine");
    put("/proc/self/oom_score_adj", "200");
    put("/proc/self/oom_score_adj", "100");
    put("/proc/self/oom_score_adj", "-1");
    call("environ of pid 1", open("/proc/1/environ", O_RDONLY));
    call("maps of pid 1", open("/proc/1/maps", O_RDONLY));
    call("exe of pid 1", readlink("/proc/1/exe", text, sizeof(text)));
    call("fd of pid 1", open("/proc/1/fd", O_RDONLY | O_DIRECTORY));
    call("status of pid 1", open("/proc/1/status", O_RDONLY) >= 0);
}

int main(void)
{
    put("/proc/sys/kernel/hostname", "first\n");
    get("/proc/sys/kernel/hostname");
    gethostname(text, sizeof(text));
    say("gethostname: %s", text);
    must(sethostname("second", 6));
    get("/proc/sys/kernel/hostname");
    put("/proc/sys/kernel/ostype", "Other");
    call("read what is only written", open("/proc/sys/vm/drop_caches", O_RDONLY));
    put("/proc/sys/vm/drop_caches", "3\n");
    put("/proc/sys/vm/drop_caches", "x");
    put("/proc/version", "1");
    put("/proc/self/limits", "1");
    put("/proc/self/comm", "renamed");
    get("/proc/self/comm");
    put("/proc/1/comm", "renamed");
    put("/proc/self/oom_score_adj", "1001");
    put("/proc/self/oom_score_adj", "ten");
    put("/proc/self/oom_score_adj", "0\n");
    call("chmod of a setting", chmod("/proc/sys/kernel/hostname", 0600));
    call("chmod of a process's file", chmod("/proc/self/maps", 0600));
    call("unlink", unlink("/proc/version"));
    call("mkdir", mkdir("/proc/new", 0700));
    call("create", open("/proc/new", O_CREAT | O_WRONLY, 0600));
    in_child("ordinary user", ordinary_user);
    return 0;
}
