/* fs.protected_fifos, protected_regular, protected_symlinks, protected_hardlinks: what may be done
 * with the files of others in directories that many write to. */

#include "test.h"

static char text[64];
static const char *names[] = {"protected_fifos", "protected_regular", "protected_symlinks",
                              "protected_hardlinks"};

static void set(const char *name, const char *value)
{
    char path[64], label[64];

    snprintf(path, sizeof(path), "/proc/sys/fs/%s", name);
    snprintf(label, sizeof(label), "%s < %s", name, value);
    int fd = (int)must(open(path, O_WRONLY));
    call(label, write(fd, value, strlen(value)));
    close(fd);
}

static void show(const char *name)
{
    char path[64];
    struct stat info;

    snprintf(path, sizeof(path), "/proc/sys/fs/%s", name);
    must(file_text(path, text, sizeof(text)));
    must(stat(path, &info));
    say("%s %.*s, mode %o", name, (int)strcspn(text, "\n"), text, info.st_mode & 07777);
}

/* A file, a fifo and a link to the file; the files are of @owner. */
static void make(const char *directory, int mode, int directory_owner, int owner)
{
    must(mkdir(directory, 0700));
    must(chdir(directory));
    must(chmod(".", (mode_t)mode));
    must(chown(".", (uid_t)directory_owner, 1000));
    must(mkfifo("fifo", 0));
    file_put("file", "text", 0600);
    must(symlink("file", "link"));
    const char *made[] = {"fifo", "file", "link"};
    for (size_t i = 0; i < COUNT_OF(made); i++) {
        if (i < 2)
            must(chmod(made[i], 0666));
        must(lchown(made[i], (uid_t)owner, (gid_t)owner));
    }
    must(chdir(".."));
}

static void attempt(const char *directory, const char *name, const char *how, int flags)
{
    char path[64], label[96];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    snprintf(label, sizeof(label), "  open %s %s", path, how);
    int fd = open(path, flags | O_NONBLOCK, 0600);
    if (fd >= 0)
        close(fd);
    call(label, fd < 0 ? -1 : 0);
}

static const char *directories[] = {"all", "group", "plain", "of_them", "of_us"};

static void attempts(void)
{
    become_user();
    for (size_t i = 0; i < COUNT_OF(directories); i++) {
        attempt(directories[i], "file", "O_CREAT", O_RDWR | O_CREAT);
        attempt(directories[i], "fifo", "O_CREAT", O_RDWR | O_CREAT);
        attempt(directories[i], "file", "", O_RDWR);
        attempt(directories[i], "link", "O_CREAT", O_RDWR | O_CREAT);
        attempt(directories[i], "link", "", O_RDONLY);
    }
    attempt("all", "file", "O_CREAT O_EXCL", O_RDWR | O_CREAT | O_EXCL);
    attempt("all", "new", "O_CREAT", O_RDWR | O_CREAT);
    attempt("all", "new", "O_CREAT again", O_RDWR | O_CREAT);
    attempt("all/file", "../file", "O_CREAT through a file", O_RDWR | O_CREAT);
    call("  unlink", unlink("all/new"));
    call("  link", link("unreadable", "all/linked"));
    unlink("all/linked");
}

static void with(const char *fifos, const char *regular, const char *symlinks,
                 const char *hardlinks)
{
    const char *values[] = {fifos, regular, symlinks, hardlinks};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        set(names[i], values[i]);
    in_child("user", attempts);
}

int main(void)
{
    must(chmod(".", 0755));
    umask(0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        show(names[i]);
        set(names[i], "3");
        set(names[i], "-1");
        set(names[i], "x");
        show(names[i]);
    }
    make("all", 01777, 0, 2000);
    make("group", 01775, 0, 2000);
    make("plain", 0777, 0, 2000);
    make("of_them", 01777, 2000, 2000);
    make("of_us", 01777, 1000, 1000);
    file_put("unreadable", "text", 0600);
    with("0", "0", "1", "1");
    with("1", "0", "0", "0");
    with("0", "1", "0", "1");
    with("2", "2", "1", "1");
    with("0", "0", "1", "1");
    return 0;
}
