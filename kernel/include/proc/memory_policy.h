/*
 * Memory policies (numa(7)) on a machine of one node.
 *
 * 1. Every page lies on node 0, so each policy that can be had is obeyed as it is; what remains is
 * to check arguments as Linux does and to remember what a task asked for (get_mempolicy).
 * 2. A policy of an area (mbind) is checked and obeyed, but not kept: get_mempolicy(MPOL_F_ADDR)
 * says default.
 */
#pragma once

#include <lib/types.h>

#define MPOL_DEFAULT        0
#define MPOL_PREFERRED      1
#define MPOL_BIND           2
#define MPOL_INTERLEAVE     3
#define MPOL_LOCAL          4
#define MPOL_PREFERRED_MANY 5

#define MPOL_F_STATIC_NODES   (1u << 15)
#define MPOL_F_RELATIVE_NODES (1u << 14)
#define MPOL_F_NUMA_BALANCING (1u << 13)
#define MPOL_MODE_FLAGS       (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)

#define MPOL_F_NODE         1u /* get_mempolicy: the node, not the policy */
#define MPOL_F_ADDR         2u
#define MPOL_F_MEMS_ALLOWED 4u

#define MPOL_MF_STRICT   1u /* mbind, move_pages */
#define MPOL_MF_MOVE     2u
#define MPOL_MF_MOVE_ALL 4u

#define NODES_ALL 1ul /* the mask of the nodes there are */

/* set_mempolicy(2): @mode with its flags. => -EINVAL */
int memory_policy_set(int mode, u64 nodes) __must_check;

struct memory_policy_answer {
    int mode; /* or the node */
    u64 nodes;
};
/* get_mempolicy(2). => -EINVAL, -EFAULT: no area at @addr */
int memory_policy_get(vaddr_t addr, unsigned flags,
                      struct memory_policy_answer *answer) __must_check;
/* mbind(2). => -EINVAL, -EPERM, -EFAULT: a part is not mapped */
int memory_policy_bind(vaddr_t start, size_t len, int mode, u64 nodes, unsigned flags) __must_check;
/* set_mempolicy_home_node(2). */
int memory_policy_home(vaddr_t start, size_t len, unsigned long node,
                       unsigned long flags) __must_check;

struct mm;
/* Where the page at @addr is: 0; -ENOENT: no page; -EFAULT: no area, or nothing was ever there. */
int memory_page_node(struct mm *mm, vaddr_t addr);
/* The memory of process @pid (0: the caller's), a user of it. ERR_PTR: -ESRCH, -EPERM, -EINVAL */
struct mm *memory_of_process(int pid) __must_check;
