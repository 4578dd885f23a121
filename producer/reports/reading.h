/*
 * reading.h - one report on its way, for the files that read its shapes; see report.h.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_READING_H
#define TOCSIN_PRODUCER_REPORTS_READING_H

#include "producer/reports/lines.h"
#include "producer/reports/report.h"

struct reading {
    struct report report;
    const struct report_ops *format;
    struct lines lines; /* the head is still to be taken from it */
    struct arena arena, kept;
    size_t used; /* lines, records, documents that the format took */
};

/* Each reads the rest of the report; what is only bad is told to the sink. */
int reading_lines(struct reading *reading, struct error *err);
int reading_document(struct reading *reading, struct error *err);
int reading_text(struct reading *reading, struct error *err);

#endif
