/*
 * record_parse.c - JSON text to a document, under the lexical rules of record.h.
 *
 * Nesting is measured before anything is built. What is refused is told by line, column and kind,
 * never by quoting the text: it may be evidence.
 */
#include <string.h>

#include "producer/record.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct scan {
    const char *at, *end;
    size_t depth;
};

/* Moves behind the string that begins here; an unfinished one ends the scan. */
static void skip_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->end && *scan->at != '"'; scan->at++) {
        if (*scan->at == '\\')
            scan->at++;
    }
}

/* The first bracket that is nested too deep, NULL for none. */
static const char *too_deep(const char *json, size_t bytes)
{
    struct scan scan = {.at = json, .end = json + bytes};

    for (; scan.at < scan.end; scan.at++) {
        if (*scan.at == '"')
            skip_string(&scan);
        else if (*scan.at == '{' || *scan.at == '[') {
            if (++scan.depth > RECORD_DEPTH_MAX)
                return scan.at;
        } else if ((*scan.at == '}' || *scan.at == ']') && scan.depth > 0)
            scan.depth--;
    }
    return NULL;
}

static int refuse_depth(const char *json, const char *at, struct error *err)
{
    const char *line_start = json;
    size_t line = 1;

    for (const char *byte = json; byte < at; byte++) {
        if (*byte == '\n') {
            line++;
            line_start = byte + 1;
        }
    }
    return error_set(err, ERROR_INPUT, "line %zu, column %zu: nested deeper than %d", line,
                     utf8_length(line_start, (size_t)(at - line_start)) + 1, RECORD_DEPTH_MAX);
}

/* Our words for the parser's codes and, where one code stands for many things, the start of its
 * text: the texts themselves quote the document. The first row that fits counts. */
static const struct {
    enum json_error_code code;
    const char *text_start;
    const char *words;
} reasons[] = {
    {json_error_premature_end_of_input, "", "the text ends before the document does"},
    {json_error_end_of_input_expected, "", "there is text behind the document"},
    {json_error_invalid_utf8, "", "not UTF-8"},
    {json_error_null_character, "", "a NUL character in a string"},
    {json_error_null_byte_in_key, "", "a NUL character in a member name"},
    {json_error_duplicate_key, "", "a member name for the second time"},
    {json_error_numeric_overflow, "", "a number too large to hold"},
    {json_error_stack_overflow, "", "nested too deep"},
    {json_error_invalid_syntax, "invalid Unicode", "half of a surrogate pair"},
    {json_error_invalid_syntax, "control character", "a control character in a string"},
    {json_error_invalid_syntax, "unexpected newline", "a control character in a string"},
    {json_error_invalid_syntax, "invalid escape", "an unknown escape in a string"},
};

static const char *words_for(const json_error_t *parser)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (json_error_code(parser) == reasons[i].code &&
            strncmp(parser->text, reasons[i].text_start, strlen(reasons[i].text_start)) == 0)
            return reasons[i].words;
    }
    return "not JSON";
}

/* The place is where the parser stood: behind the token that it could not take. */
static int refuse_syntax(const json_error_t *parser, struct error *err)
{
    if (json_error_code(parser) == json_error_out_of_memory)
        return error_set(err, ERROR_MEMORY, "no memory to read JSON");
    return error_set(err, ERROR_INPUT, "line %d, column %d: %s",
                     parser->line > 0 ? parser->line : 1, parser->column > 0 ? parser->column : 1,
                     words_for(parser));
}

json_t *record_parse(const char *json, size_t bytes, struct error *err)
{
    const char *deep;
    json_error_t parser;
    json_t *document;

    if (bytes >= strlen(BYTE_ORDER_MARK) &&
        memcmp(json, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) {
        error_set(err, ERROR_INPUT, "line 1, column 1: a byte order mark before the document");
        return NULL;
    }
    deep = too_deep(json, bytes);
    if (deep) {
        refuse_depth(json, deep, err);
        return NULL;
    }
    document = json_loadb(json, bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &parser);
    if (!document)
        refuse_syntax(&parser, err);
    return document;
}
