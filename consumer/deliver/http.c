/*
 * http.c - see http.h.
 *
 * The body goes out through a read callback that cannot be rewound: libcurl repeats a POST by
 * itself when a kept connection dies before the first byte of an answer, and needs a rewind for
 * that. CURLOPT_QUICK_EXIT keeps a resolver thread that hangs from holding up the loop when its
 * request has run out of time.
 */
#include "consumer/deliver/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/retry_after.h"

struct transfer {
    CURL *easy;
    struct curl_slist *headers;
    const struct request *request;
    void *tag;
    size_t sent_bytes; /* of the body, given to libcurl */
    bool body_begun;   /* libcurl has asked for the body: the head is on its way */
    CURLcode result;
    char *body;
    size_t body_bytes, body_capacity;
    char text[RESPONSE_HEADER_BYTES_MAX]; /* header names and values */
    size_t text_bytes;
    struct request_header received[RESPONSE_HEADERS_MAX];
    size_t received_count;
    struct transfer *prev, *next;
};

struct http {
    CURLM *multi;
    struct transfer *running, *finished;
    struct transfer *given; /* by http_next, until its next call */
    size_t running_count;
};

/* Words for what can go wrong below HTTP. Others get libcurl's own sentence, which names no URL. */
static const struct {
    CURLcode code;
    const char *words;
} transport_words[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "the host name could not be resolved"},
    {CURLE_COULDNT_CONNECT, "no connection to the host"},
    {CURLE_OPERATION_TIMEDOUT, "no answer in time"},
    {CURLE_GOT_NOTHING, "the connection was closed without an answer"},
    {CURLE_SEND_FAIL_REWIND, "the connection was closed without an answer"},
    {CURLE_SEND_ERROR, "the connection broke while sending"},
    {CURLE_RECV_ERROR, "the connection broke before the answer was complete"},
    {CURLE_PARTIAL_FILE, "the answer ended too early"},
    {CURLE_PEER_FAILED_VERIFICATION, "the certificate of the host could not be verified"},
    {CURLE_SSL_CONNECT_ERROR, "the TLS handshake failed"},
};

static pthread_once_t global_once = PTHREAD_ONCE_INIT;

static void global_init(void)
{
    curl_global_init(CURL_GLOBAL_ALL);
}

int http_new(struct http **ret, struct error *err)
{
    *ret = NULL;
    pthread_once(&global_once, global_init);
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL || (http->multi = curl_multi_init()) == NULL) {
        free(http);
        return error_set(err, ERROR_MEMORY, "out of memory for HTTP");
    }
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_IDLE_CONNECTIONS_MAX);
    *ret = http;
    return 0;
}

static void transfer_free(struct http *http, struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    if (transfer->easy != NULL) {
        curl_multi_remove_handle(http->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    free(transfer->body);
    free(transfer);
}

void http_free(struct http *http)
{
    struct transfer *transfer, *next;

    if (http == NULL)
        return;
    DL_FOREACH_SAFE(http->running, transfer, next)
    transfer_free(http, transfer);
    DL_FOREACH_SAFE(http->finished, transfer, next)
    transfer_free(http, transfer);
    transfer_free(http, http->given);
    curl_multi_cleanup(http->multi);
    free(http);
}

static size_t on_read(char *buffer, size_t size, size_t count, void *self)
{
    struct transfer *transfer = self;
    size_t bytes = size * count;
    size_t left = transfer->request->body_bytes - transfer->sent_bytes;

    transfer->body_begun = true;
    if (bytes > left)
        bytes = left;
    if (bytes > 0)
        memcpy(buffer, transfer->request->body + transfer->sent_bytes, bytes);
    transfer->sent_bytes += bytes;
    return bytes;
}

static int on_seek(void *self, curl_off_t offset, int origin)
{
    (void)self;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

static size_t on_body(char *data, size_t size, size_t count, void *self)
{
    struct transfer *transfer = self;
    size_t bytes = size * count;
    size_t kept = RESPONSE_BODY_BYTES_MAX - transfer->body_bytes;

    if (kept > bytes)
        kept = bytes;
    if (transfer->body_bytes + kept + 1 > transfer->body_capacity) {
        size_t capacity = (transfer->body_bytes + kept) * 2 + 1;
        char *body = realloc(transfer->body, capacity);
        if (body == NULL)
            return 0;
        transfer->body = body;
        transfer->body_capacity = capacity;
    }
    memcpy(transfer->body + transfer->body_bytes, data, kept);
    transfer->body_bytes += kept;
    transfer->body[transfer->body_bytes] = '\0';
    return bytes;
}

/* Appends lower-cased or as it is; NULL when the room is used up. */
static const char *text_keep(struct transfer *transfer, const char *data, size_t bytes, bool lower)
{
    char *kept = transfer->text + transfer->text_bytes;

    if (bytes + 1 > sizeof(transfer->text) - transfer->text_bytes)
        return NULL;
    for (size_t i = 0; i < bytes; i++)
        kept[i] = lower ? (char)tolower((unsigned char)data[i]) : data[i];
    kept[bytes] = '\0';
    transfer->text_bytes += bytes + 1;
    return kept;
}

static size_t on_header(char *data, size_t size, size_t count, void *self)
{
    struct transfer *transfer = self;
    size_t bytes = size * count;

    if (bytes >= 5 && memcmp(data, "HTTP/", 5) == 0) { /* the head of a later answer, after 1xx */
        transfer->received_count = transfer->text_bytes = 0;
        return bytes;
    }
    const char *colon = memchr(data, ':', bytes);
    if (colon == NULL || transfer->received_count == RESPONSE_HEADERS_MAX)
        return bytes;
    const char *value = colon + 1, *end = data + bytes;
    while (value < end && isspace((unsigned char)*value))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    const char *name = text_keep(transfer, data, (size_t)(colon - data), true);
    const char *text = name ? text_keep(transfer, value, (size_t)(end - value), false) : NULL;
    if (text != NULL)
        transfer->received[transfer->received_count++] =
            (struct request_header){.name = name, .value = text};
    return bytes;
}

static bool has_break(const char *text)
{
    return strpbrk(text, "\r\n") != NULL;
}

static int check(const struct request *request, struct error *err)
{
    if (strncmp(request->url, "http://", 7) != 0 && strncmp(request->url, "https://", 8) != 0)
        return error_set(err, ERROR_INPUT, "the URL is not an http or https one");
    if (has_break(request->url))
        return error_set(err, ERROR_INPUT, "the URL has a line break");
    for (size_t i = 0; i < request->headers_count; i++) {
        if (has_break(request->headers[i].name) || has_break(request->headers[i].value))
            return error_set(err, ERROR_INPUT, "a header has a line break");
    }
    return 0;
}

static int add_header(struct transfer *transfer, const char *name, const char *value)
{
    /* "name;" is libcurl's way to send an empty value, "name:" to send none of its own. */
    size_t bytes = strlen(name) + strlen(value) + 3;
    char *line = malloc(bytes);

    if (line == NULL)
        return -1;
    if (*value != '\0')
        snprintf(line, bytes, "%s: %s", name, value);
    else
        snprintf(line, bytes, "%s;", name);
    struct curl_slist *headers = curl_slist_append(transfer->headers, line);
    free(line);
    if (headers == NULL)
        return -1;
    transfer->headers = headers;
    return 0;
}

static int set_headers(struct transfer *transfer)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

    if (headers == NULL)
        return -1;
    transfer->headers = headers;
    for (size_t i = 0; i < transfer->request->headers_count; i++) {
        const struct request_header *header = &transfer->request->headers[i];
        if (add_header(transfer, header->name, header->value) != 0)
            return -1;
    }
    return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK ? 0
                                                                                               : -1;
}

static void set_safety(CURL *easy, int64_t timeout_ms)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "tocsin/" TOCSIN_VERSION);
}

static int set_request(struct transfer *transfer)
{
    const struct request *request = transfer->request;
    CURL *easy = transfer->easy;

    if (curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK || set_headers(transfer) != 0)
        return -1;
    if (request->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    return 0;
}

int http_start(struct http *http, const struct request *request, int64_t timeout_ms, void *tag,
               struct error *err)
{
    if (check(request, err) != 0)
        return -1;
    struct transfer *transfer = calloc(1, sizeof(*transfer));
    if (transfer == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a request");
    transfer->request = request;
    transfer->tag = tag;
    transfer->easy = curl_easy_init();
    if (transfer->easy != NULL)
        set_safety(transfer->easy, timeout_ms);
    if (transfer->easy == NULL || set_request(transfer) != 0 ||
        curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK) {
        transfer_free(http, transfer);
        return error_set(err, ERROR_MEMORY, "out of memory for a request");
    }
    DL_APPEND(http->running, transfer);
    http->running_count++;
    return 0;
}

/* The whole request was handed to libcurl; a part of a body cannot be acted upon. */
static bool was_sent(const struct transfer *transfer)
{
    if (transfer->request->body != NULL && transfer->request->body_bytes > 0)
        return transfer->sent_bytes == transfer->request->body_bytes;
    long head_bytes = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &head_bytes);
    return transfer->body_begun || head_bytes > 0;
}

bool http_cancel(struct http *http, const void *tag)
{
    struct transfer *transfer;

    DL_SEARCH_SCALAR(http->running, transfer, tag, tag);
    if (transfer == NULL)
        return false;
    bool sent = was_sent(transfer);
    DL_DELETE(http->running, transfer);
    http->running_count--;
    transfer_free(http, transfer);
    return sent;
}

/* Moves what libcurl says is done to the finished ones. */
static void collect(struct http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct transfer *transfer = NULL;
        CURLcode result = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer->result = result;
        DL_DELETE(http->running, transfer);
        DL_APPEND(http->finished, transfer);
        http->running_count--;
    }
}

int http_wait(struct http *http, const int *fds, size_t fds_count, int64_t timeout_ms,
              struct error *err)
{
    struct curl_waitfd waits[HTTP_WAIT_FDS_MAX];
    int running;

    for (size_t i = 0; i < fds_count; i++)
        waits[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
    CURLMcode code = curl_multi_perform(http->multi, &running);
    collect(http);
    if (code == CURLM_OK && http->finished == NULL) {
        code = curl_multi_poll(http->multi, waits, (unsigned)fds_count,
                               timeout_ms > INT32_MAX ? INT32_MAX : (int)timeout_ms, NULL);
        if (code == CURLM_OK)
            code = curl_multi_perform(http->multi, &running);
        collect(http);
    }
    return code == CURLM_OK ? 0
                            : error_set(err, ERROR_FATAL, "HTTP: %s", curl_multi_strerror(code));
}

static const char *words_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof(transport_words) / sizeof(transport_words[0]); i++) {
        if (transport_words[i].code == code)
            return transport_words[i].words;
    }
    return curl_easy_strerror(code);
}

static const char *header_value(const struct transfer *transfer, const char *name)
{
    for (size_t i = 0; i < transfer->received_count; i++) {
        if (strcmp(transfer->received[i].name, name) == 0)
            return transfer->received[i].value;
    }
    return NULL;
}

/* libcurl itself says that no such request can be made. */
static bool is_unsendable(CURLcode code)
{
    return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
}

static struct response response_of(const struct transfer *transfer, int64_t now_ms)
{
    const char *content_type = header_value(transfer, "content-type");
    long status = 0;

    if (transfer->result != CURLE_OK)
        return (struct response){.transport_error = words_of(transfer->result),
                                 .sent = was_sent(transfer),
                                 .unsendable = is_unsendable(transfer->result),
                                 .body = "",
                                 .content_type = "",
                                 .retry_after_ms = RETRY_AFTER_NONE};
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (struct response){
        .status = (int)status,
        .sent = true,
        .body = transfer->body ? transfer->body : "",
        .body_bytes = transfer->body_bytes,
        .content_type = content_type ? content_type : "",
        .retry_after_ms = retry_after_parse(header_value(transfer, "retry-after"), now_ms),
        .headers = transfer->received,
        .headers_count = transfer->received_count,
    };
}

bool http_next(struct http *http, int64_t now_ms, void **ret_tag, struct response *ret_response)
{
    transfer_free(http, http->given);
    http->given = http->finished;
    if (http->given == NULL)
        return false;
    DL_DELETE(http->finished, http->given);
    *ret_tag = http->given->tag;
    *ret_response = response_of(http->given, now_ms);
    return true;
}

size_t http_in_flight(const struct http *http)
{
    return http->running_count;
}
