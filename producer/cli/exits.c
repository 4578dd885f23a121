/*
 * exits.c - see exits.h.
 */
#include "producer/cli/exits.h"

#include <stddef.h>
#include <sysexits.h>

const struct exit_row exit_rows[] = {
    {EX_OK, "Kafka has every record, or the spool has"},
    {1, "everything is published, and --fail-on asks to fail"},
    {EX_USAGE, "wrong usage: an option, the configuration file, a property of librdkafka"},
    {EX_DATAERR, "nothing of the reports is readable"},
    {EX_NOINPUT, "no such report"},
    {EX_UNAVAILABLE, "Kafka refuses: no such topic, a record that is too large"},
    {EX_SOFTWARE, "no memory"},
    {EX_IOERR, "reading or writing failed"},
    {EX_TEMPFAIL, "Kafka is away: the same may succeed later"},
    {EX_NOPERM, "Kafka refuses: who we are, what we may do, whom we trust"},
    {0, NULL},
};
