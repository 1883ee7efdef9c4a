/* userfaultfd: what can be registered, and what fills or guards it. */

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include "table.h"

/* A descriptor that is ready. */
static int ready(void)
{
    struct uffdio_api api = {.api = UFFD_API};
    int fd = (int)syscall(SYS_userfaultfd, O_NONBLOCK);

    must(ioctl(fd, UFFDIO_API, &api));
    return fd;
}

static int registered(int fd, void *start, unsigned long len, unsigned long mode)
{
    struct uffdio_register request = {.range = {(unsigned long)start, len}, .mode = mode};

    return ioctl(fd, UFFDIO_REGISTER, &request);
}

CELL("userfaultfd", "flags 0", "root")
{
    int fd = (int)syscall(SYS_userfaultfd, 0);

    got(fd < 0 ? -1 : 0);
}

CELL("userfaultfd", "an unknown flag", "root")
{
    got(syscall(SYS_userfaultfd, 2));
}

static void handshake(const struct cell *cell)
{
    struct uffdio_api api = {.api = UFFD_API, .features = (unsigned long)cell->value};

    got(ioctl((int)syscall(SYS_userfaultfd, 0), UFFDIO_API, &api));
}

static void mode(const struct cell *cell)
{
    got(registered(ready(), map(PAGE), PAGE, (unsigned long)cell->value));
}

static void shared(const struct cell *cell)
{
    void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    got(registered(ready(), memory, PAGE, (unsigned long)cell->value));
}

__attribute__((constructor)) static void add_userfaults(void)
{
    static const struct {
        const char *name;
        long value;
    } features[] = {
        {"none", 0},
        {"PAGEFAULT_FLAG_WP", UFFD_FEATURE_PAGEFAULT_FLAG_WP},
        {"SIGBUS", UFFD_FEATURE_SIGBUS},
        {"THREAD_ID", UFFD_FEATURE_THREAD_ID},
        {"EXACT_ADDRESS", UFFD_FEATURE_EXACT_ADDRESS},
        {"EVENT_FORK", UFFD_FEATURE_EVENT_FORK},
        {"EVENT_REMAP", UFFD_FEATURE_EVENT_REMAP},
        {"EVENT_REMOVE", UFFD_FEATURE_EVENT_REMOVE},
        {"EVENT_UNMAP", UFFD_FEATURE_EVENT_UNMAP},
        {"MISSING_HUGETLBFS", UFFD_FEATURE_MISSING_HUGETLBFS},
        {"MISSING_SHMEM", UFFD_FEATURE_MISSING_SHMEM},
        {"MINOR_HUGETLBFS", UFFD_FEATURE_MINOR_HUGETLBFS},
        {"MINOR_SHMEM", UFFD_FEATURE_MINOR_SHMEM},
        {"WP_HUGETLBFS_SHMEM", UFFD_FEATURE_WP_HUGETLBFS_SHMEM},
        {"an unknown one", 1L << 40},
    };
    static const char *const modes[] = {"0", "MISSING", "WP", "MISSING|WP", "MINOR"};

    for (size_t i = 0; i < COUNT_OF(features); i++)
        cell_add((struct cell){"userfaultfd UFFDIO_API", features[i].name, "feature", handshake,
                               features[i].value, NULL});
    for (long i = 0; i < (long)COUNT_OF(modes); i++) {
        cell_add((struct cell){"userfaultfd UFFDIO_REGISTER", modes[i], "private memory", mode, i,
                               NULL});
        cell_add((struct cell){"userfaultfd UFFDIO_REGISTER", modes[i], "shared memory", shared, i,
                               NULL});
    }
}

static void show_copy(void *to, void *from, unsigned long len, unsigned long copy_mode, int fd)
{
    struct uffdio_copy request = {
        .dst = (unsigned long)to, .src = (unsigned long)from, .len = len, .mode = copy_mode};

    got(ioctl(fd, UFFDIO_COPY, &request));
    note("copied %lld", request.copy > 0 ? (long long)request.copy : 0ll);
}

CELL("userfaultfd UFFDIO_COPY", "mode 0", "two missing pages")
{
    char *memory = map(2 * PAGE), *from = map(2 * PAGE);
    int fd = ready();

    must(registered(fd, memory, 2 * PAGE, UFFDIO_REGISTER_MODE_MISSING));
    show_copy(memory, from, 2 * PAGE, 0, fd);
}

CELL("userfaultfd UFFDIO_COPY", "mode 0", "the second page is there")
{
    char *memory = map(2 * PAGE), *from = map(2 * PAGE);
    int fd = ready();

    memory[PAGE] = 1;
    must(registered(fd, memory, 2 * PAGE, UFFDIO_REGISTER_MODE_MISSING));
    show_copy(memory, from, 2 * PAGE, 0, fd);
}

CELL("userfaultfd UFFDIO_COPY", "mode 0", "not registered")
{
    show_copy(map(PAGE), map(PAGE), PAGE, 0, ready());
}

CELL("userfaultfd UFFDIO_COPY", "MODE_WP", "registered for missing pages only")
{
    char *memory = map(PAGE);
    int fd = ready();

    must(registered(fd, memory, PAGE, UFFDIO_REGISTER_MODE_MISSING));
    show_copy(memory, map(PAGE), PAGE, UFFDIO_COPY_MODE_WP, fd);
}

CELL("userfaultfd UFFDIO_ZEROPAGE", "mode 0", "a missing page")
{
    char *memory = map(PAGE);
    struct uffdio_zeropage request = {.range = {(unsigned long)memory, PAGE}};
    int fd = ready();

    must(registered(fd, memory, PAGE, UFFDIO_REGISTER_MODE_MISSING));
    got(ioctl(fd, UFFDIO_ZEROPAGE, &request));
    note("zeroed %lld", (long long)request.zeropage);
}

static void protect(const struct cell *cell)
{
    char *memory = map(PAGE);
    struct uffdio_writeprotect request = {.range = {(unsigned long)memory, PAGE},
                                          .mode = (unsigned long)cell->value};
    int fd = ready();

    must(registered(fd, memory, PAGE, UFFDIO_REGISTER_MODE_WP));
    got(ioctl(fd, UFFDIO_WRITEPROTECT, &request));
}

__attribute__((constructor)) static void add_guards(void)
{
    static const char *const modes[] = {"mode 0", "MODE_WP", "MODE_DONTWAKE",
                                        "MODE_WP|MODE_DONTWAKE", "an unknown mode"};

    for (long i = 0; i < (long)COUNT_OF(modes); i++)
        cell_add((struct cell){"userfaultfd UFFDIO_WRITEPROTECT", modes[i], "registered", protect,
                               i, NULL});
}
