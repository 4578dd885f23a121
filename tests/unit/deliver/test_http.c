/* One request is one attempt: what goes over the wire, and what comes back as a response. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "consumer/deliver/http.h"

#define ANSWERS_MAX 8
#define NOW_MS      1700000000000

/* A server that reads whole requests and gives one canned answer each; NULL: closes instead. */
static struct server {
    int listener;
    uint16_t port;
    const char *answers[ANSWERS_MAX];
    atomic_int requests;
    char last[4096];
    pthread_t thread;
} server;

static struct http *http;
static char url[64];

static bool read_request(int fd)
{
    char text[sizeof(server.last)] = "";
    size_t bytes = 0;

    for (;;) {
        ssize_t got = recv(fd, text + bytes, sizeof(text) - 1 - bytes, 0);
        if (got <= 0)
            return false;
        bytes += (size_t)got;
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "content-length:");
        if (end != NULL && strlen(end + 4) >= (length ? strtoul(length + 15, NULL, 10) : 0))
            break;
    }
    memcpy(server.last, text, sizeof(text));
    return true;
}

static void *serve(void *unused)
{
    int fd;

    while ((fd = accept(server.listener, NULL, NULL)) >= 0) {
        while (read_request(fd)) {
            const char *answer = server.answers[atomic_fetch_add(&server.requests, 1)];
            if (answer == NULL)
                break;
            if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
                break;
        }
        close(fd);
    }
    return unused;
}

static void begin(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    struct error err = {0};

    memset(&server, 0, sizeof(server));
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(server.listener, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(listen(server.listener, 8), 0);
    getsockname(server.listener, (struct sockaddr *)&address, &bytes);
    server.port = ntohs(address.sin_port);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/secret?token=1", server.port);
    cr_assert_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
    cr_assert_eq(http_new(&http, &err), 0);
}

static void end(void)
{
    http_free(http);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.listener);
}
TestSuite(http, .init = begin, .fini = end, .timeout = 30);

static struct request post(void)
{
    return (struct request){.method = "POST",
                            .url = url,
                            .headers = {{"Content-Type", "application/json"}},
                            .headers_count = 1,
                            .body = "{\"a\":1}",
                            .body_bytes = 7};
}

static struct response run(const struct request *request, int64_t timeout_ms)
{
    struct response response;
    struct error err = {0};
    void *tag = NULL;

    cr_assert_eq(http_start(http, request, timeout_ms, (void *)request, &err), 0, "%s", err.text);
    while (!http_next(http, NOW_MS, &tag, &response))
        cr_assert_eq(http_wait(http, NULL, 0, 100, &err), 0);
    cr_assert_eq(tag, request);
    return response;
}

#define ANSWER(status, headers, length, body)                                                      \
    "HTTP/1.1 " status " X\r\n" headers "Content-Length: " length "\r\n\r\n" body

Test(http, request_and_answer)
{
    server.answers[0] =
        ANSWER("429", "Retry-After: 7\r\nX-Rate: Yes\r\nContent-Type: text/plain\r\n", "4", "slow");
    struct request request = post();
    struct response response = run(&request, 5000);

    cr_expect_eq(response.status, 429);
    cr_expect(response.sent);
    cr_expect_null(response.transport_error);
    cr_expect_str_eq(response.body, "slow");
    cr_expect_eq(response.body_bytes, 4);
    cr_expect_str_eq(response.content_type, "text/plain");
    cr_expect_eq(response.retry_after_ms, 7000);
    bool found = false;
    for (size_t i = 0; i < response.headers_count; i++)
        found = found || (strcmp(response.headers[i].name, "x-rate") == 0 &&
                          strcmp(response.headers[i].value, "Yes") == 0);
    cr_expect(found);
    cr_expect_not_null(strstr(server.last, "POST /secret?token=1 HTTP/1.1\r\n"));
    cr_expect_not_null(strstr(server.last, "Content-Type: application/json\r\n"));
    cr_expect_not_null(strstr(server.last, "\r\n\r\n{\"a\":1}"));
    cr_expect_null(strstr(server.last, "Expect:"));
}

Test(http, other_methods_and_empty_bodies)
{
    server.answers[0] = server.answers[1] = server.answers[2] = ANSWER("204", "", "0", "");
    struct request request = post();
    request.method = "PATCH";
    cr_expect_eq(run(&request, 5000).status, 204);
    cr_expect_not_null(strstr(server.last, "PATCH /"));
    request.method = "POST";
    request.body = "";
    request.body_bytes = 0;
    cr_expect_eq(run(&request, 5000).status, 204);
    cr_expect_not_null(strstr(server.last, "Content-Length: 0"));
    request = (struct request){.method = "GET", .url = url};
    cr_expect_eq(run(&request, 5000).status, 204);
    cr_expect_not_null(strstr(server.last, "GET /"));
}

Test(http, redirects_are_not_followed)
{
    char location[256];

    snprintf(location, sizeof(location),
             "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:%u/other\r\nContent-Length: 0\r\n\r\n",
             server.port);
    server.answers[0] = location;
    server.answers[1] = ANSWER("200", "", "0", "");
    struct request request = post();
    cr_expect_eq(run(&request, 5000).status, 302);
    cr_expect_eq(atomic_load(&server.requests), 1);
}

Test(http, a_body_is_kept_up_to_its_maximum)
{
    size_t bytes = 3 * RESPONSE_BODY_BYTES_MAX;
    char *answer = calloc(1, bytes + 256);
    int head = sprintf(answer, "HTTP/1.1 200 X\r\nContent-Length: %zu\r\n\r\n", bytes);

    memset(answer + head, 'x', bytes);
    server.answers[0] = answer;
    struct request request = post();
    struct response response = run(&request, 5000);
    cr_expect_eq(response.status, 200);
    cr_expect_eq(response.body_bytes, RESPONSE_BODY_BYTES_MAX);
    cr_expect_eq(strlen(response.body), RESPONSE_BODY_BYTES_MAX);
    free(answer);
}

Test(http, no_connection_was_not_sent)
{
    struct request request = post();

    end();
    begin();
    snprintf(url, sizeof(url), "http://127.0.0.1:1/secret");
    struct response response = run(&request, 5000);
    cr_expect_eq(response.status, 0);
    cr_expect_not(response.sent);
    cr_expect_str_eq(response.transport_error, "no connection to the host");
    cr_expect_eq(response.retry_after_ms, -1);
}

Test(http, a_cut_after_the_body_on_a_fresh_connection)
{
    struct request request = post();
    struct response response = run(&request, 5000);

    cr_expect_eq(response.status, 0);
    cr_expect(response.sent);
    cr_expect_str_eq(response.transport_error, "the connection was closed without an answer");
    cr_expect_eq(atomic_load(&server.requests), 1);
}

Test(http, a_cut_on_a_kept_connection_is_not_repeated_behind_our_back)
{
    server.answers[0] = ANSWER("200", "", "0", "");
    server.answers[2] = ANSWER("200", "", "0", "");
    struct request request = post();
    cr_expect_eq(run(&request, 5000).status, 200);
    struct response response = run(&request, 5000);
    cr_expect_eq(response.status, 0);
    cr_expect(response.sent);
    cr_expect_eq(atomic_load(&server.requests), 2);
}

Test(http, half_an_answer_is_no_answer)
{
    server.answers[0] = "HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf";
    server.answers[1] = NULL;
    struct request request = post();
    struct response response = run(&request, 500);
    cr_expect_eq(response.status, 0);
    cr_expect(response.sent);
}

Test(http, time_runs_out)
{
    server.answers[0] = "HTTP/1.1 200 X\r\n"; /* and no more */
    struct request request = post();
    struct response response = run(&request, 200);
    cr_expect_eq(response.status, 0);
    cr_expect(response.sent);
    cr_expect_str_eq(response.transport_error, "no answer in time");
}

Test(http, what_is_refused_before_it_is_sent)
{
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1",
                                       "http://127.0.0.1/\r\nX: y"};
    struct request request = post();

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct error err = {0};
        request.url = urls[i];
        cr_expect_neq(http_start(http, &request, 1000, NULL, &err), 0, "%s", urls[i]);
        cr_expect_eq(err.kind, ERROR_INPUT);
    }
    struct error err = {0};
    request = post();
    request.headers[0].value = "a\r\nX: y";
    cr_expect_neq(http_start(http, &request, 1000, NULL, &err), 0);
    cr_expect_eq(http_in_flight(http), 0);
}

Test(http, what_no_request_can_be_made_of_is_said_so)
{
    struct request request = post();

    request.url = "http://[127.0.0.1/";
    struct response response = run(&request, 1000);
    cr_expect(response.unsendable);
    cr_expect_not(response.sent);
}

Test(http, cancelled_requests_give_no_answer)
{
    struct request request = post();
    struct response response;
    struct error err = {0};
    void *tag;

    server.answers[0] = "HTTP/1.1 200 X\r\n";
    cr_assert_eq(http_start(http, &request, 5000, &request, &err), 0);
    while (atomic_load(&server.requests) == 0)
        cr_assert_eq(http_wait(http, NULL, 0, 20, &err), 0);
    cr_expect_eq(http_in_flight(http), 1);
    cr_expect(http_cancel(http, &request));
    cr_expect_eq(http_in_flight(http), 0);
    cr_expect_not(http_next(http, NOW_MS, &tag, &response));
    cr_expect_not(http_cancel(http, &request));
}

Test(http, waits_for_other_descriptors_too)
{
    int fds[2];
    struct error err = {0};

    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], "x", 1), 1);
    cr_expect_eq(http_wait(http, fds, 1, 20000, &err), 0); /* the test's time limit is its check */
    close(fds[0]);
    close(fds[1]);
}
