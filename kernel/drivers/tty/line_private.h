/*
 * Between the files of the line discipline only.
 */
#pragma once

#include "line.h"

void line_put(struct line *line, u8 byte);     /* with OPOST processing */
void line_put_raw(struct line *line, u8 byte); /* as it is; dropped when the ring is full */

static inline u8 line_input_at(const struct line *line, u32 position)
{
    return line->input[position % LINE_INPUT_SIZE];
}

static inline bool line_ends_at(const struct line *line, u32 position)
{
    u32 slot = position % LINE_INPUT_SIZE;

    return line->line_ends[slot / 8] & (1u << (slot % 8));
}
