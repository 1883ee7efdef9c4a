/*
 * /proc/iomem and ioports: who has which addresses. A range within another is indented. Without
 * CAP_SYS_ADMIN all addresses are 0.
 */
#include <abi/capability.h>
#include <kern/resource.h>
#include <vfs/cred.h>

#include "views.h"

#define DEPTH_MAX 5

/* In how many of those before it is number @index? */
static unsigned depth_of(enum resource_space space, unsigned index)
{
    const struct resource *resource = resource_at(space, index);
    unsigned depth = 0;

    for (unsigned i = 0; i < index && depth < DEPTH_MAX; i++)
        depth += resource_at(space, i)->last >= resource->last;
    return depth;
}

static int show_resources(struct proc_text *text, enum resource_space space, int width)
{
    bool shows = credentials_capable(text->credentials, CAP_SYS_ADMIN);
    const struct resource *resource;

    for (unsigned i = 0; (resource = resource_at(space, i)) != NULL; i++)
        proc_print(text, "%*s%0*lx-%0*lx : %s\n", (int)(2 * depth_of(space, i)), "", width,
                   shows ? resource->start : 0, width, shows ? resource->last : 0, resource->name);
    return 0;
}

PROC_VIEW(iomem)
{
    (void)subject;
    return show_resources(text, RESOURCE_MEMORY, 8);
}

PROC_VIEW(ioports)
{
    (void)subject;
    return show_resources(text, RESOURCE_PORTS, 4);
}
