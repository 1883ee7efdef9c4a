/*
 * access.h: touching memory, with the signal that the kernel raises caught and remembered, and the
 * rights that a thread has to protection keys.
 */
#ifndef TESTS_DIFF_ACCESS_H
#define TESTS_DIFF_ACCESS_H

#include "scene.h"

/* access_init: catch the signals of faults, in this process and those it forks. */
void access_init(void);

/* read_byte, write_byte: => the byte that was there before, or -1 when there was a signal */
long read_byte(const void *address);
long write_byte(void *address, int value);
/* run_byte: execute the byte at @address where it is a return or cannot be read; => 0 or -1 */
long run_byte(const void *address);
/* hash_page: add the content of the page to *@sum; => 0 or -1 */
long hash_page(const void *page, unsigned long *sum);

/* fault_text: the last signal of this thread: "SIGSEGV SEGV_MAPERR", and where its address was not
 * the one touched. */
const char *fault_text(const void *touched, char text[64]);

/* rights_read, rights_write: the register of this thread, two bits for each key; 0 without keys. */
unsigned rights_read(void);
void rights_write(unsigned rights);
/* rights_set: two bits of one key. => 0 */
long rights_set(int key, unsigned disabled);
/* rights_keep: what the register holds now is what a signal's handler is to leave behind. */
void rights_keep(void);

#endif
