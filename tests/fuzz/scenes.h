/*
 * Calls whose arguments fit each other: sockets, tracing, filters, splicing, watches, huge pages.
 * Arguments by kind alone (values.h) seldom get past their first checks.
 */
#pragma once

#include <stdint.h>

/* The calling process makes two others, which calls may be about. => after values_prepare */
void scenes_prepare(void);

/* A call: its number, with its arguments. The memory that they name is refilled. */
long scene_make(uint64_t arguments[6]);
