/*
 * facts.h - an alert as rows of name and value, and as links: the same in every channel.
 *
 * Values are neutralised text without any markup, cut to what the caller allows; a row that has
 * nothing to say is not there. A channel escapes the values for its own format, or puts them where
 * no markup is read.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_FACTS_H
#define TOCSIN_CONSUMER_CHANNELS_FACTS_H

#include "consumer/channels/channel.h"

#define FACTS_MAX 16
#define LINKS_MAX 8

struct fact {
    const char *name, *value;
};

/* Which rows: those that a short form of an alert keeps, or all. */
enum facts_depth { FACTS_SHORT, FACTS_ALL };

struct facts {
    struct fact rows[FACTS_MAX];
    size_t count;
};

/* -1 only when memory is out. */
int facts_of(const struct message *message, const struct picture *picture, enum facts_depth depth,
             size_t value_units_max, struct arena *arena, struct facts *ret_facts,
             struct error *err);

/* `id` is a word for keys, `text` for people (short enough for any button). */
struct link {
    const char *id, *text, *url;
};

struct link_list {
    struct link links[LINKS_MAX];
    size_t count;
};

/* The links of an alert that are safe to open and at most `bytes_max` long, the full report first.
 */
void links_of(const struct picture *picture, size_t bytes_max, struct arena *arena,
              struct link_list *ret_links);

/* Prompt and output of the best sample, the one with nothing to show left out. */
struct evidence_text {
    const char *name, *text;
    int64_t missing_bytes;
};
size_t evidence_of(const struct picture *picture, struct evidence_text ret_texts[2]);

#endif
