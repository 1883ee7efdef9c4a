/*
 * Record locks against a model: an array of owners and types, one element per byte. Random
 * requests, checked after each: the ranges mean what the model means, and those of one owner are
 * merged as far as they can be.
 */
#include "unit.h"

#include <stdlib.h>

#include "../../../kernel/vfs/record_lock.h"

#define BYTES  48 /* the last stands for everything up to the end of the file */
#define OWNERS 3

enum held { HELD_NOT, HELD_READ, HELD_WRITE };

static enum held model[OWNERS][BYTES];
static const char owners[OWNERS];
static struct list_head locks;
static u64 seed = 1;

static u64 roll(u64 bound)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % bound;
}

static u64 end_of(u64 byte)
{
    return byte == BYTES - 1 ? RECORD_END : byte;
}

static struct record_lock *lock_create(void)
{
    struct record_lock *lock = calloc(1, sizeof(*lock));

    EXPECT(lock != NULL);
    return lock;
}

static void free_all(struct list_head *list)
{
    while (!list_is_empty(list)) {
        struct record_lock *lock = list_first_entry(list, struct record_lock, link);

        list_remove(&lock->link);
        free(lock);
    }
}

/* What the list says about one byte of one owner; no two of its locks may cover it. */
static enum held held_at(unsigned owner, u64 byte)
{
    enum held held = HELD_NOT;
    struct record_lock *lock;

    list_for_each_entry (lock, &locks, link) {
        if (lock->owner != &owners[owner] || byte < lock->start || byte > lock->end)
            continue;
        EXPECT_EQ(held, HELD_NOT);
        held = lock->is_write ? HELD_WRITE : HELD_READ;
    }
    return held;
}

static void check(void)
{
    for (unsigned owner = 0; owner < OWNERS; owner++) {
        unsigned ranges = 0;
        unsigned expected = 0;
        struct record_lock *lock;

        for (u64 byte = 0; byte < BYTES; byte++) {
            EXPECT_EQ(held_at(owner, byte), model[owner][byte]);
            if (model[owner][byte] != HELD_NOT &&
                (byte == 0 || model[owner][byte - 1] != model[owner][byte]))
                expected++;
        }
        list_for_each_entry (lock, &locks, link)
            ranges += lock->owner == &owners[owner];
        EXPECT_EQ(ranges, expected);
    }
}

static bool model_conflicts(unsigned owner, u64 first, u64 last, bool is_write)
{
    for (unsigned other = 0; other < OWNERS; other++) {
        for (u64 byte = first; other != owner && byte <= last; byte++) {
            if (model[other][byte] == HELD_WRITE || (is_write && model[other][byte] == HELD_READ))
                return true;
        }
    }
    return false;
}

static void random_request(void)
{
    unsigned owner = (unsigned)roll(OWNERS);
    enum held wish = (enum held)roll(3);
    u64 first = roll(BYTES);
    u64 last = first + roll(BYTES - first);
    struct record_lock *wanted = lock_create();
    struct record_lock *spare = lock_create();
    struct list_head dropped;
    bool free_wanted = true;

    list_init(&dropped);
    *wanted = (struct record_lock){.owner = &owners[owner],
                                   .is_write = wish == HELD_WRITE,
                                   .start = first,
                                   .end = end_of(last)};
    if (wish == HELD_NOT) {
        record_clear(&locks, &owners[owner], first, end_of(last), &spare, &dropped);
    } else {
        bool conflicts = model_conflicts(owner, first, last, wish == HELD_WRITE);

        EXPECT_EQ(record_find_conflict(&locks, wanted) != NULL, conflicts);
        if (conflicts)
            goto out;
        record_set(&locks, wanted, &spare, &dropped);
        free_wanted = false;
    }
    for (u64 byte = first; byte <= last; byte++)
        model[owner][byte] = wish;
out:
    if (free_wanted)
        free(wanted);
    free(spare);
    free_all(&dropped);
}

TEST(random_requests_match_the_model)
{
    list_init(&locks);
    for (unsigned i = 0; i < 20000; i++) {
        random_request();
        check();
    }
    free_all(&locks);
}

TEST(the_first_conflict_is_the_lowest)
{
    struct record_lock high = {.owner = &owners[0], .is_write = true, .start = 20, .end = 29};
    struct record_lock low = {.owner = &owners[0], .is_write = true, .start = 5, .end = 9};
    struct record_lock wanted = {.owner = &owners[1], .start = 0, .end = RECORD_END};

    list_init(&locks);
    list_add_tail(&high.link, &locks);
    list_add_tail(&low.link, &locks);
    EXPECT_EQ(record_find_conflict(&locks, &wanted), &low);
    wanted.start = 10;
    EXPECT_EQ(record_find_conflict(&locks, &wanted), &high);
    wanted.owner = &owners[0];
    EXPECT_EQ(record_find_conflict(&locks, &wanted), NULL);
}
