/*
 * The table of devices: ranges of numbers with the operations of their drivers. Few and long-lived,
 * so a list.
 */
#include <vfs/device.h>

#include <abi/errno.h>
#include <abi/stat.h>
#include <kern/spinlock.h>
#include <kmem/kmalloc.h>
#include <lib/list.h>
#include <sched/wait.h>
#include <vfs/vfs.h>

struct device {
    struct list_head link;      /* (devices_lock) */
    u32 type;                   /* (I) S_IFCHR, S_IFBLK */
    u32 mode;                   /* (I) of the node */
    u32 major, minor, count;    /* (I) */
    const struct file_ops *ops; /* (I) */
    void *data;                 /* (I) */
    char *name;                 /* (I) */
    bool has_node;              /* (I) */
};

static struct spinlock devices_lock = SPINLOCK_INIT(LOCK_RANK_FILE_INNER);
static struct list_head devices = LIST_INIT(devices); /* (devices_lock) in order of registration */
static struct mutex nodes_mutex = MUTEX_INIT(nodes_mutex);       /* registration against the hook */
static void (*node_add)(const char *name, u32 mode, u64 device); /* (nodes_mutex) */
static void (*node_remove)(const char *name);                    /* (nodes_mutex) */

/* => devices_lock held */
static struct device *device_find_locked(u32 type, u32 major, u32 minor)
{
    struct device *device;

    list_for_each_entry (device, &devices, link) {
        if (device->type == type && device->major == major && minor - device->minor < device->count)
            return device;
    }
    return NULL;
}

static int device_insert(struct device *device)
{
    int err = 0;

    spin_lock(&devices_lock);
    if (device_find_locked(device->type, device->major, device->minor) != NULL)
        err = -EBUSY;
    else
        list_add_tail(&device->link, &devices);
    spin_unlock(&devices_lock);
    return err;
}

static int device_add(const struct device *like, const char *name)
{
    struct device *device = kmemdup(like, sizeof(*like), ALLOC_WAIT);
    int err;

    if (device == NULL)
        return -ENOMEM;
    device->name = kstrdup(name, ALLOC_WAIT);
    if (device->name == NULL) {
        kfree(device);
        return -ENOMEM;
    }
    mutex_lock(&nodes_mutex);
    err = device_insert(device);
    if (err == 0 && device->has_node && node_add != NULL)
        node_add(device->name, device->mode, device_make(device->major, device->minor));
    mutex_unlock(&nodes_mutex);
    if (err != 0) {
        kfree(device->name);
        kfree(device);
    }
    return err;
}

int device_register(const char *name, u32 mode, u32 major, u32 minor, const struct file_ops *ops,
                    void *data)
{
    struct device device = {
        .type = mode & S_IFMT,
        .mode = mode,
        .major = major,
        .minor = minor,
        .count = 1,
        .ops = ops,
        .data = data,
        .has_node = name != NULL,
    };

    return device_add(&device, name != NULL ? name : "unnamed");
}

int device_register_range(u32 type, u32 major, u32 minor, u32 count, const struct file_ops *ops,
                          void *data, const char *name)
{
    struct device device = {.type = type,
                            .mode = type,
                            .major = major,
                            .minor = minor,
                            .count = count,
                            .ops = ops,
                            .data = data};

    return device_add(&device, name);
}

void device_unregister(u32 type, u32 major, u32 minor)
{
    struct device *device;

    mutex_lock(&nodes_mutex);
    spin_lock(&devices_lock);
    device = device_find_locked(type, major, minor);
    if (device != NULL)
        list_remove(&device->link);
    spin_unlock(&devices_lock);
    if (device != NULL && device->has_node && node_remove != NULL)
        node_remove(device->name);
    mutex_unlock(&nodes_mutex);
    if (device == NULL)
        return;
    kfree(device->name);
    kfree(device);
}

const struct file_ops *device_find(u32 type, u64 number, void **data)
{
    const struct file_ops *ops = NULL;
    struct device *device;

    spin_lock(&devices_lock);
    device = device_find_locked(type, device_major(number), device_minor(number));
    if (device != NULL) {
        ops = device->ops;
        *data = device->data;
    }
    spin_unlock(&devices_lock);
    return ops;
}

void device_set_node_hook(void (*add)(const char *name, u32 mode, u64 device),
                          void (*remove)(const char *name))
{
    struct device *device;

    mutex_lock(&nodes_mutex);
    node_add = add;
    node_remove = remove;
    list_for_each_entry (device, &devices, link) {
        if (device->has_node)
            add(device->name, device->mode, device_make(device->major, device->minor));
    }
    mutex_unlock(&nodes_mutex);
}

void device_for_each(void (*visit)(u32 type, u32 major, const char *name, void *argument),
                     void *argument)
{
    struct device *device;

    mutex_lock(&nodes_mutex);
    list_for_each_entry (device, &devices, link)
        visit(device->type, device->major, device->name, argument);
    mutex_unlock(&nodes_mutex);
}
