/*
 * document.c - builds a JSON document whose failures are checked once. See document.h.
 */
#include "consumer/channels/document.h"

#include <string.h>

#include "producer/record.h"

void document_init(struct document *document)
{
    document->root = json_object();
    document->failed = !document->root;
}

void document_fini(struct document *document)
{
    json_decref(document->root);
    document->root = NULL;
}

void document_set(struct document *document, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        document->failed = true;
}

void document_append(struct document *document, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        document->failed = true;
}

void document_set_text(struct document *document, json_t *object, const char *name,
                       const char *text)
{
    if (text && text[0] != '\0')
        document_set(document, object, name, json_string(text));
}

void document_set_time(struct document *document, json_t *object, const char *name, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];

    if (time_ms == 0)
        return;
    time_format(time_ms, text);
    document_set(document, object, name, json_string(text));
}

json_t *document_object(struct document *document, json_t *object, const char *name)
{
    document_set(document, object, name, json_object());
    return json_object_get(object, name);
}

json_t *document_array(struct document *document, json_t *object, const char *name)
{
    document_set(document, object, name, json_array());
    return json_object_get(object, name);
}

const char *document_print(const struct document *document, size_t bytes_max, struct arena *arena,
                           size_t *ret_bytes, struct error *err)
{
    size_t bytes = document->failed ? 0 : json_dumpb(document->root, NULL, 0, JSON_COMPACT);

    if (bytes == 0) {
        error_set(err, ERROR_MEMORY, "a request's JSON could not be built");
        return NULL;
    }
    if (bytes > bytes_max) {
        error_set(err, ERROR_LIMIT, "a request's body would be %zu bytes, at most %zu", bytes,
                  bytes_max);
        return NULL;
    }
    char *text = arena_alloc(arena, bytes + 1);
    if (!text || json_dumpb(document->root, text, bytes, JSON_COMPACT) != bytes) {
        error_set(err, ERROR_MEMORY, "no memory for a request of %zu bytes", bytes);
        return NULL;
    }
    *ret_bytes = bytes;
    return text;
}
