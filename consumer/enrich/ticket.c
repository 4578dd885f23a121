/*
 * ticket.c - see ticket.h.
 */
#include "consumer/enrich/ticket.h"

#include <string.h>

/* `run` is what follows the project in the address of a run. */
static const struct tracker {
    const char *provider, *run, *page, *title, *body, *more;
} trackers[] = {
    {"GitHub", "/actions/runs/", "/issues/new", "title", "body", "&labels=security"},
    {"GitLab", "/-/jobs/", "/-/issues/new", "issue%5Btitle%5D", "issue%5Bdescription%5D",
     "&issue%5Bconfidential%5D=true"},
    {"GitLab", "/-/pipelines/", "/-/issues/new", "issue%5Btitle%5D", "issue%5Bdescription%5D",
     "&issue%5Bconfidential%5D=true"},
};

static bool unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("-._~", byte));
}

static const char *escape(const char *text, struct arena *arena)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = arena_alloc(arena, 3 * strlen(text) + 1);
    char *at = escaped;

    for (; escaped && *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (unreserved(byte)) {
            *at++ = *text;
            continue;
        }
        *at++ = '%';
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 0x0f];
    }
    return escaped;
}

/* Nothing that could end the address or reach into another: it becomes part of a link. */
static bool plain_address(const char *address, size_t bytes)
{
    if (strncmp(address, "https://", 8) != 0 && strncmp(address, "http://", 7) != 0)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)address[i];

        if (!unreserved(byte) && !strchr(":/%", byte))
            return false;
    }
    return true;
}

static const struct tracker *tracker_of(const char *run_url, size_t *ret_project_bytes)
{
    for (size_t i = 0; i < sizeof(trackers) / sizeof(trackers[0]); i++) {
        const char *run = strstr(run_url, trackers[i].run);

        if (run && plain_address(run_url, (size_t)(run - run_url))) {
            *ret_project_bytes = (size_t)(run - run_url);
            return &trackers[i];
        }
    }
    return NULL;
}

const char *ticket_url(const struct alert *alert, const struct sighting *sighting,
                       struct arena *arena)
{
    size_t project_bytes = 0;
    const struct tracker *tracker =
        sighting && sighting->run_url ? tracker_of(sighting->run_url, &project_bytes) : NULL;
    const char *title, *body, *url;

    if (!tracker)
        return NULL;
    title = arena_printf(arena, "%s: %s (%s)", severity_names[alert->severity],
                         alert->rule.title[0] ? alert->rule.title : alert->rule.id, alert->model);
    body = arena_printf(arena, "Rule: %s\nModel: %s %s\nTarget: %s\nFingerprint: %s\nCI run: %s\n",
                        alert->rule.id, alert->model, sighting->model_version, alert->target,
                        alert->fingerprint, sighting->run_url);
    if (!title || !body || !(title = escape(title, arena)) || !(body = escape(body, arena)))
        return NULL;
    url = arena_printf(arena, "%.*s%s?%s=%s&%s=%s%s", (int)project_bytes, sighting->run_url,
                       tracker->page, tracker->title, title, tracker->body, body, tracker->more);
    return url && strlen(url) <= URL_MAX_CHARS ? url : NULL;
}
