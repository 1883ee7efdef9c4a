/* The kernel's formatting under names of its own, beside the C library's in a host program. */
#pragma once

#define snprintf  quire_snprintf
#define vsnprintf quire_vsnprintf

#include_next <lib/printf.h>
