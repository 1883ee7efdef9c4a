/*
 * The newc reader (see cpio.h). An entry is a header of 110 bytes (magic and 13 fields of 8
 * hexadecimal digits), the name with its terminator, and the data, each padded to 4 bytes counted
 * from the start of the archive.
 */
#include <abi/errno.h>
#include <lib/cpio.h>
#include <lib/string.h>

#define HEADER_SIZE 110
#define MAGIC_SIZE  6
#define FIELD_SIZE  8

enum field {
    FIELD_INO,
    FIELD_MODE,
    FIELD_UID,
    FIELD_GID,
    FIELD_NLINK,
    FIELD_MTIME,
    FIELD_FILESIZE,
    FIELD_DEV_MAJOR,
    FIELD_DEV_MINOR,
    FIELD_RDEV_MAJOR,
    FIELD_RDEV_MINOR,
    FIELD_NAMESIZE,
    FIELD_CHECK,
    NR_FIELDS
};

void cpio_init(struct cpio_reader *reader, const void *bytes, size_t len)
{
    reader->bytes = bytes;
    reader->len = len;
    reader->offset = 0;
}

/* -1 when @c is no hexadecimal digit. */
static int hex_digit(u8 c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int parse_header(const u8 *header, u32 fields[NR_FIELDS])
{
    int i;
    int j;

    if (memcmp(header, "070701", MAGIC_SIZE) != 0 && memcmp(header, "070702", MAGIC_SIZE) != 0)
        return -EINVAL;
    header += MAGIC_SIZE;
    for (i = 0; i < NR_FIELDS; i++) {
        fields[i] = 0;
        for (j = 0; j < FIELD_SIZE; j++) {
            int digit = hex_digit(*header++);

            if (digit < 0)
                return -EINVAL;
            fields[i] = fields[i] << 4 | (u32)digit;
        }
    }
    return 0;
}

/* Take @len bytes and the padding after them. NULL: the archive ends before. */
static const u8 *take(struct cpio_reader *reader, size_t *offset, size_t len)
{
    const u8 *start = reader->bytes + *offset;

    if (len > reader->len - *offset)
        return NULL;
    *offset = min(align_up(*offset + len, 4UL), reader->len);
    return start;
}

static void fill_entry(struct cpio_entry *entry, const u32 fields[NR_FIELDS])
{
    entry->name_len = fields[FIELD_NAMESIZE] - 1;
    entry->data_len = fields[FIELD_FILESIZE];
    entry->ino = fields[FIELD_INO];
    entry->mode = fields[FIELD_MODE];
    entry->uid = fields[FIELD_UID];
    entry->gid = fields[FIELD_GID];
    entry->nlink = fields[FIELD_NLINK];
    entry->mtime = fields[FIELD_MTIME];
    entry->dev_major = fields[FIELD_DEV_MAJOR];
    entry->dev_minor = fields[FIELD_DEV_MINOR];
    entry->rdev_major = fields[FIELD_RDEV_MAJOR];
    entry->rdev_minor = fields[FIELD_RDEV_MINOR];
}

/* The entry at reader->offset, trailers included. */
static int read_entry(struct cpio_reader *reader, struct cpio_entry *entry)
{
    u32 fields[NR_FIELDS];
    size_t offset = reader->offset;
    size_t name_size;

    if (reader->len - offset < HEADER_SIZE || parse_header(reader->bytes + offset, fields) != 0)
        return -EINVAL;
    offset += HEADER_SIZE;
    name_size = fields[FIELD_NAMESIZE];
    if (name_size < 2)
        return -EINVAL;
    entry->name = (const char *)take(reader, &offset, name_size);
    if (entry->name == NULL || strnlen(entry->name, name_size) != name_size - 1)
        return -EINVAL;
    entry->data = take(reader, &offset, fields[FIELD_FILESIZE]);
    if (entry->data == NULL)
        return -EINVAL;
    fill_entry(entry, fields);
    reader->offset = offset;
    return 0;
}

int cpio_next(struct cpio_reader *reader, struct cpio_entry *entry)
{
    for (;;) {
        int err;

        while (reader->offset < reader->len && reader->bytes[reader->offset] == 0)
            reader->offset++;
        if (reader->offset == reader->len)
            return 0;
        err = read_entry(reader, entry);
        if (err != 0)
            return err;
        if (!string_is_equal(entry->name, "TRAILER!!!"))
            return 1;
    }
}
