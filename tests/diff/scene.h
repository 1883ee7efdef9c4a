/*
 * scene.h: where the operations of the differential test take place.
 *
 * 1. The window: window_pages pages of address space, empty at first. Above it lies a shared
 * mapping without access that nothing merges with; below it nothing is mapped, so that a call which
 *    leaves the choice of an address to the kernel gets a place relative to the window, the same on
 *    both kernels (address choice is top-down, and the guests run without randomisation). A wide
 *    window has 32 times as many pages, two aligned ranges of 2 MiB, and transparent huge pages.
 * 2. The objects: files and memory files that are mapped, truncated, read and written. What a
 *    process has open is the same in all processes.
 * 3. The processes: at most `slots`, forked from one another. One acts at a time: the holder of the
 *    turn. The turn and the sum of the trace are in struct control, which all share.
 */
#ifndef TESTS_DIFF_SCENE_H
#define TESTS_DIFF_SCENE_H

#include "test.h"

enum {
    slots = 4,
    narrow = 1,
    wide = 32,
    max_window_pages = 40 * wide,
    max_below_pages = 300 * wide
};

enum object {
    object_none,
    object_file,
    object_reader,
    object_writer,
    object_memory,
    object_posix,
    object_sealed,
    nr_objects
};

enum phase { phase_act, phase_observe, phase_reap };

struct control {
    int who;  /* the slot that holds the turn; a futex */
    int step; /* the operation that is played */
    int phase;
    int leaving;       /* in phase_reap: the slot that exits */
    unsigned alive;    /* a bit for each slot with a process */
    int parent[slots]; /* the slot that forked it */
    int pid[slots];
    bool verbose, stuck;
    bool look_around;  /* the others observe themselves after this step */
    unsigned long sum; /* of every line of the trace */
    int segment;       /* the System V segment, by its identifier */
    int removed;       /* the one before it, which has been marked for removal */
    long size, data;   /* of the first process at the beginning, in pages, as in statm */
};

extern char *window;
/* Pages of the window, and below it those that are looked at. */
extern long window_pages, below_pages;
extern struct control *control;
extern int me; /* the slot of this process */
/* The names that operations have for the objects when they are printed as C. */
extern int none, file, file_reader, file_writer, memory, posix_memory, sealed_memory;

/* at: the address of a page of the window; below it, @page is negative. */
char *at(long page);

/* control_make: control, shared with all that this process forks. */
void control_make(void);
/* scene_choose: the breadth of the window, narrow or wide, of scenes and of what is chosen for
 * them. */
void scene_choose(int breadth);
int scene_breadth(void);
/* scene_make: the window, the objects and a fresh control, with this process in slot 0. */
void scene_make(bool verbose);

/* sizes_read: the size of this process and of its data, in pages (statm). */
void sizes_read(long *size, long *data);

/* process_of: the process in @slot, this one where there is none. */
pid_t process_of(long slot);

int object_descriptor(long object);
const char *object_name(long object);

/* turn_wait: until this process holds the turn. */
void turn_wait(void);
/* turn_give: to @slot. */
void turn_give(int slot);

#endif
