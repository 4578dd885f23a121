/*
 * config_file.h - the file of --config: NAME=VALUE lines, as kcat and Java's clients take them.
 *
 * A name is a property of librdkafka, or "tocsin." and the name of an option (tocsin.model=helpbot;
 * an option that may be given more than once may stand on several lines). Lines that are empty or
 * begin with "#" are passed over; blanks around names and values do not count. An error names file
 * and line, never the value.
 */
#ifndef TOCSIN_PRODUCER_CLI_CONFIG_FILE_H
#define TOCSIN_PRODUCER_CLI_CONFIG_FILE_H

#include "producer/cli/options.h"

#define CONFIG_FILE_BYTES_MAX ((size_t)64 << 10)

int config_file_read(const char *path, struct arena *arena, struct options *options,
                     struct error *err);

#endif
