/*
 * forge.c - the table of services that hold repositories.
 */
#include "consumer/enrich/forge.h"

#include <string.h>

#include "consumer/enrich/address_template.h"

#define COMMIT_CHARS_MIN 7
#define COMMIT_CHARS_MAX 64

const char *const forge_names[] = {"github",       "gitlab", "bitbucket", "bitbucket_server",
                                   "azure_devops", "gitea",  NULL};

/* In addresses \1 is the older commit, \2 the newer. */
static const struct forge {
    const char *hosts[3];   /* part of the host of a repository's address */
    const char *runs[2];    /* what follows the repository in the address of a run */
    const char *in_project; /* between the project of a run and the repository; NULL: nothing */
    const char *commit, *compare;
    int tracker; /* -1: none, or one that can't be filled in */
} forges[] = {
    [FORGE_GITHUB] = {.hosts = {"github"},
                      .runs = {"/actions/runs/"},
                      .commit = "/commit/\2",
                      .compare = "/compare/\1...\2",
                      .tracker = TRACKER_GITHUB},
    [FORGE_GITLAB] = {.hosts = {"gitlab"},
                      .runs = {"/-/jobs/", "/-/pipelines/"},
                      .commit = "/-/commit/\2",
                      .compare = "/-/compare/\1...\2",
                      .tracker = TRACKER_GITLAB},
    [FORGE_BITBUCKET] = {.hosts = {"bitbucket.org"},
                         .runs = {"/pipelines/results/", "/addon/pipelines/home"},
                         .commit = "/commits/\2",
                         .compare = "/branches/compare/\2..\1",
                         .tracker = -1},
    [FORGE_BITBUCKET_SERVER] = {.commit = "/commits/\2",
                                .compare = "/compare/commits?sourceBranch=\2&targetBranch=\1",
                                .tracker = -1},
    [FORGE_AZURE] = {.hosts = {"dev.azure.com", ".visualstudio.com"},
                     .runs = {"/_build/results"},
                     .in_project = "/_git/",
                     .commit = "/commit/\2",
                     .compare = "/branchCompare?baseVersion=GC\1&targetVersion=GC\2",
                     .tracker = TRACKER_AZURE},
    /* runs of Gitea's own CI look like GitHub's, and so does all else */
    [FORGE_GITEA] = {.hosts = {"gitea", "codeberg.org", "forgejo"},
                     .commit = "/commit/\2",
                     .compare = "/compare/\1...\2",
                     .tracker = TRACKER_GITEA},
};
#define FORGES (sizeof(forges) / sizeof(forges[0]))

/* Nothing that could end the address or reach into another: it becomes part of a link. */
static bool is_plain_address(const char *address, size_t bytes)
{
    if (strncmp(address, "https://", 8) != 0 && strncmp(address, "http://", 7) != 0)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        char c = address[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("-._~:/%", c)))
            return false;
    }
    return true;
}

static struct repository by_run(const char *run_url, const char *name, struct arena *arena)
{
    for (size_t i = 0; i < FORGES; i++) {
        for (size_t r = 0; r < 2 && forges[i].runs[r]; r++) {
            const char *run = strstr(run_url, forges[i].runs[r]);
            size_t bytes = run ? (size_t)(run - run_url) : 0;
            const char *last = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
            const char *inside = forges[i].in_project;

            if (!run || !is_plain_address(run_url, bytes))
                continue;
            return (struct repository){
                .forge = &forges[i],
                .base = arena_printf(arena, "%.*s%s%s", (int)bytes, run_url, inside ? inside : "",
                                     inside ? last : ""),
            };
        }
    }
    return (struct repository){.forge = NULL};
}

/* https://host/owner/repository.git */
static struct repository by_name(const char *name, struct arena *arena)
{
    size_t bytes = strlen(name);
    const char *host = strstr(name, "://");

    if (bytes > 4 && strcmp(name + bytes - 4, ".git") == 0)
        bytes -= 4;
    while (bytes > 0 && name[bytes - 1] == '/')
        bytes--;
    if (!host || !is_plain_address(name, bytes))
        return (struct repository){.forge = NULL};
    host += 3;
    for (size_t i = 0; i < FORGES; i++) {
        for (size_t h = 0; h < 3 && forges[i].hosts[h]; h++) {
            const char *found = strstr(host, forges[i].hosts[h]);

            if (found && found < host + strcspn(host, "/"))
                return (struct repository){
                    .forge = &forges[i],
                    .base = arena_strndup(arena, name, bytes),
                };
        }
    }
    return (struct repository){.forge = NULL};
}

struct repository repository_of(const struct enrichment *rules, const struct sighting *sighting,
                                const struct list *labels, struct arena *arena)
{
    const struct repository_rule *rule =
        rules ? rules_find(&rules->repositories, sizeof(*rule), labels) : NULL;
    struct repository found = {.forge = NULL};

    if (rule)
        return (struct repository){.forge = &forges[rule->forge],
                                   .base = address_template_fill(rule->url, labels, arena)};
    if (!sighting)
        return found;
    if (sighting->run_url)
        found = by_run(sighting->run_url, sighting->repository, arena);
    return found.forge ? found : by_name(sighting->repository, arena);
}

static bool is_commit(const char *text)
{
    size_t chars = text ? strspn(text, "0123456789abcdefABCDEF") : 0;

    return chars >= COMMIT_CHARS_MIN && chars <= COMMIT_CHARS_MAX && text[chars] == '\0';
}

static const char *fill(const struct repository *repository, const char *pattern, const char *from,
                        const char *to, struct arena *arena)
{
    const char *url = repository->base;

    while (url && *pattern) {
        size_t plain = strcspn(pattern, "\1\2");
        char mark = pattern[plain];

        url = arena_printf(arena, "%s%.*s%s", url, (int)plain, pattern,
                           mark == '\1'   ? from
                           : mark == '\2' ? to
                                          : "");
        pattern += plain + (mark != '\0');
    }
    return url && strlen(url) <= URL_MAX_CHARS ? url : NULL;
}

const char *repository_commit_url(const struct repository *repository, const char *commit,
                                  struct arena *arena)
{
    return repository->forge && is_commit(commit)
               ? fill(repository, repository->forge->commit, "", commit, arena)
               : NULL;
}

const char *repository_compare_url(const struct repository *repository, const char *from,
                                   const char *to, struct arena *arena)
{
    return repository->forge && is_commit(from) && is_commit(to) && strcmp(from, to) != 0
               ? fill(repository, repository->forge->compare, from, to, arena)
               : NULL;
}

int repository_tracker(const struct repository *repository, struct arena *arena,
                       const char **ret_base)
{
    const struct forge *forge = repository->forge;
    const char *inside = forge && forge->in_project && repository->base
                             ? strstr(repository->base, forge->in_project)
                             : NULL;

    *ret_base = inside ? arena_strndup(arena, repository->base, (size_t)(inside - repository->base))
                       : repository->base;
    return forge && *ret_base ? forge->tracker : -1;
}
