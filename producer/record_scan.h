/*
 * record_scan.h - a plain record straight from its text, several times as fast as by way of a
 * document.
 *
 * Plain is: members that the table knows, each once, of simple kinds, strings with the usual
 * escapes. Everything else, and everything that is wrong, is left to record_parse() and
 * record_decode_value(), which know why. What is taken here they would take too, and read the same;
 * tests/contract holds the two together.
 */
#ifndef TOCSIN_PRODUCER_RECORD_SCAN_H
#define TOCSIN_PRODUCER_RECORD_SCAN_H

#include "producer/record.h"

/* `record` is what members that are left out are: zeroed, or with defaults, which also stand in for
 * required ones. `json` is valid UTF-8 and ends with a NUL at `bytes`. False: it is not plain, and
 * *record is spoiled. */
bool record_scan(const struct record_type *type, const char *json, size_t bytes,
                 struct arena *arena, void *record);

#endif
