/*
 * Names for addresses, from the table that tools/link-kernel adds to the image (sorted by address).
 */
#include <kern/panic.h>

#include <lib/printf.h>

struct symbol {
    u64 address;
    u32 name_offset;
    u32 type;
};

extern const struct symbol symbol_table[];
extern const u64 symbol_count;
extern const char symbol_names[];

/* A function is not larger than this; beyond it an address belongs to nothing. */
#define SYMBOL_SPAN_MAX 0x100000

static const struct symbol *find(u64 address)
{
    u64 low = 0, high = symbol_count;

    while (low < high) {
        u64 middle = low + (high - low) / 2;

        if (symbol_table[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address - symbol_table[low - 1].address > SYMBOL_SPAN_MAX)
        return NULL;
    return &symbol_table[low - 1];
}

const char *symbol_describe(u64 address, char *buffer, size_t size)
{
    const struct symbol *symbol = find(address);

    if (symbol)
        snprintf(buffer, size, "%s+%#lx", symbol_names + symbol->name_offset,
                 address - symbol->address);
    else
        snprintf(buffer, size, "%#lx", address);
    return buffer;
}

bool symbol_at(u64 index, struct symbol_description *description)
{
    const struct symbol *symbol = &symbol_table[index];

    if (index >= symbol_count)
        return false;
    *description = (struct symbol_description){
        .name = symbol_names + symbol->name_offset,
        .address = symbol->address,
        .size = index + 1 < symbol_count ? symbol[1].address - symbol->address : 0,
        .type = (char)symbol->type,
    };
    return true;
}

bool symbol_find(u64 address, struct symbol_description *description)
{
    const struct symbol *symbol = find(address);

    return symbol && symbol_at((u64)(symbol - symbol_table), description);
}
