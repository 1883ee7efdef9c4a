/* observe.h: what a process can see of its memory, into the trace. */
#ifndef TESTS_DIFF_OBSERVE_H
#define TESTS_DIFF_OBSERVE_H

#include <stdbool.h>

/*
 * observe: the areas of the window, their resident pages, the sizes of the process and the objects.
 * => @with_figures: also what smaps and pagemap say of the areas
 * => @with_content: also the bytes of every page and object, which brings pages in
 */
void observe(bool with_figures, bool with_content);

#endif
