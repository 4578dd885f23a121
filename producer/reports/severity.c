/*
 * severity.c - two tables.
 */
#include "producer/reports/severity.h"

#include <strings.h>

static const struct {
    const char *word;
    enum severity severity;
} words[] = {
    {"critical", SEVERITY_CRITICAL},  {"fatal", SEVERITY_CRITICAL}, {"high", SEVERITY_HIGH},
    {"error", SEVERITY_HIGH},         {"major", SEVERITY_HIGH},     {"medium", SEVERITY_MEDIUM},
    {"moderate", SEVERITY_MEDIUM},    {"warning", SEVERITY_MEDIUM}, {"low", SEVERITY_LOW},
    {"minor", SEVERITY_LOW},          {"note", SEVERITY_LOW},       {"info", SEVERITY_INFO},
    {"informational", SEVERITY_INFO}, {"none", SEVERITY_INFO},
};

static const struct {
    double below;
    enum severity severity;
} scores[] = {{0.1, SEVERITY_INFO}, {4, SEVERITY_LOW}, {7, SEVERITY_MEDIUM}, {9, SEVERITY_HIGH}};

enum severity severity_of(const char *word, enum severity otherwise)
{
    for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(word, words[i].word) == 0)
            return words[i].severity;
    }
    return otherwise;
}

enum severity severity_of_cvss(double score)
{
    for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
        if (score < scores[i].below)
            return scores[i].severity;
    }
    return SEVERITY_CRITICAL;
}
