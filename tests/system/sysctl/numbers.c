/* /proc/sys: what a write of numbers means, and what a read gives. */

#include "test.h"

#define COUNT "/proc/sys/vm/max_map_count"

static char text[256];

static const char *content(const char *path)
{
    int fd = open(path, O_RDONLY);
    ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

    text[len > 0 ? len : 0] = '\0';
    close(fd);
    return text;
}

/* One write, and what is there afterwards. */
static void put_bytes(const char *path, const char *value, size_t len)
{
    char label[128];
    int fd = must(open(path, O_WRONLY));
    size_t used = 0;

    for (size_t i = 0; i < len && used < 40; i++)
        used += (size_t)sprintf(label + used, value[i] < ' ' ? "\\%03o" : "%c", value[i]);
    label[used] = '\0';
    call(label, write(fd, value, len));
    close(fd);
    content(path);
    text[strcspn(text, "\n")] = '\0';
    say("    now %s", text);
}

static void put(const char *path, const char *value)
{
    put_bytes(path, value, strlen(value));
}

static void reads(void)
{
    char two[3] = "";
    int fd = must(open(COUNT, O_RDONLY));

    call("read two bytes", read(fd, two, 2));
    say("%s", two);
    call("the rest", read(fd, two, 2));
    call("seek back", lseek(fd, 0, SEEK_SET));
    call("read again", read(fd, two, 2));
    call("read nothing", pread(fd, two, 0, 0));
    call("read elsewhere", pread(fd, two, 2, 1));
    call("seek to the end", lseek(fd, 0, SEEK_END));
    call("bad buffer", pread(fd, (void *)8, 4, 0));
    close(fd);
}

static void writes(void)
{
    static const char *values[] = {
        "70000",
        "70001\n",
        " \t70002 \n",
        "70003 5",
        "70004 x",
        "70005x",
        "x",
        "",
        " ",
        "\n",
        "-5",
        "-1",
        "0x11171",
        "0210567",
        "2147483647",
        "2147483648",
        "99999999999999999999999999",
        "4294967296",
        "70006\n70007",
        "+70008",
        "1e3",
        "65530.0",
        "-",
        "--5",
        "0x",
        "08",
    };

    for (size_t i = 0; i < COUNT_OF(values); i++)
        put(COUNT, values[i]);
    put_bytes(COUNT, "70010\0", 6);
    put_bytes(COUNT, "70011\0junk", 10);
}

static void elsewhere(void)
{
    int fd = must(open(COUNT, O_RDWR));

    put(COUNT, "65530");
    call("write at 0", pwrite(fd, "66000", 5, 0));
    call("write at 3", pwrite(fd, "67000", 5, 3));
    say("now %s", content(COUNT));
    call("first half", write(fd, "6", 1));
    call("second half", write(fd, "8000", 4));
    say("now %s", content(COUNT));
    call("bad buffer", pwrite(fd, (void *)8, 4, 0));
    close(fd);
    put(COUNT, "65530");
}

static void longs(void)
{
    const char *path = "/proc/sys/vm/mmap_min_addr";

    put(path, "8192");
    put(path, "-4096");
    put(path, "65536 junk");
    put(path, "65536");
}

/* A long line of blanks: only the first page is looked at. */
static void long_writes(void)
{
    static char blanks[8192];

    memset(blanks, ' ', sizeof(blanks));
    memcpy(blanks, "70020", 5);
    put_bytes(COUNT, blanks, 4096);
    put_bytes(COUNT, blanks, 8192);
    memcpy(blanks, "     ", 5);
    memcpy(blanks + 4090, "70030 ", 6);
    put_bytes(COUNT, blanks, 4096);
    put(COUNT, "65530");
}

static void ordinary_user(void)
{
    become_user();
    call_ok("nobody reads", open(COUNT, O_RDONLY));
    call_ok("nobody writes", open(COUNT, O_WRONLY));
    call_ok("nobody drops caches", open("/proc/sys/vm/drop_caches", O_WRONLY));
}

static void modes(void)
{
    call_ok("drop_caches for reading", open("/proc/sys/vm/drop_caches", O_RDONLY));
    call("chmod", chmod(COUNT, 0600));
    call("chown", chown(COUNT, 1, 1));
    call("truncate", truncate(COUNT, 0));
    call("unlink", unlink(COUNT));
    call("no such setting", open("/proc/sys/vm/no_such_setting", O_RDWR));
}

static void caches(void)
{
    int fd = must(open("/proc/sys/vm/drop_caches", O_WRONLY));

    call("1", write(fd, "1", 1));
    call("3", pwrite(fd, "3\n", 2, 0));
    call("0", pwrite(fd, "0", 1, 0));
    call("5", pwrite(fd, "5", 1, 0));
    call("4", pwrite(fd, "4", 1, 0));
    close(fd);
}

int main(void)
{
    put(COUNT, "65530");
    reads();
    writes();
    elsewhere();
    longs();
    long_writes();
    modes();
    caches();
    in_child("ordinary user", ordinary_user);
    return 0;
}
