/*
 * dead_letters.h - what lies on the topic `dead-letter`, as a list.
 *
 * A letter is known by where it lies: "partition:offset". It is done with when a mark behind it in
 * the same partition says so (records/dead_letter.h). Values are not kept; who needs them reads the
 * topic once more.
 */
#ifndef TOCSIN_CONSUMER_DEAD_LETTERS_H
#define TOCSIN_CONSUMER_DEAD_LETTERS_H

#include "consumer/config/config.h"
#include "consumer/records/dead_letter.h"
#include "consumer/table_read.h"

#define DEAD_ID_BYTES    40
#define DEAD_LETTERS_MAX 1000000 /* in one list */

enum dead_kind { DEAD_RECORD, DEAD_DELIVERY, DEAD_KINDS };
extern const char *const dead_kind_names[]; /* record delivery */

struct dead_letter {
    int32_t partition;
    int64_t offset, time_ms;
    int kind; /* enum dead_kind */
    int done; /* enum dead_done_how, or DEAD_OPEN */
    const char *reason, *detail, *stage;
    const char *topic;       /* of a record: where it came from, "" otherwise */
    const char *integration; /* of a delivery, "" otherwise */
    int64_t from_partition, from_offset, tries;
    size_t value_bytes;
    bool cut;                 /* its value is not whole */
    struct list fingerprints; /* strings: of the finding, or of what was to be said */
};

/* One message of the topic as a letter; *ret_is false for what is none: a mark, or somebody else's.
 * Strings are in the arena. */
int dead_letter_of(const rd_kafka_message_t *message, struct arena *arena, struct dead_letter *ret,
                   bool *ret_is, struct error *err);
void dead_letter_id(const struct dead_letter *letter, char ret_id[DEAD_ID_BYTES]);
bool dead_letter_about(const struct dead_letter *letter, const char *fingerprint);

struct dead_letters {
    struct arena arena;
    struct dead_letter *items; /* by partition and offset */
    size_t count, capacity;
    struct dead_letter *marks; /* only partition, offset and what became of it */
    size_t marks_count, marks_capacity;
};

/* Reads them all. ERROR_LIMIT: more than DEAD_LETTERS_MAX. Free it in any case. */
int dead_letters_read(const struct config *config, struct dead_letters *ret, struct error *err);
/* Reads the topic once more, for the values. */
int dead_letters_scan(const struct config *config,
                      int (*take)(void *self, const rd_kafka_message_t *message, struct error *err),
                      void *self, struct error *err);
/* The one at this partition and offset; NULL: none. */
struct dead_letter *dead_letters_find(const struct dead_letters *letters,
                                      const struct dead_letter *place);
void dead_letters_free(struct dead_letters *letters);

#endif
