/* operation.c: see operation.h. */

#include "operation.h"

static const struct kind *const subjects[] = {
    kinds_mapping, kinds_access, kinds_object, kinds_process, kinds_advice, kinds_lock,
    kinds_segment, kinds_key,    kinds_limit,  kinds_between, kinds_stack};

static unsigned long mix(unsigned long value)
{
    value += 0x9e3779b97f4a7c15UL;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
    value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
    return value ^ value >> 31;
}

unsigned random_below(struct random *random, unsigned limit)
{
    random->state = mix(random->state);
    return (unsigned)(random->state >> 33) % limit;
}

long random_one(struct random *random, const long *values, size_t count)
{
    return values[random_below(random, (unsigned)count)];
}

/* Parts of the window, in which there are 40: pages, or sixteenths of 2 MiB in a wide one. */
enum { window_parts = 40, huge_parts = 16, huge_first = 8 };

/* widen: from parts of a wide window to pages; now and then 2 MiB, or pages more or fewer. */
static void widen(struct random *random, long *page, long *count)
{
    if (random_below(random, 3) == 0) {
        *page = huge_first + huge_parts * (long)random_below(random, 2);
        *count = huge_parts;
    }
    *page *= wide;
    *count *= wide;
    if (random_below(random, 8) == 0)
        *page += (long)random_below(random, 2 * wide) - wide;
    if (random_below(random, 8) == 0)
        *count += (long)random_below(random, 2 * wide) - wide + 1;
    if (*page + *count > window_pages)
        *count = window_pages - *page;
}

void random_range(struct random *random, long *offset, long *len)
{
    static const long counts[] = {1, 1, 1, 2, 2, 3, 4, 4, 4, 4, 5, 6, 8, 8, 12};
    long page = random_below(random, window_parts), count = RANDOM_ONE(random, counts);

    if (random_below(random, 2))
        page &= ~3L;
    if (random_below(random, 24) == 0)
        page = -(long)random_below(random, 12);
    if (page + count > window_parts)
        count = window_parts - page;
    if (scene_breadth() == wide)
        widen(random, &page, &count);
    *offset = page * (long)PAGE;
    *len = count * (long)PAGE;
    switch (random_below(random, 48)) {
    case 0:
        *offset += 1 + (long)random_below(random, PAGE - 1);
        break;
    case 1:
        *len = 0;
        break;
    case 2:
    case 3:
        *len -= 1 + (long)random_below(random, PAGE - 1);
        break;
    default:
        break;
    }
}

void random_few(struct random *random, long *offset, long *pages, long len)
{
    *offset &= ~((long)PAGE - 1);
    *pages = 1 + len / (long)PAGE;
    if (scene_breadth() == narrow)
        return;
    *offset += (long)random_below(random, (unsigned)*pages) * (long)PAGE;
    *pages = 1 + random_below(random, 12);
}

void *place(long offset)
{
    return offset == no_place ? NULL : window + offset;
}

const char *place_name(long offset, char text[32])
{
    if (offset == no_place)
        snprintf(text, 32, "NULL");
    else if (offset % (long)PAGE == 0)
        snprintf(text, 32, "at(%ld)", offset / (long)PAGE);
    else
        snprintf(text, 32, "window + %ld", offset);
    return text;
}

const char *length_name(long len, char text[32])
{
    if (len % (long)PAGE == 0 && len != 0)
        snprintf(text, 32, "%ld * PAGE", len / (long)PAGE);
    else
        snprintf(text, 32, "%ld", len);
    return text;
}

const char *bits_name(long value, const struct bit_name *names, const char *zero, char text[160])
{
    int used = 0;

    text[0] = '\0';
    for (; names->name; names++) {
        if (!(value & names->bit))
            continue;
        used += snprintf(text + used, 160 - (size_t)used, "%s%s", used ? " | " : "", names->name);
        value &= ~names->bit;
    }
    if (value != 0)
        snprintf(text + used, 160 - (size_t)used, "%s%#lx", used ? " | " : "", value);
    else if (used == 0)
        snprintf(text, 160, "%s", zero);
    return text;
}

const char *protection_name(long value, char text[160])
{
    static const struct bit_name names[] = {
        {PROT_READ, "PROT_READ"},       {PROT_WRITE, "PROT_WRITE"},
        {PROT_EXEC, "PROT_EXEC"},       {PROT_GROWSDOWN, "PROT_GROWSDOWN"},
        {PROT_GROWSUP, "PROT_GROWSUP"}, {0, NULL}};
    return bits_name(value, names, "PROT_NONE", text);
}

static const struct kind *kind_at(unsigned ticket)
{
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        for (const struct kind *kind = subjects[i]; kind->name; kind++) {
            if (ticket < kind->weight)
                return kind;
            ticket -= kind->weight;
        }
    }
    return subjects[0];
}

static const struct kind *kind_named(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        for (const struct kind *kind = subjects[i]; kind->name; kind++) {
            if (strlen(kind->name) == len && strncmp(kind->name, name, len) == 0)
                return kind;
        }
    }
    return NULL;
}

static unsigned all_weights(void)
{
    unsigned sum = 0;

    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        for (const struct kind *kind = subjects[i]; kind->name; kind++)
            sum += kind->weight;
    }
    return sum;
}

void operation_choose(unsigned long seed, unsigned position, struct operation *operation)
{
    struct random random = {mix(mix(seed) + position)};

    memset(operation, 0, sizeof(*operation));
    operation->kind = kind_at(random_below(&random, all_weights()));
    operation->actor = (int)random_below(&random, 2 * slots);
    if (operation->actor >= slots)
        operation->actor = 0;
    operation->second = random_below(&random, 6) == 0;
    if (operation->kind->choose)
        operation->kind->choose(&random, operation->arguments);
}

const char *operation_parse(const char *text, struct operation *operation)
{
    char *end;

    memset(operation, 0, sizeof(*operation));
    operation->actor = (int)strtol(text, &end, 10);
    operation->second = *end == 'b';
    end += operation->second;
    if (*end++ != ':' || operation->actor < 0 || operation->actor >= slots)
        return NULL;
    size_t len = strcspn(end, ",; \n");
    operation->kind = kind_named(end, len);
    if (!operation->kind)
        return NULL;
    end += len;
    for (int i = 0; i < operation->kind->nr_arguments; i++) {
        if (*end != ',')
            return NULL;
        operation->arguments[i] = strtol(end + 1, &end, 10);
    }
    return end;
}

void operation_print(const struct operation *operation, char text[text_bytes])
{
    int used = snprintf(text, text_bytes, "%d%s:%s", operation->actor, operation->second ? "b" : "",
                        operation->kind->name);

    for (int i = 0; i < operation->kind->nr_arguments; i++)
        used += snprintf(text + used, text_bytes - (size_t)used, ",%ld", operation->arguments[i]);
}
