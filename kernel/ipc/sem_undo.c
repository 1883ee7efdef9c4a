/*
 * SEM_UNDO: what a task is to undo when it exits, and doing it.
 *
 * A list belongs to the tasks that share it and holds one struct sem_undo per set. Only the owners
 * walk the list; the set's own list of the same structures is walked under its lock, to forget
 * adjustments when values are set outright. An undo of a removed set is freed when the list is next
 * looked through.
 */
#include "sem_set.h"

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <proc/task.h>

struct sem_undo_list {
    refcount_t references; /* tasks */
    struct mutex lock;
    struct list_head undos; /* (lock) struct sem_undo */
};

static struct sem_undo_list *list_create(void)
{
    struct sem_undo_list *list = kmalloc(sizeof(*list), ALLOC_WAIT);

    if (list == NULL)
        return NULL;
    refcount_init(&list->references, 1);
    mutex_init(&list->lock);
    list_init(&list->undos);
    return list;
}

/* The current task's list; made if new. NULL: no memory. */
static struct sem_undo_list *list_current(void)
{
    struct task *self = current_task();

    if (self->sem_undo == NULL)
        self->sem_undo = list_create();
    return self->sem_undo;
}

int sem_undo_share(struct task *child)
{
    struct sem_undo_list *list = list_current();

    if (list == NULL)
        return -ENOMEM;
    refcount_get(&list->references);
    child->sem_undo = list;
    return 0;
}

/* ---- finding ---- */

/* => the set's lock not held */
static void undo_free(struct sem_undo *undo)
{
    list_remove(&undo->list_link);
    mutex_lock(&undo->set->lock);
    list_remove(&undo->set_link);
    mutex_unlock(&undo->set->lock);
    sem_set_put(undo->set);
    kfree(undo);
}

/* The list's undo for @set; those of sets that are gone are freed on the way. => list.lock held */
static struct sem_undo *find_in_list(struct sem_undo_list *list, const struct sem_set *set)
{
    struct sem_undo *undo, *following, *found = NULL;

    list_for_each_entry_safe (undo, following, &list->undos, list_link) {
        if (undo->set == set)
            found = undo;
        else if (READ_ONCE(undo->set->removed))
            undo_free(undo);
    }
    return found;
}

static struct sem_undo *undo_create(struct sem_undo_list *list, struct sem_set *set)
{
    struct sem_undo *undo =
        kzalloc(sizeof(*undo) + set->nr * sizeof(undo->adjustments[0]), ALLOC_WAIT);

    if (undo == NULL)
        return ERR_PTR(-ENOMEM);
    refcount_get(&set->references);
    undo->set = set;
    list_add(&undo->list_link, &list->undos);
    mutex_lock(&set->lock);
    list_add(&undo->set_link, &set->undos);
    mutex_unlock(&set->lock);
    return undo;
}

struct sem_undo *sem_undo_find(struct sem_set *set)
{
    struct sem_undo_list *list = list_current();
    struct sem_undo *undo;

    if (list == NULL)
        return ERR_PTR(-ENOMEM);
    mutex_lock(&list->lock);
    undo = find_in_list(list, set);
    if (undo == NULL)
        undo = undo_create(list, set);
    mutex_unlock(&list->lock);
    return undo;
}

/* ---- undoing ---- */

static void undo_apply(struct sem_undo *undo, s32 process_id)
{
    struct sem_set *set = undo->set;

    mutex_lock(&set->lock);
    for (u32 i = 0; i < set->nr && !set->removed; i++) {
        struct semaphore *semaphore = &set->semaphores[i];

        if (undo->adjustments[i] == 0)
            continue;
        semaphore->value = min(max(semaphore->value + undo->adjustments[i], 0), SEMVMX);
        semaphore->process_id = process_id;
    }
    if (!set->removed) {
        set->operation_time = ipc_time_now();
        sem_serve(set);
    }
    mutex_unlock(&set->lock);
}

void sem_task_exit(struct task *task)
{
    struct sem_undo_list *list = task->sem_undo;

    task->sem_undo = NULL;
    if (list == NULL || !refcount_put_and_test(&list->references))
        return;
    while (!list_is_empty(&list->undos)) {
        struct sem_undo *undo = list_first_entry(&list->undos, struct sem_undo, list_link);

        undo_apply(undo, process_id(task->process));
        undo_free(undo);
    }
    kfree(list);
}
