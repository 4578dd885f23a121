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

#endif
