/*
 * retry_after.c - see retry_after.h.
 */
#include "consumer/deliver/retry_after.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#define DATE_BYTES_MAX 64

/* Seconds, perhaps with a fraction; -1 where the text is something else. */
static int64_t seconds_parse(const char *text, size_t bytes)
{
    int64_t ms = 0;
    size_t at = 0;

    for (; at < bytes && isdigit((unsigned char)text[at]); at++) {
        if (ms < RETRY_AFTER_PARSE_MAX_MS)
            ms = ms * 10 + (int64_t)(text[at] - '0') * 1000;
    }
    if (at == 0)
        return RETRY_AFTER_NONE;
    if (at < bytes && text[at] == '.') {
        size_t fraction = ++at;
        while (at < bytes && isdigit((unsigned char)text[at]))
            at++;
        if (strspn(text + fraction, "0") < at - fraction)
            ms += 1000;
    }
    if (at != bytes)
        return RETRY_AFTER_NONE;
    return ms < RETRY_AFTER_PARSE_MAX_MS ? ms : RETRY_AFTER_PARSE_MAX_MS;
}

static int64_t date_parse(const char *text, size_t bytes, int64_t now_ms)
{
    char date[DATE_BYTES_MAX];

    /* An HTTP date begins with the name of a day; without this a bare "+5" would be one. */
    if (bytes >= sizeof(date) || !isalpha((unsigned char)text[0]) ||
        memchr(text, ',', bytes) == NULL)
        return RETRY_AFTER_NONE;
    memcpy(date, text, bytes);
    date[bytes] = '\0';
    time_t at = curl_getdate(date, NULL);
    if (at == (time_t)-1)
        return RETRY_AFTER_NONE;
    if ((int64_t)at <= now_ms / 1000)
        return 0;
    if ((int64_t)at - now_ms / 1000 > RETRY_AFTER_PARSE_MAX_MS / 1000)
        return RETRY_AFTER_PARSE_MAX_MS;
    return (int64_t)at * 1000 - now_ms;
}

int64_t retry_after_parse(const char *text, int64_t now_ms)
{
    if (text == NULL)
        return RETRY_AFTER_NONE;
    text += strspn(text, " \t");
    size_t bytes = strlen(text);
    while (bytes > 0 && strchr(" \t\r\n", text[bytes - 1]) != NULL)
        bytes--;
    if (bytes == 0)
        return RETRY_AFTER_NONE;
    int64_t ms = seconds_parse(text, bytes);
    return ms != RETRY_AFTER_NONE ? ms : date_parse(text, bytes, now_ms);
}
