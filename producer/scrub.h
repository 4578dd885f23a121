/*
 * scrub.h - takes secrets out of a whole record before anything of it leaves the process.
 *
 * Every text of a record is looked through, whoever wrote it (the record's table says which there
 * are), before it is cut and before identities are made of it, so that a secret is in no hash
 * either. A link that holds a secret is left out where it may be; a name that grew too long ends in
 * a digest. The same text always becomes the same one. Texts that hold nothing and come again and
 * again, as most of a finding's do, are remembered, whole.
 *
 * Any threads may use one scrub at once.
 */
#ifndef TOCSIN_PRODUCER_SCRUB_H
#define TOCSIN_PRODUCER_SCRUB_H

#include "producer/mask.h"
#include "producer/secret_values.h"

#define SCRUB_REMEMBERED           1024
#define SCRUB_REMEMBERED_BYTES_MAX 255
/* Shorter texts can hold no secret that a rule finds: an e-mail address takes as much. */
#define SCRUB_TEXT_BYTES_MIN       6

struct scrub;

/* `kinds` of enum mask_kind; 0 still hides the values of the sources. ERROR_LIMIT: there are more
 * secret values than a mask takes. */
int scrub_new(unsigned kinds, const struct secret_sources *sources, struct scrub **ret,
              struct error *err);
void scrub_free(struct scrub *scrub);

/* Changes the record in place, its lists' own memory too; new texts lie in the arena. NULL for a
 * scrub changes nothing. *ret_hidden (may be NULL) grows by the places hidden. */
int scrub_record(struct scrub *scrub, const struct record_type *type, void *record,
                 struct arena *arena, size_t *ret_hidden, struct error *err);

#endif
