/*
 * fuzz_retry_after - whatever a service puts into Retry-After is a wait within bounds, or none.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/deliver/retry_after.h"

#define TEXT_BYTES_MAX 256
#define NOW_MS         INT64_C(1795419906000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_BYTES_MAX];
    size_t bytes = size < sizeof(text) - 1 ? size : sizeof(text) - 1;

    memcpy(text, data, bytes);
    text[bytes] = '\0';
    int64_t wait_ms = retry_after_parse(text, NOW_MS);
    if (wait_ms != RETRY_AFTER_NONE && (wait_ms < 0 || wait_ms > RETRY_AFTER_PARSE_MAX_MS))
        abort();
    return 0;
}
