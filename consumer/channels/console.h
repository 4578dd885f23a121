/*
 * console.h - alerts on the terminal: settings and operations.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_CONSOLE_H
#define TOCSIN_CONSUMER_CHANNELS_CONSOLE_H

#include "consumer/channels/channel.h"

#define CONSOLE_WIDTH_MIN 40
#define CONSOLE_WIDTH_MAX 400
#define CONSOLE_BYTES_MAX ((size_t)1 << 20)

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct console {
    int colour;       /* enum colour */
    int64_t width;    /* columns */
    bool is_coloured; /* decided once, by init() */
};

extern const struct channel_ops console_channel;

/* For whoever else writes alerts on a terminal: a colour, taken back by CONSOLE_COLOUR_OFF; and
 * whether standard output is a terminal that wants colours. */
#define CONSOLE_COLOUR_OFF "\033[0m"
const char *console_colour(bool resolved, int severity);
bool console_wants_colour(void);

#endif
