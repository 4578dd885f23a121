/*
 * sink.c - an HTTP/1.1 server that records every request as a line of JSON and answers as it is
 * told.
 *
 *   sink [--port N] [--record FILE]      prints "listening PORT" once it is ready
 *
 * A request is recorded whole before it is answered: time_ms, connection, n (which one on this
 * path), method, path, headers (names in lower case), body (or body_hex where it is not UTF-8),
 * status (0: no answer), delay_ms before it. How it is answered stands in its query, or was set for
 * its path by
 * /_script?path=/hook&..., which wins:
 *
 *   status=429,200     code of the first, second, … request; the last stands for all that follow
 *   delay=MS,…         before the answer          retry_after=TEXT,…  the header, "-" for none
 *   cut=1,0            close instead of answering  close=1             close after answering
 *   silent=1           never answer                body=TEXT,…         of the answer (%XX decoded)
 *   kill=PID,0         SIGKILL to PID right after the answer was handed to the socket
 *
 * /_count?path=/hook answers with the number of requests on a path, /_reset?path=/hook starts to
 * count and script anew. One thread, epoll; loopback only; ends with SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

#define REQUEST_BYTES_MAX ((size_t)16 << 20)
#define READ_BYTES        65536
#define EVENTS_MAX        128
#define ANSWER_BYTES_MAX  70000
#define CONNECTIONS_MAX   20000

struct connection {
    int fd;
    uint64_t number;
    char *in; /* what was read and not used yet, NUL-terminated */
    size_t in_bytes, in_capacity;
    char *out;
    size_t out_bytes, out_done;
    int64_t answer_at_ms; /* 0: nothing waits */
    bool waiting;         /* an answer is due or being written: read no further request */
    bool close_after, gone;
    pid_t kill;
    struct connection *prev, *next;
};

/* What a path has seen, and its script where one was set. */
struct place {
    char *path;
    uint64_t count;
    char *script;
    UT_hash_handle hh;
};

struct request {
    char *method, *target; /* target: path?query */
    const char *path, *query;
    json_t *headers;
    const char *body;
    size_t body_bytes, bytes; /* bytes: of the whole request in `in` */
    bool wants_close;
};

static int epoll_fd, record_fd = -1;
static struct connection *connections;
static struct place *places;
static uint64_t connections_made, connections_open;

static int64_t clock_ms(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void *checked(void *memory)
{
    if (memory == NULL) {
        perror("sink");
        exit(1);
    }
    return memory;
}

static int hex_value(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = digit ? strchr(digits, digit | 0x20) : NULL;

    return at ? (int)(at - digits) : -1;
}

static char *percent_decode(const char *text, size_t bytes)
{
    char *decoded = checked(malloc(bytes + 1));
    size_t count = 0;

    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '%' && i + 2 < bytes && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            decoded[count++] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            decoded[count++] = text[i] == '+' ? ' ' : text[i];
        }
    }
    decoded[count] = '\0';
    return decoded;
}

/* The nth value of a comma list in a query, the last where there are fewer; NULL: not there. */
static char *script_value(const char *query, const char *name, uint64_t n)
{
    size_t name_bytes = strlen(name);

    for (const char *at = query; at != NULL && *at != '\0';) {
        const char *end = at + strcspn(at, "&");
        if (strncmp(at, name, name_bytes) == 0 && at[name_bytes] == '=') {
            const char *value = at + name_bytes + 1;
            size_t bytes = strcspn(value, ",&");
            while (n-- > 0 && value + bytes < end) {
                value += bytes + 1;
                bytes = strcspn(value, ",&");
            }
            return percent_decode(value, bytes);
        }
        at = *end == '&' ? end + 1 : NULL;
    }
    return NULL;
}

static int64_t script_number(const char *query, const char *name, uint64_t n, int64_t fallback)
{
    char *text = script_value(query, name, n);
    int64_t number = text != NULL && *text != '\0' ? strtoll(text, NULL, 10) : fallback;

    free(text);
    return number;
}

static struct place *place_of(const char *path)
{
    struct place *place;

    HASH_FIND_STR(places, path, place);
    if (place == NULL) {
        place = checked(calloc(1, sizeof(*place)));
        place->path = checked(strdup(path));
        HASH_ADD_KEYPTR(hh, places, place->path, strlen(place->path), place);
    }
    return place;
}

static void record(const struct connection *connection, const struct request *request, uint64_t n,
                   int64_t status, int64_t delay_ms)
{
    json_t *line = json_pack("{s:I, s:I, s:I, s:s, s:s, s:O, s:I, s:I}", "time_ms",
                             (json_int_t)clock_ms(CLOCK_REALTIME), "connection",
                             (json_int_t)connection->number, "n", (json_int_t)n, "method",
                             request->method, "path", request->target, "headers", request->headers,
                             "status", (json_int_t)status, "delay_ms", (json_int_t)delay_ms);
    json_t *body = json_stringn(request->body, request->body_bytes);

    if (record_fd >= 0 && line != NULL) {
        if (body == NULL) {
            char *hex = checked(malloc(2 * request->body_bytes + 1));
            for (size_t i = 0; i < request->body_bytes; i++)
                snprintf(hex + 2 * i, 3, "%02x", (unsigned char)request->body[i]);
            json_object_set_new(line, "body_hex", json_string(hex));
            free(hex);
        } else {
            json_object_set(line, "body", body);
        }
        char *text = checked(json_dumps(line, JSON_COMPACT));
        size_t bytes = strlen(text);
        text[bytes] = '\n'; /* in the place of the NUL: one write, one line */
        if (write(record_fd, text, bytes + 1) != (ssize_t)bytes + 1)
            perror("sink: record");
        free(text);
    }
    json_decref(body);
    json_decref(line);
}

static void watch(struct connection *connection, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};

    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

static void connection_end(struct connection *connection)
{
    if (connection->gone)
        return;
    close(connection->fd);
    connection->gone = true; /* freed at the end of the turn: events may still point to it */
    connections_open--;
}

static void answer(struct connection *connection, int64_t status, const char *retry_after,
                   const char *body)
{
    char *text = checked(malloc(ANSWER_BYTES_MAX));
    size_t body_bytes = strlen(body);

    if (body_bytes > ANSWER_BYTES_MAX / 2)
        body_bytes = ANSWER_BYTES_MAX / 2;
    int bytes =
        snprintf(text, ANSWER_BYTES_MAX,
                 "HTTP/1.1 %lld Scripted\r\nContent-Type: text/plain\r\nContent-Length: "
                 "%zu\r\n%s%s%s%s\r\n%.*s",
                 (long long)status, body_bytes, retry_after ? "Retry-After: " : "",
                 retry_after ? retry_after : "", retry_after ? "\r\n" : "",
                 connection->close_after ? "Connection: close\r\n" : "", (int)body_bytes, body);
    free(connection->out);
    connection->out = text;
    connection->out_bytes = (size_t)bytes;
    connection->out_done = 0;
}

/* Sets scripts and answers questions about paths; NULL: not one of ours. */
static char *own_answer(const struct request *request)
{
    bool script = strcmp(request->path, "/_script") == 0;
    bool reset = strcmp(request->path, "/_reset") == 0;

    if (!script && !reset && strcmp(request->path, "/_count") != 0)
        return NULL;
    char *path = script_value(request->query, "path", 0);
    struct place *place = place_of(path != NULL ? path : "/");
    char *text = checked(malloc(32));
    free(path);
    if (script || reset) {
        free(place->script);
        place->script = script ? checked(strdup(request->query)) : NULL;
        place->count = 0;
    }
    snprintf(text, 32, "%llu", (unsigned long long)place->count);
    return text;
}

static void handle(struct connection *connection, const struct request *request)
{
    char *own = own_answer(request);

    connection->close_after = request->wants_close;
    connection->waiting = true;
    connection->answer_at_ms = clock_ms(CLOCK_MONOTONIC);
    if (own != NULL) {
        answer(connection, 200, NULL, own);
        free(own);
        return;
    }
    struct place *place = place_of(request->path);
    const char *script = place->script != NULL ? place->script : request->query;
    uint64_t n = place->count++;
    int64_t status = script_number(script, "status", n, 200);
    char *retry_after = script_value(script, "retry_after", n);
    char *body = script_value(script, "body", n);
    bool cut = script_number(script, "cut", n, 0) != 0;
    bool silent = script_number(script, "silent", n, 0) != 0;
    int64_t delay_ms = script_number(script, "delay", n, 0);

    record(connection, request, n, cut || silent ? 0 : status, delay_ms);
    if (retry_after != NULL && strcmp(retry_after, "-") == 0) {
        free(retry_after);
        retry_after = NULL;
    }
    if (script_number(script, "close", n, 0) != 0)
        connection->close_after = true;
    connection->kill = (pid_t)script_number(script, "kill", n, 0);
    connection->answer_at_ms += delay_ms;
    if (silent)
        connection->answer_at_ms = INT64_MAX;
    if (cut)
        connection->close_after = true;
    else
        answer(connection, status, retry_after, body ? body : "ok");
    free(retry_after);
    free(body);
}

/* The next chunk at *read: its data and where the one after it begins. 1: it is here (0 bytes: the
 * last); 0: more is needed; -1: nonsense. */
static int next_chunk(const struct connection *connection, size_t *read, size_t *ret_data,
                      size_t *ret_bytes)
{
    const char *line = connection->in + *read;
    const char *end = memmem(line, connection->in_bytes - *read, "\r\n", 2);

    if (end == NULL)
        return 0;
    *ret_bytes = strtoul(line, NULL, 16);
    *ret_data = (size_t)(end - connection->in) + 2;
    if (*ret_bytes > REQUEST_BYTES_MAX)
        return -1;
    *read = *ret_data + *ret_bytes + 2;
    return *read <= connection->in_bytes ? 1 : 0;
}

/* Puts a chunked body together in place, once all of it is here. */
static int read_chunks(struct connection *connection, size_t at, struct request *request)
{
    size_t read = at, data, bytes;
    int rc;

    while ((rc = next_chunk(connection, &read, &data, &bytes)) == 1 && bytes > 0)
        continue;
    if (rc != 1)
        return rc;
    request->bytes = read;
    request->body = connection->in + at;
    for (read = at; next_chunk(connection, &read, &data, &bytes) == 1 && bytes > 0;) {
        /* The size of the chunk that follows stands behind what is moved. */
        memmove(connection->in + at + request->body_bytes, connection->in + data, bytes);
        request->body_bytes += bytes;
    }
    return 1;
}

static int read_head(const struct connection *connection, size_t head_bytes,
                     struct request *request)
{
    char *head = checked(strndup(connection->in, head_bytes)), *rest = head;
    char *line = strsep(&rest, "\n");
    char *method = strsep(&line, " "), *target = line ? strsep(&line, " ") : NULL;
    int rc = method != NULL && target != NULL && line != NULL ? 0 : -1;

    request->headers = json_object();
    while (rc == 0 && rest != NULL) {
        char *name = strsep(&rest, "\n"), *value = strchr(name, ':');
        name[strcspn(name, "\r")] = '\0';
        if (value == NULL)
            continue;
        *value++ = '\0';
        value += strspn(value, " \t");
        for (char *at = name; *at != '\0'; at++)
            *at = (char)(*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at);
        json_object_set_new(request->headers, name, json_string(value));
    }
    if (rc == 0) {
        request->method = checked(strdup(method));
        request->target = checked(strdup(target));
    }
    free(head);
    return rc;
}

static const char *header(const struct request *request, const char *name)
{
    const char *value = json_string_value(json_object_get(request->headers, name));

    return value ? value : "";
}

/* 1: *request is whole; 0: more is needed; -1: nonsense. */
static int parse(struct connection *connection, struct request *request)
{
    char *end = memmem(connection->in, connection->in_bytes, "\r\n\r\n", 4);

    if (end == NULL)
        return connection->in_bytes > READ_BYTES ? -1 : 0;
    size_t head_bytes = (size_t)(end - connection->in) + 4;
    if (read_head(connection, head_bytes, request) != 0)
        return -1;
    request->wants_close = strcasecmp(header(request, "connection"), "close") == 0;
    if (strcasecmp(header(request, "transfer-encoding"), "chunked") == 0)
        return read_chunks(connection, head_bytes, request);
    size_t body_bytes = strtoul(header(request, "content-length"), NULL, 10);
    if (body_bytes > REQUEST_BYTES_MAX)
        return -1;
    request->body = connection->in + head_bytes;
    request->body_bytes = body_bytes;
    request->bytes = head_bytes + body_bytes;
    return connection->in_bytes >= request->bytes ? 1 : 0;
}

static void continue_if_asked(const struct connection *connection, const struct request *request)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (request->headers != NULL && strcasecmp(header(request, "expect"), "100-continue") == 0 &&
        connection->in_bytes < REQUEST_BYTES_MAX &&
        send(connection->fd, text, sizeof(text) - 1, MSG_NOSIGNAL) < 0)
        perror("sink: continue");
}

/* Takes the next request out of what was read. */
static void take_request(struct connection *connection)
{
    struct request request = {0};
    int rc = connection->in_bytes > 0 ? parse(connection, &request) : 0;

    if (rc > 0) {
        char *mark = strchr(request.target, '?');
        char *path = checked(strndup(request.target, mark ? (size_t)(mark - request.target)
                                                          : strlen(request.target)));
        request.path = path;
        request.query = mark ? mark + 1 : "";
        handle(connection, &request);
        free(path);
        connection->in_bytes -= request.bytes;
        memmove(connection->in, connection->in + request.bytes, connection->in_bytes + 1);
    } else if (rc < 0) {
        connection_end(connection);
    } else {
        continue_if_asked(connection, &request);
    }
    free(request.method);
    free(request.target);
    json_decref(request.headers);
}

/* The answer is out: what it was waiting for happens now. */
static void answered(struct connection *connection)
{
    connection->waiting = false;
    connection->answer_at_ms = 0;
    if (connection->kill > 0)
        kill(connection->kill, SIGKILL);
    connection->kill = 0;
    if (connection->close_after) {
        connection_end(connection);
        return;
    }
    watch(connection, EPOLLIN | EPOLLRDHUP);
    take_request(connection);
}

static void write_out(struct connection *connection)
{
    while (connection->out_done < connection->out_bytes) {
        ssize_t bytes = send(connection->fd, connection->out + connection->out_done,
                             connection->out_bytes - connection->out_done, MSG_NOSIGNAL);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) {
            watch(connection, EPOLLOUT | EPOLLRDHUP);
            return;
        }
        if (bytes < 0) {
            connection_end(connection);
            return;
        }
        connection->out_done += (size_t)bytes;
    }
    free(connection->out);
    connection->out = NULL;
    connection->out_bytes = connection->out_done = 0;
    answered(connection);
}

static void read_in(struct connection *connection)
{
    for (;;) {
        if (connection->in_bytes + READ_BYTES + 1 > connection->in_capacity) {
            connection->in_capacity = (connection->in_bytes + READ_BYTES) * 2 + 1;
            connection->in = checked(realloc(connection->in, connection->in_capacity));
        }
        ssize_t bytes =
            recv(connection->fd, connection->in + connection->in_bytes, READ_BYTES, MSG_DONTWAIT);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (bytes <= 0 || connection->in_bytes > 2 * REQUEST_BYTES_MAX) {
            connection_end(connection);
            return;
        }
        connection->in_bytes += (size_t)bytes;
        connection->in[connection->in_bytes] = '\0';
    }
    if (!connection->waiting)
        take_request(connection);
}

static void accept_all(int listener)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = checked(calloc(1, sizeof(*connection)));
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
        connection->fd = fd;
        connection->number = ++connections_made;
        connections_open++;
        DL_APPEND(connections, connection);
        if (connections_open > CONNECTIONS_MAX || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
            connection_end(connection);
    }
}

/* Answers whose time has come; returns how long the next one takes, -1 for none. */
static int serve_due(void)
{
    struct connection *connection, *next;
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC), next_ms = INT64_MAX;

    DL_FOREACH_SAFE(connections, connection, next)
    {
        /* A request that followed on the same connection may be answered at once. */
        while (!connection->gone && connection->waiting && connection->out_done == 0 &&
               connection->answer_at_ms <= now_ms) {
            bool more = connection->in_bytes > 0;
            if (connection->out == NULL)
                answered(connection);
            else
                write_out(connection);
            if (!more)
                break;
        }
        if (connection->gone) {
            DL_DELETE(connections, connection);
            free(connection->in);
            free(connection->out);
            free(connection);
        } else if (connection->waiting && connection->out_done == 0 &&
                   connection->answer_at_ms < next_ms) {
            next_ms = connection->answer_at_ms;
        }
    }
    if (next_ms == INT64_MAX)
        return -1;
    return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

static int listen_on(uint16_t port, uint16_t *ret_port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &bytes) != 0)
        return -1;
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void serve(int listener)
{
    struct epoll_event events[EVENTS_MAX];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll_fd, events, EVENTS_MAX, serve_due());
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL)
                accept_all(listener);
            else if (connection->gone)
                continue;
            else if (events[i].events & EPOLLOUT)
                write_out(connection);
            else
                read_in(connection);
        }
    }
}

int main(int argc, char **argv)
{
    struct rlimit files = {0};
    uint16_t port = 0;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--port") == 0)
            port = (uint16_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--record") == 0)
            record_fd = open(argv[i + 1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(port, &port);
    if (epoll_fd < 0 || listener < 0) {
        perror("sink");
        return 1;
    }
    printf("listening %u\n", port);
    fflush(stdout);
    serve(listener);
}
