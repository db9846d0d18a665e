/**
 * A REST client that knows when to stop asking: failures are counted, after three in a row nothing is
 * sent for 30 s, a rate limit spreads calls, and a deadline bounds a whole series of them. One thread uses
 * one feed.
 */
#ifndef DYNO_COLLECT_FEED_H
#define DYNO_COLLECT_FEED_H

#include "base/json.h"
#include "base/status.h"
#include "spark/rest.h"

#include <stdbool.h>
#include <stdint.h>

#define DYNO_FEED_FAILURES_TO_OPEN 3
#define DYNO_FEED_RETRY_NS         (INT64_C(30) * 1000000000)

struct dyno_feed {
    struct dyno_rest *rest; /**< NULL: there is no REST; every call is refused */
    char *base_url;
    char *app_id;        /**< NULL until asked for */
    int64_t deadline_ns; /**< CLOCK_MONOTONIC; nothing is sent after it. 0: none */
    int64_t retry_at_ns; /**< the circuit is open until then; 0: closed */
    _Atomic(int64_t)
        gap_ns; /**< calls begin at least so far apart; 0: any rate. Any thread may set it */
    int64_t last_call_ns;
    int failures_in_row;
    int64_t calls;
    int64_t failed_calls;
    char first_failure[256]; /**< "" while all went well */
};

/** `rest_url` NULL: a feed that refuses. `app_id` NULL: the newest application, asked for when needed.
 *  Strings are copied. Fails only if the URL is none or libcurl is unusable. */
enum dyno_status dyno_feed_open(struct dyno_feed *feed, const char *rest_url, const char *app_id,
                                int64_t timeout_ns, struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_feed_close(struct dyno_feed *feed);

/** From now on each call may take `timeout_ns`; the circuit is closed and tried afresh. */
enum dyno_status dyno_feed_set_timeout(struct dyno_feed *feed, int64_t timeout_ns,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * GET a path of the server ("/metrics/json/"). A document that breaks off or is none is asked for once
 * more, at the feed's rate and before its deadline. DYNO_ECANCELLED if nothing was sent (open circuit, deadline, no REST); 404 (DYNO_ENOTFOUND)
 * and an answer that is too large (DYNO_ELIMIT) are no failures. The caller frees `*out`.
 */
enum dyno_status dyno_feed_get(struct dyno_feed *feed, cJSON **out, struct dyno_err *err,
                               const char *path, ...) DYNO_PRINTF(4, 5) DYNO_MUST_CHECK;

/** GET plain text of the server ("/metrics/prometheus/"); else the same. Borrowed, until the next call. */
enum dyno_status dyno_feed_get_text(struct dyno_feed *feed, const char **out, struct dyno_err *err,
                                    const char *path) DYNO_MUST_CHECK;

/** POST to a path of the server, without a body. That it is refused is no failure of the server's; that
 *  nothing answers is one. */
enum dyno_status dyno_feed_post(struct dyno_feed *feed, struct dyno_err *err, const char *path, ...)
    DYNO_PRINTF(3, 4) DYNO_MUST_CHECK;

/** Does this status of a POST mean that no answer came, or that none was asked for? */
bool dyno_feed_is_silent(enum dyno_status status);

/** GET a path below the application ("/jobs"). */
enum dyno_status dyno_feed_get_app(struct dyno_feed *feed, cJSON **out, struct dyno_err *err,
                                   const char *path, ...) DYNO_PRINTF(4, 5) DYNO_MUST_CHECK;

#endif
