/*
 * deliver_requests.c - starts what is ready, by HTTP or on standard output, and brings answers
 * back.
 *
 * A request that cannot even be started is answered here in the place of the service.
 */
#include <errno.h>
#include <unistd.h>

#include "consumer/deliver_loop.h"

/* Standard output is a receiver like any other: what it took is delivered. */
static int print(struct loop *loop, struct flight *flight, struct error *err)
{
    const struct request *request = flight_request(flight);
    struct response response = {.status = 200, .sent = true, .retry_after_ms = -1, .body = ""};

    for (size_t done = 0; done < request->body_bytes;) {
        ssize_t bytes = write(STDOUT_FILENO, request->body + done, request->body_bytes - done);
        if (bytes < 0 && errno != EINTR) {
            response.status = 0;
            response.sent = done > 0;
            response.transport_error = "standard output cannot be written";
            break;
        }
        done += bytes > 0 ? (size_t)bytes : 0;
    }
    return deliverer_response(loop->deliverer, flight, &response, moment_now(), err);
}

int loop_start_requests(struct loop *loop, struct error *err)
{
    struct flight *flight;

    for (;;) {
        struct error why = {0};
        struct moment now = moment_now();
        if (deliverer_start(loop->deliverer, now, &flight, err) != 0)
            return -1;
        if (flight == NULL)
            return 0;
        if (flight_kind(flight) == STEP_PRINT) {
            if (print(loop, flight, err) != 0)
                return -1;
            continue;
        }
        if (http_start(loop->http, flight_request(flight), flight_timeout_ms(flight), flight,
                       &why) == 0)
            continue;
        struct response refused = {.transport_error = why.text,
                                   .unsendable = why.kind == ERROR_INPUT,
                                   .retry_after_ms = -1,
                                   .body = ""};
        if (deliverer_response(loop->deliverer, flight, &refused, now, err) != 0)
            return -1;
    }
}

int loop_take_answers(struct loop *loop, struct error *err)
{
    struct moment now = moment_now();
    struct response response;
    void *flight;

    while (http_next(loop->http, now.wall_ms, &flight, &response)) {
        if (deliverer_response(loop->deliverer, flight, &response, now, err) != 0)
            return -1;
    }
    return 0;
}

int loop_drain(struct loop *loop, int64_t end_mono_ms, struct error *err)
{
    deliverer_hold(loop->deliverer, true);
    while (deliverer_recall(loop->deliverer, moment_now(), err) == 0) {
        int64_t left_ms = end_mono_ms - moment_now().mono_ms;
        if (deliverer_in_flight(loop->deliverer) == 0 || left_ms <= 0)
            return 0;
        if (http_wait(loop->http, NULL, 0, left_ms, err) != 0 || loop_take_answers(loop, err) != 0)
            return -1;
    }
    return -1;
}
