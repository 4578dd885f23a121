/*
 * mustache_parse.c - a template's text as nodes. See mustache.h.
 *
 * One pass: text up to the next tag, then the tag. A tag that writes nothing by itself and stands
 * alone on its line takes the line with it, as Mustache's specification has it.
 */
#include <stdio.h>
#include <string.h>

#include "consumer/channels/mustache_private.h"

#define DELIMITER_BYTES_MAX 16
#define NODES_GROW          16
#define BLANK               " \t"
#define SPACE               " \t\r\n"
#define SIGNS_ALONE         "#^/!=" /* tags that may take their line with them */
#define NAME_SHOWN_MAX      40

struct parser {
    const char *text;
    size_t bytes;
    size_t at;      /* what is read next */
    size_t literal; /* where the text that is not yet a node begins */
    char open[DELIMITER_BYTES_MAX + 1], close[DELIMITER_BYTES_MAX + 1];
    size_t sections[MUSTACHE_DEPTH_MAX]; /* nodes of those that are open */
    size_t places[MUSTACHE_DEPTH_MAX];   /* and where they stand */
    size_t depth;
    struct mustache_node *nodes;
    size_t count, room;
    struct arena *arena;
    struct error *err;
};

/* A tag: text[begin..end), its sign or 0, and what stands within, without space around it. */
struct tag {
    size_t begin, end;
    char sign;
    const char *name;
    size_t bytes;
};

static int refuse(const struct parser *parser, size_t at, const char *why, const struct tag *tag)
{
    size_t line = 1, column = 1;

    for (size_t i = 0; i < at; i++) {
        column = parser->text[i] == '\n' ? 1 : column + ((parser->text[i] & 0xC0) != 0x80);
        line += parser->text[i] == '\n';
    }
    return error_set(parser->err, ERROR_INPUT, "line %zu, column %zu of the template: %s%s%.*s%s",
                     line, column, why, tag ? ": \"" : "",
                     tag ? (int)(tag->bytes < NAME_SHOWN_MAX ? tag->bytes : NAME_SHOWN_MAX) : 0,
                     tag ? tag->name : "", tag ? "\"" : "");
}

static int add(struct parser *parser, enum mustache_kind kind, const char *text, size_t bytes)
{
    if (parser->count == parser->room) {
        size_t room = parser->room ? 2 * parser->room : NODES_GROW;
        struct mustache_node *nodes = arena_array(parser->arena, room, sizeof(*nodes));
        if (!nodes)
            return error_set(parser->err, ERROR_MEMORY, "out of memory for a template");
        if (parser->count)
            memcpy(nodes, parser->nodes, parser->count * sizeof(*nodes));
        parser->nodes = nodes;
        parser->room = room;
    }
    parser->nodes[parser->count++] =
        (struct mustache_node){.kind = kind, .text = text, .bytes = bytes};
    return 0;
}

static int add_literal(struct parser *parser, size_t end)
{
    const char *text = parser->text + parser->literal;

    return end > parser->literal ? add(parser, MUSTACHE_TEXT, text, end - parser->literal) : 0;
}

static void trim(struct tag *tag)
{
    while (tag->bytes > 0 && strchr(SPACE, tag->name[0])) {
        tag->name++;
        tag->bytes--;
    }
    while (tag->bytes > 0 && strchr(SPACE, tag->name[tag->bytes - 1]))
        tag->bytes--;
}

/* `begin` is where the opening delimiter stands. */
static int read_tag(struct parser *parser, size_t begin, struct tag *tag)
{
    size_t at = begin + strlen(parser->open);
    char close[DELIMITER_BYTES_MAX + 2];

    at += strspn(parser->text + at, SPACE);
    *tag = (struct tag){.begin = begin};
    if (parser->text[at] != '\0' && strchr("#^/!=&{>$<", parser->text[at]))
        tag->sign = parser->text[at++];
    snprintf(close, sizeof(close), "%s%s",
             tag->sign == '{'   ? "}"
             : tag->sign == '=' ? "="
                                : "",
             parser->close);
    const char *end = strstr(parser->text + at, close);
    if (!end)
        return refuse(parser, begin, "a tag that is not closed", NULL);
    tag->name = parser->text + at;
    tag->bytes = (size_t)(end - tag->name);
    tag->end = (size_t)(end - parser->text) + strlen(close);
    trim(tag);
    return 0;
}

/* Go's templates look alike and would be wrong without a word. A single "range" may be a name. */
static bool is_go(const struct tag *tag)
{
    static const char *const words[] = {"range", "template", "if",   "with",  "define",
                                        "block", "len",      "join", "printf"};
    static const char *const alone[] = {"end", "else"};
    size_t word = 0;

    if (tag->bytes > 1 && strchr(".-$", tag->name[0]))
        return true;
    while (word < tag->bytes && !strchr(SPACE, tag->name[word]))
        word++;
    const char *const *list = word < tag->bytes ? words : alone;
    size_t count =
        word < tag->bytes ? sizeof(words) / sizeof(words[0]) : sizeof(alone) / sizeof(alone[0]);
    for (size_t i = 0; i < count; i++) {
        if (strlen(list[i]) == word && memcmp(list[i], tag->name, word) == 0)
            return true;
    }
    return memchr(tag->name, '|', tag->bytes) != NULL;
}

static int check_name(const struct parser *parser, const struct tag *tag)
{
    static const char *const unsupported[] = {
        ['>'] = "partials ({{> name}}) are not supported",
        ['$'] = "blocks ({{$ name}}) are not supported",
        ['<'] = "parents ({{< name}}) are not supported",
    };
    size_t sign = (unsigned char)tag->sign;

    if (tag->sign == '$' || is_go(tag))
        return refuse(parser, tag->begin,
                      "this is a Go template; texts here are Mustache's: {{name}}, "
                      "{{#list}} … {{/list}}, {{^name}} … {{/name}}",
                      tag);
    if (sign < sizeof(unsupported) / sizeof(unsupported[0]) && unsupported[sign])
        return refuse(parser, tag->begin, unsupported[sign], NULL);
    if (tag->bytes == 0)
        return refuse(parser, tag->begin, "a tag without a name", NULL);
    for (size_t i = 0; i < tag->bytes; i++) {
        if (strchr(SPACE, tag->name[i]))
            return refuse(parser, tag->begin, "a name has no space in it", tag);
    }
    return 0;
}

/* "{{=<% %>=}}" */
static int set_delimiters(struct parser *parser, const struct tag *tag)
{
    size_t first = 0, second = tag->bytes;

    while (first < tag->bytes && !strchr(SPACE, tag->name[first]))
        first++;
    while (second > 0 && !strchr(SPACE, tag->name[second - 1]))
        second--;
    size_t last = tag->bytes - second;
    if (first == 0 || last == 0 || second < first || first > DELIMITER_BYTES_MAX ||
        last > DELIMITER_BYTES_MAX || memchr(tag->name, '=', tag->bytes))
        return refuse(parser, tag->begin,
                      "delimiters are two words of 1 to 16 bytes without =", NULL);
    memcpy(parser->open, tag->name, first);
    parser->open[first] = '\0';
    memcpy(parser->close, tag->name + second, last);
    parser->close[last] = '\0';
    return 0;
}

static int open_section(struct parser *parser, const struct tag *tag)
{
    if (parser->depth == MUSTACHE_DEPTH_MAX)
        return refuse(parser, tag->begin, "too many sections within sections", NULL);
    parser->places[parser->depth] = tag->begin;
    parser->sections[parser->depth++] = parser->count;
    return add(parser, tag->sign == '^' ? MUSTACHE_INVERTED : MUSTACHE_SECTION, tag->name,
               tag->bytes);
}

static int close_section(struct parser *parser, const struct tag *tag)
{
    struct mustache_node *node =
        parser->depth > 0 ? &parser->nodes[parser->sections[parser->depth - 1]] : NULL;

    if (!node || node->bytes != tag->bytes || memcmp(node->text, tag->name, tag->bytes) != 0)
        return refuse(parser, tag->begin, "this closes no section that is open", tag);
    node->end = parser->count;
    parser->depth--;
    return 0;
}

static int apply(struct parser *parser, const struct tag *tag)
{
    if (tag->sign == '!')
        return 0;
    if (tag->sign == '=')
        return set_delimiters(parser, tag);
    if (check_name(parser, tag) != 0)
        return -1;
    if (tag->sign == '#' || tag->sign == '^')
        return open_section(parser, tag);
    if (tag->sign == '/')
        return close_section(parser, tag);
    return add(parser, tag->sign ? MUSTACHE_RAW : MUSTACHE_ESCAPED, tag->name, tag->bytes);
}

/* Where the line of a tag that stands alone on it begins and the next one does. */
static bool stands_alone(const struct parser *parser, const struct tag *tag, size_t *ret_begin,
                         size_t *ret_next)
{
    size_t begin = tag->begin, next = tag->end;

    if (!tag->sign || !strchr(SIGNS_ALONE, tag->sign))
        return false;
    while (begin > 0 && strchr(BLANK, parser->text[begin - 1]))
        begin--;
    next += strspn(parser->text + next, BLANK);
    if (parser->text[next] == '\r' && parser->text[next + 1] == '\n')
        next++;
    if ((begin > 0 && parser->text[begin - 1] != '\n') ||
        (parser->text[next] != '\n' && parser->text[next] != '\0'))
        return false;
    *ret_begin = begin;
    *ret_next = parser->text[next] == '\n' ? next + 1 : next;
    return true;
}

static int parse_all(struct parser *parser)
{
    const char *open;

    while ((open = strstr(parser->text + parser->at, parser->open)) != NULL) {
        size_t literal_end = (size_t)(open - parser->text);
        struct tag tag;

        if (read_tag(parser, literal_end, &tag) != 0)
            return -1;
        parser->at = tag.end;
        stands_alone(parser, &tag, &literal_end, &parser->at);
        if (add_literal(parser, literal_end) != 0 || apply(parser, &tag) != 0)
            return -1;
        parser->literal = parser->at;
    }
    if (parser->depth > 0)
        return refuse(parser, parser->places[parser->depth - 1], "a section that is not closed",
                      NULL);
    return add_literal(parser, parser->bytes);
}

int mustache_parse(const char *text, struct arena *arena, const struct mustache **ret,
                   struct error *err)
{
    struct parser parser = {
        .bytes = strlen(text), .open = "{{", .close = "}}", .arena = arena, .err = err};
    struct mustache *mustache = arena_alloc(arena, sizeof(*mustache));

    if (parser.bytes > MUSTACHE_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "a template is at most %d bytes, not %zu",
                         MUSTACHE_BYTES_MAX, parser.bytes);
    parser.text = arena_strdup(arena, text);
    if (!mustache || !parser.text)
        return error_set(err, ERROR_MEMORY, "out of memory for a template");
    if (parse_all(&parser) != 0)
        return -1;
    *mustache = (struct mustache){parser.nodes, parser.count};
    *ret = mustache;
    return 0;
}
