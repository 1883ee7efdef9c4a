/*
 * Robust lists at death: which words get FUTEX_OWNER_DIED, who is woken, pending operations, PI
 * words, other owners' words, circles, offsets, broken lists; exit of a thread, kill, exec.
 */

#include "test.h"

#include <pthread.h>

#define WAITERS 0x80000000u
#define DIED    0x40000000u

struct entry {
    struct entry *next;
    unsigned word;
};

struct head {
    struct entry *first;
    long offset;
    struct entry *pending;
};

static struct shared {
    struct entry entries[8];
    struct head head;
    int ready;
} * s;

static unsigned self(void)
{
    return (unsigned)syscall(SYS_gettid);
}

/* @count entries in the list; their words are this thread's. */
static void list(int count)
{
    memset(s, 0, sizeof(*s));
    for (int i = 0; i < count; i++) {
        s->entries[i].next = i + 1 < count ? &s->entries[i + 1] : (struct entry *)&s->head;
        s->entries[i].word = self();
    }
    s->head.first = count > 0 ? &s->entries[0] : (struct entry *)&s->head;
    s->head.offset = offsetof(struct entry, word);
    must(syscall(SYS_set_robust_list, &s->head, sizeof(s->head)));
}

static void show(const char *label, int count)
{
    char text[100] = "";
    for (int i = 0; i < count; i++) {
        unsigned word = s->entries[i].word;
        sprintf(text + strlen(text), " %s%s%s", (word & 0x3fffffff) == 0 ? "free" : "owned",
                word & WAITERS ? "+waiters" : "", word & DIED ? "+died" : "");
    }
    say("%s:%s", label, text);
}

static void plain(void)
{
    list(3);
}

static void one_is_not_mine(void)
{
    list(3);
    s->entries[1].word = 1;
}

static void with_waiters(void)
{
    list(2);
    s->entries[1].word |= WAITERS;
}

static void pending(void)
{
    list(1);
    s->entries[3].word = self();
    s->head.pending = &s->entries[3];
}

static void pending_is_free(void)
{
    list(1);
    s->head.pending = &s->entries[3];
}

static void pending_in_list(void)
{
    list(2);
    s->head.pending = &s->entries[1];
}

static void pi_words(void)
{
    list(2);
    s->entries[0].next = (struct entry *)((long)&s->entries[1] | 1);
    s->head.first = (struct entry *)((long)&s->entries[0] | 1);
}

static void circle(void)
{
    list(3);
    s->entries[2].next = &s->entries[0];
}

static void broken(void)
{
    list(3);
    s->entries[1].next = (struct entry *)0x1000;
}

static void unaligned(void)
{
    list(2);
    s->head.offset = offsetof(struct entry, word) + 1;
}

static void empty(void)
{
    list(0);
    s->entries[0].word = self();
}

static void killed(void)
{
    list(2);
    raise(SIGKILL);
}

static void replaced(void)
{
    list(2);
    execl("/proc/self/exe", "test", "exec", NULL);
}

static void *list_of_a_thread(void *unused)
{
    list(2);
    return unused;
}

static void thread(void)
{
    pthread_t other;
    pthread_create(&other, NULL, list_of_a_thread, NULL);
    pthread_join(other, NULL);
    show("when a thread has ended", 2);
}

static void parent_only(void)
{
    list(1);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    show("a forked child has no list", 1);
}

/* One who waits on the word of the dying process. */
static void waiter(void)
{
    int status;

    memset(s, 0, sizeof(*s));
    pid_t owner = (pid_t)must(fork());
    if (owner == 0) {
        list(1);
        s->entries[0].word |= WAITERS;
        s->ready = 1;
        pause();
    }
    while (__atomic_load_n(&s->ready, __ATOMIC_SEQ_CST) == 0)
        nap(1);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        alarm(15);
        long result = syscall(SYS_futex, &s->entries[0].word, 0, s->entries[0].word, NULL, NULL, 0);
        _exit(result == 0 ? 0 : errno);
    }
    wait_until_asleep(pid);
    nap(20);
    must(kill(owner, SIGKILL));
    must(waitpid(pid, &status, 0));
    status_report("who waited for the dead", status);
    must(waitpid(owner, &status, 0));
    show("its word", 1);
}

static void try_it(const char *label, void (*body)(void), int count)
{
    in_child(label, body);
    show(label, count);
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count > 1)
        return 0;
    s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    try_it("plain", plain, 4);
    try_it("one is not mine", one_is_not_mine, 3);
    try_it("with waiters", with_waiters, 2);
    try_it("pending", pending, 4);
    try_it("pending is free", pending_is_free, 4);
    try_it("pending in the list", pending_in_list, 2);
    try_it("PI words", pi_words, 2);
    try_it("circle", circle, 3);
    try_it("broken", broken, 3);
    try_it("unaligned", unaligned, 2);
    try_it("empty", empty, 1);
    try_it("killed", killed, 2);
    try_it("replaced by exec", replaced, 2);
    in_child("thread", thread);
    in_child("parent only", parent_only);
    waiter();
    return 0;
}
