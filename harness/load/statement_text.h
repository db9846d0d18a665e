/**
 * A statement's text with its tag in front, "<slash>* sparkdyno <tag>:<seq> *<slash> <sql>", in a
 * buffer that is made once a session: from one statement to the next of the same query only the
 * digits of the seq are written.
 */
#ifndef DYNO_LOAD_STATEMENT_TEXT_H
#define DYNO_LOAD_STATEMENT_TEXT_H

#include "plan/trial_plan.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_statement_text {
    const struct dyno_trial_query *queries; /**< borrowed from the plan */
    char *prefix;                           /**< up to the seq */
    size_t prefix_len;
    char *buffer;
    char *sql;   /**< in the buffer, right behind the comment */
    char *begin; /**< in the buffer; NULL before the first statement */
    uint16_t query;
    int digits;
};

/** Room for the longest query of the plan, which must outlive it. */
void dyno_statement_text_init(struct dyno_statement_text *text, const struct dyno_trial_plan *plan);
void dyno_statement_text_deinit(struct dyno_statement_text *text);

/** Bytes of the comment that stands in front of statement `seq`, with the space after it. */
size_t dyno_statement_comment_bytes(const struct dyno_trial_plan *plan, uint64_t seq);

/** The text of statement `seq`; borrowed until the next call. */
const char *dyno_statement_text_set(struct dyno_statement_text *text, uint16_t query, uint64_t seq);

#endif
