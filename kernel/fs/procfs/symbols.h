/* Who may see where the kernel's functions and data are. */
#pragma once

#include <lib/types.h>

struct credentials;

bool symbols_show_addresses(const struct credentials *credentials);

/* kernel.kptr_restrict. => once, at boot */
void symbols_init(void);
