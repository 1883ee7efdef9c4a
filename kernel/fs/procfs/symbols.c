/*
 * /proc/kallsyms: the kernel's functions, as a panic's backtrace names them. Addresses, here and in
 * /proc/vmallocinfo, are shown to whom kernel.kptr_restrict shows them, to others 0.
 */
#include "symbols.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <proc/credentials.h>
#include <vfs/cred.h>

#include "views.h"

#define HIDDEN_FROM_ALL 2
#define PIECE           4096 /* so much text at a time */

static s32 restriction; /* kernel.kptr_restrict */

bool symbols_show_addresses(const struct credentials *credentials)
{
    return READ_ONCE(restriction) != HIDDEN_FROM_ALL &&
           credentials_capable(credentials, CAP_SYSLOG);
}

static int restriction_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    WRITE_ONCE(restriction, (s32)values[0]);
    return 0;
}

static const struct sysctl settings[] = {
    {.name = "kptr_restrict",
     .value = &restriction,
     .set = restriction_set,
     .maximum = HIDDEN_FROM_ALL},
    {0},
};

void symbols_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

    sysctl_register(&table);
}

PROC_VIEW(kallsyms)
{
    bool shows = symbols_show_addresses(text->credentials);
    struct symbol_description symbol;

    (void)subject;
    while (text->len < PIECE && symbol_at(text->next, &symbol)) {
        proc_print(text, "%016lx %c %s\n", shows ? symbol.address : 0, symbol.type, symbol.name);
        text->next++;
    }
    text->more = symbol_at(text->next, &symbol);
    return 0;
}
