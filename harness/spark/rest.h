/**
 * Spark's REST API over libcurl: bounded, with deadlines, JSON or plain text only.
 * One client belongs to one thread. Call dyno_rest_global_init once before the first thread starts.
 */
#ifndef DYNO_SPARK_REST_H
#define DYNO_SPARK_REST_H

#include "base/json.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_rest;

enum dyno_status dyno_rest_global_init(struct dyno_err *err) DYNO_MUST_CHECK;

/** `base_url` like "http://127.0.0.1:4040". Nothing is sent yet. `timeout_ns` bounds each call (10 s),
 *  `max_bytes` each decompressed body (64 MiB). */
enum dyno_status dyno_rest_open(const char *base_url, int64_t timeout_ns, size_t max_bytes,
                                struct dyno_rest **out, struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_rest_close(struct dyno_rest *rest);

/**
 * GET `path` (printf form, "/api/v1/applications/%s/jobs") and parse the JSON; the caller frees it.
 * DYNO_ENOTFOUND for 404, DYNO_ECONN, DYNO_ETIMEOUT, DYNO_ELIMIT (too large), DYNO_EPROTO (other
 * status, not JSON, cut short); redirects to the same host are followed.
 */
enum dyno_status dyno_rest_get(struct dyno_rest *rest, cJSON **out, struct dyno_err *err,
                               const char *path, ...) DYNO_PRINTF(4, 5) DYNO_MUST_CHECK;

/** GET plain text; borrowed, until the next call. Errors as of dyno_rest_get. */
enum dyno_status dyno_rest_get_text(struct dyno_rest *rest, const char **out, struct dyno_err *err,
                                    const char *path) DYNO_MUST_CHECK;

/** POST without a body; whatever the server answers with status 200 to 399 will do, redirects are not followed. */
enum dyno_status dyno_rest_post(struct dyno_rest *rest, const char *path,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** The id of the (newest running) application. The caller frees. */
enum dyno_status dyno_rest_app_id(struct dyno_rest *rest, char **out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Spark's time stamp "2026-11-21T12:00:00.123GMT" as wall milliseconds; -1 if it is none. */
int64_t dyno_rest_time_ms(const char *text);

#endif
