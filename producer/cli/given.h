/*
 * given.h - what the options give to records: model, target, run, labels, links; or a whole
 * finding.
 *
 * What an option says wins over what a report says. Labels of a report keep their place; one of the
 * same name is replaced.
 */
#ifndef TOCSIN_PRODUCER_CLI_GIVEN_H
#define TOCSIN_PRODUCER_CLI_GIVEN_H

#include "producer/cli/publication.h"

#define LABEL_FORK              "fork"
#define EVIDENCE_FILE_BYTES_MAX ((size_t)16 << 20) /* of --prompt @FILE */

/* --label, once, when the run is known: its pull request may be of a fork, which is a label too, so
 * that routes can tell. */
int given_labels(struct publication *publication, struct error *err);

int given_to_finding(const struct publication *publication, struct finding *finding,
                     struct arena *arena, struct error *err);
void given_to_measurement(const struct publication *publication, struct measurement *measurement);
void given_to_coverage(const struct publication *publication, struct coverage *coverage);
void given_to_run(const struct publication *publication, struct run *run);

/* Whether fingerprints are not those that a record would have without the options. */
bool given_changes_identity(const struct publication *publication);

/* --rule and what belongs to it. */
int given_finding(struct publication *publication, struct finding *ret_finding, struct error *err);

#endif
