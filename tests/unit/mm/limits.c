/* What limits memory: the commit rules, the settings, W^X, and what is taken from a victim. */
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <lib/string.h>

#include "program.h"
#include "settings.h"

static const struct sysctl *setting(const char *name)
{
    const struct sysctl_table *table;
    const struct sysctl *found;

    for (table = sysctl_tables(); table != NULL; table = table->next)
        for (found = table->settings; found->name != NULL; found++)
            if (strcmp(found->name, name) == 0)
                return found;
    unit_fail(__FILE__, __LINE__, "no setting %s", name);
    return NULL;
}

static ssize_t set(const char *name, const char *text)
{
    return sysctl_write(setting(name), 0, text, strlen(text));
}

TEST(numbers_are_parsed_as_linux_does)
{
    EXPECT_EQ(set("max_map_count", " 70000\n"), 7);
    EXPECT_EQ(settings_max_map_count(), 70000);
    EXPECT_EQ(set("max_map_count", "0x10 rest"), 5);
    EXPECT_EQ(settings_max_map_count(), 16);
    EXPECT_EQ(set("max_map_count", "-1"), -EINVAL);
    EXPECT_EQ(set("max_map_count", "2147483648"), -EINVAL);
    EXPECT_EQ(set("max_map_count", "12x"), -EINVAL);
    EXPECT_EQ(set("max_map_count", "\n"), -EINVAL);
    EXPECT_EQ(set("max_map_count", ""), 0);
    EXPECT_EQ(sysctl_write(setting("max_map_count"), 1, "5", 1), 1);
    EXPECT_EQ(settings_max_map_count(), 16);
    EXPECT_EQ(set("max_map_count", "65530"), 5);
}

TEST(a_word_is_one_of_its_list)
{
    char text[16];

    EXPECT_EQ(set("wx_policy", "enforce\n"), 8);
    EXPECT_EQ(sysctl_read(setting("wx_policy"), 0, text, sizeof(text)), 8);
    EXPECT_EQ(memcmp(text, "enforce\n", 8), 0);
    EXPECT_EQ(set("wx_policy", "enf"), -EINVAL);
    EXPECT_EQ(set("wx_policy", "off"), 3);
    EXPECT_EQ(sysctl_read(setting("wx_policy"), 0, text, 2), 2);
    EXPECT_EQ(sysctl_read(setting("wx_policy"), 3, text, sizeof(text)), 0);
}

TEST(the_strict_rule_refuses_what_does_not_fit)
{
    struct mm *mm = program();
    struct mm *child;
    u64 half = frames_total_count() / 2 * PAGE;
    long at;

    EXPECT_EQ(set("user_reserve_kbytes", "0"), 1);
    EXPECT_EQ(set("overcommit_memory", "2"), 1);
    EXPECT_EQ(do_map(mm, 0, half + PAGE, RW, ANON), -ENOMEM);
    EXPECT_EQ(do_map(mm, 0, half + PAGE, RW, ANON | MAP_NORESERVE), -ENOMEM);
    at = do_map(mm, 0, half + PAGE, PROT_READ, ANON);
    EXPECT(at > 0);
    EXPECT_EQ(mm_protect(mm, (vaddr_t)at, half + PAGE, RW), -ENOMEM);
    EXPECT_EQ(mm_protect(mm, (vaddr_t)at, half / 2, RW), 0);
    audit();
    EXPECT_EQ(PTR_ERR(mm_fork(mm)), -ENOMEM);
    EXPECT_EQ(mm_unmap(mm, (vaddr_t)at, half / 4), 0);
    child = mm_fork(mm);
    EXPECT(!IS_ERR(child));
    audit();
    EXPECT_EQ(set("overcommit_memory", "0"), 1);
    finish(child);
    finish(mm);
}

TEST(write_and_exec_exclude_each_other)
{
    struct mm *mm = program();
    long rw, rx;

    mm->refuse_write_exec = true;
    EXPECT_EQ(do_map(mm, 0, PAGE, RW | PROT_EXEC, ANON), -EACCES);
    rw = do_map(mm, 0, PAGE, RW, ANON);
    rx = do_map(mm, 0, PAGE, PROT_READ | PROT_EXEC, ANON);
    EXPECT_EQ(mm_protect(mm, (vaddr_t)rw, PAGE, PROT_READ | PROT_EXEC), -EACCES);
    EXPECT_EQ(mm_protect(mm, (vaddr_t)rx, PAGE, PROT_EXEC), 0);
    EXPECT_EQ(mm_protect(mm, (vaddr_t)rx, PAGE, RW | PROT_EXEC), -EACCES);
    EXPECT_EQ(mm_protect(mm, (vaddr_t)rx, PAGE, RW), 0);
    audit();
    finish(mm);
}

TEST(a_victim_gives_its_pages_and_faults_no_more)
{
    struct mm *mm = program();
    long at = do_map(mm, 0, 64 * PAGE, RW, ANON);
    struct mm_fault_failure failure;
    struct mm_resident resident;
    u64 before;
    int i;

    for (i = 0; i < 64; i++)
        user_write(mm, at + i * (long)PAGE, (u8)i);
    mm_footprint_get(mm, &resident);
    EXPECT_EQ(resident.anonymous, 64);
    before = frames_free_count();
    EXPECT(mm_reap(mm));
    EXPECT_EQ(frames_free_count(), before + 64);
    mm_footprint_get(mm, &resident);
    EXPECT_EQ(resident.anonymous, 0);
    EXPECT_EQ(mm_fault(mm, (vaddr_t)at, FAULT_READ, true, &failure), -EFAULT);
    EXPECT_EQ(failure.signal, SIGKILL);
    audit();
    finish(mm);
}

TEST(a_victim_that_is_busy_is_left_alone)
{
    struct mm *mm = program();

    read_lock(&mm->map_lock);
    EXPECT(!mm_reap(mm));
    read_unlock(&mm->map_lock);
    finish(mm);
}
