/*
 * sysfs: /sys, as far as there is something in it: how user memory uses pages of 2 MiB, and which
 * processors and memory there are (sysfs_system.c). A directory is one table; what is written takes
 * effect or is refused, and what Quire cannot change is read-only. Of huge pages for shared memory
 * there is none: "never" and "deny" are the same, and other words are refused, as by a Linux whose
 * processor has no huge pages.
 *
 * Lock: none, each setting is one word.
 */
#include <abi/errno.h>
#include <abi/statfs.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/mm.h>

#include "procfs.h"
#include "sysfs.h"

/* Is it this word, with or without the end of a line? */
static bool is_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    return strncmp(text, word, len) == 0 && (text[len] == '\0' || strcmp(text + len, "\n") == 0);
}

/* All words, the one in force in brackets. @words: ended by NULL; an empty one is none. */
static void put_words(struct proc_text *text, const char *const *words, u32 chosen)
{
    u32 i;

    for (i = 0; words[i]; i++)
        if (*words[i])
            proc_print(text, i == chosen ? "%s[%s]" : "%s%s", i > 0 ? " " : "", words[i]);
    proc_print(text, "\n");
}

/* Which of the words it is: -EINVAL: none. */
static int find_word(const char *text, const char *const *words)
{
    int i;

    for (i = 0; words[i]; i++)
        if (*words[i] && is_word(text, words[i]))
            return i;
    return -EINVAL;
}

int sysfs_find_number(const char *text, u64 *value)
{
    int err;

    text += *text == '+';
    err = parse_u64_prefix(&text, 10, value);
    return err || *text == '\0' || strcmp(text, "\n") == 0 ? err : -EINVAL;
}

/* ---- transparent huge pages ---- */

/* By enum mm_huge_choice. */
static const char *const enabled_words[] = {"always", "", "", "madvise", "never", NULL};
static const char *const defrag_words[] = {"always",  "defer", "defer+madvise",
                                           "madvise", "never", NULL};

static int store_choice(enum mm_huge_setting setting, const char *text, const char *const *words)
{
    int choice = find_word(text, words);

    if (choice < 0)
        return choice;
    mm_huge_set(setting, (u32)choice);
    return 0;
}

static int show_enabled(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    put_words(text, enabled_words, mm_huge_get(MM_HUGE_ENABLED));
    return 0;
}

static int store_enabled(const struct proc_subject *subject, char *text, size_t len)
{
    (void)subject;
    (void)len;
    return store_choice(MM_HUGE_ENABLED, text, enabled_words);
}

static int show_defrag(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    put_words(text, defrag_words, mm_huge_get(MM_HUGE_DEFRAG));
    return 0;
}

static int store_defrag(const struct proc_subject *subject, char *text, size_t len)
{
    (void)subject;
    (void)len;
    return store_choice(MM_HUGE_DEFRAG, text, defrag_words);
}

static int show_zero_page(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%u\n", mm_huge_get(MM_HUGE_ZERO_PAGE));
    return 0;
}

static int store_zero_page(const struct proc_subject *subject, char *text, size_t len)
{
    u64 value;
    int err = sysfs_find_number(text, &value);

    (void)subject;
    (void)len;
    if (err || value > 1)
        return err ? err : -EINVAL;
    mm_huge_set(MM_HUGE_ZERO_PAGE, (u32)value);
    return 0;
}

static const char *const shmem_words[] = {"always", "within_size", "advise", "never",
                                          "deny",   "force",       NULL};
#define SHMEM_NEVER 3
#define SHMEM_DENY  4
static u32 shmem_choice = SHMEM_NEVER;

static int show_shmem(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    put_words(text, shmem_words, READ_ONCE(shmem_choice));
    return 0;
}

static int store_shmem(const struct proc_subject *subject, char *text, size_t len)
{
    int choice = find_word(text, shmem_words);

    (void)subject;
    (void)len;
    if (choice != SHMEM_NEVER && choice != SHMEM_DENY)
        return -EINVAL;
    WRITE_ONCE(shmem_choice, (u32)choice);
    return 0;
}

static int show_size(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%lu\n", mm_huge_size());
    return 0;
}

/* Nobody collapses pages in the background. */
static int show_zero(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "0\n");
    return 0;
}

static const struct proc_entry background_entries[] = {
    PROC_FILE("defrag", show_zero),
    PROC_FILE("full_scans", show_zero),
    PROC_FILE("pages_collapsed", show_zero),
    PROC_FILE("pages_to_scan", show_zero),
    {0},
};

static const struct proc_entry huge_entries[] = {
    PROC_SETTING("defrag", show_defrag, store_defrag),
    PROC_SETTING("enabled", show_enabled, store_enabled),
    PROC_FILE("hpage_pmd_size", show_size),
    SYSFS_FOLDER("khugepaged", background_entries),
    PROC_SETTING("shmem_enabled", show_shmem, store_shmem),
    PROC_SETTING("use_zero_page", show_zero_page, store_zero_page),
    {0},
};

/* ---- the tree ---- */

static const struct proc_entry mm_entries[] = {
    SYSFS_FOLDER("hugepages", sysfs_hugepages_entries),
    SYSFS_FOLDER("transparent_hugepage", huge_entries),
    {0},
};

static const struct proc_entry kernel_entries[] = {
    SYSFS_FOLDER("mm", mm_entries),
    {0},
};

static const struct proc_entry devices_entries[] = {
    SYSFS_FOLDER("system", sysfs_system_entries),
    {0},
};

static const struct proc_entry entries[] = {
    SYSFS_FOLDER("devices", devices_entries),
    SYSFS_FOLDER("kernel", kernel_entries),
    {0},
};

static const struct proc_entry root_entry = {
    .name = "/", .mode = S_IFDIR | 0555, .children = entries};

void sysfs_register(void)
{
    static struct proc_tree tree = {.file_size = PAGE_SIZE, .is_setting = true};

    proc_tree_register(&tree, "sysfs", SYSFS_MAGIC, &root_entry);
}
