/*
 * text_table.h - texts in columns as wide as they have to be, for the terminal.
 *
 * Every cell is neutralised: what someone else wrote can't drive the terminal or break a row.
 */
#ifndef TOCSIN_CONSUMER_TEXT_TABLE_H
#define TOCSIN_CONSUMER_TEXT_TABLE_H

#include <stdio.h>

#include "producer/arena.h"
#include "producer/error.h"

#define TEXT_TABLE_COLUMNS_MAX 12

struct text_table {
    struct arena *arena;
    size_t columns;
    struct text_table_row *rows;
    size_t count, room;
};

/* `cells` has table->columns texts, NULL for "". `colour` (may be NULL) is written before the first
 * cell and taken back behind it. */
int text_table_add(struct text_table *table, const char *const *cells, const char *colour,
                   struct error *err);

void text_table_print(const struct text_table *table, FILE *out);

#endif
