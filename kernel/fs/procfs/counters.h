/*
 * The counters of memory, for the files that show them.
 */
#pragma once

#include "memory.h"
#include "views.h"

struct counter_sink {
    struct proc_text *text;
    const char *format; /* of a name and an unsigned long */
};
/* What Linux keeps per zone, per node: there is one of each. */
void counters_put_zone(const struct counter_sink *sink, const struct memory_counts *counts);
void counters_put_node(const struct counter_sink *sink, const struct memory_counts *counts);
