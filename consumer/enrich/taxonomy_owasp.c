/*
 * taxonomy_owasp.c - OWASP's Top 10 for LLM applications, version 1.1 of 2023 and that of 2025.
 *
 * Counterparts are given where an entry kept its subject. Some were widened in 2025: what the old
 * list names is in the new entry, but not the other way round. Insecure Plugin Design and Model
 * Theft have no successor of their own; leaks of the system prompt and weaknesses of vectors and
 * embeddings are new.
 */
#include "consumer/enrich/taxonomy_tables.h"

const struct owasp_list taxonomy_owasp[OWASP_LISTS] = {
    [OWASP_2023] = {.label = "owasp_llm_2023",
                    .year = "2023",
                    .entries = {{"Prompt Injection", "llm01"},
                                {"Insecure Output Handling", "llm05"},
                                {"Training Data Poisoning", "llm04"},
                                {"Model Denial of Service", "llm10"},
                                {"Supply Chain Vulnerabilities", "llm03"},
                                {"Sensitive Information Disclosure", "llm02"},
                                {"Insecure Plugin Design", NULL},
                                {"Excessive Agency", "llm06"},
                                {"Overreliance", "llm09"},
                                {"Model Theft", NULL}}},
    [OWASP_2025] = {.label = "owasp_llm_2025",
                    .year = "2025",
                    .entries = {{"Prompt Injection", "llm01"},
                                {"Sensitive Information Disclosure", "llm06"},
                                {"Supply Chain", "llm05"},
                                {"Data and Model Poisoning", NULL},
                                {"Improper Output Handling", "llm02"},
                                {"Excessive Agency", "llm08"},
                                {"System Prompt Leakage", NULL},
                                {"Vector and Embedding Weaknesses", NULL},
                                {"Misinformation", NULL},
                                {"Unbounded Consumption", NULL}}},
};
