/*
 * test_fingerprint.c - the identities, held against schemas/vectors/.
 */
#include "producer/finding.h"

#include "vectors.h"

Test(fingerprint, vectors)
{
    json_t *file = vectors_load("fingerprint.json");
    const json_t *vector;
    size_t i;

    cr_assert_geq(json_array_size(json_object_get(file, "vectors")), 20);
    json_array_foreach (json_object_get(file, "vectors"), i, vector) {
        char fingerprint[FINGERPRINT_BYTES];

        fingerprint_compute(vector_text(vector, "rule"), vector_text(vector, "model"),
                            vector_text(vector, "target"), vector_text(vector, "category"),
                            fingerprint);
        cr_assert_str_eq(fingerprint, vector_text(vector, "fingerprint"), "%s",
                         vector_text(vector, "why"));
    }
    json_decref(file);
}

Test(fingerprint, finding_id_vectors)
{
    json_t *file = vectors_load("finding-id.json");
    const json_t *vector;
    size_t i;

    cr_assert_geq(json_array_size(json_object_get(file, "vectors")), 20);
    json_array_foreach (json_object_get(file, "vectors"), i, vector) {
        struct finding finding = {.model.version = vector_text(vector, "model_version"),
                                  .prompt = vector_text(vector, "prompt"),
                                  .output = vector_text(vector, "output"),
                                  .occurrence = vector_integer(vector, "occurrence"),
                                  .run.id = vector_text(vector, "run"),
                                  .run.shard = vector_integer(vector, "shard")};
        char id[FINDING_ID_BYTES];

        finding_id(&finding, vector_text(vector, "fingerprint"), id);
        cr_assert_str_eq(id, vector_text(vector, "id"), "%s", vector_text(vector, "why"));
    }
    json_decref(file);
}

static void check_run_event_ids(const char *list, void (*id_of)(const struct run *, char *))
{
    json_t *file = vectors_load("finding-id.json");
    const json_t *vector;
    size_t i;

    json_array_foreach (json_object_get(file, list), i, vector) {
        struct run run = {.id = vector_text(vector, "run"),
                          .shard = vector_integer(vector, "shard"),
                          .attempt = vector_integer(vector, "attempt")};
        char id[FINDING_ID_BYTES];

        id_of(&run, id);
        cr_assert_str_eq(id, vector_text(vector, "id"));
    }
    cr_assert_gt(i, 0);
    json_decref(file);
}

Test(fingerprint, run_begin_and_end_id_vectors)
{
    check_run_event_ids("run_begins", run_begin_id);
    check_run_event_ids("run_ends", run_end_id);
}

Test(fingerprint, a_target_that_is_not_said_is_the_repository)
{
    struct run run = {.repository = "acme/helpbot"};
    struct coverage coverage = {.rule = "r", .model = "m", .category = ""};
    struct finding finding = {.rule.id = "r", .model.name = "m", .run = run};
    char expected[FINGERPRINT_BYTES], of_finding[FINGERPRINT_BYTES], of_coverage[FINGERPRINT_BYTES];

    fingerprint_compute("r", "m", "acme/helpbot", NULL, expected);
    finding_fingerprint(&finding, of_finding);
    coverage_fingerprint(&coverage, &run, of_coverage);
    cr_assert_str_eq(of_finding, expected);
    cr_assert_str_eq(of_coverage, expected);

    finding.target = coverage.target = "";
    finding_fingerprint(&finding, of_finding);
    coverage_fingerprint(&coverage, &run, of_coverage);
    cr_assert_str_eq(of_finding, expected);
    cr_assert_str_eq(of_coverage, expected);

    finding.target = coverage.target = "another";
    finding_fingerprint(&finding, of_finding);
    coverage_fingerprint(&coverage, &run, of_coverage);
    cr_assert_str_neq(of_finding, expected);
    cr_assert_str_eq(of_coverage, of_finding);
}

Test(fingerprint, a_version_left_out_is_an_empty_one)
{
    struct finding finding = {.run.id = "r", .run.shard = 1, .model.version = NULL};
    char without[FINDING_ID_BYTES], empty[FINDING_ID_BYTES];

    finding_id(&finding, "v1:", without);
    finding.model.version = "";
    finding_id(&finding, "v1:", empty);
    cr_assert_str_eq(without, empty);
}
