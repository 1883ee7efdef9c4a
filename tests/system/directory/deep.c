/* Deep trees: 200 levels, paths up to PATH_MAX, "..", and many files in one directory. */

#include "test.h"

int main(void)
{
    char path[5000] = "", *at = path;
    for (int i = 0; i < 200; i++) {
        must(mkdir("level", 0755));
        must(chdir("level"));
    }
    say("cwd length %zu", strlen(getcwd(path, sizeof(path))));
    file_put("bottom", "deep", 0644);
    must(chdir("/area"));
    for (int i = 0; i < 200; i++)
        at += sprintf(at, "level/");
    strcpy(at, "bottom");
    call("by path", access(path, F_OK));
    while (at - path < 4090 - 6)
        at += sprintf(at, "./////");
    int fd = open("level", O_RDONLY | O_DIRECTORY);
    memset(path, '/', sizeof(path));
    strcpy(path + 4094, ".");
    call("path of 4095", access(path, F_OK));
    strcpy(path + 4095, ".");
    call("path of 4096", access(path, F_OK));
    for (int i = 0; i < 200; i++)
        must(chdir("level"));
    for (int i = 0; i < 200; i++)
        must(chdir(".."));
    say("back at %s", getcwd(path, sizeof(path)));
    call("openat", openat(fd, "level/level", O_RDONLY) >= 0 ? 0 : -1);
    for (int i = 0; i < 200; i++)
        must(chdir("level"));
    must(unlink("bottom"));
    for (int i = 0; i < 200; i++) {
        must(chdir(".."));
        must(rmdir("level"));
    }
    call("gone", access("level", F_OK));
    return 0;
}
