/**
 * Rows of a result that were asked for before anybody wants them. Whoever takes the answer off the
 * wire, the rows wait here until the result's reader comes.
 */
#ifndef DYNO_HS2_AHEAD_H
#define DYNO_HS2_AHEAD_H

#include "hs2/block.h"
#include "hs2/link.h"

/** All zero: nothing was asked for. While an answer is due, it must stay where it is. */
struct dyno_hs2_ahead {
    int32_t seqid; /**< of the request; 0: none */
    int64_t max_rows;
    bool has_come;
    struct dyno_hs2_buffer bytes;
    struct dyno_hs2_block block; /**< all but its bytes */
    struct dyno_hs2_reply reply;
    struct dyno_hs2_block
        spare; /**< memory of the reader's block before the last, for the next one */
};

/**
 * Request `seqid`, which is out, was for `max_rows` rows: expect them, in the memory of `block`, which is
 * empty then. It may be the spare.
 */
void dyno_hs2_ahead_expect(struct dyno_hs2_ahead *ahead, struct dyno_hs2_link *link, int32_t seqid,
                           int64_t max_rows, struct dyno_hs2_block *block);

/**
 * The expected answer and its memory into `block`, whose own becomes the spare, waiting for it if need be.
 * Nothing is expected afterwards. `*is_short_out`: there were fewer rows than were asked for, and the
 * server did not say that there are more. Failures as of dyno_hs2_link_await and dyno_hs2_reply_check; there
 * are no rows then.
 */
enum dyno_status dyno_hs2_ahead_take(struct dyno_hs2_ahead *ahead, struct dyno_hs2_link *link,
                                     int64_t deadline_ns, struct dyno_hs2_block *block,
                                     bool *is_short_out, struct dyno_err *err) DYNO_MUST_CHECK;

/** Nobody comes for the rows: free them, or leave their answer to be dropped. The spare is freed too. */
void dyno_hs2_ahead_drop(struct dyno_hs2_ahead *ahead, struct dyno_hs2_link *link);

#endif
