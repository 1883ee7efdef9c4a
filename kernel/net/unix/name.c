/*
 * AF_UNIX: names. A path is a socket node in the file system, whose inode leads to the socket
 * (inode.endpoint); an abstract name begins with a zero byte and is found in a table by type and
 * bytes.
 *
 * inode.spin guards inode.endpoint, which holds no reference: a socket clears it before it dies.
 */
#include "unix.h"

#include <abi/fcntl.h>
#include <fs/procfs.h>
#include <kmem/kmalloc.h>
#include <lib/hash.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/machine.h>
#include <vfs/file.h>
#include <vfs/names.h>
#include <vfs/permission.h>

#define NR_CHAINS     256
#define NR_AUTOMATIC  0x100000u /* names of five digits */
#define AUTOMATIC_LEN (UNIX_NAME_OFFSET + 6)

static struct spinlock names_lock = SPINLOCK_INIT(LOCK_RANK_SOCKET_TABLE);
static struct list_head chains[NR_CHAINS]; /* (names_lock) empty: not initialised */
static struct list_head all_sockets = LIST_INIT(all_sockets); /* (names_lock) */

void unix_enlist(struct unix_socket *self)
{
    spin_lock(&names_lock);
    list_add_tail(&self->all_link, &all_sockets);
    spin_unlock(&names_lock);
}

void unix_delist(struct unix_socket *self)
{
    spin_lock(&names_lock);
    list_remove(&self->all_link);
    spin_unlock(&names_lock);
}

/* ---- name objects ---- */

static struct unix_name *name_create(const struct sockaddr_un *address, u32 len)
{
    struct unix_name *name = kzalloc(sizeof(*name), ALLOC_WAIT);

    if (name == NULL)
        return NULL;
    refcount_init(&name->references, 1);
    name->len = len;
    memcpy(&name->address, address, len);
    return name;
}

void unix_name_put(struct unix_name *name)
{
    if (refcount_put_and_test(&name->references))
        kfree(name);
}

int unix_check_address(const struct socket_address *address)
{
    if (address->len <= UNIX_NAME_OFFSET || address->len > sizeof(struct sockaddr_un) ||
        address->family != AF_UNIX)
        return -EINVAL;
    return 0;
}

static const struct sockaddr_un *address_of(const struct socket_address *address)
{
    return (const struct sockaddr_un *)address->bytes;
}

/* A path, which need not be terminated in an address. */
static void path_of(const struct socket_address *address, char text[UNIX_PATH_MAX + 1])
{
    size_t len = address->len - UNIX_NAME_OFFSET;

    memcpy(text, address_of(address)->sun_path, len);
    text[len] = '\0';
}

/* ---- abstract names ---- */

static struct list_head *chain_of(const struct sockaddr_un *address, u32 len, int type)
{
    u64 hash = hash_pair(hash_bytes(address->sun_path, len - UNIX_NAME_OFFSET), (u64)type);
    struct list_head *chain = &chains[hash % NR_CHAINS];

    if (chain->next == NULL)
        list_init(chain);
    return chain;
}

/* => names_lock held; borrowed; NULL: none */
static struct unix_socket *find_abstract_locked(const struct sockaddr_un *address, u32 len,
                                                int type)
{
    struct list_head *chain = chain_of(address, len, type);
    struct unix_socket *self;

    list_for_each_entry (self, chain, name_link)
        if (self->socket.type == type && self->name->len == len &&
            memcmp(self->name->address.sun_path, address->sun_path, len - UNIX_NAME_OFFSET) == 0)
            return self;
    return NULL;
}

/* Enter @name as @self's if it is free. => name_lock held; -EADDRINUSE */
static int publish_abstract(struct unix_socket *self, struct unix_name *name)
{
    int type = self->socket.type;
    int err = -EADDRINUSE;

    spin_lock(&names_lock);
    if (find_abstract_locked(&name->address, name->len, type) == NULL) {
        store_release(&self->name, name);
        list_add_tail(&self->name_link, chain_of(&name->address, name->len, type));
        err = 0;
    }
    spin_unlock(&names_lock);
    return err;
}

static int bind_abstract(struct unix_socket *self, const struct socket_address *address)
{
    struct unix_name *name = name_create(address_of(address), address->len);
    int err;

    if (name == NULL)
        return -ENOMEM;
    mutex_lock(&self->name_lock);
    err = self->name != NULL ? -EINVAL : publish_abstract(self, name);
    mutex_unlock(&self->name_lock);
    if (err != 0)
        unix_name_put(name);
    return err;
}

/* The first free one of the automatic names, beginning anywhere. => name_lock held */
static int publish_automatic(struct unix_socket *self, struct unix_name *name)
{
    u32 start;

    machine_random_bytes(&start, sizeof(start));
    name->len = AUTOMATIC_LEN;
    for (u32 i = 0; i < NR_AUTOMATIC; i++) {
        snprintf(name->address.sun_path + 1, 6, "%05x", (start + i) % NR_AUTOMATIC);
        if (publish_abstract(self, name) == 0)
            return 0;
    }
    return -ENOSPC;
}

int unix_bind_automatically(struct unix_socket *self)
{
    static const struct sockaddr_un empty = {.sun_family = AF_UNIX};
    struct unix_name *name;
    int err = 0;

    if (load_acquire(&self->name) != NULL)
        return 0;
    name = name_create(&empty, sizeof(empty.sun_family));
    if (name == NULL)
        return -ENOMEM;
    mutex_lock(&self->name_lock);
    if (self->name == NULL) {
        err = publish_automatic(self, name);
        if (err == 0)
            name = NULL;
    }
    mutex_unlock(&self->name_lock);
    if (name != NULL)
        unix_name_put(name);
    return err;
}

/* ---- paths ---- */

/* @self is what the node at @path leads to; @path's references become its own. */
static void publish_path(struct unix_socket *self, struct unix_name *name, const struct path *path)
{
    struct inode *inode = path_inode(path);

    spin_lock(&self->lock);
    self->path = *path;
    spin_unlock(&self->lock);
    store_release(&self->name, name);
    spin_lock(&inode->spin);
    inode->endpoint = self;
    spin_unlock(&inode->spin);
}

static int bind_path(struct unix_socket *self, const struct socket_address *address)
{
    struct vfs_context *context = vfs_current();
    char text[UNIX_PATH_MAX + 1];
    struct unix_name *name;
    struct path path;
    int err;

    path_of(address, text);
    name = name_create(address_of(address), address->len);
    if (name == NULL)
        return -ENOMEM;
    name->len = (u32)(UNIX_NAME_OFFSET + strlen(text) + 1);
    err = vfs_make_socket(context, text, READ_ONCE(self->socket.file->inode->mode) & 07777, &path);
    if (err != 0)
        goto put_name;
    mutex_lock(&self->name_lock);
    if (self->name == NULL) {
        publish_path(self, name, &path);
        mutex_unlock(&self->name_lock);
        return 0;
    }
    mutex_unlock(&self->name_lock);
    err = vfs_unlink_at(context, AT_FDCWD, text, 0);
    if (err == 0)
        err = -EINVAL;
    path_put(&path);
put_name:
    unix_name_put(name);
    return err;
}

int unix_bind(struct socket *socket, const struct socket_address *address)
{
    struct unix_socket *self = unix_of(socket);
    int err;

    if (address->len == UNIX_NAME_OFFSET && address->family == AF_UNIX)
        return unix_bind_automatically(self);
    err = unix_check_address(address);
    if (err != 0)
        return err;
    return address_of(address)->sun_path[0] == '\0' ? bind_abstract(self, address)
                                                    : bind_path(self, address);
}

/* The socket behind the node at @path. */
static int find_at(const struct path *path, int type, struct unix_socket **out)
{
    struct inode *inode = path_inode(path);
    struct unix_socket *self;
    int err = path_permission(path, vfs_current()->credentials, MAY_WRITE);

    if (err != 0)
        return err;
    if (!S_ISSOCK(inode->mode))
        return -ECONNREFUSED;
    spin_lock(&inode->spin);
    self = inode->endpoint;
    if (self != NULL)
        unix_get(self);
    spin_unlock(&inode->spin);
    if (self == NULL)
        return -ECONNREFUSED;
    if (self->socket.type != type) {
        unix_put(self);
        return -EPROTOTYPE;
    }
    *out = self;
    return 0;
}

int unix_find(const struct socket_address *address, int type, struct unix_socket **out)
{
    char text[UNIX_PATH_MAX + 1];
    struct path path;
    int err;

    if (address_of(address)->sun_path[0] == '\0') {
        spin_lock(&names_lock);
        *out = find_abstract_locked(address_of(address), address->len, type);
        if (*out != NULL)
            unix_get(*out);
        spin_unlock(&names_lock);
        return *out != NULL ? 0 : -ECONNREFUSED;
    }
    path_of(address, text);
    err = path_lookup(vfs_current(), AT_FDCWD, text, LOOKUP_FOLLOW, &path);
    if (err != 0)
        return err;
    err = find_at(&path, type, out);
    path_put(&path);
    return err;
}

void unix_share_name(struct unix_socket *embryo, struct unix_socket *listener)
{
    refcount_get(&listener->name->references);
    embryo->name = listener->name;
    embryo->path = listener->path;
    if (embryo->path.dentry != NULL)
        path_get(&embryo->path);
}

void unix_forget_name(struct unix_socket *self)
{
    struct inode *inode = self->path.dentry == NULL ? NULL : path_inode(&self->path);

    spin_lock(&names_lock);
    list_remove(&self->name_link);
    spin_unlock(&names_lock);
    if (inode == NULL)
        return;
    spin_lock(&inode->spin);
    if (inode->endpoint == self) /* an accepted socket only shares the name */
        inode->endpoint = NULL;
    spin_unlock(&inode->spin);
}

/* ---- telling ---- */

void unix_tell_name(const struct unix_socket *self, struct socket_address *address)
{
    const struct unix_name *name = load_acquire(&self->name);

    address->len = 0;
    if (name == NULL)
        return;
    address->len = name->len;
    memcpy(address->bytes, &name->address, name->len);
}

int unix_get_name(struct socket *socket, bool peer, struct socket_address *address)
{
    struct unix_socket *self = unix_of(socket);
    struct unix_socket *whose = peer ? unix_get_peer(self) : unix_get(self);

    if (whose == NULL)
        return -ENOTCONN;
    unix_tell_name(whose, address);
    if (address->len == 0) {
        address->family = AF_UNIX;
        address->len = sizeof(address->family);
    }
    unix_put(whose);
    return 0;
}

/* The state of Linux's struct socket, which /proc/net/unix shows. */
static unsigned state_shown(const struct unix_socket *self, bool open)
{
    if (READ_ONCE(self->state) == UNIX_CONNECTED)
        return open ? 3 : 2;
    return open ? 1 : 4;
}

static void show_name(struct proc_text *text, const struct unix_name *name)
{
    const char *path = name->address.sun_path;
    size_t len = name->len - UNIX_NAME_OFFSET;

    proc_print(text, " ");
    if (path[0] != '\0')
        len--; /* the terminator */
    for (size_t i = 0; i < len; i++)
        proc_print(text, "%c", path[i] != '\0' ? path[i] : '@');
}

static void show_one(struct proc_text *text, struct unix_socket *self)
{
    const struct unix_name *name = load_acquire(&self->name);
    struct file *file;
    u64 inode = 0;

    spin_lock(&self->socket.spin);
    file = self->socket.file;
    if (file != NULL)
        inode = file->inode->number;
    spin_unlock(&self->socket.spin);
    proc_print(text, "%016x: %08X 00000000 %08X %04X %02X %5lu", 0,
               (unsigned)refcount_read(&self->socket.references),
               READ_ONCE(self->state) == UNIX_LISTENS ? 0x10000u : 0, self->socket.type,
               state_shown(self, file != NULL), inode);
    if (name != NULL)
        show_name(text, name);
    proc_print(text, "\n");
}

/* The socket behind @self in the list of all, referenced; NULL: the end. @self NULL: the first. */
static struct unix_socket *next_of_all(struct unix_socket *self)
{
    struct list_head *link = self == NULL ? &all_sockets : &self->all_link;
    struct unix_socket *next = NULL;

    spin_lock(&names_lock);
    for (link = link->next; link != &all_sockets && next == NULL; link = link->next) {
        next = list_entry(link, struct unix_socket, all_link);
        if (!refcount_try_get(&next->socket.references))
            next = NULL;
    }
    spin_unlock(&names_lock);
    return next;
}

int unix_show_all(struct proc_text *text)
{
    struct unix_socket *self = NULL, *next;

    proc_print(text, "Num       RefCount Protocol Flags    Type St Inode Path\n");
    while ((next = next_of_all(self)) != NULL) {
        unix_put(self);
        self = next;
        show_one(text, self);
    }
    unix_put(self);
    return 0;
}
