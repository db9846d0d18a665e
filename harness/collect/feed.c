#include "collect/feed.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_BODY_BYTES ((size_t)64 * 1024 * 1024)
#define PATH_BYTES     1024

enum dyno_status dyno_feed_open(struct dyno_feed *feed, const char *rest_url, const char *app_id,
                                int64_t timeout_ns, struct dyno_err *err)
{
    *feed = (struct dyno_feed){.rest = NULL};
    if (rest_url == NULL)
        return DYNO_OK;
    feed->base_url = dyno_xstrdup(rest_url);
    feed->app_id = dyno_xstrdup(app_id);
    return dyno_feed_set_timeout(feed, timeout_ns, err);
}

void dyno_feed_close(struct dyno_feed *feed)
{
    dyno_rest_close(feed->rest);
    free(feed->base_url);
    free(feed->app_id);
    *feed = (struct dyno_feed){.rest = NULL};
}

enum dyno_status dyno_feed_set_timeout(struct dyno_feed *feed, int64_t timeout_ns,
                                       struct dyno_err *err)
{
    struct dyno_rest *fresh = NULL;
    if (feed->base_url == NULL)
        return DYNO_OK;
    enum dyno_status status =
        dyno_rest_open(feed->base_url, timeout_ns, MAX_BODY_BYTES, &fresh, err);
    if (status != DYNO_OK)
        return status;
    dyno_rest_close(feed->rest);
    feed->rest = fresh;
    feed->failures_in_row = 0;
    feed->retry_at_ns = 0;
    return DYNO_OK;
}

static void note_failure(struct dyno_feed *feed, const struct dyno_err *why)
{
    feed->failed_calls++;
    feed->failures_in_row++;
    if (feed->failures_in_row >= DYNO_FEED_FAILURES_TO_OPEN)
        feed->retry_at_ns = dyno_now_ns() + DYNO_FEED_RETRY_NS;
    if (feed->first_failure[0] == '\0')
        (void)snprintf(feed->first_failure, sizeof feed->first_failure, "%.250s", why->message);
}

static enum dyno_status refuse(const struct dyno_feed *feed, struct dyno_err *err)
{
    int64_t now_ns = dyno_now_ns();
    if (feed->rest == NULL)
        return dyno_err_set(err, DYNO_ECANCELLED, "there is no REST address");
    if (feed->deadline_ns != 0 && now_ns >= feed->deadline_ns)
        return dyno_err_set(err, DYNO_ECANCELLED, "the time for reading from Spark is over");
    if (now_ns < feed->retry_at_ns)
        return dyno_err_set(err, DYNO_ECANCELLED, "REST failed %d times in a row and rests",
                            feed->failures_in_row);
    return DYNO_OK;
}

static void keep_rate(struct dyno_feed *feed)
{
    if (feed->gap_ns > 0 && feed->calls > 0)
        dyno_sleep_until_ns(feed->last_call_ns + feed->gap_ns);
    feed->last_call_ns = dyno_now_ns();
    feed->calls++;
}

/* One of the two is NULL: it says what is asked for. */
struct answer {
    cJSON **json;
    const char **text;
};

static enum dyno_status ask(struct dyno_feed *feed, const char *path, const struct answer *answer,
                            struct dyno_err *why)
{
    keep_rate(feed);
    return answer->json != NULL ? dyno_rest_get(feed->rest, answer->json, why, "%s", path)
                                : dyno_rest_get_text(feed->rest, answer->text, why, path);
}

static enum dyno_status get_path(struct dyno_feed *feed, const char *path,
                                 const struct answer *answer, struct dyno_err *err)
{
    struct dyno_err why = DYNO_ERR_INIT;
    enum dyno_status status = refuse(feed, err);
    if (status != DYNO_OK)
        return status;
    status = ask(feed, path, answer, &why);
    if (status == DYNO_EPROTO && refuse(feed, NULL) == DYNO_OK)
        status = ask(feed, path, answer, &why);
    if (status == DYNO_OK || status == DYNO_ENOTFOUND || status == DYNO_ELIMIT) {
        feed->failures_in_row = 0;
        feed->retry_at_ns = 0;
    } else {
        note_failure(feed, &why);
    }
    if (status != DYNO_OK && err != NULL)
        *err = why;
    return status;
}

static enum dyno_status know_app(struct dyno_feed *feed, struct dyno_err *err)
{
    struct dyno_err why = DYNO_ERR_INIT;
    if (feed->app_id != NULL)
        return DYNO_OK;
    enum dyno_status status = refuse(feed, err);
    if (status != DYNO_OK)
        return status;
    keep_rate(feed);
    status = dyno_rest_app_id(feed->rest, &feed->app_id, &why);
    if (status != DYNO_OK) {
        note_failure(feed, &why);
        if (err != NULL)
            *err = why;
    }
    return status;
}

enum dyno_status dyno_feed_get(struct dyno_feed *feed, cJSON **out, struct dyno_err *err,
                               const char *path, ...)
{
    char text[PATH_BYTES];
    va_list args;
    va_start(args, path);
    (void)vsnprintf(text, sizeof text, path, args);
    va_end(args);
    return get_path(feed, text, &(struct answer){.json = out}, err);
}

enum dyno_status dyno_feed_get_text(struct dyno_feed *feed, const char **out, struct dyno_err *err,
                                    const char *path)
{
    return get_path(feed, path, &(struct answer){.text = out}, err);
}

bool dyno_feed_is_silent(enum dyno_status status)
{
    return status != DYNO_OK && status != DYNO_ENOTFOUND && status != DYNO_EPROTO &&
           status != DYNO_ELIMIT;
}

enum dyno_status dyno_feed_post(struct dyno_feed *feed, struct dyno_err *err, const char *path, ...)
{
    struct dyno_err why = DYNO_ERR_INIT;
    char text[PATH_BYTES];
    va_list args;
    enum dyno_status status = refuse(feed, err);
    if (status != DYNO_OK)
        return status;
    va_start(args, path);
    (void)vsnprintf(text, sizeof text, path, args);
    va_end(args);
    keep_rate(feed);
    status = dyno_rest_post(feed->rest, text, &why);
    if (dyno_feed_is_silent(status)) {
        note_failure(feed, &why);
    } else {
        feed->failures_in_row = 0;
        feed->retry_at_ns = 0;
    }
    if (status != DYNO_OK && err != NULL)
        *err = why;
    return status;
}

enum dyno_status dyno_feed_get_app(struct dyno_feed *feed, cJSON **out, struct dyno_err *err,
                                   const char *path, ...)
{
    char tail[PATH_BYTES];
    char text[PATH_BYTES + 320];
    va_list args;
    enum dyno_status status = know_app(feed, err);
    if (status != DYNO_OK)
        return status;
    va_start(args, path);
    (void)vsnprintf(tail, sizeof tail, path, args);
    va_end(args);
    (void)snprintf(text, sizeof text, "/api/v1/applications/%.256s%s", feed->app_id, tail);
    return get_path(feed, text, &(struct answer){.json = out}, err);
}
