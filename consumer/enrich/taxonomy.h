/*
 * taxonomy.h - the places of a finding in OWASP's Top 10 for LLM applications and MITRE ATLAS.
 *
 * A finding's own labels count: owasp_llm_2023, owasp_llm_2025 ("llm01,llm06") and mitre_atlas
 * ("AML.T0051.000,AML.TA0010"). What is missing comes from a table of tools' probes. A list of one
 * year becomes the other's only where a table says that both entries mean the same: llm02 is
 * Insecure Output Handling in 2023 and Sensitive Information Disclosure in 2025.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_TAXONOMY_H
#define TOCSIN_CONSUMER_ENRICH_TAXONOMY_H

#include "consumer/enrich/taxonomy_tables.h"
#include "consumer/records/alert.h"

#define TAXONOMY_LABELS 3
#define TAXONOMY_ATLAS  "mitre_atlas"
#define ATLAS_SHOWN_MAX 8

struct taxonomy {
    const char *owasp[OWASP_LISTS]; /* "": none */
    bool translated[OWASP_LISTS];   /* from the other year's */
    const char *atlas;              /* "": none */
};

/* Strings are the labels', the tables' or in the arena. */
int taxonomy_of(const struct rule *rule, const struct list *labels, struct arena *arena,
                struct taxonomy *ret, struct error *err);

/* For people: "LLM06:2023 Sensitive Information Disclosure (LLM02:2025)"; "" for nothing, NULL when
 * memory is out. */
const char *taxonomy_owasp_text(const struct taxonomy *taxonomy, struct arena *arena);

/* "AML.T0051.000 LLM Prompt Injection: Direct, AML.TA0010 Exfiltration". */
const char *taxonomy_atlas_text(const struct taxonomy *taxonomy, struct arena *arena);

#endif
