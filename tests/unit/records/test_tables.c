/*
 * test_tables.c - every record's table is sound: the codec trusts what it says.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/records/control.h"
#include "consumer/records/dead_letter.h"
#include "consumer/records/delivery.h"
#include "consumer/records/run_state.h"

static const struct record_type *const records[] = {
    &finding_type,      &run_end_type,        &measurement_type,   &alert_type,
    &evidence_type,     &position_type,       &run_state_type,     &run_count_type,
    &series_state_type, &notification_type,   &group_state_type,   &member_type,
    &run_parts_type,    &wakeup_type,         &silence_type,       &accepted_type,
    &inhibitor_type,    &topology_type,       &dead_delivery_type, &receiver_state_type,
    &dead_done_type,    &pipeline_state_type,
};
static const size_t records_count = sizeof(records) / sizeof(records[0]);

static size_t member_bytes(const struct field *field)
{
    switch (field->kind) {
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_ENUM:
        return sizeof(int);
    case FIELD_OBJECT:
        return field->of->size;
    case FIELD_LIST:
    case FIELD_STRINGS:
    case FIELD_LABELS:
    case FIELD_COUNTS:
        return sizeof(struct list);
    default:
        return 8;
    }
}

static void check_bounds(const struct field *field)
{
    switch (field->kind) {
    case FIELD_STRING:
    case FIELD_INTEGER:
    case FIELD_NUMBER:
    case FIELD_LIST:
    case FIELD_STRINGS:
    case FIELD_LABELS:
    case FIELD_COUNTS:
        cr_assert_gt(field->max, 0, "%s", field->name);
        cr_assert_leq(field->min, field->max, "%s", field->name);
        break;
    default:
        cr_assert_eq(field->max, 0, "%s", field->name);
    }
}

/* Rows name no member twice, no two share memory, and all lie within the struct. */
static void check_table(const struct record_type *type)
{
    char *used = calloc(1, type->size);

    cr_assert_not_null(type->title);
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        cr_assert_not_null(field->help, "%s", field->name);
        cr_assert_neq(field->help[strlen(field->help) - 1], '.', "%s", field->name);
        for (const struct field *other = type->fields; other != field; other++)
            cr_assert_str_neq(other->name, field->name, "%s", type->name);
        check_bounds(field);
        cr_assert_eq(field->names != NULL, field->kind == FIELD_ENUM, "%s", field->name);
        cr_assert(!field->filled || (!field->required &&
                                     (field->kind == FIELD_STRING || field->kind == FIELD_INTEGER)),
                  "%s", field->name);
        if (field->kind == FIELD_TYPE)
            continue;
        cr_assert_leq(field->offset + member_bytes(field), type->size, "%s", field->name);
        for (size_t i = 0; i < member_bytes(field); i++)
            cr_assert_eq(used[field->offset + i]++, 0, "%s %s", type->name, field->name);
        if (field->of)
            check_table(field->of);
    }
    free(used);
}

Test(tables, are_sound)
{
    for (size_t i = 0; i < records_count; i++) {
        cr_assert_eq(records[i]->fields[0].kind, FIELD_TYPE, "%s", records[i]->name);
        check_table(records[i]);
    }
}

/* A filled string is "" and not NULL, and it does not hide a length that "" would not have. */
static void check_filled(const struct record_type *type)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        if (field->filled && field->kind == FIELD_STRING)
            cr_assert_eq(field->min, 0, "%s %s", type->name, field->name);
        if (field->of)
            check_filled(field->of);
    }
}

Test(tables, what_is_filled_may_be_empty)
{
    for (size_t i = 0; i < records_count; i++)
        check_filled(records[i]);
}

Test(tables, words_of_enumerations_are_those_of_the_headers)
{
    cr_assert_str_eq(severity_names[SEVERITY_CRITICAL], "critical");
    cr_assert_str_eq(run_status_names[RUN_CRASHED], "crashed");
    cr_assert_str_eq(alert_status_names[ALERT_RESOLVED], "resolved");
    cr_assert_str_eq(resolved_reason_names[RESOLVED_SUPERSEDED], "superseded");
    cr_assert_str_eq(news_names[NEWS_FINAL], "final");
    cr_assert_str_eq(flush_names[FLUSH_RUN_END], "run_end");
    cr_assert_str_eq(run_phase_names[RUN_LOST], "lost");
    cr_assert_str_eq(dead_reason_names[DEAD_UNRENDERABLE], "unrenderable");
}

Test(tables, group_hash)
{
    char hash[GROUP_HASH_BYTES];

    group_hash("", hash);
    cr_assert_str_eq(hash, "e3b0c44298fc1c149afbf4c8996fb924");
    group_hash("abc", hash);
    cr_assert_str_eq(hash, "ba7816bf8f01cfea414140de5dae2223");
}
