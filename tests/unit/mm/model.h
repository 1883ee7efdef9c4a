/*
 * The model: what user memory is, page by page, without page tables, areas or copy-on-write.
 *
 * A window of WINDOW_PAGES pages (across the end of a leaf table) in up to MODEL_PROCESSES
 * processes, and two objects. A page is mapped or not; it shows a private value or what lies below.
 *
 * With model_is_huge a page of the model stands for a quarter of 2 MiB, so that the same steps meet
 * huge pages and their parts; objects are not mapped then.
 */
#pragma once

#include "mm/program.h"
#include "mm/store.h"

#define WINDOW_PAGES    40
#define WINDOW_MIDDLE   0x40000000L
#define MODEL_PROCESSES 4
#define OBJECT_PAGES    32

enum backing { BACKING_NONE, BACKING_ANONYMOUS, BACKING_SHMEM, BACKING_FILE };

struct model_page {
    enum backing backing; /* NONE: not mapped */
    bool shared;
    bool owned; /* a private value of its own */
    bool lazy;  /* it was given up: may turn into 0 */
    u8 prot;
    u8 value;  /* the private one */
    u16 index; /* page of the object */
};

struct model {
    struct mm *mm[MODEL_PROCESSES]; /* NULL: no such process */
    struct model_page pages[MODEL_PROCESSES][WINDOW_PAGES];
    struct vm_object *shmem;
    struct store *store;
    u8 contents[2][OBJECT_PAGES + WINDOW_PAGES]; /* of shmem and of the store */
    u16 size[2];                                 /* pages */
};

/* One step: a kind and numbers that every state gives a meaning to. */
struct step {
    u8 kind;
    u8 process;
    u8 start, len, target;
    u8 argument;
};

#define MODEL_HUGE_UNIT (128 * PAGE)
extern bool model_is_huge;

void model_init(struct model *model);
void model_fini(struct model *model);
void model_apply(struct model *model, const struct step *step);
/* Read every page of every process. */
void model_compare(struct model *model);
void step_describe(const struct step *step, char *text, size_t size);
unsigned step_kinds(void);
