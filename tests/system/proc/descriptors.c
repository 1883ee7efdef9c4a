/* /proc/self/fd and fdinfo: links with the mode of the file, and its position and flags. */

#include "test.h"

#include <dirent.h>

static char text[4096];

static void show(const char *label, int fd)
{
    char path[64];
    struct stat status;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (lstat(path, &status) < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    ssize_t len = readlink(path, text, sizeof(text) - 1);
    text[len < 0 ? 0 : len] = '\0';
    if (strchr(text, '[') != NULL)
        strchr(text, '[')[0] = '\0';
    say("%s: mode %o size %ld -> %s", label, status.st_mode, (long)status.st_size, text);
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    file_text(path, text, sizeof(text));
    char *line = strtok(text, "\n");
    say("  %s", line);
    say("  %s", strtok(NULL, "\n"));
}

int main(void)
{
    int pair[2];
    int fd = file_make("data", 100);
    must(lseek(fd, 42, SEEK_SET));
    show("read-write", fd);
    show("read-only", (int)must(open("data", O_RDONLY | O_CLOEXEC)));
    show("write-only", (int)must(open("data", O_WRONLY | O_APPEND)));
    show("path", (int)must(open("data", O_PATH)));
    show("directory", (int)must(open(".", O_RDONLY | O_DIRECTORY)));
    must(pipe2(pair, O_NONBLOCK));
    show("pipe", pair[0]);
    show("closed", 99);
    must(write(pair[1], "through", 8));
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", pair[0]);
    int again = (int)must(open(path, O_RDONLY));
    call("read the pipe opened again", read(again, text, 8));
    say("%s", text);

    int entries = 0, dots = 0;
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        entries += entry->d_name[0] != '.' && entry->d_type == DT_LNK;
        dots += entry->d_name[0] == '.';
    }
    say("%d links, %d dots", entries, dots);
    closedir(directory);
    call("no number", open("/proc/self/fd/x", O_RDONLY));
    call("leading zero", open("/proc/self/fd/00", O_RDONLY));
    call("create", open("/proc/self/fd/123", O_RDWR | O_CREAT, 0600));
    return 0;
}
