/*
 * fuzz_headers - any lines "name=value" as the headers of a record: what the header path decides by
 * is within bounds, or left empty for the slow path.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/hints.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Kafka's headers have a NUL-terminated name and a value of any bytes. */
static void read_lines(char *text, size_t bytes, struct envelope *envelope)
{
    for (char *line = text, *end = text + bytes; line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        char *stop = next ? next : end;
        char *equals = memchr(line, '=', (size_t)(stop - line));
        if (equals && envelope->count < ENVELOPE_HEADERS_MAX) {
            *equals = '\0';
            envelope->headers[envelope->count++] = (struct header){
                .name = line, .value = equals + 1, .bytes = (size_t)(stop - equals - 1)};
        }
        line = stop + 1;
    }
}

static void check_span(const struct span *span, const char *text, size_t bytes)
{
    must(span->bytes == 0 || (span->text >= text && span->text + span->bytes <= text + bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct envelope envelope = {.count = 0};
    struct hints hints;
    char *text = malloc(size + 1); /* its own block, so that a read beyond it is seen */

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    read_lines(text, size, &envelope);
    hints_read(&envelope, &hints);
    must(hints.severity >= -1 && hints.severity <= SEVERITY_CRITICAL);
    must(hints.confidence == -1 || (hints.confidence >= 0 && hints.confidence <= 1));
    check_span(&hints.run, text, size);
    check_span(&hints.model_version, text, size);
    if (hints_complete(&hints))
        must(hints.is_finding && hints.has_id && hints.has_fingerprint && hints.run.bytes > 0);
    free(text);
    return 0;
}
