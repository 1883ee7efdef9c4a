/*
 * Names: one component of a path with its hash and its first eight bytes, by which the dentry cache
 * compares. A path is read eight bytes at a time: a byte that ends a name, a zero or a slash, is
 * marked in all of them at once. What is read behind the end of the text is never on another page,
 * and is dropped.
 *
 * name_set and name_scan must agree: who looks a name up finds what the other has put in.
 */
#include <vfs/path.h>

#include <arch/memory.h>
#include <lib/bits.h>
#include <lib/string.h>
#include "name_cache.h"

/* One more word of a name, the last one filled up with zeroes. */
static inline u64 hash_word(u64 hash, u64 word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ul;
    return hash ^ hash >> 32;
}

void name_set(struct name *name, const char *text, size_t len)
{
    u64 hash = 0, first = 0;

    for (size_t done = 0; done < len; done += sizeof(u64)) {
        u64 word = 0;

        memcpy(&word, text + done, min(len - done, sizeof(word)));
        hash = hash_word(hash, word);
        if (done == 0)
            first = word;
    }
    *name = (struct name){.text = text, .len = (u32)len, .hash = (u32)hash, .first = first};
}

static inline bool word_is_in_page(const char *text)
{
    return ((uintptr_t)text & (PAGE_SIZE - 1)) <= PAGE_SIZE - sizeof(u64);
}

/* The eight bytes at @text; of those on a further page only what comes before a zero. */
static u64 load_word(const char *text)
{
    u64 word = 0;

    if (likely(word_is_in_page(text))) {
        memcpy(&word, text, sizeof(word));
        return word;
    }
    for (unsigned i = 0; i < sizeof(word) && text[i] != '\0'; i++)
        word |= (u64)(u8)text[i] << 8 * i;
    return word;
}

#define EACH_BYTE(value) ((value)*0x0101010101010101ul)

/* The lowest bit set is the top one of the first zero byte; 0: there is none. */
static inline u64 zero_marks(u64 word)
{
    return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80ul);
}

/* The same of the first byte that ends a name. */
static inline u64 end_marks(u64 word)
{
    return zero_marks(word) | zero_marks(word ^ EACH_BYTE((u64)'/'));
}

/* What comes before the first mark's byte. */
static inline u64 before_mark(u64 word, u64 marks)
{
    return word & ((marks & -marks) / 0x80 - 1);
}

/* Out of line, so that names of less than eight bytes save no registers for it. */
static __noinline const char *scan_long(const char *text, struct name *name)
{
    u64 hash = 0, word = load_word(text), marks = end_marks(word), first;
    size_t len = 0;

    first = marks != 0 ? before_mark(word, marks) : word;
    while (marks == 0) {
        hash = hash_word(hash, word);
        len += sizeof(word);
        word = load_word(text + len);
        marks = end_marks(word);
    }
    word = before_mark(word, marks);
    if (word != 0)
        hash = hash_word(hash, word);
    len += lowest_bit(marks) / 8;
    *name = (struct name){.text = text, .len = (u32)len, .hash = (u32)hash, .first = first};
    return text + len;
}

const char *name_scan(const char *text, struct name *name)
{
    u64 word, marks = 0, len;

    if (likely(word_is_in_page(text))) {
        memcpy(&word, text, sizeof(word));
        marks = end_marks(word);
    }
    if (unlikely(marks == 0))
        return scan_long(text, name);
    word = before_mark(word, marks);
    len = lowest_bit(marks) / 8;
    *name = (struct name){
        .text = text, .len = (u32)len, .hash = (u32)hash_word(0, word), .first = word};
    return text + len;
}
