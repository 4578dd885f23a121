/*
 * amtool_json.h - silences as Alertmanager's API and amtool write them, there and back.
 *
 * What `amtool silence query -o json` prints can be read, and what is written here amtool can
 * import. An accepted fingerprint has no form there: it is written as a silence on the label
 * fingerprint with the fingerprint as its id, and one like that is read as accepted again.
 */
#ifndef TOCSIN_CONSUMER_CONTROL_AMTOOL_JSON_H
#define TOCSIN_CONSUMER_CONTROL_AMTOOL_JSON_H

#include "consumer/records/control.h"

/* A new reference; NULL: out of memory. */
json_t *amtool_silence(const struct silence *silence, int64_t now_ms);
json_t *amtool_accepted(const struct accepted *accepted, int64_t now_ms);

/* Strings are in the arena; `id` is "" where the document has none. `updated` is left 0. *err has
 * the JSON pointer below `pointer`. */
int amtool_silence_read(const json_t *value, const char *pointer, struct arena *arena,
                        struct silence *ret_silence, struct error *err);

/* Whether a silence stands for an accepted fingerprint; *ret_accepted is filled then. */
bool amtool_is_accepted(const struct silence *silence, struct accepted *ret_accepted);

#endif
