/** What the end of an HTTP exchange amounts to. */
#ifndef DYNO_HS2_HTTP_FAULT_H
#define DYNO_HS2_HTTP_FAULT_H

#include "base/status.h"
#include "hs2/buffer.h"
#include "hs2/session.h"

#include <curl/curl.h>

/** Everything that is known when an exchange has ended; all borrowed. */
struct dyno_http_ending {
    CURL *easy;
    CURLcode code;
    const char *name;   /**< "host:port/path" */
    const char *detail; /**< curl's own words; "" if it has none */
    const struct dyno_hs2_options *with;
    const struct dyno_hs2_buffer *body;
};

/** DYNO_OK if the body is an answer; else as told at dyno_http_receive. */
enum dyno_status dyno_http_judge(const struct dyno_http_ending *ending,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
