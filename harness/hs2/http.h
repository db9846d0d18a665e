/**
 * HiveServer2 over HTTP, by libcurl: one request and its answer at a time over a connection that is
 * kept. Credentials go out with every request, the server's cookies too. No redirect is followed.
 * One thread at a time.
 */
#ifndef DYNO_HS2_HTTP_H
#define DYNO_HS2_HTTP_H

#include "base/status.h"
#include "hs2/address.h"
#include "hs2/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_http;

/** Get ready; nothing is sent yet. The address must stay. DYNO_ENOMEM, DYNO_EINPUT, DYNO_EENV. */
enum dyno_status dyno_http_open(const struct dyno_hs2_address *address, struct dyno_http **out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** Give up what is under way, close the connection, free. NULL is fine. */
void dyno_http_close(struct dyno_http *http);

/** Begin a request with a copy of these bytes; the one before must have been answered or dropped. */
enum dyno_status dyno_http_send(struct dyno_http *http, const uint8_t *bytes, size_t len,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Go on with the request until its answer is complete in `into`, which is to be the same at each call.
 * DYNO_ETIMEOUT (HYT01) leaves it under way, unless it is that of the connection. Any other failure
 * ends it: DYNO_EDNS, DYNO_ETLS,
 * DYNO_ECONN (08001 before there was a connection, else 08S01; also for status 502 to 504),
 * DYNO_EAUTH (28000; 401, 403, 407), DYNO_EPROTO (08S01: no HTTP, no such path, no Thrift),
 * DYNO_ESERVER (HY000: other states), DYNO_ELIMIT. No text holds a password.
 */
enum dyno_status dyno_http_receive(struct dyno_http *http, struct dyno_hs2_buffer *into,
                                   int64_t deadline_ns, struct dyno_err *err) DYNO_MUST_CHECK;

/** Is there a request whose answer has not come? */
bool dyno_http_is_under_way(const struct dyno_http *http);

/** Drop what is under way and the connection with it; another request may follow. */
void dyno_http_drop(struct dyno_http *http);

/** "host:port/path", for messages. Borrowed. */
const char *dyno_http_name(const struct dyno_http *http);

#endif
