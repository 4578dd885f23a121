/* Ids of two years that mean different things, and what a tool's probes stand for. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "consumer/enrich/taxonomy.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(taxonomy, .init = setup, .fini = teardown);

static struct taxonomy taxonomy_with(const char *tool, const char *probe, const char *name,
                                     const char *value)
{
    const struct rule rule = {.id = "r", .tool = tool, .probe = probe};
    struct label label = {name, value};
    const struct list labels = {&label, name ? 1 : 0};
    struct taxonomy ret;
    struct error err = {0};

    cr_assert_eq(taxonomy_of(&rule, &labels, &arena, &ret, &err), 0);
    return ret;
}

Test(taxonomy, a_number_becomes_the_other_years_only_where_both_mean_the_same)
{
    static const struct {
        const char *name, *value, *of_2023, *of_2025, *text;
    } rows[] = {
        {"owasp_llm_2023", "llm02", "llm02", "llm05",
         "LLM02:2023 Insecure Output Handling (LLM05:2025)"},
        {"owasp_llm_2025", "llm02", "llm06", "llm02",
         "LLM02:2025 Sensitive Information Disclosure (LLM06:2023)"},
        {"owasp_llm_2023", "llm06,llm01", "llm06,llm01", "llm01,llm02",
         "LLM01:2023 Prompt Injection (LLM01:2025), "
         "LLM06:2023 Sensitive Information Disclosure (LLM02:2025)"},
        {"owasp_llm_2023", "llm04,llm10", "llm04,llm10", "llm10",
         "LLM04:2023 Model Denial of Service (LLM10:2025), LLM10:2023 Model Theft"},
        {"owasp_llm_2025", "llm10", "", "llm10", "LLM10:2025 Unbounded Consumption"},
        {"owasp_llm_2023", "llm07", "llm07", "", "LLM07:2023 Insecure Plugin Design"},
        {"owasp_llm_2025", " LLM07 , llm11, what", "", " LLM07 , llm11, what",
         "LLM07:2025 System Prompt Leakage"},
        {"owasp", "llm01", "", "", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct taxonomy taxonomy = taxonomy_with("t", "p", rows[i].name, rows[i].value);

        cr_assert_str_eq(taxonomy.owasp[OWASP_2023], rows[i].of_2023, "%zu", i);
        cr_assert_str_eq(taxonomy.owasp[OWASP_2025], rows[i].of_2025, "%zu", i);
        cr_assert_str_eq(taxonomy_owasp_text(&taxonomy, &arena), rows[i].text, "%zu", i);
    }
}

Test(taxonomy, both_years_given_stay_as_they_are)
{
    struct label given[] = {{"owasp_llm_2023", "llm02"}, {"owasp_llm_2025", "llm09"}};
    const struct list labels = {given, 2};
    const struct rule rule = {.id = "r"};
    struct taxonomy taxonomy;
    struct error err = {0};

    cr_assert_eq(taxonomy_of(&rule, &labels, &arena, &taxonomy, &err), 0);
    cr_assert_str_eq(taxonomy_owasp_text(&taxonomy, &arena),
                     "LLM02:2023 Insecure Output Handling, LLM09:2025 Misinformation");
}

Test(taxonomy, probes_of_tools)
{
    static const struct {
        const char *tool, *probe, *of_2023, *of_2025, *atlas;
    } rows[] = {
        {"promptfoo", "pii:direct", "llm06", "llm02,llm07,llm08",
         "AML.TA0009 Collection, AML.TA0010 Exfiltration, AML.TA0013 Credential Access"},
        {"promptfoo", "harmful:something-new", "llm01", "llm01", "AML.TA0011 Impact"},
        {"promptfoo", "harmfully", "", "", ""},
        {"garak", "latentinjection.LatentJailbreak", "", "",
         "AML.T0051.001 LLM Prompt Injection: Indirect"},
        {"garak", "dan.Dan_11_0", "", "", "AML.T0054 LLM Jailbreak"},
        {"other", "dan.Dan_11_0", "", "", ""},
        {NULL, NULL, "", "", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct taxonomy taxonomy = taxonomy_with(rows[i].tool, rows[i].probe, NULL, NULL);

        cr_assert_str_eq(taxonomy.owasp[OWASP_2023], rows[i].of_2023, "%zu", i);
        cr_assert_str_eq(taxonomy.owasp[OWASP_2025], rows[i].of_2025, "%zu", i);
        cr_assert_str_eq(taxonomy_atlas_text(&taxonomy, &arena), rows[i].atlas, "%zu", i);
    }
}

Test(taxonomy, what_the_finding_says_wins)
{
    struct taxonomy taxonomy =
        taxonomy_with("garak", "dan.Dan_11_0", TAXONOMY_ATLAS, "aml.t0056, unknown");

    cr_assert_str_eq(taxonomy_atlas_text(&taxonomy, &arena), "AML.T0056 Extract LLM System Prompt");
}

Test(taxonomy, a_long_list_is_cut_in_words_only)
{
    const char *list = "AML.T0054";
    size_t shown = 1;

    for (int i = 0; i < ATLAS_SHOWN_MAX; i++)
        list = arena_printf(&arena, "%s,AML.T0054", list);
    struct taxonomy taxonomy = taxonomy_with("t", "p", TAXONOMY_ATLAS, list);
    const char *text = taxonomy_atlas_text(&taxonomy, &arena);

    for (const char *at = text; (at = strchr(at, ',')); at++)
        shown++;
    cr_assert_eq(shown, ATLAS_SHOWN_MAX);
    cr_assert_str_eq(taxonomy.atlas, list);
}

/* Every id that a table names is one that a table defines, and no row is hidden by one before it.
 */
Test(taxonomy, tables_are_sound)
{
    for (const struct tool_row *row = taxonomy_tools; row->tool; row++) {
        struct taxonomy taxonomy = taxonomy_with(row->tool, row->probe, NULL, NULL);
        const char *ids = row->atlas ? row->atlas : "";
        size_t named = 0, shown = 0;

        cr_assert_eq(taxonomy.atlas == row->atlas || !row->atlas, true, "%s", row->probe);
        for (; (ids = strstr(ids, "AML.")); ids++)
            named++;
        for (ids = taxonomy_atlas_text(&taxonomy, &arena); (ids = strstr(ids, "AML.")); ids++)
            shown++;
        cr_assert_eq(shown, named, "%s", row->probe);
    }
    for (size_t year = 0; year < OWASP_LISTS; year++) {
        for (size_t i = 0; i < OWASP_ENTRIES; i++) {
            const char *other = taxonomy_owasp[year].entries[i].other;

            cr_assert(taxonomy_owasp[year].entries[i].name);
            cr_assert(!other || (strncmp(other, "llm", 3) == 0 && isdigit(other[4])));
        }
    }
}
