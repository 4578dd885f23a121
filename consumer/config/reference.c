/*
 * reference.c - prints the manual of the configuration from the tables that read it.
 *
 * One line a key: name, kind, range, default, what it is for. Refused keys of Alertmanager stand
 * with their reason, so that nobody has to find out by trying.
 */
#include <inttypes.h>
#include <string.h>

#include "consumer/config/draft.h"

static const char *const kind_names[] = {
    [SETTING_STRING] = "text",   [SETTING_SECRET] = "secret",
    [SETTING_URL] = "URL",       [SETTING_SECRET_URL] = "secret URL",
    [SETTING_BOOL] = "yes/no",   [SETTING_INTEGER] = "integer",
    [SETTING_NUMBER] = "number", [SETTING_DURATION] = "time",
    [SETTING_RATE] = "rate",     [SETTING_ENUM] = "word",
    [SETTING_STRINGS] = "list",  [SETTING_MAP] = "mapping",
    [SETTING_REFUSED] = "-",     [SETTING_TEMPLATE] = "template",
};

static void print_range(FILE *out, const struct setting *setting)
{
    char least[DURATION_TEXT_BYTES], most[DURATION_TEXT_BYTES];

    if (setting->kind == SETTING_ENUM) {
        for (int i = 0; setting->names[i]; i++)
            fprintf(out, "%s%s", i ? " | " : " (", setting->names[i]);
        fputc(')', out);
    }
    if (setting->min == 0 && setting->max == 0)
        return;
    if (setting->kind == SETTING_DURATION) {
        duration_format(setting->min, least);
        duration_format(setting->max, most);
        fprintf(out, " (%s to %s)", least, most);
    } else {
        fprintf(out, " (%" PRId64 " to %" PRId64 "%s)", setting->min, setting->max,
                setting->kind == SETTING_STRING ? " characters"
                : setting->kind == SETTING_RATE ? " requests"
                                                : "");
    }
}

static void print_settings(FILE *out, const struct setting *settings)
{
    for (; settings && settings->kind != SETTING_END; settings++) {
        if (settings->kind == SETTING_REFUSED) {
            fprintf(out, "  %s: not supported: %s\n", settings->name, settings->help);
            continue;
        }
        fprintf(out, "  %s: %s", settings->name, kind_names[settings->kind]);
        print_range(out, settings);
        if (settings->required)
            fputs(", required", out);
        if (setting_has_file(settings))
            fprintf(out, ", or %s_file: its path", settings->name);
        if (settings->fallback)
            fprintf(out, ", default %s", settings->fallback);
        fprintf(out, "\n      %s\n", settings->help ? settings->help : "");
    }
}

static void print_sections(FILE *out, const struct section *sections)
{
    for (; sections && sections->name; sections++) {
        fprintf(out, "  %s:", sections->name);
        if (sections->fallback)
            fprintf(out, " default %s", sections->fallback);
        fprintf(out, "\n      %s\n", sections->help ? sections->help : "");
    }
}

static const struct chapter {
    const char *title;
    const struct setting *settings;
    const struct section *sections;
} chapters[] = {
    {"At the top", config_settings, NULL},
    {"kafka: properties of librdkafka as they are; name_file: PATH reads a secret", NULL, NULL},
    {"topics:", topics_settings, topics_sections},
    {"lifecycle:", lifecycle_settings, NULL},
    {"global: also takes every key of a receiver but name, as the default", global_settings, NULL},
    {"route: and each of its routes:", route_settings, route_sections},
    {"time_intervals: a list of name: and time_intervals: a list of", NULL, interval_sections},
    {"inhibit_rules: a list of", NULL, inhibit_sections},
    {"pipelines: which are expected to run; the first of the list that matches counts",
     cadence_settings, condition_sections},
    {"owners: a list, the first that holds counts", owner_settings, condition_sections},
    {"severity_overrides: a list, the first that holds counts", override_settings,
     condition_sections},
    {"repositories: a list, the first that holds counts; without one the CI run's address says it",
     repository_settings, condition_sections},
    {"links: a list, the first that holds counts for each kind of link", link_settings,
     condition_sections},
    {"tickets: a list, the first that holds counts; without one the tracker beside the repository",
     ticket_settings, condition_sections},
    {"masking: secrets are hidden from every receiver", masking_settings, NULL},
    {"measurement_rules: a list of", measure_settings, condition_sections},
    {NULL, measure_change_settings, NULL},
    {"receivers: a list of", receiver_settings, NULL},
    {NULL, delivery_settings, NULL},
    {NULL, text_settings, NULL},
    {"In every entry of a *_configs list, beside title and the other texts", entry_settings, NULL},
};

void config_print_reference(FILE *out)
{
    fputs("Durations are written 30s, 5m, 1h30m, 7d. ${NAME} in a secret and in kafka: is taken "
          "from the environment.\n",
          out);
    for (size_t i = 0; i < sizeof(chapters) / sizeof(chapters[0]); i++) {
        if (chapters[i].title)
            fprintf(out, "\n%s\n", chapters[i].title);
        print_settings(out, chapters[i].settings);
        print_sections(out, chapters[i].sections);
    }
    for (size_t i = 0; channels[i]; i++) {
        fprintf(out, "\nreceivers: %s_configs: a list of\n", channels[i]->name);
        print_settings(out, channels[i]->settings);
    }
}
