/*
 * routes_print.h - a routing tree on the terminal, byte for byte as amtool prints it.
 */
#ifndef TOCSIN_CONSUMER_ROUTES_PRINT_H
#define TOCSIN_CONSUMER_ROUTES_PRINT_H

#include <stdio.h>

#include "consumer/route/route.h"

/* Every route, with its matchers, `continue` and its receiver. */
void routes_print(const struct route *root, FILE *out);

/* The routes that an alert with these labels passes, and the receivers where it ends. */
void routes_print_matching(const struct route *root, const struct label *labels, size_t count,
                           FILE *out);

/* {severity="high"}, or default-route for a route without matchers. */
void route_print_matchers(const struct route *route, FILE *out);

#endif
