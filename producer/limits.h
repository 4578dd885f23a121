/*
 * limits.h - every limit that more than one file has to know, with its unit.
 *
 * A limit of one file only stands in that file's header. Each has a test at its edge.
 */
#ifndef TOCSIN_PRODUCER_LIMITS_H
#define TOCSIN_PRODUCER_LIMITS_H

/* Kafka's own default message.max.bytes is 1048588; a record must also fit with its headers and
 * framing. */
#define FINDING_RECORD_BYTES_MAX            1000000
#define FINDINGS_TOPIC_MESSAGE_BYTES_MAX    1048588
/* dead-letter takes a finding's maximum and 64 KiB of reasons beside it */
#define DEAD_LETTER_TOPIC_MESSAGE_BYTES_MAX (FINDINGS_TOPIC_MESSAGE_BYTES_MAX + 65536)

#define FINDING_TEXT_MAX  1000000 /* code points of a prompt or an output */
/* code points of rule ids, model names, targets, pipelines, branches … */
#define NAME_MAX_CHARS    512
#define TITLE_MAX_CHARS   1024
#define URL_MAX_CHARS     2048
#define LABELS_MAX        64
#define ROUTED_LABELS_MAX 128 /* a finding's own and those that routing adds */
#define SHARDS_MAX        4096
#define COVERAGE_ROWS_MAX 8192

#define SIGHTINGS_MAX             64
#define TOLD_MAX                  256
#define FLAPS_MAX                 16 /* reopenings of an alert that are remembered */
#define SAMPLES_MAX               5
#define ALERT_RECORD_BYTES_MAX    131072
#define EVIDENCE_RECORD_BYTES_MAX 65536
#define EVIDENCE_TEXT_BYTES_MAX   6000 /* prompt or output of one sample */
/* prompt or output in an alert's picture on its way to a receiver */
#define PICTURE_TEXT_BYTES_MAX    3000
/* alerts that one message carries in full; the rest are counted */
#define GROUP_MEMBERS_SHOWN_MAX   20

#endif
