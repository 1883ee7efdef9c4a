/* The words of /proc/PID/pagemap: the number of the frame below, what is known of the page above.
 */
#pragma once

#define PAGEMAP_FRAME_MASK ((1ul << 55) - 1)
#define PAGEMAP_SOFT_DIRTY (1ul << 55)
#define PAGEMAP_EXCLUSIVE  (1ul << 56) /* nobody else has it mapped */
#define PAGEMAP_UFFD_WP    (1ul << 57)
#define PAGEMAP_FILE       (1ul << 61) /* of a file, or shared anonymous */
#define PAGEMAP_SWAP       (1ul << 62)
#define PAGEMAP_PRESENT    (1ul << 63)
