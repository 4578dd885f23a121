/* Links of an alert: of its commits on every service, by rule, and to a new ticket. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/enrich/addresses.h"
#include "consumer/enrich/ticket.h"

#define OLDER "1111111111111111111111111111111111111111"
#define NEWER "2222222222222222222222222222222222222222"

static struct arena arena;
static struct enrichment rules;
static struct sighting sighting;
static struct sample sample;
static struct alert alert;

static void setup(void)
{
    arena_init(&arena);
    rules = (struct enrichment){.owners = {NULL, 0}};
    sample = (struct sample){.prompt = "SECRET PROMPT", .output = "SECRET OUTPUT"};
    sighting = (struct sighting){.pipeline = "redteam",
                                 .repository = "acme/helpbot",
                                 .branch = "main",
                                 .model_version = "1.4",
                                 .team = "",
                                 .run = "1",
                                 .run_url = "https://github.com/acme/helpbot/actions/runs/1",
                                 .commit = NEWER,
                                 .previous_commit = OLDER};
    alert = (struct alert){.fingerprint = "v1:00000000000000000000000000000000",
                           .rule = {.id = "t/leak", .title = "A & B", .tool = "t", .probe = "leak"},
                           .model = "helpbot",
                           .target = "prod",
                           .category = "",
                           .severity = SEVERITY_HIGH,
                           .sightings = {&sighting, 1}};
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(addresses, .init = setup, .fini = teardown);

static struct addresses addresses(void)
{
    struct enriched enriched;
    struct addresses ret;
    struct error err = {0};

    cr_assert_eq(enriched_of(&rules, &alert, &sighting, &arena, &enriched, &err), 0);
    cr_assert_eq(addresses_of(&rules, &alert, &sighting, &enriched, &sample, &arena, &ret, &err),
                 0);
    return ret;
}

#define GITHUB  "https://github.com/acme/helpbot"
#define GITLAB  "https://gitlab.example/a/b/c"
#define BUCKET  "https://bitbucket.org/acme/helpbot"
#define AZURE   "https://dev.azure.com/acme/ml"
#define STASH   "https://git.example/projects/ML/repos/helpbot"
#define COMPARE OLDER "..." NEWER

Test(addresses, commits_on_every_service)
{
    static const struct {
        const char *run_url, *repository, *commit, *compare;
    } rows[] = {
        {GITHUB "/actions/runs/1/attempts/2", "acme/helpbot", GITHUB "/commit/" NEWER,
         GITHUB "/compare/" COMPARE},
        {GITLAB "/-/jobs/77", "a/b/c", GITLAB "/-/commit/" NEWER, GITLAB "/-/compare/" COMPARE},
        {GITLAB "/-/pipelines/7", "a/b/c", GITLAB "/-/commit/" NEWER, GITLAB "/-/compare/" COMPARE},
        {BUCKET "/pipelines/results/7", "acme/helpbot", BUCKET "/commits/" NEWER,
         BUCKET "/branches/compare/" NEWER ".." OLDER},
        {AZURE "/_build/results?buildId=9", "ml/helpbot", AZURE "/_git/helpbot/commit/" NEWER,
         AZURE "/_git/helpbot/branchCompare?baseVersion=GC" OLDER "&targetVersion=GC" NEWER},
        {"https://jenkins.example/job/1", GITHUB ".git", GITHUB "/commit/" NEWER,
         GITHUB "/compare/" COMPARE},
        {NULL, "https://codeberg.org/acme/helpbot/",
         "https://codeberg.org/acme/helpbot/commit/" NEWER,
         "https://codeberg.org/acme/helpbot/compare/" COMPARE},
        {"https://jenkins.example/job/1", "acme/helpbot", NULL, NULL},
        {NULL, "https://evil.example/github/x", NULL, NULL},
        {NULL, "", NULL, NULL},
        {"javascript:alert(1)/actions/runs/1", "x", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sighting.run_url = rows[i].run_url;
        sighting.repository = rows[i].repository;
        struct addresses found = addresses();

        if (!rows[i].commit) {
            cr_assert_null(found.commit, "%s", found.commit);
            cr_assert_null(found.compare);
            continue;
        }
        cr_assert_str_eq(found.commit, rows[i].commit);
        cr_assert_str_eq(found.compare, rows[i].compare);
    }
}

Test(addresses, what_is_no_commit_has_no_link)
{
    static const char *const commits[] = {NULL, "", "main", "12345", "123456/../", "1234567 "};

    for (size_t i = 0; i < sizeof(commits) / sizeof(commits[0]); i++) {
        sighting.commit = commits[i];
        cr_assert_null(addresses().commit);
    }
    sighting.commit = "abcdef0";
    cr_assert(addresses().commit);
    sighting.previous_commit = sighting.commit;
    cr_assert_null(addresses().compare, "nothing changed");
    sighting.previous_commit = NULL;
    cr_assert_null(addresses().compare, "not known");
}

Test(addresses, rules_say_where_a_repository_is_and_what_is_linked)
{
    static struct repository_rule repository = {
        .forge = FORGE_BITBUCKET_SERVER, .url = "https://git.example/projects/ML/repos/{model}"};
    static struct link_rule links[] = {
        {.link = LINK_RUNBOOK, .url = "https://wiki/{target}/{alertname}"},
        {.link = LINK_RUNBOOK, .url = "https://wiki/second"},
        {.link = LINK_ARTIFACT, .url = "https://store/{run}/{commit}"},
        {.link = LINK_REPORT, .url = "https://reports/{nothing}"},
    };

    rules.repositories = (struct list){&repository, 1};
    rules.links = (struct list){links, 4};
    alert.links.report = "https://ci/report";
    alert.links.runbook = "https://tool/docs";
    struct addresses found = addresses();

    cr_assert_str_eq(found.commit, STASH "/commits/" NEWER);
    cr_assert_str_eq(found.compare,
                     STASH "/compare/commits?sourceBranch=" NEWER "&targetBranch=" OLDER);
    cr_assert_str_eq(found.links.runbook, "https://wiki/prod/t%2Fleak");
    cr_assert_str_eq(found.links.artifact, "https://store/1/" NEWER);
    cr_assert_str_eq(found.links.report, "https://ci/report", "a rule without a value gives none");
    cr_assert_null(found.ticket, "Bitbucket's can't be filled in");
}

static const struct ticket_rule jira = {.tracker = TRACKER_JIRA,
                                        .url = "https://acme.atlassian.net",
                                        .project = "10420",
                                        .type = "10004"};

static const char *ticket_by(struct ticket_rule rule)
{
    rules.tickets = (struct list){&rule, 1};
    return addresses().ticket;
}

static bool begins(const char *url, const char *with)
{
    return url && strncmp(url, with, strlen(with)) == 0;
}

Test(addresses, tickets_of_every_tracker)
{
    static const char *labels[] = {"red team", "llm"};
    const struct list both = {labels, 2};
    static struct owner_rule owner = {.team = "", .owner = "ada@example.com"};
    static const struct {
        struct ticket_rule rule;
        const char *start, *has;
    } rows[] = {
        {{.tracker = TRACKER_JIRA,
          .url = "https://acme.atlassian.net",
          .project = "10420",
          .type = "10004",
          .assign = true},
         "https://acme.atlassian.net/secure/CreateIssueDetails!init.jspa?pid=10420&issuetype=10004"
         "&assignee=ada%40example.com&labels=red%20team&labels=llm&summary=high%3A%20A%20%26%20B",
         "&description=Rule%3A%20t%2Fleak%0A"},
        {{.tracker = TRACKER_AZURE,
          .url = "https://dev.azure.com/acme",
          .project = "ML Ops",
          .type = "",
          .assign = true},
         "https://dev.azure.com/acme/ML%20Ops/_workitems/create/Bug?%5BSystem.AssignedTo%5D="
         "ada%40example.com&%5BSystem.Tags%5D=red%20team%3B%20llm&%5BSystem.Title%5D=high",
         "&%5BMicrosoft.VSTS.TCM.ReproSteps%5D=Rule%3A%20t%2Fleak%3Cbr%3E"},
        {{.tracker = TRACKER_AZURE,
          .url = "https://dev.azure.com/acme",
          .project = "ml",
          .type = "User Story"},
         "https://dev.azure.com/acme/ml/_workitems/create/User%20Story?%5BSystem.Tags%5D=",
         "&%5BSystem.Description%5D=Rule"},
        {{.tracker = TRACKER_SERVICENOW,
          .url = "https://acme.service-now.com",
          .project = "",
          .type = "",
          .assign = true},
         "https://acme.service-now.com/incident.do?sys_id=-1&sysparm_query=assigned_to%3D"
         "ada%40example.com%5Eshort_description%3Dhigh%3A%20A%20%26%20B",
         "%5Edescription%3DRule"},
        {{.tracker = TRACKER_GITHUB,
          .url = "https://github.com",
          .project = "acme/sec",
          .type = "",
          .assign = true},
         "https://github.com/acme/sec/issues/"
         "new?assignees=ada%40example.com&labels=red%20team%2Cllm"
         "&title=high",
         "&body=Rule"},
        {{.tracker = TRACKER_GITLAB, .url = "https://gitlab.example", .project = "a/b", .type = ""},
         "https://gitlab.example/a/b/-/issues/new?issue%5Btitle%5D=high",
         "&issue%5Bconfidential%5D=true"},
        {{.tracker = TRACKER_GITEA, .url = "https://gitea.example", .project = "a/b", .type = ""},
         "https://gitea.example/a/b/issues/new?title=high",
         "&body=Rule"},
    };

    rules.owners = (struct list){&owner, 1};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ticket_rule rule = rows[i].rule;

        rule.labels = both;
        const char *url = ticket_by(rule);

        cr_assert(begins(url, rows[i].start), "%s\n%s", rows[i].start, url);
        cr_assert(strstr(url, rows[i].has), "%s", url);
        cr_assert_not(strstr(url, "SECRET"), "no payload: %s", url);
        rule.evidence = true;
        url = ticket_by(rule);
        cr_assert(strstr(url, "SECRET%20PROMPT") && strstr(url, "SECRET%20OUTPUT"), "%s", url);
    }
}

Test(addresses, tickets_keep_their_trackers_limits)
{
    static char title[TITLE_MAX_CHARS * 2 + 1], prompt[4001];
    struct ticket_rule rule = jira;
    const char *summary;

    for (size_t i = 0; i < TITLE_MAX_CHARS; i++)
        memcpy(title + 2 * i, "\xc3\xa9", 2);
    memset(prompt, '<', 4000);
    alert.rule.title = title;
    sample.prompt = prompt;
    rule.evidence = true;
    for (int kind = 0; tracker_names[kind]; kind++) {
        const char *url;

        rule.tracker = kind;
        url = ticket_by(rule);
        cr_assert(url && strlen(url) <= (kind < TRACKER_GITHUB ? 2000 : URL_MAX_CHARS), "%s",
                  tracker_names[kind]);
        cr_assert_gt(strlen(url), 1900, "%s", tracker_names[kind]);
        for (const char *at = url; (at = strchr(at, '%')); at += 3)
            cr_assert_eq(strspn(at + 1, "0123456789ABCDEF"), 2 + strspn(at + 3, "0123456789ABCDEF"),
                         "%s", at);
        cr_assert_eq(strstr(url, "confidential%5D=true") != NULL, kind == TRACKER_GITLAB);
    }
    memset(title, 'a', sizeof(title) - 1);
    summary = strstr(ticket_by(jira), "&summary=");
    cr_assert_eq(strcspn(summary + 9, "&"), 255 + 4, "255 characters, of which two are encoded");
}

Test(addresses, a_query_of_servicenow_cannot_be_ended)
{
    struct ticket_rule rule = {
        .tracker = TRACKER_SERVICENOW, .url = "https://s", .project = "", .type = "incident"};
    const char *at;
    size_t fields = 0;

    alert.rule.title = "x^urgency=1";
    alert.model = "m^";
    for (at = ticket_by(rule); (at = strstr(at, "%5E")); at++)
        fields++;
    cr_assert_eq(fields, 1, "title and description alone");
}

Test(addresses, the_tracker_beside_the_repository)
{
    const char *url = addresses().ticket;

    cr_assert(begins(url, GITHUB "/issues/new?labels=security&title=high%3A%20A%20%26%20B"), "%s",
              url);
    sighting.run_url = AZURE "/_build/results?buildId=9";
    url = addresses().ticket;
    cr_assert(begins(url, AZURE "/_workitems/create/Bug?"), "%s", url);
    alert.links.ticket = "https://tracker/7";
    cr_assert_str_eq(addresses().ticket, "https://tracker/7", "the finding brought one");
}
