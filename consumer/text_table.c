/*
 * text_table.c - see text_table.h.
 */
#include "consumer/text_table.h"

#include <string.h>

#include "consumer/channels/console.h"
#include "consumer/channels/lines.h"
#include "consumer/channels/text.h"

#define COLUMN_GAP     2
#define CELL_UNITS_MAX 400
#define ROWS_FIRST     64

struct text_table_row {
    const char *cells[TEXT_TABLE_COLUMNS_MAX];
    const char *colour;
};

static int make_room(struct text_table *table)
{
    size_t room = table->room > 0 ? 2 * table->room : ROWS_FIRST;
    struct text_table_row *rows;

    if (table->count < table->room)
        return 0;
    rows = arena_array(table->arena, room, sizeof(*rows));
    if (!rows)
        return -1;
    if (table->count > 0)
        memcpy(rows, table->rows, table->count * sizeof(*rows));
    table->rows = rows;
    table->room = room;
    return 0;
}

int text_table_add(struct text_table *table, const char *const *cells, const char *colour,
                   struct error *err)
{
    struct text_table_row row = {.colour = colour};

    for (size_t i = 0; i < table->columns; i++) {
        row.cells[i] = text_line(cells[i], CELL_UNITS_MAX, table->arena);
        if (!row.cells[i])
            return error_set(err, ERROR_MEMORY, "out of memory for a table");
    }
    if (make_room(table))
        return error_set(err, ERROR_MEMORY, "out of memory for a table");
    table->rows[table->count++] = row;
    return 0;
}

static size_t width(const char *cell)
{
    return lines_columns(cell, strlen(cell));
}

void text_table_print(const struct text_table *table, FILE *out)
{
    size_t widths[TEXT_TABLE_COLUMNS_MAX] = {0};

    for (size_t i = 0; i < table->count; i++) {
        for (size_t c = 0; c < table->columns; c++) {
            size_t cell = width(table->rows[i].cells[c]);

            widths[c] = cell > widths[c] ? cell : widths[c];
        }
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct text_table_row *row = &table->rows[i];

        for (size_t c = 0; c < table->columns; c++) {
            bool coloured = c == 0 && row->colour;
            size_t gap = widths[c] - width(row->cells[c]) + COLUMN_GAP;

            fprintf(out, "%s%s%s%*s", coloured ? row->colour : "", row->cells[c],
                    coloured ? CONSOLE_COLOUR_OFF : "", c + 1 < table->columns ? (int)gap : 0, "");
        }
        fputc('\n', out);
    }
}
