/*
 * prctl(PR_SET_MM): moving the marks that say where the parts of a program lie.
 */
#pragma once

/* => errors as prctl(2), in Linux's order */
long memory_marks_set(unsigned long what, unsigned long value, unsigned long size,
                      unsigned long unused);
