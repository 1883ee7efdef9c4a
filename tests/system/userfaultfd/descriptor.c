/* userfaultfd: the descriptor, its flags, the handshake, what it answers before and after. */

#include "uffd.h"

#include <sys/epoll.h>

static void show_api(const char *label, int fd, __u64 version, __u64 features)
{
    struct uffdio_api api = {.api = version, .features = features, .ioctls = 77};
    int result = ioctl(fd, UFFDIO_API, &api);

    say("%s: %s, api %llx, features %llx, ioctls %llx", label,
        result == 0 ? "ok" : errno_name(errno), api.api, api.features & FEATURES, api.ioctls);
}

static void try_handshakes(void)
{
    int fd = (int)must(uffd_new(O_CLOEXEC | O_NONBLOCK));

    show_api("another version", fd, 0xab, 0);
    show_api("an unknown feature", fd, UFFD_API, 1ull << 40);
    show_api("an unknown feature among others", fd, UFFD_API, UFFD_FEATURE_SIGBUS | 1ull << 63);
    call("bad address", ioctl(fd, UFFDIO_API, 8));
    show_api("first", fd, UFFD_API, UFFD_FEATURE_THREAD_ID);
    show_api("second", fd, UFFD_API, 0);
    call("an unknown request", ioctl(fd, _IO(UFFDIO, 0x20), 0));
    call("a terminal's request", ioctl(fd, 0x5401, 0));
    close(fd);
}

static void try_before(void)
{
    int fd = (int)must(uffd_new(O_NONBLOCK));
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    struct uffd_msg message;
    char *area = map(PAGE);

    call("read before", read(fd, &message, sizeof(message)));
    call("poll before", poll(&wanted, 1, 0));
    say("events %x", wanted.revents);
    call("register before", uffd_missing(fd, area, PAGE));
    call("wake before", uffd_wake(fd, area, PAGE));
    call("unknown before", ioctl(fd, _IO(UFFDIO, 0x20), 0));
    close(fd);
}

static void try_reading(void)
{
    int fd = uffd_open(O_NONBLOCK, 0);
    struct pollfd wanted = {.fd = fd, .events = POLLIN | POLLOUT};
    struct uffd_msg message;

    call("nothing to read", read(fd, &message, sizeof(message)));
    call("room for less than one", read(fd, &message, sizeof(message) - 1));
    call("poll", poll(&wanted, 1, 0));
    call("blocking", fcntl(fd, F_SETFL, 0));
    call("poll of a blocking one", poll(&wanted, 1, 0));
    say("events %x", wanted.revents);
    call("write", write(fd, &message, sizeof(message)));
    call("seek", lseek(fd, 5, SEEK_SET));
    call("pread", pread(fd, &message, sizeof(message), 0));
    call("mmap", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == -1 ? -1 : 0);
    close(fd);
}

static void show_file(void)
{
    int fd = (int)must(uffd_new(O_NONBLOCK)), other = (int)must(uffd_new(O_CLOEXEC));
    char name[64], target[64] = "";

    say("flags %x, of the descriptor %x", fcntl(fd, F_GETFL) & ~0x8000, fcntl(fd, F_GETFD));
    say("flags %x, of the descriptor %x", fcntl(other, F_GETFL) & ~0x8000, fcntl(other, F_GETFD));
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    must(readlink(name, target, sizeof(target) - 1));
    say("%s", target);
    close(fd);
    close(other);
}

static void show_fdinfo(int fd)
{
    char name[64], line[128];
    FILE *file;

    snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
    file = fopen(name, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        unsigned long version, features;

        if (strncmp(line, "pending", 7) == 0 || strncmp(line, "total", 5) == 0)
            say("%.*s", (int)strcspn(line, "\n"), line);
        if (sscanf(line, "API: %lx:%lx:", &version, &features) == 2)
            say("api %lx, features %lx", version, features);
    }
    if (file != NULL)
        fclose(file);
}

static void unprivileged(void)
{
    int status;

    if (fork() == 0) {
        must(setresuid(1000, 1000, 1000));
        call("without privilege", uffd_new(0));
        call("an unknown flag", uffd_new(2));
        call("an unknown flag, user mode only", uffd_new(UFFD_USER_MODE_ONLY | 2));
        call_ok("user mode only", uffd_new(UFFD_USER_MODE_ONLY));
        _exit(0);
    }
    wait(&status);
}

static void show_setting(void)
{
    char text[8] = "";
    int fd = open("/proc/sys/vm/unprivileged_userfaultfd", O_RDWR);

    call("the setting", read(fd, text, sizeof(text)));
    say("is %.1s", text);
    call("set to 2", pwrite(fd, "2", 1, 0));
    call("set to 1", pwrite(fd, "1", 1, 0));
    if (fork() == 0) {
        must(setresuid(1000, 1000, 1000));
        call_ok("for everybody", uffd_new(0));
        _exit(0);
    }
    wait(NULL);
    call("set to 0", pwrite(fd, "0", 1, 0));
    close(fd);
}

/* Does a line of the file end with @word? */
static bool lists(const char *name, const char *word)
{
    FILE *file = fopen(name, "r");
    bool found = false;
    char line[128];

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        found |= strstr(line, word) != NULL;
    if (file != NULL)
        fclose(file);
    return found;
}

static void try_device(void)
{
    int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC), fd;
    struct stat status;
    char byte;

    call_ok("the device", device);
    must(fstat(device, &status));
    say("mode %o, major %d", status.st_mode, (int)(status.st_rdev >> 8));
    call("read", read(device, &byte, 1));
    call("an unknown request", ioctl(device, UFFDIO_API, 0));
    call("unknown flags", ioctl(device, USERFAULTFD_IOC_NEW, 2));
    fd = ioctl(device, USERFAULTFD_IOC_NEW, O_CLOEXEC | O_NONBLOCK);
    call_ok("a new one", fd);
    say("flags %x, of the descriptor %x", fcntl(fd, F_GETFL) & ~0x8000, fcntl(fd, F_GETFD));
    call("handshake", uffd_handshake(fd, 0));
    if (fork() == 0) {
        must(setresuid(1000, 1000, 1000));
        call_ok("without privilege", ioctl(device, USERFAULTFD_IOC_NEW, 0));
        call("open without privilege", open("/dev/userfaultfd", O_RDONLY));
        _exit(0);
    }
    wait(NULL);
    yes("/proc/misc", lists("/proc/misc", " userfaultfd\n"));
    yes("/proc/devices", lists("/proc/devices", " 10 misc\n"));
    close(fd);
    close(device);
}

int main(void)
{
    call("an unknown flag", uffd_new(2));
    call("unknown flags", uffd_new(O_CLOEXEC | 0x100));
    try_handshakes();
    try_before();
    try_reading();
    show_file();
    show_fdinfo(uffd_open(0, UFFD_FEATURE_SIGBUS));
    show_fdinfo((int)must(uffd_new(0)));
    unprivileged();
    show_setting();
    try_device();
    return 0;
}
