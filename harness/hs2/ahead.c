#include "hs2/ahead.h"

#include "hs2/verdict.h"

#include <stdlib.h>

void dyno_hs2_ahead_expect(struct dyno_hs2_ahead *ahead, struct dyno_hs2_link *link, int32_t seqid,
                           int64_t max_rows, struct dyno_hs2_block *block)
{
    *ahead = (struct dyno_hs2_ahead){
        .seqid = seqid,
        .max_rows = max_rows,
        .bytes = {.bytes = block->bytes, .capacity = block->capacity},
        .block = *block,
        .reply = DYNO_HS2_REPLY_INIT,
        .spare = ahead->spare,
    };
    ahead->block.bytes = NULL;
    ahead->reply.block = &ahead->block;
    dyno_hs2_block_init(block);
    dyno_hs2_link_direct(link, ahead->seqid,
                         (struct dyno_hs2_sink){.into = &ahead->bytes,
                                                .reply = &ahead->reply,
                                                .has_come = &ahead->has_come});
}

enum dyno_status dyno_hs2_ahead_take(struct dyno_hs2_ahead *ahead, struct dyno_hs2_link *link,
                                     int64_t deadline_ns, struct dyno_hs2_block *block,
                                     bool *is_short_out, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    if (!ahead->has_come)
        status = dyno_hs2_link_await(link, ahead->seqid, deadline_ns, false, err);
    dyno_hs2_block_deinit(&ahead->spare);
    ahead->spare = *block;
    *block = ahead->block;
    block->bytes = ahead->bytes.bytes;
    block->len = ahead->bytes.len;
    block->capacity = ahead->bytes.capacity;
    if (status == DYNO_OK)
        status = dyno_hs2_reply_check(&ahead->reply, DYNO_HS2_FETCH_RESULTS, block->bytes, err);
    *is_short_out = !ahead->reply.has_more_rows && (int64_t)block->row_count < ahead->max_rows;
    *ahead = (struct dyno_hs2_ahead){.seqid = 0, .spare = ahead->spare};
    return status;
}

void dyno_hs2_ahead_drop(struct dyno_hs2_ahead *ahead, struct dyno_hs2_link *link)
{
    dyno_hs2_block_deinit(&ahead->spare);
    if (ahead->seqid == 0)
        return;
    dyno_hs2_link_forget(link, ahead->seqid);
    free(ahead->bytes.bytes);
    dyno_hs2_block_deinit(&ahead->block);
    *ahead = (struct dyno_hs2_ahead){.seqid = 0};
}
