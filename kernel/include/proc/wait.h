/*
 * Waiting for children (wait4(2), waitid(2)).
 */
#pragma once

#include <abi/resource.h>
#include <abi/wait.h>
#include <lib/types.h>

struct wait_request {
    int which; /* P_ALL, P_PID, P_PGID */
    int id;
    unsigned options;
};

struct wait_result {
    int pid;
    u32 uid;
    int status; /* wait status */
    int signal; /* SIGCHLD's si_code: CLD_EXITED ...; si_status in @detail */
    int detail;
    struct abi_rusage usage;
};

/*
 * process_wait: wait as @request says.
 * => the child's number; 0 with WNOHANG; -ECHILD, -ERESTARTSYS
 */
int process_wait(const struct wait_request *request, struct wait_result *result) __must_check;
