/* System V objects: the folder /proc/sysvipc. */
#pragma once

#include "procfs.h"

extern const struct proc_entry proc_sysvipc_entries[];
