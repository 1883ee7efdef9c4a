/*
 * System V objects in /proc: the folder sysvipc, and the settings in sys/kernel.
 */
#pragma once

#include "views.h"

extern const struct proc_entry proc_sysvipc_entries[];

#define PROC_IPC_SETTING(name)                                                                     \
    PROC_VIEW(name);                                                                               \
    int proc_store_##name(const struct proc_subject *subject, char *text, size_t len)
PROC_IPC_SETTING(shmmax);
PROC_IPC_SETTING(shmall);
PROC_IPC_SETTING(shmmni);
PROC_IPC_SETTING(shm_rmid_forced);
PROC_IPC_SETTING(shm_next_id);
