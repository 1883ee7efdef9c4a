/* File handles: what they are of, sizes, errors in their order, opening by them. */

#include "test.h"

#include <sys/mount.h>

struct handle {
    unsigned bytes;
    int type;
    unsigned char text[128];
};

static int mount_id;

static long get(int dirfd, const char *name, struct handle *handle, int flags)
{
    return syscall(SYS_name_to_handle_at, dirfd, name, handle, &mount_id, flags);
}

static long get_id(const char *name, struct handle *handle, int *id)
{
    return syscall(SYS_name_to_handle_at, AT_FDCWD, name, handle, id, 0);
}

static long open_by(int fd, const struct handle *handle, int flags)
{
    return syscall(SYS_open_by_handle_at, fd, handle, flags);
}

static struct handle of(const char *name)
{
    struct handle handle = {.bytes = 128};

    must(get(AT_FDCWD, name, &handle, 0));
    return handle;
}

/* The number of the mount of /proc/self/mountinfo that lies at @place. */
static int listed_id(const char *place)
{
    static char text[1 << 14];
    char where[256], *line, *rest = text;
    int id, found = -1;

    must(file_text("/proc/self/mountinfo", text, sizeof(text)));
    while ((line = strsep(&rest, "\n")) != NULL)
        if (sscanf(line, "%d %*d %*s %*s %255s", &id, where) == 2 && strcmp(where, place) == 0)
            found = id;
    return found;
}

static void sizes(void)
{
    struct handle handle, whole = of("file");
    static const unsigned bytes[] = {0, 4, 8, 11, 12, 13, 128, 129, -1u};
    char where[PATH_MAX];

    must(realpath(".", where) != NULL ? 0 : -1);
    say("bytes %u, type %d", whole.bytes, whole.type);
    for (size_t i = 0; i < COUNT_OF(bytes); i++) {
        char label[32];

        memset(&handle, 0x55, sizeof(handle));
        handle.bytes = bytes[i];
        snprintf(label, sizeof(label), "room for %u", bytes[i]);
        mount_id = -1;
        call(label, get(AT_FDCWD, "file", &handle, 0));
        say("  bytes %u, type %d, mount %s, %s", handle.bytes, handle.type,
            mount_id == listed_id(where) ? "told" : "not told",
            handle.text[0] == 0x55 && handle.text[11] == 0x55 ? "not written"
            : memcmp(handle.text, whole.text, 12) == 0 && handle.text[12] == 0x55
                ? "written"
                : "written otherwise");
    }
}

static void names(void)
{
    struct handle file = of("file"), other, symbolic = of("link"), hard = of("hard");
    int fd = (int)must(open("file", O_RDONLY)), path = (int)must(open("file", O_PATH));
    int ends[2];
    struct stat status;
    uint64_t number;

    must(stat("file", &status));
    memcpy(&number, file.text + 4, 8);
    yes("the number of the inode", number == status.st_ino);
    yes("a link is not its file", memcmp(file.text, symbolic.text, 12) != 0);
    yes("a hard link is", memcmp(file.text, hard.text, 12) == 0);
    other.bytes = 128;
    call("followed", get(AT_FDCWD, "link", &other, AT_SYMLINK_FOLLOW));
    yes("same", memcmp(&file, &other, 20) == 0);
    other.bytes = 128;
    call("descriptor", get(fd, "", &other, AT_EMPTY_PATH));
    yes("same", memcmp(&file, &other, 20) == 0);
    other.bytes = 128;
    call("O_PATH", get(path, "", &other, AT_EMPTY_PATH));
    yes("same", memcmp(&file, &other, 20) == 0);
    call("empty", get(fd, "", &other, 0));
    call("below a file", get(fd, "x", &other, 0));
    call("absent", get(AT_FDCWD, "absent", &other, 0));
    call("absent, bad handle", get(AT_FDCWD, "absent", (void *)8, 0));
    call("absent, unknown flag", get(AT_FDCWD, "absent", &other, AT_SYMLINK_NOFOLLOW));
    call("bad name", get(AT_FDCWD, (void *)8, &other, 0));
    call("bad descriptor", get(99, "file", &other, 0));
    call("bad handle", get(AT_FDCWD, "file", (void *)8, 0));
    call("bad mount number", get_id("file", &other, (int *)8));
    other.bytes = 0;
    call("and no room", get_id("file", &other, (int *)8));
    call("procfs", get(AT_FDCWD, "/proc/self/maps", &other, 0));
    call("procfs, bad handle", get(AT_FDCWD, "/proc/self/maps", (void *)8, 0));
    must(pipe(ends));
    call("pipe", get(ends[0], "", &other, AT_EMPTY_PATH));
    other.bytes = 128;
    call("device", get(AT_FDCWD, "/dev/null", &other, 0));
    say("bytes %u, type %d", other.bytes, other.type);
}

static void opened(const char *label, int place, const struct handle *handle, int flags)
{
    struct stat status, wanted;
    int fd = (int)call_ok(label, open_by(place, handle, flags));

    if (fd < 0)
        return;
    must(fstat(fd, &status));
    must(stat("file", &wanted));
    say("  flags %#x%s", fcntl(fd, F_GETFL) & ~O_ACCMODE,
        status.st_ino == wanted.st_ino ? ", the file"
        : S_ISDIR(status.st_mode)      ? ", a directory"
        : S_ISLNK(status.st_mode)      ? ", a link"
                                       : ", another");
    close(fd);
}

static void opening(int place)
{
    struct handle file = of("file"), symbolic = of("link"), folder = of("sub/folder"),
                  root = of(".");
    struct handle deep = of("sub/folder/deep");
    char path[64], text[256];

    opened("file", place, &file, O_RDWR);
    opened("by the working directory", AT_FDCWD, &file, O_RDONLY | O_NONBLOCK);
    opened("directory", place, &folder, O_RDONLY);
    opened("directory, O_DIRECTORY", place, &folder, O_RDONLY | O_DIRECTORY);
    opened("directory, writing", place, &folder, O_RDWR);
    opened("directory, O_CREAT", place, &folder, O_RDONLY | O_CREAT);
    opened("directory, O_TMPFILE", place, &folder, O_RDWR | O_TMPFILE);
    opened("root", place, &root, O_RDONLY);
    opened("file, O_DIRECTORY", place, &file, O_RDONLY | O_DIRECTORY);
    opened("file, O_CREAT", place, &file, O_RDONLY | O_CREAT);
    opened("file, O_EXCL", place, &file, O_RDONLY | O_CREAT | O_EXCL);
    opened("file, O_PATH", place, &file, O_PATH);
    opened("link", place, &symbolic, O_RDONLY);
    opened("link, O_NOFOLLOW", place, &symbolic, O_RDONLY | O_NOFOLLOW);
    opened("link, O_PATH", place, &symbolic, O_PATH);
    opened("deep", place, &deep, O_RDONLY);
    int fd = (int)must(open_by(place, &deep, O_RDONLY | O_CLOEXEC));
    call("close on exec", fcntl(fd, F_GETFD));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    long len = must(readlink(path, text, sizeof(text) - 1));
    text[len] = '\0';
    say("name ...%s", strstr(text, "/sub") != NULL ? strstr(text, "/sub") : text);
    must(rename("sub/folder/deep", "moved"));
    opened("moved", place, &deep, O_RDONLY);
    must(link("moved", "sub/again"));
    must(unlink("moved"));
    opened("by another name", place, &deep, O_RDONLY);
    close(fd);
    must(unlink("sub/again"));
    opened("gone", place, &deep, O_RDONLY);
    must(rmdir("sub/folder"));
    opened("directory gone", place, &folder, O_RDONLY);
}

static void wrong(int place)
{
    struct handle file = of("file"), handle;

    call("bad descriptor", open_by(99, &file, O_RDONLY));
    call("O_PATH descriptor", open_by((int)must(open(".", O_PATH)), &file, O_RDONLY));
    call("bad handle", open_by(place, (void *)8, O_RDONLY));
    call("bad handle and descriptor", open_by(99, (void *)8, O_RDONLY));
    static const unsigned bytes[] = {0, 4, 11, 13, 128, 129};
    for (size_t i = 0; i < COUNT_OF(bytes); i++) {
        char label[32];
        handle = file;
        handle.bytes = bytes[i];
        snprintf(label, sizeof(label), "bytes %u", bytes[i]);
        call_ok(label, open_by(place, &handle, O_RDONLY));
    }
    handle = file;
    handle.type = 77;
    call_ok("another type", open_by(place, &handle, O_RDONLY));
    handle = file;
    handle.text[0] ^= 1;
    call("another generation", open_by(place, &handle, O_RDONLY));
    handle = file;
    handle.text[10] ^= 1;
    call("another number", open_by(place, &handle, O_RDONLY));
    call("flags wrong", open_by(place, &file, O_RDONLY | O_TMPFILE));
    call("on procfs", open_by((int)must(open("/proc", O_RDONLY)), &file, O_RDONLY));
    must(mkdir("other", 0755));
    must(mkdir("other/place", 0755));
    must(mount("none", "other/place", "tmpfs", 0, ""));
    close(file_make("other/place/file", 10));
    handle = of("other/place/file");
    call("of another filesystem", open_by(place, &handle, O_RDONLY));
    call_ok("on that one", open_by((int)must(open("other/place", O_RDONLY)), &handle, O_RDONLY));
}

static void as_user(void)
{
    struct handle handle = {.bytes = 128};

    become_user();
    call("a user's handle", get(AT_FDCWD, "file", &handle, 0));
    call("opened by it", open_by(AT_FDCWD, &handle, O_RDONLY));
    call("bad handle", open_by(99, (void *)8, O_RDONLY));
}

int main(void)
{
    must(mkdir("place", 0755));
    must(mount("none", "place", "tmpfs", 0, "mode=755"));
    must(chdir("place"));
    close(file_make("file", 10));
    must(symlink("file", "link"));
    must(link("file", "hard"));
    must(mkdir("sub", 0755));
    must(mkdir("sub/folder", 0755));
    close(file_make("sub/folder/deep", 10));
    int place = (int)must(open(".", O_RDONLY));
    sizes();
    names();
    opening(place);
    wrong(place);
    in_child("user", as_user);
    return 0;
}
