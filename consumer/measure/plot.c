/*
 * plot.c - rows from the largest value to the least, a column a build.
 */
#include "consumer/measure/plot.h"

struct column {
    double least, largest;
    char mark;
};

static struct column column_of(const struct plot_point *points, size_t from, size_t to)
{
    struct column column = {points[from].value, points[from].value, ' '};

    for (size_t i = from; i < to; i++) {
        if (points[i].value < column.least)
            column.least = points[i].value;
        if (points[i].value > column.largest)
            column.largest = points[i].value;
        if (column.mark != '!' && points[i].mark != ' ')
            column.mark = points[i].mark;
    }
    return column;
}

static size_t row_of(double value, double least, double largest)
{
    double share = largest > least ? (value - least) / (largest - least) : 0.5;

    return (size_t)(share * (PLOT_ROWS - 1) + 0.5);
}

void plot_print(FILE *out, const struct plot_point *points, size_t count, size_t columns)
{
    struct column drawn[PLOT_COLUMNS_MAX], all;

    if (count == 0)
        return;
    columns = columns > count ? count : columns;
    all = column_of(points, 0, count);
    for (size_t c = 0; c < columns; c++)
        drawn[c] = column_of(points, c * count / columns, (c + 1) * count / columns);
    for (size_t row = PLOT_ROWS; row-- > 0;) {
        double value = all.least + (all.largest - all.least) * (double)row / (PLOT_ROWS - 1);
        fprintf(out, "%10.4g |", value);
        for (size_t c = 0; c < columns; c++) {
            size_t low = row_of(drawn[c].least, all.least, all.largest);
            size_t high = row_of(drawn[c].largest, all.least, all.largest);
            fputc(row >= low && row <= high ? '*' : ' ', out);
        }
        fputc('\n', out);
    }
    fprintf(out, "%10s +", "");
    for (size_t c = 0; c < columns; c++)
        fputc(drawn[c].mark == ' ' ? '-' : drawn[c].mark, out);
    fputc('\n', out);
}
