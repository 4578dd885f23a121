/*
 * routes_print.c - see routes_print.h.
 */
#include "consumer/routes_print.h"

#include "consumer/route/quote.h"

#define NBSP "\xc2\xa0"

/* What is shown of a tree. */
struct view {
    FILE *out;
    bool matching; /* only what takes these labels: */
    const struct label *labels;
    size_t count;
    bool lasts[ROUTE_DEPTH_MAX]; /* whether the route on each level above is the last of its parent
                                  */
};

void route_print_matchers(const struct route *route, FILE *out)
{
    struct quoted text;

    if (route->matchers_count == 0) {
        fputs("default-route", out);
        return;
    }
    quoted_init(&text);
    route_put_matchers(route, &text);
    fputs(quoted_text(&text) ? quoted_text(&text) : "{…}", out);
    quoted_fini(&text);
}

/* The child that is shown after `previous` (NULL: the first), NULL for none. */
static const struct route *next_child(const struct view *view, const struct route *route,
                                      const struct route *previous)
{
    const struct route *end = route->children + route->children_count;
    const struct route *child = previous ? previous + 1 : route->children;

    if (view->matching && previous && !previous->continues)
        return NULL;
    while (child < end && view->matching && !route_takes(child, view->labels, view->count))
        child++;
    return child < end ? child : NULL;
}

static void print_branch(struct view *view, const struct route *route, size_t depth, bool last)
{
    const struct route *child = next_child(view, route, NULL);

    for (size_t i = 0; i < depth; i++)
        fputs(view->lasts[i] ? "    " : "│" NBSP NBSP " ", view->out);
    fputs(last ? "└── " : "├── ", view->out);
    route_print_matchers(route, view->out);
    if (route->continues && !view->matching)
        fputs("  continue: true", view->out);
    if (!view->matching || !child)
        fprintf(view->out, "  receiver: %s", route->receiver);
    fputc('\n', view->out);
    view->lasts[depth] = last;
    while (child) {
        const struct route *next = next_child(view, route, child);

        print_branch(view, child, depth + 1, !next);
        child = next;
    }
}

void routes_print(const struct route *root, FILE *out)
{
    struct view view = {.out = out};

    fputs("Routing tree:\n.\n", out);
    print_branch(&view, root, 0, true);
    fputc('\n', out);
}

void routes_print_matching(const struct route *root, const struct label *labels, size_t count,
                           FILE *out)
{
    struct view view = {.out = out, .matching = true, .labels = labels, .count = count};

    fputs("Matching routes:\n.\n", out);
    print_branch(&view, root, 0, true);
    fputs("\n\n", out);
}
