/*
 * Links whose text is the name of where they lead.
 */
#pragma once

#include "procfs.h"

/* The text of a link that @follow goes along: its length, or what @follow said. */
int link_text_from(int (*follow)(const struct proc_subject *, struct path *),
                   const struct proc_subject *subject, char *buffer, size_t size);

int proc_self_text(const struct proc_subject *subject, char *buffer, size_t size);
int proc_thread_self_text(const struct proc_subject *subject, char *buffer, size_t size);
