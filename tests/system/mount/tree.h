/*
 * tree.h: what /proc/self/mountinfo says of the mounts below the test's directory, in words that
 * are the same in every run: sorted by place, what covers another after it, peer groups called A, B
 * ... in the order in which they are met.
 */
#pragma once

#include "test.h"

#include <sys/mount.h>

struct seen_mount {
    int id, parent, depth;
    char root[64], place[128], fields[128], source[32];
};
static struct seen_mount seen[256];
static int nr_seen;

/* One line; false: it is not below the directory. */
static bool seen_parse(const char *line, struct seen_mount *m)
{
    const char *fields;
    int device, at = 0;

    memset(m, 0, sizeof(*m));
    if (sscanf(line, "%d %d %*d:%d %63s %127s %*s %n", &m->id, &m->parent, &device, m->root,
               m->place, &at) < 5)
        return false;
    fields = line + at;
    const char *end = strncmp(fields, "- ", 2) == 0 ? fields : strstr(fields, " - ");
    snprintf(m->fields, sizeof(m->fields), "%.*s", (int)(end - fields), fields);
    sscanf(end[0] == '-' ? end + 2 : end + 3, "%*s %31s", m->source);
    return strncmp(m->place, "/area/", 6) == 0;
}

static struct seen_mount *seen_find(int id)
{
    for (int i = 0; i < nr_seen; i++)
        if (seen[i].id == id)
            return &seen[i];
    return NULL;
}

static int seen_depth(const struct seen_mount *m)
{
    int depth = 0;
    while ((m = seen_find(m->parent)) != NULL && depth < nr_seen)
        depth++;
    return depth;
}

static int seen_compare(const void *left, const void *right)
{
    const struct seen_mount *a = left, *b = right;
    int order = strcmp(a->place, b->place);
    return order != 0 ? order : a->depth - b->depth;
}

/* "shared:7" becomes "shared:A". */
static void seen_name_groups(const char *fields, char *out, size_t len)
{
    static int groups[64], nr_groups;
    size_t used = 0;

    if (out == NULL) {
        nr_groups = 0;
        return;
    }
    while (*fields != '\0' && used + 8 < len) {
        out[used++] = *fields++;
        if (out[used - 1] != ':')
            continue;
        int number = (int)strtol(fields, (char **)&fields, 10), i = 0;
        while (i < nr_groups && groups[i] != number)
            i++;
        if (i == nr_groups)
            groups[nr_groups++] = number;
        out[used++] = (char)(i < 26 ? 'A' + i : 'a' + i - 26);
    }
    out[used] = '\0';
}

static void seen_read(void)
{
    static char line[4096];
    FILE *stream = fopen("/proc/self/mountinfo", "r");

    nr_seen = 0;
    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL && nr_seen < 256)
        nr_seen += seen_parse(line, &seen[nr_seen]);
    if (stream != NULL)
        fclose(stream);
    for (int i = 0; i < nr_seen; i++)
        seen[i].depth = seen_depth(&seen[i]);
    qsort(seen, (size_t)nr_seen, sizeof(seen[0]), seen_compare);
}

/* Print all, under a title. */
static inline void show(const char *title)
{
    char fields[128];

    seen_read();
    seen_name_groups(NULL, NULL, 0);
    say("%s: %d", title, nr_seen);
    for (int i = 0; i < nr_seen; i++) {
        seen_name_groups(seen[i].fields, fields, sizeof(fields));
        say("    %s %s %s%s%s", seen[i].place + 6, seen[i].source, seen[i].root,
            fields[0] != '\0' ? " " : "", fields);
    }
}

/* A directory with a tmpfs of that name on it. */
static inline void tmpfs_at(const char *name)
{
    mkdir(name, 0755);
    must(mount(name, name, "tmpfs", 0, NULL));
}

static inline int bind(const char *from, const char *to)
{
    mkdir(to, 0755);
    return mount(from, to, NULL, MS_BIND, NULL);
}

static inline int bind_tree(const char *from, const char *to)
{
    mkdir(to, 0755);
    return mount(from, to, NULL, MS_BIND | MS_REC, NULL);
}

static inline int become(const char *place, unsigned long kind)
{
    return mount(NULL, place, NULL, kind, NULL);
}

/* All mounts below the directory go. */
static inline void clear(void)
{
    for (int round = 0; round < 100; round++) {
        seen_read();
        if (nr_seen == 0)
            return;
        mount(NULL, seen[0].place, NULL, MS_PRIVATE | MS_REC, NULL);
        umount2(seen[0].place, MNT_DETACH);
    }
    say("%d mounts cannot be taken away", nr_seen);
}
