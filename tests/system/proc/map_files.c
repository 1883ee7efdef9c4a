/* /proc/PID/map_files: links to the files that areas show. */
#include "../test.h"

#include <dirent.h>

static char link_name[100];

static const char *name_of(const char *start, size_t len)
{
    snprintf(link_name, sizeof(link_name), "/proc/self/map_files/%lx-%lx", (unsigned long)start,
             (unsigned long)start + len);
    return link_name;
}

static void show(const char *label, const char *start, size_t len)
{
    char text[200];
    struct stat status;
    ssize_t got;

    errno = 0;
    got = readlink(name_of(start, len), text, sizeof(text) - 1);
    if (got < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    text[got] = '\0';
    lstat(link_name, &status);
    say("%s: %s, mode %o, size %ld", label, text, status.st_mode, (long)status.st_size);
}

static void listing(const char *file, const char *anonymous)
{
    DIR *directory = opendir("/proc/self/map_files");
    struct dirent *entry;
    bool found = false, wrong = false, links = true;

    while ((entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        found |= strtoul(entry->d_name, NULL, 16) == (unsigned long)file;
        wrong |= strtoul(entry->d_name, NULL, 16) == (unsigned long)anonymous;
        links &= entry->d_type == DT_LNK;
    }
    closedir(directory);
    yes("the file is listed", found);
    yes("anonymous memory is", wrong);
    yes("all are links", links);
}

static void names(const char *area)
{
    char path[100];
    unsigned long start = (unsigned long)area;

    show("half of it", area, PAGE);
    snprintf(path, sizeof(path), "/proc/self/map_files/0%lx-%lx", start, start + 2 * PAGE);
    call("leading zero", access(path, F_OK));
    snprintf(path, sizeof(path), "/proc/self/map_files/%lX-%lX", start, start + 2 * PAGE);
    call("no end", access("/proc/self/map_files/1000", F_OK));
    call("no number", access("/proc/self/map_files/x-y", F_OK));
    call("make one", mkdir("/proc/self/map_files/1-2", 0700));
}

static char *shown;

static void as_user(void)
{
    become_user();
    call("list", access("/proc/self/map_files", R_OK));
    show("read the link", shown, 2 * PAGE);
    call("follow", open(name_of(shown, 2 * PAGE), O_RDONLY));
    call("of the first process", access("/proc/1/map_files", R_OK | X_OK));
}

int main(void)
{
    int fd = file_make("file", 4 * PAGE), again, gone = file_make("gone", PAGE);
    struct stat status, other;
    char *anonymous = map(PAGE), *removed;
    char byte = 0;

    stat("/proc/self/map_files", &status);
    say("mode %o", status.st_mode);
    shown = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
    removed = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, gone, 0);
    unlink("gone");
    show("file", shown, 2 * PAGE);
    show("removed file", removed, PAGE);
    show("anonymous", anonymous, PAGE);
    listing(shown, anonymous);
    names(shown);
    again = open(name_of(shown, 2 * PAGE), O_RDWR);
    yes("opened", again >= 0);
    fstat(fd, &status);
    fstat(again, &other);
    yes("the same file", status.st_ino == other.st_ino);
    again = open(name_of(removed, PAGE), O_RDONLY);
    yes("the removed file opened", again >= 0);
    call("and read", pread(again, &byte, 1, 5));
    say("byte %d", byte);
    close(fd);
    fd = must(open("file", O_RDONLY));
    removed = mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    show("opened to read only", removed, 3 * PAGE);
    munmap(removed, 3 * PAGE);
    show("unmapped", removed, 3 * PAGE);
    in_child("as a user", as_user);
    return 0;
}
