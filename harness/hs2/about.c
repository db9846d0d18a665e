#include "hs2/about.h"

#include <stdlib.h>
#include <string.h>

#define INFO_DBMS_NAME 17
#define SPARK          "Spark SQL"

void dyno_hs2_about_ask(struct dyno_hs2_about *about, struct dyno_hs2_link *link,
                        const struct dyno_hs2_handle *session)
{
    if (about->is_asked || link->http != NULL)
        return;
    dyno_hs2_request_get_info(dyno_hs2_link_begin_next(link, DYNO_HS2_GET_INFO), session,
                              INFO_DBMS_NAME);
}

void dyno_hs2_about_expect(struct dyno_hs2_about *about, struct dyno_hs2_link *link)
{
    if (about->is_asked || link->http != NULL)
        return;
    about->is_asked = true;
    about->reply = (struct dyno_hs2_reply)DYNO_HS2_REPLY_INIT;
    dyno_hs2_link_direct(link, link->seqid,
                         (struct dyno_hs2_sink){.into = &about->bytes,
                                                .reply = &about->reply,
                                                .has_come = &about->has_come});
}

bool dyno_hs2_about_is_spark(struct dyno_hs2_about *about)
{
    if (!about->has_come || about->bytes.bytes == NULL)
        return about->is_spark;
    const struct dyno_wire_span *name = &about->reply.info;
    about->is_spark = about->reply.status_code == 0 && name->len == sizeof SPARK - 1 &&
                      memcmp(about->bytes.bytes + name->at, SPARK, name->len) == 0;
    dyno_hs2_about_deinit(about);
    return about->is_spark;
}

void dyno_hs2_about_deinit(struct dyno_hs2_about *about)
{
    free(about->bytes.bytes);
    about->bytes = (struct dyno_hs2_buffer){.bytes = NULL};
}
