/*
 * /proc/PID/ns: links to the files of the namespaces that a process is in, for who may inspect it.
 */
#include <abi/errno.h>
#include <proc/namespaces.h>
#include <proc/task.h>

#include "links.h"
#include "views.h"

/* A process that has ended keeps @kept ones. */
static int lead_to(const struct proc_subject *subject, enum namespace_kind kind, bool kept,
                   struct path *path)
{
    struct task *task = proc_subject_task(subject);

    if (!task && !kept)
        return -ENOENT;
    if (task)
        task_put(task);
    namespace_path(kind, path);
    return 0;
}

#define NAMESPACE_LINK(name_, kind_, kept_)                                                        \
    static int name_##_path(const struct proc_subject *subject, struct path *path)                 \
    {                                                                                              \
        return lead_to(subject, kind_, kept_, path);                                               \
    }                                                                                              \
    static int name_##_text(const struct proc_subject *subject, char *buffer, size_t size)         \
    {                                                                                              \
        return link_text_from(name_##_path, subject, buffer, size);                                \
    }
NAMESPACE_LINK(cgroup, NAMESPACE_CGROUP, false)
NAMESPACE_LINK(ipc, NAMESPACE_IPC, false)
NAMESPACE_LINK(mnt, NAMESPACE_MOUNT, false)
NAMESPACE_LINK(net, NAMESPACE_NET, false)
NAMESPACE_LINK(pid, NAMESPACE_PID, true)
NAMESPACE_LINK(pid_for_children, NAMESPACE_PID, false)
NAMESPACE_LINK(time, NAMESPACE_TIME, false)
NAMESPACE_LINK(time_for_children, NAMESPACE_TIME, false)
NAMESPACE_LINK(user, NAMESPACE_USER, true)
NAMESPACE_LINK(uts, NAMESPACE_UTS, false)

#define LINK(name_)                                                                                \
    {                                                                                              \
        .name = #name_, .mode = S_IFLNK | 0777, .readlink = name_##_text, .follow = name_##_path,  \
        .private = true                                                                            \
    }

const struct proc_entry proc_namespace_entries[] = {
    LINK(net),  LINK(uts), LINK(ipc),    LINK(pid),  LINK(pid_for_children),
    LINK(user), LINK(mnt), LINK(cgroup), LINK(time), LINK(time_for_children),
    {0},
};
