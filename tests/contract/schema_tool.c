/*
 * schema_tool.c - the record code as a program, for the tests that hold it against the schemas.
 *
 *   schema_tool list              the names of all records
 *   schema_tool print NAME        the record's JSON Schema, made from its table
 *   schema_tool check             documents from standard input, a verdict line for each
 *   schema_tool complete          the same for findings as a consumer takes them: the completed
 * record
 *
 * A document is a line "NAME BYTES", that many bytes and a line feed. A verdict is a line of JSON:
 * "ok", and where refused "pointer" and "reason"; where accepted "record", as it is written again,
 * after it was made sure that this reads back to itself. Exits 2 when it is called wrongly or the
 * input breaks off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/records/control.h"
#include "consumer/records/dead_letter.h"
#include "consumer/records/delivery.h"
#include "consumer/records/run_state.h"
#include "producer/record_scan.h"

#define NAME_BYTES_MAX    64
#define DECIMAL_BYTES_MAX 24
#define BROKER_TIME_MS    INT64_C(1700000000123)

static const struct record_type *const records[] = {
    &finding_type,      &run_end_type,      &measurement_type,    &alert_type,
    &evidence_type,     &position_type,     &run_state_type,      &run_count_type,
    &series_state_type, &notification_type, &group_state_type,    &member_type,
    &run_parts_type,    &wakeup_type,       &silence_type,        &accepted_type,
    &inhibitor_type,    &topology_type,     &dead_delivery_type,  &receiver_state_type,
    &run_begin_type,    &dead_done_type,    &pipeline_state_type,
};
static const size_t records_count = sizeof(records) / sizeof(records[0]);

/* "tocsin.run-end.v1" is known by "run-end". */
static void short_name(const struct record_type *type, char ret_name[NAME_BYTES_MAX])
{
    const char *start = strchr(type->name, '.') + 1;

    snprintf(ret_name, NAME_BYTES_MAX, "%.*s", (int)(strrchr(type->name, '.') - start), start);
}

static const struct record_type *find(const char *name)
{
    char candidate[NAME_BYTES_MAX];

    for (size_t i = 0; i < records_count; i++) {
        short_name(records[i], candidate);
        if (strcmp(candidate, name) == 0)
            return records[i];
    }
    return NULL;
}

static int list(void)
{
    char name[NAME_BYTES_MAX];

    for (size_t i = 0; i < records_count; i++) {
        short_name(records[i], name);
        puts(name);
    }
    return 0;
}

static int print(const char *name)
{
    const struct record_type *type = find(name);
    json_t *schema;

    if (!type)
        return 2;
    schema = record_schema(type);
    json_dumpf(schema, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(schema);
    return 0;
}

static void print_verdict(const char *json, size_t bytes, const struct error *err)
{
    json_t *verdict =
        json ? json_pack("{s:b, s:s%}", "ok", 1, "record", json, bytes)
             : json_pack("{s:b, s:s, s:s}", "ok", 0, "pointer", err->pointer, "reason", err->text);

    json_dumpf(verdict, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(verdict);
}

/* The record written again; NULL with *err where that does not read back to the same text. */
static const char *write_again(const struct record_type *type, const void *record,
                               struct arena *arena, size_t *ret_bytes, struct error *err)
{
    const char *first = record_encode(type, record, arena, ret_bytes, err), *second;
    void *read = arena_alloc(arena, type->size);
    size_t bytes;

    if (!first || record_decode(type, first, *ret_bytes, arena, read, err))
        return NULL;
    second = record_encode(type, read, arena, &bytes, err);
    if (second && strcmp(first, second) != 0) {
        error_set(err, ERROR_FATAL, "written again it reads differently: %.200s", second);
        return NULL;
    }
    return second ? first : NULL;
}

/* What the quick reader takes, the other one takes too, and reads the same. */
static bool scans_alike(const struct record_type *type, const char *json, size_t bytes,
                        const char *decoded, struct arena *arena, struct error *err)
{
    void *record = arena_alloc(arena, type->size);
    const char *scanned;

    if (!utf8_valid(json, bytes) || !record_scan(type, json, bytes, arena, record))
        return true;
    if (!decoded) {
        err->kind = ERROR_FATAL;
        return false;
    }
    scanned = record_encode(type, record, arena, &bytes, err);
    if (scanned && strcmp(scanned, decoded) == 0)
        return true;
    error_set(err, ERROR_FATAL, "scanned it reads differently: %.200s", scanned ? scanned : "");
    return false;
}

static void judge(const struct record_type *type, const char *json, size_t bytes, bool complete,
                  struct arena *arena)
{
    struct error err = {.kind = ERROR_NONE};
    void *record = arena_alloc(arena, type->size);
    int refused = complete ? finding_decode(json, bytes, BROKER_TIME_MS, arena, record, &err)
                           : record_decode(type, json, bytes, arena, record, &err);
    const char *again = NULL;
    size_t again_bytes = 0;

    if (!refused) {
        again = write_again(type, record, arena, &again_bytes, &err);
        if (!again)
            err.kind = ERROR_FATAL;
    }
    if (!complete && !scans_alike(type, json, bytes, again, arena, &err))
        again = NULL;
    if (err.kind == ERROR_FATAL)
        snprintf(err.pointer, sizeof(err.pointer), "cannot be written again");
    print_verdict(again, again_bytes, &err);
}

static int judge_all(bool complete)
{
    struct arena arena;
    char line[NAME_BYTES_MAX + DECIMAL_BYTES_MAX];
    int rc = 0;

    arena_init(&arena);
    while (fgets(line, sizeof(line), stdin)) {
        char *name = line, *decimal = line + strcspn(line, " "), *json;
        const struct record_type *type;
        size_t bytes = strtoul(decimal, NULL, 10);

        *decimal = '\0';
        type = complete ? &finding_type : find(name);
        json = arena_alloc(&arena, bytes + 1);
        if (!type || !json || fread(json, 1, bytes, stdin) != bytes || getchar() != '\n') {
            rc = 2;
            break;
        }
        judge(type, json, bytes, complete, &arena);
        fflush(stdout);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    if (argc == 3 && strcmp(argv[1], "print") == 0)
        return print(argv[2]);
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        return judge_all(false);
    if (argc == 2 && strcmp(argv[1], "complete") == 0)
        return judge_all(true);
    fprintf(stderr, "usage: schema_tool list | print NAME | check | complete\n");
    return 2;
}
