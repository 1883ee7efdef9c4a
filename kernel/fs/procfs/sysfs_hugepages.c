/*
 * /sys/kernel/mm/hugepages: the pool of huge pages that are set aside, one folder per size. There
 * is one size.
 */
#include <abi/errno.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/hugetlb.h>

#include "procfs.h"
#include "sysfs.h"

static struct hugetlb_counts counts_now(void)
{
    struct hugetlb_counts counts;

    hugetlb_counts_get(&counts);
    return counts;
}

static int put(struct proc_text *text, u64 number)
{
    proc_print(text, "%lu\n", number);
    return 0;
}

static int show_total(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    return put(text, counts_now().total);
}

static int show_free(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    return put(text, counts_now().free);
}

static int show_reserved(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    return put(text, counts_now().reserved);
}

static int show_surplus(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    return put(text, counts_now().surplus);
}

static int show_overcommit(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    return put(text, counts_now().overcommit);
}

static int store_total(const struct proc_subject *subject, char *text, size_t len)
{
    u64 nr;
    int err = sysfs_find_number(text, &nr);

    (void)subject;
    (void)len;
    if (!err)
        hugetlb_set_aside(nr);
    return err;
}

static int store_overcommit(const struct proc_subject *subject, char *text, size_t len)
{
    u64 nr;
    int err = sysfs_find_number(text, &nr);

    (void)subject;
    (void)len;
    if (!err)
        hugetlb_set_overcommit(nr);
    return err;
}

static const struct proc_entry size_entries[] = {
    PROC_FILE("free_hugepages", show_free),
    PROC_SETTING("nr_hugepages", show_total, store_total),
    PROC_SETTING("nr_hugepages_mempolicy", show_total, store_total),
    PROC_SETTING("nr_overcommit_hugepages", show_overcommit, store_overcommit),
    PROC_FILE("resv_hugepages", show_reserved),
    PROC_FILE("surplus_hugepages", show_surplus),
    {0},
};

const struct proc_entry sysfs_hugepages_entries[] = {
    SYSFS_FOLDER("hugepages-2048kB", size_entries),
    {0},
};
