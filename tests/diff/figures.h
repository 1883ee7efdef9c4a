/* figures.h: what /proc/self/smaps and /proc/self/pagemap say of the areas, into the trace. */
#ifndef TESTS_DIFF_FIGURES_H
#define TESTS_DIFF_FIGURES_H

/* figures_observe: of each area that begins and ends where @is_seen says yes. */
void figures_observe(unsigned long from, unsigned long to);

#endif
