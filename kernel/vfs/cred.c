/*
 * Credentials and group lists: reference counting and the questions asked of them.
 * Both are immutable once published, so no lock is needed.
 */
#include <vfs/cred.h>

#include <kmem/kmalloc.h>
#include <lib/sort.h>
#include <lib/string.h>

struct credentials credentials_kernel = {
    .references = REFCOUNT_INIT(1),
    .effective = CAPABILITIES_ALL,
    .permitted = CAPABILITIES_ALL,
    .bounding = CAPABILITIES_ALL,
};

struct credentials *credentials_copy(const struct credentials *from)
{
    struct credentials *copy = kmemdup(from, sizeof(*from), ALLOC_WAIT);

    if (copy == NULL)
        return NULL;
    refcount_init(&copy->references, 1);
    group_list_get(copy->groups);
    return copy;
}

const struct credentials *credentials_get(const struct credentials *credentials)
{
    refcount_get(&((struct credentials *)credentials)->references);
    return credentials;
}

void credentials_put(const struct credentials *credentials)
{
    struct credentials *dead = (struct credentials *)credentials;

    if (dead == NULL || !refcount_put_and_test(&dead->references))
        return;
    group_list_put(dead->groups);
    kfree(dead);
}

static bool group_list_has(const struct group_list *list, u32 gid)
{
    u32 low = 0;
    u32 high = list == NULL ? 0 : list->count;

    while (low < high) {
        u32 middle = low + (high - low) / 2;

        if (list->groups[middle] == gid)
            return true;
        if (list->groups[middle] < gid)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool credentials_in_group(const struct credentials *credentials, u32 gid)
{
    return credentials->fsgid == gid || group_list_has(credentials->groups, gid);
}

bool credentials_in_egroup(const struct credentials *credentials, u32 gid)
{
    return credentials->egid == gid || group_list_has(credentials->groups, gid);
}

static int gid_compare(const void *a, const void *b)
{
    u32 first = *(const u32 *)a;
    u32 second = *(const u32 *)b;

    return first < second ? -1 : first > second;
}

struct group_list *group_list_create(const u32 *groups, u32 count)
{
    struct group_list *list = kmalloc(sizeof(*list) + count * sizeof(u32), ALLOC_WAIT);

    if (list == NULL)
        return NULL;
    refcount_init(&list->references, 1);
    list->count = count;
    memcpy(list->groups, groups, count * sizeof(u32));
    sort(list->groups, count, sizeof(u32), gid_compare);
    return list;
}

struct group_list *group_list_get(struct group_list *list)
{
    if (list != NULL)
        refcount_get(&list->references);
    return list;
}

void group_list_put(struct group_list *list)
{
    if (list != NULL && refcount_put_and_test(&list->references))
        kfree(list);
}
