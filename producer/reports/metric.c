/*
 * metric.c - lists of words.
 */
#include "producer/reports/metric.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Good words win over bad ones ("error_ratio" of two groups, "harmful_refusals"), but for these. */
static const char *const worst_words[] = {"non_refus", "non-refus", NULL};
static const char *const good_words[] = {"refus", "_ratio", " ratio", NULL};
static const char *const bad_words[] = {
    "leak",       "toxic",     "attack_success", "asr",       "violation", "error",
    "harmful",    "jailbreak", "hallucination",  "disparit",  "bias",      "misuse",
    "perplexity", "loss",      "bits_per_byte",  "wer",       "ece",       "latency",
    "difference", "injection", "stereotype",     "fail",      "fpr",       "fnr",
    "false_",     "false ",    "agentharm",      "harmbench", NULL};
static const char *const spread_words[] = {"stderr", "std", "var", "ci_lower", "ci_upper", NULL};

#define SHORT_BYTES_MAX 4
#define SEPARATORS      "_-/ []"

/* Whether the name holds a word, ended and begun by something that is no letter where it is short.
 */
static bool holds(const char *name, const char *const *words)
{
    for (; *words; words++) {
        size_t bytes = strlen(*words);

        for (const char *at = name; (at = strcasestr(at, *words)); at++) {
            if (bytes > SHORT_BYTES_MAX ||
                ((at == name || strchr(SEPARATORS, at[-1])) && strchr(SEPARATORS, at[bytes])))
                return true;
        }
    }
    return false;
}

bool metric_higher_is_better(const char *name)
{
    if (holds(name, worst_words))
        return false;
    return holds(name, good_words) || !holds(name, bad_words);
}

bool metric_is_spread(const char *name)
{
    return holds(name, spread_words);
}
