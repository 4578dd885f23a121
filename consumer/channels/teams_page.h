/*
 * teams_page.h - the body of an Adaptive Card that cannot get larger than Teams takes.
 *
 * Each call appends one element, or nothing where it does not fit; `room` narrows what fits for a
 * while. Teams counts characters that are not ASCII as escapes, so here their bytes count twice.
 * Untrusted text is Markdown in Teams: every sign of it is escaped, what would become a link or a
 * mention by itself is parted by a zero width space, and "<" becomes "‹", since HTML is dropped.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_TEAMS_PAGE_H
#define TOCSIN_CONSUMER_CHANNELS_TEAMS_PAGE_H

#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"

struct teams_page {
    struct document *document;
    json_t *body;
    struct arena *arena;
    size_t cost, cost_max;
    size_t room; /* held back for what still has to follow */
};

/* How a line of text looks. */
struct teams_look {
    const char *size, *weight, *color, *spacing; /* NULL: as Teams does it */
    bool subtle, separator;
};

/* Bytes of the value as JSON, those that are not ASCII twice. */
size_t teams_cost(const json_t *value);

/* Takes over the element; false where it did not fit. */
bool teams_page_add(struct teams_page *page, json_t *element);
size_t teams_page_left(const struct teams_page *page);

/* Elements: new references, NULL when memory is out. Text is escaped here. */
json_t *teams_text(const char *text, size_t units_max, const struct teams_look *look,
                   struct arena *arena);
json_t *teams_facts(const struct facts *facts, size_t value_units_max, struct arena *arena);
json_t *teams_buttons(const struct link_list *links);

/* A name and text in a fixed width, cut so that both cost at most `cost_max`; nothing where less
 * than a line of it would be left. */
void teams_page_code(struct teams_page *page, const struct evidence_text *text, size_t cost_max,
                     size_t units_max);

#endif
