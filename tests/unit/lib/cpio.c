/* The cpio reader: good archives, every truncation of one, and random damage. */
#include <abi/errno.h>
#include <lib/cpio.h>
#include <lib/printf.h>
#include <lib/string.h>

#include "unit.h"

static u8 archive[2048];
static size_t archive_len;

static void pad(void)
{
    while (archive_len % 4 != 0)
        archive[archive_len++] = 0;
}

static void append(const char *name, u32 mode, const char *data)
{
    size_t name_size = strlen(name) + 1;
    size_t data_len = strlen(data);

    archive_len +=
        (size_t)snprintf((char *)archive + archive_len, sizeof(archive) - archive_len,
                         "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 7u, mode, 1u,
                         2u, 1u, 0x5f000000u, (u32)data_len, 8u, 1u, 4u, 64u, (u32)name_size, 0u);
    memcpy(archive + archive_len, name, name_size);
    archive_len += name_size;
    pad();
    memcpy(archive + archive_len, data, data_len);
    archive_len += data_len;
    pad();
}

static void build(void)
{
    archive_len = 0;
    append("bin", 040755, "");
    append("bin/hello", 0100755, "hello world");
    append("TRAILER!!!", 0, "");
    memset(archive + archive_len, 0, 512);
    archive_len += 512;
    append("second", 0100644, "x");
    append("TRAILER!!!", 0, "");
}

TEST(entries_of_two_archives_in_a_row)
{
    struct cpio_reader reader;
    struct cpio_entry entry;

    build();
    cpio_init(&reader, archive, archive_len);
    EXPECT_EQ(cpio_next(&reader, &entry), 1);
    EXPECT_STR(entry.name, "bin");
    EXPECT(entry.mode == 040755 && entry.data_len == 0 && entry.name_len == 3);
    EXPECT_EQ(cpio_next(&reader, &entry), 1);
    EXPECT_STR(entry.name, "bin/hello");
    EXPECT_EQ(entry.data_len, 11);
    EXPECT_EQ(memcmp(entry.data, "hello world", 11), 0);
    EXPECT(entry.ino == 7 && entry.uid == 1 && entry.gid == 2 && entry.mtime == 0x5f000000);
    EXPECT(entry.rdev_major == 4 && entry.rdev_minor == 64);
    EXPECT_EQ(cpio_next(&reader, &entry), 1);
    EXPECT_STR(entry.name, "second");
    EXPECT_EQ(cpio_next(&reader, &entry), 0);
    EXPECT_EQ(cpio_next(&reader, &entry), 0);
}

/* Read all of it from a heap-exact copy, so that the sanitizer sees any byte too far. */
static int read_all(const u8 *bytes, size_t len)
{
    u8 *copy = __builtin_malloc(len);
    struct cpio_reader reader;
    struct cpio_entry entry;
    int entries = 0;
    int result;

    memcpy(copy, bytes, len);
    cpio_init(&reader, copy, len);
    while ((result = cpio_next(&reader, &entry)) == 1) {
        EXPECT_EQ(strlen(entry.name), entry.name_len);
        EXPECT(entry.data >= copy && entry.data + entry.data_len <= copy + len);
        entries++;
    }
    EXPECT_EQ(cpio_next(&reader, &entry), result);
    __builtin_free(copy);
    return result < 0 ? result : entries;
}

TEST(every_truncation_is_refused_or_ends_early)
{
    size_t len;

    build();
    for (len = 0; len < archive_len; len++) {
        int result = read_all(archive, len);

        EXPECT(result == -EINVAL || (result >= 0 && result <= 3));
    }
    EXPECT_EQ(read_all(archive, 50), -EINVAL);
    EXPECT_EQ(read_all(archive, archive_len), 3);
}

TEST(random_damage_is_survived)
{
    int round;

    for (round = 0; round < 5000; round++) {
        int hits = 1 + (int)unit_random_below(4);

        build();
        while (hits-- > 0) {
            u8 digit = (u8) "0123456789abcdefF"[unit_random_below(17)];
            u8 any = (u8)unit_random();

            archive[unit_random_below(archive_len)] = unit_random_below(2) ? digit : any;
        }
        read_all(archive, archive_len);
    }
}

TEST(lying_sizes_are_refused)
{
    build();
    memcpy(archive + 6 + 11 * 8, "ffffffff", 8); /* name size */
    EXPECT_EQ(read_all(archive, archive_len), -EINVAL);
    build();
    memcpy(archive + 6 + 11 * 8, "00000000", 8);
    EXPECT_EQ(read_all(archive, archive_len), -EINVAL);
    build();
    memcpy(archive + 6 + 6 * 8, "fffffff0", 8); /* file size */
    EXPECT_EQ(read_all(archive, archive_len), -EINVAL);
}
