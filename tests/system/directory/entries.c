/* getdents64: every entry once, types, small buffers, seeking back, changes while reading. */

#include "test.h"

#include <dirent.h>

struct entry {
    uint64_t ino, off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

static char seen[600];

static int read_all(int fd, size_t size)
{
    static char buffer[65536];
    int count = 0;
    long got;
    memset(seen, 0, sizeof(seen));
    while ((got = syscall(SYS_getdents64, fd, buffer, size)) > 0) {
        for (long at = 0; at < got;) {
            struct entry *entry = (struct entry *)(buffer + at);
            if (entry->name[0] == 'f') {
                seen[atoi(entry->name + 1)]++;
                count++;
            }
            if (entry->reclen % 8 != 0)
                say("record length %u", entry->reclen);
            at += entry->reclen;
        }
    }
    if (got < 0)
        say("  %s", errno_name(errno));
    return count;
}

int main(void)
{
    char name[32], buffer[100];
    must(mkdir("many", 0755));
    int directory = (int)must(open("many", O_RDONLY | O_DIRECTORY));
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "many/f%d", i);
        close((int)must(open(name, O_CREAT | O_RDWR, 0644)));
    }
    say("large buffer: %d", read_all(directory, 65536));
    say("at the end: %d", read_all(directory, 65536));
    must(lseek(directory, 0, SEEK_SET));
    say("small buffer: %d", read_all(directory, 100));
    int wrong = 0;
    for (int i = 0; i < 500; i++)
        wrong += seen[i] != 1;
    say("not seen once: %d", wrong);
    must(lseek(directory, 0, SEEK_SET));
    call("buffer too small", syscall(SYS_getdents64, directory, buffer, 10));
    call("bad buffer", syscall(SYS_getdents64, directory, 8, 1000));
    call("not a directory", syscall(SYS_getdents64, open("many/f1", O_RDONLY), buffer, 100));

    DIR *stream = opendir("many");
    int removed = 0;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] != 'f')
            continue;
        snprintf(name, sizeof(name), "many/%s", entry->d_name);
        removed += unlink(name) == 0;
    }
    closedir(stream);
    say("removed while reading: %d", removed);
    call("rmdir", rmdir("many"));
    call_ok("read a removed directory", syscall(SYS_getdents64, directory, buffer, 100));

    must(mkdir("types", 0755));
    must(mkdir("types/d", 0755));
    must(symlink("x", "types/l"));
    must(mkfifo("types/p", 0644));
    file_put("types/f", "", 0644);
    stream = opendir("types");
    int types[128] = {0};
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        types[(unsigned char)entry->d_name[0] & 127] = entry->d_type;
    closedir(stream);
    say("types d %d l %d p %d f %d . %d", types['d'], types['l'], types['p'], types['f'],
        types['.']);
    return 0;
}
