/* scene.c: see scene.h. */

#include "scene.h"

#include <linux/futex.h>

#define CONTROL_ADDRESS ((void *)0x20000000UL)
#define BALLAST_ADDRESS ((void *)0x28000000UL)
#define HUGE_SETTINGS   "/sys/kernel/mm/transparent_hugepage/"

static const size_t object_bytes[nr_objects] = {[object_file] = 9 * PAGE + 100,
                                                [object_memory] = 6 * PAGE,
                                                [object_posix] = 5 * PAGE + 7,
                                                [object_sealed] = 4 * PAGE};

static int breadth = narrow;
char *window;
long window_pages = 40, below_pages = 300;
struct control *control;
int me;
int none = -1, file, file_reader, file_writer, memory, posix_memory, sealed_memory;

char *at(long page)
{
    return window + page * (long)PAGE;
}

int object_descriptor(long object)
{
    const int descriptors[nr_objects] = {none,   file,         file_reader,  file_writer,
                                         memory, posix_memory, sealed_memory};
    return descriptors[object];
}

const char *object_name(long object)
{
    static const char *const names[nr_objects] = {
        "none", "file", "file_reader", "file_writer", "memory", "posix_memory", "sealed_memory"};
    return names[object];
}

/* fill: byte i of the object is i % 251. */
static void fill(int descriptor, size_t len)
{
    char block[PAGE];

    for (size_t done = 0; done < len;) {
        size_t part = len - done < sizeof(block) ? len - done : sizeof(block);
        for (size_t i = 0; i < part; i++)
            block[i] = (char)((done + i) % 251);
        done += (size_t)must(pwrite(descriptor, block, part, (off_t)done));
    }
}

static void make_objects(void)
{
    unlink("/area/file");
    unlink("/dev/shm/posix");
    file = (int)must(open("/area/file", O_RDWR | O_CREAT | O_EXCL, 0644));
    file_reader = (int)must(open("/area/file", O_RDONLY));
    file_writer = (int)must(open("/area/file", O_WRONLY));
    memory = (int)must(memfd_create("memory", MFD_ALLOW_SEALING));
    sealed_memory = (int)must(memfd_create("sealed", MFD_ALLOW_SEALING));
    posix_memory = (int)must(open("/dev/shm/posix", O_RDWR | O_CREAT | O_EXCL, 0644));
    fill(file, object_bytes[object_file]);
    fill(memory, object_bytes[object_memory]);
    fill(posix_memory, object_bytes[object_posix]);
    fill(sealed_memory, object_bytes[object_sealed]);
}

void scene_choose(int breadth_chosen)
{
    breadth = breadth_chosen;
    window_pages = 40 * breadth;
    below_pages = 300 * breadth;
}

int scene_breadth(void)
{
    return breadth;
}

static void put_setting(const char *path, const char *text)
{
    int setting = open(path, O_WRONLY | O_CLOEXEC);

    if (setting < 0)
        return;
    if (write(setting, text, strlen(text)) < 0 && control->verbose)
        say("%s cannot be %s", path, text);
    close(setting);
}

/* Huge pages in a wide window only. Linux's khugepaged, where there is one, sleeps, and finds
 * nothing worth its work when it does not. */
static void choose_huge_pages(void)
{
    put_setting(HUGE_SETTINGS "khugepaged/scan_sleep_millisecs", "1000000000");
    put_setting(HUGE_SETTINGS "khugepaged/max_ptes_none", "0");
    put_setting(HUGE_SETTINGS "khugepaged/max_ptes_shared", "0");
    put_setting(HUGE_SETTINGS "khugepaged/pages_to_scan", "1");
    put_setting(HUGE_SETTINGS "use_zero_page", "1");
    put_setting(HUGE_SETTINGS "defrag", "always");
    put_setting(HUGE_SETTINGS "shmem_enabled", "deny");
    put_setting(HUGE_SETTINGS "enabled", breadth == wide ? "always" : "never");
}

/* Three fifths of the window lie below a multiple of 2 MiB, the first of another table. What lies
 * above the window up to the highest mapping is the guard; its size is not the same on both
 * systems, so the ballast takes up what it leaves of a fixed sum. */
static void make_window(void)
{
    const unsigned long span = 1UL << 21;
    const unsigned long fixed_sum = (breadth == wide ? 8 : 3) * span;
    char *top = (char *)must(mmap(NULL, PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

    must(munmap(top, PAGE));
    top += PAGE;
    unsigned long crossing = ((unsigned long)top / span - (breadth == wide ? 2 : 1)) * span;
    window = (char *)crossing - (unsigned long)window_pages * 3 / 5 * PAGE;
    must(mmap(window, (size_t)(top - window), PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
              0));
    must(mmap(BALLAST_ADDRESS, fixed_sum - (size_t)(top - window), PROT_NONE,
              MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    must(munmap(window, (size_t)window_pages * PAGE));
}

/* stack_reach: the stack has grown as far as it will be needed, whatever the limits become. */
static void stack_reach(void)
{
    volatile char far[96 * 1024];

    for (size_t i = 0; i < sizeof(far); i += PAGE)
        far[i] = 1;
}

pid_t process_of(long slot)
{
    return control->alive & 1u << slot ? control->pid[slot] : getpid();
}

void sizes_read(long *size, long *data)
{
    char text[128];
    long ignored;

    *size = *data = 0;
    if (file_text("/proc/self/statm", text, sizeof(text)) > 0)
        sscanf(text, "%ld %ld %ld %ld %ld %ld", size, &ignored, &ignored, &ignored, &ignored, data);
}

void control_make(void)
{
    control = (struct control *)must(mmap(CONTROL_ADDRESS, sizeof(*control), PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

void scene_make(bool verbose)
{
    memset(control, 0, sizeof(*control));
    control->alive = 1;
    control->pid[0] = getpid();
    control->verbose = verbose;
    control->segment = control->removed = -1;
    stack_reach();
    choose_huge_pages();
    me = 0;
    make_objects();
    make_window();
    sizes_read(&control->size, &control->data);
}

/* A process that dies where it should not would leave the others waiting: they stop after this. */
static const struct timespec patience = {30, 0};

void turn_wait(void)
{
    int seen;

    while ((seen = __atomic_load_n(&control->who, __ATOMIC_ACQUIRE)) != me) {
        if (control->stuck)
            _exit(3);
        if (syscall(SYS_futex, &control->who, FUTEX_WAIT, seen, &patience, NULL, 0) < 0 &&
            errno == ETIMEDOUT && control->who == seen) {
            control->stuck = true;
            say("stuck: process %d has the turn in step %d", seen, control->step);
            _exit(3);
        }
    }
}

void turn_give(int slot)
{
    if (slot == me)
        return;
    __atomic_store_n(&control->who, slot, __ATOMIC_RELEASE);
    syscall(SYS_futex, &control->who, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
