/*
 * slack_page.h - a page of Slack's Block Kit that cannot get larger than Slack takes.
 *
 * Each call appends one block, or nothing where the page has no room or the block would be empty
 * (Slack refuses an empty text). Untrusted text stands only in plain_text objects, which read no
 * markup, and in fenced code whose backticks are parted; labels are ours.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SLACK_PAGE_H
#define TOCSIN_CONSUMER_CHANNELS_SLACK_PAGE_H

#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"

#define SLACK_BLOCKS_MAX       50
#define SLACK_HEADER_MAX       150
#define SLACK_SECTION_MAX      3000
#define SLACK_FIELDS_MAX       10
#define SLACK_FIELD_MAX        2000
#define SLACK_CONTEXT_MAX      10
#define SLACK_BUTTONS_MAX      25
#define SLACK_BUTTON_TEXT_MAX  75
#define SLACK_URL_MAX          3000
/* Slack counts the text of all blocks as well, and refuses above about 13,200 without saying so
 * anywhere. */
#define SLACK_PAGE_TEXT_MAX    12000
#define SLACK_NOTIFICATION_MAX 600 /* Slack recommends at most 4,000 */

struct slack_page {
    struct document *document;
    json_t *blocks;
    struct arena *arena;
    size_t units;     /* text in all blocks so far */
    size_t units_max; /* SLACK_PAGE_TEXT_MAX, less what is held back for the end of the page */
    size_t blocks_max;
};

void slack_page_init(struct slack_page *page, struct document *document, struct arena *arena);

/* Whether so many more blocks and units fit. */
bool slack_page_has_room(const struct slack_page *page, size_t blocks, size_t units);

/* The text that a notification shows, and what cannot show blocks. */
void slack_page_notification(struct slack_page *page, const char *text);
void slack_page_header(struct slack_page *page, const char *text);
void slack_page_divider(struct slack_page *page);
void slack_page_section(struct slack_page *page, const char *plain_text);
/* Rows in two columns, our bold name on the left and the plain value on the right; as many sections
 * as needed. */
void slack_page_facts(struct slack_page *page, const struct facts *facts);
/* A name and code that cannot be broken out of; at most `units_max` of code after escaping. */
void slack_page_code(struct slack_page *page, const struct evidence_text *text, size_t units_max);
void slack_page_context(struct slack_page *page, const char *const *plain_texts, size_t count);
/* One button a link; `number` keeps the buttons of several alerts apart. */
void slack_page_buttons(struct slack_page *page, const struct link_list *links, size_t number);

/* Slack's three entities: all that ends mrkdwn's mentions, links and dates. */
const char *slack_escape(uint32_t code, uint32_t previous);

#endif
