/*
 * metric.c - two lists of words.
 */
#include "producer/reports/metric.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const bad_words[] = {
    "leak",       "toxic",     "attack_success", "asr",      "violation", "error",
    "harmful",    "jailbreak", "hallucination",  "disparit", "bias",      "misuse",
    "perplexity", "loss",      "bits_per_byte",  "wer",      "ece",       "latency",
    "difference", "injection", "stereotype",     NULL};
static const char *const spread_words[] = {"stderr", "std", "var", "ci_lower", "ci_upper", NULL};

/* Whether the name holds a word, ended or begun by something that is no letter where it is short.
 */
static bool holds(const char *name, const char *const *words)
{
    for (; *words; words++) {
        size_t bytes = strlen(*words);

        for (const char *at = name; (at = strcasestr(at, *words)); at++) {
            if (bytes > 4 || ((at == name || strchr("_-/ ", at[-1])) &&
                              (at[bytes] == '\0' || strchr("_-/ ", at[bytes]))))
                return true;
        }
    }
    return false;
}

bool metric_higher_is_better(const char *name)
{
    return !holds(name, bad_words);
}

bool metric_is_spread(const char *name)
{
    return holds(name, spread_words);
}
