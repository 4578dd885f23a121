/*
 * hints.c - a table of header names, and how each is read.
 */
#include "consumer/correlate/hints.h"

#include <string.h>

#define CONFIDENCE_DIGITS_MAX 15 /* of a decimal that a double holds exactly enough */

bool span_is(const struct span *span, const char *text)
{
    return strncmp(text, span->text, span->bytes) == 0 && text[span->bytes] == '\0';
}

static void read_type(const struct header *header, struct hints *ret)
{
    ret->is_finding = header->bytes == strlen(FINDING_TYPE) &&
                      memcmp(header->value, FINDING_TYPE, header->bytes) == 0;
}

static void read_id(const struct header *header, struct hints *ret)
{
    ret->has_id = key_of_uuid(header->value, header->bytes, &ret->id);
}

static void read_fingerprint(const struct header *header, struct hints *ret)
{
    ret->has_fingerprint = key_of_fingerprint(header->value, header->bytes, &ret->fingerprint);
}

static void read_run(const struct header *header, struct hints *ret)
{
    ret->run = (struct span){.text = header->value, .bytes = header->bytes};
}

static void read_model_version(const struct header *header, struct hints *ret)
{
    ret->model_version = (struct span){.text = header->value, .bytes = header->bytes};
}

static void read_severity(const struct header *header, struct hints *ret)
{
    for (int i = 0; severity_names[i]; i++) {
        if (strlen(severity_names[i]) == header->bytes &&
            memcmp(severity_names[i], header->value, header->bytes) == 0)
            ret->severity = i;
    }
}

/* A plain decimal from 0 to 1; anything else is left to the slow path. */
static void read_confidence(const struct header *header, struct hints *ret)
{
    static const double powers[CONFIDENCE_DIGITS_MAX + 1] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *text = header->value;
    int64_t digits = 0;
    size_t after = 0;

    if (header->bytes == 0 || header->bytes > CONFIDENCE_DIGITS_MAX + 1)
        return;
    for (size_t i = 0; i < header->bytes; i++) {
        if (text[i] == '.' && i == 1) {
            after = header->bytes - 2;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return;
        digits = digits * 10 + (text[i] - '0');
    }
    if ((double)digits <= powers[after])
        ret->confidence = (double)digits / powers[after];
}

static void read_rekeyed(const struct header *header, struct hints *ret)
{
    (void)header;
    ret->rekeyed = true;
}

static void read_copy(const struct header *header, struct hints *ret)
{
    (void)header;
    ret->copy = true;
}

/* Their lengths keep most comparisons from being made. */
static const struct {
    const char *name;
    size_t bytes;
    void (*read)(const struct header *header, struct hints *ret);
} readers[] = {
#define READER(name, read)                                                                         \
    {                                                                                              \
        name, sizeof(name) - 1, read                                                               \
    }
    READER(HEADER_ID, read_id),
    READER(HEADER_TYPE, read_type),
    READER(HEADER_FINGERPRINT, read_fingerprint),
    READER(HEADER_RUN, read_run),
    READER(HEADER_MODEL_VERSION, read_model_version),
    READER(HEADER_SEVERITY, read_severity),
    READER(HEADER_CONFIDENCE, read_confidence),
    READER(HEADER_REKEYED, read_rekeyed),
    READER(HEADER_COPY, read_copy),
};
#define READERS (sizeof(readers) / sizeof(readers[0]))

void hints_read(const struct envelope *envelope, struct hints *ret)
{
    *ret = (struct hints){.severity = -1, .confidence = -1, .model_version.text = ""};
    for (size_t i = 0; i < envelope->count; i++) {
        const struct header *header = &envelope->headers[i];
        size_t bytes = strlen(header->name);

        for (size_t row = 0; header->value && row < READERS; row++) {
            if (readers[row].bytes == bytes &&
                memcmp(readers[row].name, header->name, bytes) == 0) {
                readers[row].read(header, ret);
                break;
            }
        }
    }
}

bool hints_complete(const struct hints *hints)
{
    return hints->is_finding && hints->has_id && hints->has_fingerprint && hints->run.bytes > 0 &&
           hints->severity >= 0 && hints->confidence >= 0;
}
