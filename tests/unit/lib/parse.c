/* Reading numbers: limits, prefixes, refusals. */
#include <abi/errno.h>
#include <lib/parse.h>

#include "unit.h"

static int u64_error(const char *text, unsigned int base)
{
    u64 value = 99;
    int err = parse_u64(text, base, &value);

    EXPECT(err == 0 || value == 99);
    return err;
}

static u64 u64_value(const char *text, unsigned int base)
{
    u64 value = 0;

    EXPECT_EQ(parse_u64(text, base, &value), 0);
    return value;
}

TEST(unsigned_numbers)
{
    EXPECT_EQ(u64_value("0", 0), 0);
    EXPECT_EQ(u64_value("0x1F", 0), 31);
    EXPECT_EQ(u64_value("0755", 0), 493);
    EXPECT_EQ(u64_value("0755", 10), 755);
    EXPECT_EQ(u64_value("0x10", 16), 16);
    EXPECT_EQ(u64_value("ff", 16), 255);
    EXPECT_EQ(u64_value("+7\n", 10), 7);
    EXPECT_EQ(u64_value("18446744073709551615", 10), ~0UL);
    EXPECT_EQ(u64_value("zz", 36), 35 * 36 + 35);
    EXPECT_EQ(u64_error("18446744073709551616", 10), -ERANGE);
    EXPECT_EQ(u64_error("99999999999999999999999999", 10), -ERANGE);
    EXPECT_EQ(u64_error("", 10), -EINVAL);
    EXPECT_EQ(u64_error("-1", 10), -EINVAL);
    EXPECT_EQ(u64_error("1 ", 10), -EINVAL);
    EXPECT_EQ(u64_error("1\n\n", 10), -EINVAL);
    EXPECT_EQ(u64_error("0x", 0), -EINVAL);
    EXPECT_EQ(u64_error("08", 0), -EINVAL);
    EXPECT_EQ(u64_error("++1", 10), -EINVAL);
}

TEST(signed_and_narrow_numbers)
{
    s64 wide = 0;
    u32 narrow = 5;
    s32 small = 5;

    EXPECT_EQ(parse_s64("-9223372036854775808", 10, &wide), 0);
    EXPECT_EQ(wide, INT64_MIN);
    EXPECT_EQ(parse_s64("9223372036854775807", 10, &wide), 0);
    EXPECT_EQ(wide, INT64_MAX);
    EXPECT_EQ(parse_s64("9223372036854775808", 10, &wide), -ERANGE);
    EXPECT_EQ(parse_s64("-9223372036854775809", 10, &wide), -ERANGE);
    EXPECT_EQ(parse_s64("-+1", 10, &wide), -EINVAL);
    EXPECT_EQ(parse_s64("--1", 10, &wide), -EINVAL);
    EXPECT_EQ(parse_u32("4294967295", 10, &narrow), 0);
    EXPECT_EQ(narrow, UINT32_MAX);
    EXPECT_EQ(parse_u32("4294967296", 10, &narrow), -ERANGE);
    EXPECT_EQ(parse_s32("-2147483648", 10, &small), 0);
    EXPECT_EQ(small, INT32_MIN);
    EXPECT_EQ(parse_s32("2147483648", 10, &small), -ERANGE);
}

TEST(sizes_lists_and_switches)
{
    const char *list = "12-34,5";
    const char *at = list;
    u64 value = 0;
    bool on = false;

    EXPECT_EQ(parse_size("64K", &value), 0);
    EXPECT_EQ(value, 65536);
    EXPECT_EQ(parse_size("0x2m\n", &value), 0);
    EXPECT_EQ(value, 2 << 20);
    EXPECT_EQ(parse_size("3g", &value), 0);
    EXPECT_EQ(value, 3UL << 30);
    EXPECT_EQ(parse_size("16777216T", &value), -ERANGE);
    EXPECT_EQ(parse_size("1KB", &value), -EINVAL);
    EXPECT_EQ(parse_u64_prefix(&at, 10, &value), 0);
    EXPECT(value == 12 && at == list + 2);
    EXPECT_EQ(parse_u64_prefix(&at, 10, &value), -EINVAL);
    EXPECT(at == list + 2);
    EXPECT_EQ(parse_bool("Y\n", &on), 0);
    EXPECT(on);
    EXPECT_EQ(parse_bool("off", &on), 0);
    EXPECT(!on);
    EXPECT_EQ(parse_bool("", &on), -EINVAL);
    EXPECT_EQ(parse_bool("yes", &on), -EINVAL);
}
