/*
 * fuzz_finding - the decoder of findings takes any bytes; what it accepts it can write, and reads
 * back the same.
 */
#include <stdlib.h>
#include <string.h>

#include "producer/finding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct finding first, second;
    struct error err = {0};
    size_t bytes;

    arena_init(&arena);
    if (finding_decode((const char *)data, size, 1, &arena, &first, &err) == 0) {
        char *json = record_encode(&finding_type, &first, &arena, &bytes, &err);
        if (json == NULL || finding_decode(json, bytes, 1, &arena, &second, &err) != 0 ||
            strcmp(first.id, second.id) != 0 || strcmp(first.fingerprint, second.fingerprint) != 0)
            abort();
    } else if (!error_is_set(&err)) {
        abort();
    }
    arena_fini(&arena);
    return 0;
}
