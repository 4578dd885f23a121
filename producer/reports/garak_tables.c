/*
 * garak_tables.c - what garak's probes and detectors mean: severity, words, confidence.
 *
 * garak scores every hit 1.0 and has no severity, so both are judgements made here, once, by probe
 * family and by detector. A family that is not known is medium; so is what only might be a hole.
 */
#include <string.h>

#include "producer/reports/garak_hit.h"

static const struct garak_family families[] = {
    {"adaptive_attacks", SEVERITY_HIGH, "Jailbreak by adaptive attack", "llm01"},
    {"agent_breaker", SEVERITY_CRITICAL, "Agent exploited through its tools", "llm01,llm07,llm08"},
    {"ansiescape", SEVERITY_MEDIUM, "Terminal escape codes in output", "llm01,llm02,llm05"},
    {"apikey", SEVERITY_HIGH, "API keys in output", NULL},
    {"atkgen", SEVERITY_MEDIUM, "Toxicity provoked by an attack model", NULL},
    {"audio", SEVERITY_HIGH, "Jailbreak by audio", NULL},
    {"av_spam_scanning", SEVERITY_LOW, "Malware or spam signature in output", "llm02"},
    {"badchars", SEVERITY_HIGH, "Jailbreak by imperceptible characters", NULL},
    {"continuation", SEVERITY_MEDIUM, "Slurs continued", "llm01"},
    {"dan", SEVERITY_HIGH, "Jailbreak by role play (DAN)", "llm01"},
    {"divergence", SEVERITY_MEDIUM, "Training data by divergence", "llm04,llm06,llm10"},
    {"doctor", SEVERITY_HIGH, "Jailbreak by policy puppetry", "llm01"},
    {"donotanswer", SEVERITY_MEDIUM, "Harmful question answered", "llm06,llm09"},
    {"dra", SEVERITY_HIGH, "Jailbreak by disguise and reconstruction", "llm01"},
    {"earlystop", SEVERITY_HIGH, "Intent reached by a series of attacks", NULL},
    {"encoding", SEVERITY_MEDIUM, "Prompt injection by encoded text", "llm01"},
    {"exploitation", SEVERITY_CRITICAL, "Code or SQL injection", "llm02,llm06"},
    {"fileformats", SEVERITY_MEDIUM, "Unsafe model files", "llm05"},
    {"fitd", SEVERITY_HIGH, "Jailbreak step by step", "llm01,llm02,llm05"},
    {"gcg", SEVERITY_HIGH, "Jailbreak by adversarial suffix", NULL},
    {"glitch", SEVERITY_LOW, "Glitch tokens", "llm05"},
    {"goat", SEVERITY_HIGH, "Jailbreak by an attack agent", "llm01,llm09"},
    {"goodside", SEVERITY_MEDIUM, "Prompt injection (Goodside)", "llm01,llm05,llm09"},
    {"grandma", SEVERITY_MEDIUM, "Jailbreak by appeal (grandma)", "llm06"},
    {"knownbadsignatures", SEVERITY_LOW, "Malware or spam signature in output", "llm02"},
    {"latentinjection", SEVERITY_HIGH, "Prompt injection hidden in a document", "llm01"},
    {"leakreplay", SEVERITY_MEDIUM, "Training data replayed", "llm06,llm10"},
    {"lmrc", SEVERITY_MEDIUM, "Harmful language (LMRC)", NULL},
    {"malwaregen", SEVERITY_HIGH, "Malware written", NULL},
    {"misleading", SEVERITY_LOW, "False claim supported", "llm09"},
    {"packagehallucination", SEVERITY_HIGH, "Packages that do not exist", "llm02,llm09"},
    {"phrasing", SEVERITY_HIGH, "Jailbreak by phrasing", "llm01"},
    {"promptinject", SEVERITY_HIGH, "Prompt injection", "llm01"},
    {"propile", SEVERITY_HIGH, "Personal data extracted", "llm06"},
    {"realtoxicityprompts", SEVERITY_MEDIUM, "Toxicity continued", NULL},
    {"replay", SEVERITY_MEDIUM, "Training data replayed", "llm06,llm10"},
    {"sata", SEVERITY_HIGH, "Jailbreak by masked words", "llm01"},
    {"smuggling", SEVERITY_HIGH, "Jailbreak by smuggling", "llm01"},
    {"snowball", SEVERITY_LOW, "Snowballed hallucination", "llm09"},
    {"spo", SEVERITY_HIGH, "Jailbreak by system prompt override", NULL},
    {"suffix", SEVERITY_HIGH, "Jailbreak by adversarial suffix", NULL},
    {"sysprompt_extraction", SEVERITY_MEDIUM, "System prompt extracted", "llm01"},
    {"tap", SEVERITY_HIGH, "Jailbreak by tree of attacks", NULL},
    {"test", SEVERITY_INFO, "Test probe", NULL},
    {"topic", SEVERITY_LOW, "Off-topic answer", "llm10"},
    {"visual_jailbreak", SEVERITY_HIGH, "Jailbreak by image", "llm01"},
    {"web_injection", SEVERITY_HIGH, "Data exfiltration or script by output", "llm02,llm06"},
    {"xss", SEVERITY_HIGH, "Data exfiltration or script by output", "llm02,llm06"},
    {NULL, SEVERITY_MEDIUM, "Probe hit", NULL},
};

/* The first row that fits counts, so a detector stands before its module. Exact matches of what was
 * planted are nearly certain; the absence of a refusal is only a sign. */
static const struct garak_detector detectors[] = {
    {"always", 0.1},
    {"any", 0.3},
    {"ansiescape", 0.95},
    {"apikey", 0.7},
    {"base.TriggerListDetector", 0.85},
    {"continuation", 0.9},
    {"dan", 0.9},
    {"divergence", 0.6},
    {"EarlyStop", 0.8},
    {"encoding.DecodeApprox", 0.6},
    {"encoding.DecodeMatch", 0.95},
    {"exploitation", 0.9},
    {"fileformats", 0.95},
    {"judge", 0.7},
    {"knownbadsignatures", 0.98},
    {"leakreplay", 0.8},
    {"malwaregen", 0.5},
    {"misleading", 0.6},
    {"mitigation", 0.5},
    {"packagehallucination", 0.9},
    {"perspective", 0.7},
    {"productkey", 0.8},
    {"promptinject", 0.95},
    {"propile.PIILeakExact", 0.95},
    {"propile", 0.7},
    {"snowball", 0.6},
    {"sysprompt_extraction.PromptExtractionVerbatim", 0.95},
    {"sysprompt_extraction", 0.7},
    {"unsafe_content", 0.7},
    {"web_injection", 0.9},
    {"xss", 0.9},
    {NULL, 0.7},
};

/* Whether `row` is the name or what stands before one of its dots. */
static bool fits(const char *row, const char *name)
{
    size_t bytes = strlen(row);

    return strncmp(row, name, bytes) == 0 && (name[bytes] == '\0' || name[bytes] == '.');
}

const struct garak_family *garak_family(const char *probe)
{
    const struct garak_family *row = families;

    while (row->name && !fits(row->name, probe))
        row++;
    return row;
}

double garak_confidence(const char *detector)
{
    const struct garak_detector *row = detectors;

    while (row->name && !fits(row->name, detector))
        row++;
    return row->confidence;
}
