/*
 * ticket_page.h - what a ticket says, as blocks of neutralised text that no markup was put into
 * yet.
 *
 * A description tells all there is, a comment what is new. Writers (Atlassian's document format,
 * HTML, text) give the blocks their service's form; they escape, and cut the evidence to what the
 * blocks before it have left of the service's limit, so that a large output can only shorten
 * itself.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_TICKET_PAGE_H
#define TOCSIN_CONSUMER_CHANNELS_TICKET_PAGE_H

#include "consumer/channels/facts.h"
#include "consumer/channels/text.h"

#define TICKET_BLOCKS_MAX        96
#define EVIDENCE_UNITS_MIN       80 /* shorter evidence says nothing */
#define EVIDENCE_SHORT_UNITS_MAX 400

enum ticket_block_kind {
    TICKET_TITLE, /* text */
    TICKET_ROW,   /* name: text */
    TICKET_LINE,  /* text */
    TICKET_LINK,  /* name leads to text, a URL that is safe to open */
};

struct ticket_block {
    enum ticket_block_kind kind;
    const char *name, *text;
};

struct ticket_page {
    struct ticket_block blocks[TICKET_BLOCKS_MAX];
    size_t count;
    struct evidence_text evidence[2];
    size_t evidence_count;
    enum render_size size;
    const char *note;   /* for people, about the message as such; NULL: nothing */
    const char *footer; /* who keeps it, and under which key */
};

enum ticket_page_kind { PAGE_DESCRIPTION, PAGE_COMMENT };

int ticket_page(const struct message *message, enum ticket_page_kind kind, enum render_size size,
                struct arena *arena, struct ticket_page *ret_page, struct error *err);

/* What each text of the evidence may take of `left` units; 0: too little to say anything. */
size_t ticket_evidence_units(const struct ticket_page *page, size_t left);

/* How a service's text is written: `begin` and `end` frame a stretch in which no markup is read
 * ("": none is read at all), `escape` lets nothing end it; links stand outside. */
struct ticket_text_style {
    text_escape escape;
    const char *begin, *end;
    const char *link_begin, *link_middle, *link_end;
    size_t units_max;
};
const char *ticket_text(const struct ticket_page *page, const struct ticket_text_style *style,
                        struct arena *arena, struct error *err);

/* A page as HTML of a few plain elements. */
const char *ticket_html(const struct ticket_page *page, size_t bytes_max, struct arena *arena,
                        struct error *err);

#endif
