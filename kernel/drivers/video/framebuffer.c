/*
 * Drawing: after each write the cells that differ from what is on the screen are painted, and the
 * cursor moved. The lock protects the terminal, the shadow of the screen and the pixels.
 */
#include "framebuffer.h"

#include <kern/printk.h>
#include <kern/spinlock.h>
#include <kmem/kmalloc.h>
#include <kmem/vmalloc.h>
#include <lib/string.h>

#include "font.h"
#include "terminal.h"

/* The embedded font: kernel/drivers/video/font_data.S. */
extern const u8 console_font_start[], console_font_end[];

static struct {
    struct spinlock lock;
    bool present;                 /* (I) after init */
    struct boot_framebuffer mode; /* (I) */
    u8 *pixels;                   /* (lock) */
    struct font font;             /* (I) */
    struct terminal terminal;     /* (lock) */
    struct terminal_cell *drawn;  /* (lock) what the screen shows now */
    unsigned cursor;              /* (lock) cell number where the cursor is drawn; ~0: nowhere */
} screen = {.lock = SPINLOCK_INIT(LOCK_RANK_CONSOLE)};

/* The sixteen colours as red, green, blue. */
static const u8 palette[16][3] = {
    {0, 0, 0},     {170, 0, 0},     {0, 170, 0},    {170, 85, 0},    {0, 0, 170},   {170, 0, 170},
    {0, 170, 170}, {170, 170, 170}, {85, 85, 85},   {255, 85, 85},   {85, 255, 85}, {255, 255, 85},
    {85, 85, 255}, {255, 85, 255},  {85, 255, 255}, {255, 255, 255},
};

static u32 pixel_of(u8 colour)
{
    const u8 *rgb = palette[colour & 15];

    return (u32)rgb[0] << screen.mode.red_shift | (u32)rgb[1] << screen.mode.green_shift |
           (u32)rgb[2] << screen.mode.blue_shift;
}

static void cell_colours(const struct terminal_cell *cell, bool cursor, u32 *ink, u32 *paper)
{
    u8 foreground = cell->foreground;
    u8 background = cell->background;

    if (cell->attributes & CELL_BOLD)
        foreground |= 8;
    if (cell->attributes & CELL_DIM)
        foreground = 8;
    if (!!(cell->attributes & CELL_REVERSE) != cursor) {
        u8 swap = foreground;

        foreground = background;
        background = swap;
    }
    *ink = pixel_of(foreground);
    *paper = pixel_of(background);
}

static void draw_cell(unsigned number, bool cursor)
{
    const struct terminal_cell *cell = &screen.terminal.cells[number];
    const struct font *font = &screen.font;
    const u8 *glyph = font_glyph(font, cell->character);
    unsigned bytes = screen.mode.bits_per_pixel / 8;
    unsigned x = number % screen.terminal.columns * font->width;
    unsigned y = number / screen.terminal.columns * font->height;
    u32 ink, paper;

    cell_colours(cell, cursor, &ink, &paper);
    for (unsigned row = 0; row < font->height; row++) {
        u8 *at = screen.pixels + (size_t)(y + row) * screen.mode.pitch + (size_t)x * bytes;
        const u8 *bits = glyph + row * font->row_bytes;
        bool line = (cell->attributes & CELL_UNDERLINE) && row == font->height - 2;

        for (unsigned column = 0; column < font->width; column++, at += bytes) {
            bool set = line || (bits[column / 8] & (0x80 >> column % 8));

            if (bytes == 4)
                *(volatile u32 *)at = set ? ink : paper;
            else
                memcpy(at, set ? &ink : &paper, bytes);
        }
    }
    screen.drawn[number] = *cell;
}

static bool cell_differs(const struct terminal_cell *a, const struct terminal_cell *b)
{
    return memcmp(a, b, sizeof(*a)) != 0;
}

/* Paint what changed. */
static void refresh(void)
{
    const struct terminal *terminal = &screen.terminal;
    unsigned count = terminal->rows * terminal->columns;
    unsigned cursor =
        terminal->cursor_visible ? terminal->y * terminal->columns + terminal->x : ~0u;

    if (screen.cursor != cursor && screen.cursor < count)
        draw_cell(screen.cursor, false);
    for (unsigned i = 0; i < count; i++)
        if (cell_differs(&terminal->cells[i], &screen.drawn[i]))
            draw_cell(i, i == cursor);
    if (cursor < count)
        draw_cell(cursor, true);
    screen.cursor = cursor;
}

static bool mode_is_usable(const struct boot_framebuffer *boot)
{
    return boot->base && !boot->text && boot->bits_per_pixel >= 16 && boot->bits_per_pixel <= 32 &&
           boot->width >= 320 && boot->height >= 200 && boot->width <= 8192 &&
           boot->height <= 8192 && boot->pitch >= boot->width * (boot->bits_per_pixel / 8);
}

bool framebuffer_init(const struct boot_framebuffer *boot)
{
    unsigned columns, rows;
    struct terminal_cell *cells;

    if (!mode_is_usable(boot) || font_init(&screen.font, console_font_start,
                                           (size_t)(console_font_end - console_font_start)))
        return false;
    columns = min(boot->width / screen.font.width, (unsigned)TERMINAL_MAX_COLUMNS);
    rows = boot->height / screen.font.height;
    cells = vzalloc((size_t)columns * rows * sizeof(*cells));
    screen.drawn = vzalloc((size_t)columns * rows * sizeof(*cells));
    screen.pixels =
        device_map(boot->base, (size_t)boot->pitch * boot->height, KERNEL_MAP_WRITECOMBINE);
    if (!cells || !screen.drawn || !screen.pixels) {
        vfree(cells);
        vfree(screen.drawn);
        pr_err("screen: no memory for %ux%u cells", columns, rows);
        return false;
    }
    screen.mode = *boot;
    screen.cursor = ~0u;
    terminal_init(&screen.terminal, cells, columns, rows);
    refresh();
    screen.present = true;
    pr_info("screen: %ux%ux%u, %ux%u characters", boot->width, boot->height, boot->bits_per_pixel,
            columns, rows);
    return true;
}

bool framebuffer_is_present(void)
{
    return screen.present;
}

void framebuffer_size(unsigned *columns, unsigned *rows)
{
    *columns = screen.terminal.columns;
    *rows = screen.terminal.rows;
}

void framebuffer_write(const char *text, size_t len, char reply[32], size_t *reply_len)
{
    irqflags_t flags = spin_lock_irqsave(&screen.lock);

    terminal_write(&screen.terminal, text, len);
    refresh();
    *reply_len = screen.terminal.reply_len;
    memcpy(reply, screen.terminal.reply, screen.terminal.reply_len);
    screen.terminal.reply_len = 0;
    spin_unlock_irqrestore(&screen.lock, flags);
}

bool framebuffer_application_cursor(void)
{
    return screen.terminal.application_cursor;
}
