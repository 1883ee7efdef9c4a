/* <string.h> of lwIP: the kernel's. */
#pragma once

#include <lib/string.h>
