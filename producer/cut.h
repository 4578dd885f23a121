/*
 * cut.h - a finding's evidence, cut to what a record can hold.
 *
 * The output is cut first and then the prompt, on a character boundary; what was cut is said in
 * bytes beside the SHA-256 of the whole. How much is kept depends on the two texts alone, so that
 * the same evidence gives the same finding id in every attempt and from every kind of report.
 */
#ifndef TOCSIN_PRODUCER_CUT_H
#define TOCSIN_PRODUCER_CUT_H

#include "producer/finding.h"

/* What prompt and output may take together in the JSON, escaped; the rest of
 * FINDING_RECORD_BYTES_MAX is for everything else. */
#define CUT_TEXT_BYTES_MAX   900000
/* A prompt is only cut when it leaves less than this for the output. */
#define CUT_OUTPUT_BYTES_MIN 50000

/* What is kept lies in the arena. -1 only when memory is out. */
int cut_finding(struct finding *finding, struct arena *arena, struct error *err);

/* Bytes that a JSON string takes, without its quotes. */
size_t cut_escaped_bytes(const char *text);

#endif
