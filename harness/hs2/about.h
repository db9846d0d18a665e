/** What a server says of itself, asked for along with something else, so that it costs no trip. */
#ifndef DYNO_HS2_ABOUT_H
#define DYNO_HS2_ABOUT_H

#include "hs2/link.h"

#include <stdbool.h>

/** All zero: nobody has asked. While the answer is due, it must stay where it is. */
struct dyno_hs2_about {
    bool is_asked;
    bool has_come;
    bool is_spark;
    struct dyno_hs2_buffer bytes;
    struct dyno_hs2_reply reply;
};

/** Ask with the request that was begun, unless that was done before. */
void dyno_hs2_about_ask(struct dyno_hs2_about *about, struct dyno_hs2_link *link,
                        const struct dyno_hs2_handle *session);

/** The requests are out: the last of them was _ask's, if it is still the first time. */
void dyno_hs2_about_expect(struct dyno_hs2_about *about, struct dyno_hs2_link *link);

/** Is it known to be Spark's own Thrift server? */
bool dyno_hs2_about_is_spark(struct dyno_hs2_about *about);

/** Free what has come. The link must be closed. */
void dyno_hs2_about_deinit(struct dyno_hs2_about *about);

#endif
