/* /proc/PID/ns, its files, ioctl_ns(2), and setns(2) to the namespaces that one is in already. */

#include "test.h"

#include <dirent.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/vfs.h>

static const char *const kinds[] = {"net",  "uts", "ipc",    "pid",  "pid_for_children",
                                    "user", "mnt", "cgroup", "time", "time_for_children"};
static char text[4096];

static const char *path_of(int pid, const char *kind)
{
    static char path[64];

    snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
    return path;
}

static void folder(void)
{
    DIR *directory = opendir("/proc/self/ns");
    struct dirent *entry;
    struct stat info;

    while ((entry = readdir(directory)) != NULL)
        say("%s%s", entry->d_name, entry->d_type == DT_LNK ? ", a link" : "");
    closedir(directory);
    must(lstat("/proc/self/ns", &info));
    say("mode %o, %d links", info.st_mode, (int)info.st_nlink);
}

static void links(void)
{
    struct stat info;

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *path = path_of(getpid(), kinds[i]);
        long len = readlink(path, text, sizeof(text));
        text[len < 0 ? 0 : len] = '\0';
        must(stat(path, &info));
        say("%s: %s, number %lu, mode %o, %d links, size %ld", kinds[i], text,
            (unsigned long)info.st_ino, info.st_mode, (int)info.st_nlink, (long)info.st_size);
    }
}

static void requests(void)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        int fd = (int)must(open(path_of(getpid(), kinds[i]), O_RDONLY));
        unsigned owner = 7;

        say("%s", kinds[i]);
        call_ok("  NS_GET_USERNS", ioctl(fd, 0xb701));
        call("  NS_GET_PARENT", ioctl(fd, 0xb702));
        call("  NS_GET_NSTYPE", ioctl(fd, 0xb703));
        call("  NS_GET_OWNER_UID", ioctl(fd, 0xb704, &owner));
        say("  owner %u", owner);
        call("  NS_GET_OWNER_UID, bad pointer", ioctl(fd, 0xb704, 8));
        call("  another", ioctl(fd, 0xb705, &owner));
        close(fd);
    }
}

static void the_file(void)
{
    static const int flags[] = {O_WRONLY,           O_RDWR,
                                O_RDONLY | O_TRUNC, O_RDONLY | O_CREAT,
                                O_RDONLY | O_PATH,  O_RDONLY | O_NOFOLLOW};
    int fd = (int)must(open("/proc/self/ns/mnt", O_RDONLY));
    int owner = (int)must(ioctl(fd, 0xb701));
    int later = (int)must(open("/dev/null", O_RDONLY)); /* does not take the owner's place */
    char path[64];
    struct statfs filesystem;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", owner);
    long len = readlink(path, text, sizeof(text));
    say("owner: %.*s, flags %#x, close on exec %d", (int)len, text, fcntl(owner, F_GETFL) & 0777,
        fcntl(owner, F_GETFD));
    must(fstatfs(fd, &filesystem));
    say("type %lx", (long)filesystem.f_type);
    call("read", read(fd, text, 5));
    call("write", write(fd, text, 5));
    call("lseek", lseek(fd, 5, SEEK_SET));
    call("mmap", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
    call("ftruncate", ftruncate(fd, 0));
    call("fchmod", fchmod(fd, 0777));
    call("fchown", fchown(fd, 1, 1));
    call("getdents64", syscall(SYS_getdents64, fd, text, sizeof(text)));
    call("execve", execl("/proc/self/ns/mnt", "x", NULL));
    call("link", link("/proc/self/ns/mnt", "x"));
    call("unlink", unlink("/proc/self/ns/mnt"));
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        char label[32];
        snprintf(label, sizeof(label), "open %#o", flags[i]);
        call_ok(label, open("/proc/self/ns/mnt", flags[i], 0600));
    }
    call("another name", open("/proc/self/ns/new", O_RDONLY));
    struct stat one, other;
    must(fstat(fd, &one));
    must(stat(path_of(1, "mnt"), &other));
    yes("that of pid 1 is the same", one.st_ino == other.st_ino && one.st_dev == other.st_dev);
    close(fd);
    close(owner);
    close(later);
}

static void join(const char *label, int fd, int flags)
{
    char where[64];

    must(chdir("/tmp"));
    if (call(label, syscall(SYS_setns, fd, flags)) == 0 && getcwd(where, sizeof(where)) != NULL)
        say("    in %s", where);
}

static void joins(void)
{
    static const struct {
        const char *label;
        int flags;
    } wanted[] = {
        {"  0", 0},
        {"  NEWNS", CLONE_NEWNS},
        {"  NEWCGROUP", CLONE_NEWCGROUP},
        {"  NEWUTS", CLONE_NEWUTS},
        {"  NEWIPC", CLONE_NEWIPC},
        {"  NEWUSER", CLONE_NEWUSER},
        {"  NEWPID", CLONE_NEWPID},
        {"  NEWNET", CLONE_NEWNET},
        {"  NEWTIME", 0x80},
        {"  1", 1},
        {"  NEWNS NEWUTS", CLONE_NEWNS | CLONE_NEWUTS},
    };

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        int fd = (int)must(open(path_of(getpid(), kinds[i]), O_RDONLY));
        say("%s", kinds[i]);
        for (size_t k = 0; k < COUNT_OF(wanted); k++)
            join(wanted[k].label, fd, wanted[k].flags);
        close(fd);
    }
    say("pidfd");
    int fd = (int)syscall(434, getpid(), 0);
    for (size_t k = 0; k < COUNT_OF(wanted); k++)
        join(wanted[k].label, fd, wanted[k].flags);
    join("  all but user, time", fd, 0x6e020000);
    join("  all", fd, 0x7e020080);
    join("  and one more", fd, 0x20000 | 0x200);
    close(fd);
}

static void *pauses(void *unused)
{
    (void)unused;
    for (;;)
        pause();
    return NULL;
}

static void threads(void)
{
    pthread_t other;

    pthread_create(&other, NULL, pauses, NULL);
    joins();
}

static void without(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}};

    data[0].effective = data[0].permitted = 1u << CAP_SYS_ADMIN;
    must(syscall(SYS_capset, &header, data));
    int fd = (int)must(open("/proc/self/ns/mnt", O_RDONLY));
    call("mnt without CAP_SYS_CHROOT", syscall(SYS_setns, fd, 0));
    data[0].effective = 0;
    must(syscall(SYS_capset, &header, data));
    joins();
}

static void user(void)
{
    struct stat info;

    become_user();
    fflush(stdout);
    call_ok("folder of pid 1", open("/proc/1/ns", O_RDONLY | O_DIRECTORY));
    call_ok("file of pid 1", open("/proc/1/ns/mnt", O_RDONLY));
    call_ok("link of pid 1", readlink("/proc/1/ns/mnt", text, sizeof(text)));
    call_ok("stat", stat("/proc/1/ns/mnt", &info));
    call_ok("lstat", lstat("/proc/1/ns/mnt", &info));
    pid_t child = (pid_t)must(fork());
    if (child == 0) {
        prctl(PR_SET_DUMPABLE, 1);
        pause();
    }
    wait_until_asleep(child);
    call_ok("folder of a child", open(path_of(child, ""), O_RDONLY | O_DIRECTORY));
    int fd = (int)call_ok("file of a child", open(path_of(child, "uts"), O_RDONLY));
    call("join", syscall(SYS_setns, fd, 0));
    kill(child, SIGKILL);
    siginfo_t ended;
    must(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT));
    waitpid(child, NULL, 0);
}

static void zombie(void)
{
    siginfo_t ended;
    pid_t child = (pid_t)must(fork());

    if (child == 0)
        _exit(0);
    must(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT));
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        call_ok(kinds[i], open(path_of(child, kinds[i]), O_RDONLY));
    int fd = (int)must(syscall(434, child, 0));
    call("setns to a zombie", syscall(SYS_setns, fd, CLONE_NEWUTS));
    waitpid(child, NULL, 0);
    call("setns to one that is gone", syscall(SYS_setns, fd, CLONE_NEWUTS));
    call("setns to one that is gone, 0", syscall(SYS_setns, fd, 0));
}

/* Joining the IPC namespace undoes what semop(2) was to undo. */
static void undo(void)
{
    int set = (int)must(semget(IPC_PRIVATE, 1, 0600));
    int fd = (int)must(open("/proc/self/ns/ipc", O_RDONLY));
    struct sembuf up = {0, 3, SEM_UNDO};

    must(semop(set, &up, 1));
    say("semaphore %d", semctl(set, 0, GETVAL));
    must(syscall(SYS_setns, fd, 0));
    say("semaphore %d", semctl(set, 0, GETVAL));
    must(semop(set, &up, 1));
    say("semaphore %d", semctl(set, 0, GETVAL));
    semctl(set, 0, IPC_RMID);
}

static void rooted(void)
{
    int fd = (int)must(open("/proc/self/ns/mnt", O_RDONLY));

    must(mkdir("root", 0755));
    must(chroot("root"));
    must(chdir("/"));
    call("in the new root", access("/proc", F_OK));
    call("setns", syscall(SYS_setns, fd, 0));
    call("in the old root", access("/proc", F_OK));
}

int main(void)
{
    folder();
    links();
    requests();
    the_file();
    joins();
    in_child("threads", threads);
    in_child("without capabilities", without);
    in_child("a user", user);
    zombie();
    in_child("undo", undo);
    must(chdir("/area"));
    in_child("chroot", rooted);
    call("setns to a file", syscall(SYS_setns, open("/dev/null", O_RDONLY), 0));
    call("setns to nothing", syscall(SYS_setns, -1, 0));
    return 0;
}
