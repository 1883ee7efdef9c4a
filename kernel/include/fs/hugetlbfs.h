/*
 * The file system of huge pages that are set aside: type "hugetlbfs".
 */
#pragma once

/* Register the type. => after vfs_init */
void hugetlbfs_init(void);
