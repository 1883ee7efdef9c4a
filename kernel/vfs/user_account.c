/*
 * Accounts of users: a table of the users that have any.
 */
#include <vfs/user_account.h>

#include <kern/panic.h>
#include <kern/spinlock.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>

#define NR_CHAINS 64

static struct spinlock table_lock = SPINLOCK_INIT(LOCK_RANK_ACCOUNT);
static struct user_account *chains[NR_CHAINS]; /* (table_lock) */

static struct user_account *find_locked(u32 uid)
{
    struct user_account *account = chains[uid % NR_CHAINS];

    while (account != NULL && account->uid != uid)
        account = account->next;
    if (account != NULL)
        refcount_get(&account->references);
    return account;
}

struct user_account *user_account_find(u32 uid)
{
    irqflags_t flags = spin_lock_irqsave(&table_lock);
    struct user_account *account = find_locked(uid);
    struct user_account *fresh;

    spin_unlock_irqrestore(&table_lock, flags);
    if (account != NULL)
        return account;
    fresh = kzalloc(sizeof(*fresh), ALLOC_WAIT);
    if (fresh == NULL)
        return NULL;
    fresh->uid = uid;
    refcount_init(&fresh->references, 1);
    flags = spin_lock_irqsave(&table_lock);
    account = find_locked(uid); /* another task may have made it meanwhile */
    if (account == NULL) {
        fresh->next = chains[uid % NR_CHAINS];
        chains[uid % NR_CHAINS] = fresh;
        account = fresh;
        fresh = NULL;
    }
    spin_unlock_irqrestore(&table_lock, flags);
    kfree(fresh);
    return account;
}

/* Perhaps the last reference: under the lock, so that nobody finds an account that is going. */
static __noinline void put_last(struct user_account *account)
{
    irqflags_t flags = spin_lock_irqsave(&table_lock);
    struct user_account **link = &chains[account->uid % NR_CHAINS];
    bool last = refcount_put_and_test(&account->references);

    if (last) {
        while (*link != account)
            link = &(*link)->next;
        *link = account->next;
    }
    spin_unlock_irqrestore(&table_lock, flags);
    if (last)
        kfree(account);
}

void user_account_put(struct user_account *account)
{
    if (!refcount_put_unless_last(&account->references))
        put_last(account);
}

bool user_account_charge(s64 *count, s64 limit)
{
    if (fetch_add(count, 1) < limit)
        return true;
    fetch_sub(count, 1);
    return false;
}

void user_account_uncharge(s64 *count)
{
    fetch_sub(count, 1);
}
