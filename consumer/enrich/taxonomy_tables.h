/*
 * taxonomy_tables.h - the data behind taxonomy.c: ids and names, no texts of anybody's.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_TAXONOMY_TABLES_H
#define TOCSIN_CONSUMER_ENRICH_TAXONOMY_TABLES_H

#include <stddef.h>

#define OWASP_ENTRIES 10

/* A place of one year's list. `other` is its place in the other list where both mean the same
 * thing, NULL where they do not: a number alone says nothing. */
struct owasp_entry {
    const char *name, *other;
};
struct owasp_list {
    const char *label, *year;
    struct owasp_entry entries[OWASP_ENTRIES]; /* llm01 first */
};
enum { OWASP_2023, OWASP_2025, OWASP_LISTS };
extern const struct owasp_list taxonomy_owasp[OWASP_LISTS];

struct atlas_entry {
    const char *id, *name;
};
extern const struct atlas_entry taxonomy_atlas[]; /* ends with id NULL */

struct tool_row {
    const char *tool, *probe;
    const char *owasp_2025, *atlas; /* comma-separated; may be NULL */
};
extern const struct tool_row taxonomy_tools[]; /* ends with tool NULL */

#endif
