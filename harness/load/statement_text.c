#include "load/statement_text.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 20
#define PREFIX     "/* sparkdyno "
#define SUFFIX     " */ "

void dyno_statement_text_init(struct dyno_statement_text *text, const struct dyno_trial_plan *plan)
{
    size_t longest = 0;
    for (size_t i = 0; i < plan->query_count; i++) {
        size_t len = strlen(plan->queries[i].sql);
        longest = len > longest ? len : longest;
    }
    *text = (struct dyno_statement_text){.queries = plan->queries};
    text->prefix = dyno_xasprintf(PREFIX "%s:", plan->tag);
    text->prefix_len = strlen(text->prefix);
    size_t front = text->prefix_len + MAX_DIGITS + strlen(SUFFIX);
    text->buffer = dyno_xcalloc(front + longest + 1, 1);
    text->sql = text->buffer + front;
    memcpy(text->sql - strlen(SUFFIX), SUFFIX, strlen(SUFFIX));
}

void dyno_statement_text_deinit(struct dyno_statement_text *text)
{
    free(text->prefix);
    free(text->buffer);
    *text = (struct dyno_statement_text){.queries = NULL};
}

const char *dyno_statement_text_set(struct dyno_statement_text *text, uint16_t query, uint64_t seq)
{
    char *at = text->sql - (sizeof SUFFIX - 1);
    char *end = at;
    do {
        *--at = (char)('0' + seq % 10);
        seq /= 10;
    } while (seq > 0);
    if (text->begin == NULL || text->query != query) {
        const char *sql = text->queries[query].sql;
        memcpy(text->sql, sql, strlen(sql) + 1);
        text->query = query;
        text->digits = 0;
    }
    if (text->digits != (int)(end - at)) {
        text->digits = (int)(end - at);
        text->begin = at - text->prefix_len;
        memcpy(text->begin, text->prefix, text->prefix_len);
    }
    return text->begin;
}

size_t dyno_statement_comment_bytes(const struct dyno_trial_plan *plan, uint64_t seq)
{
    size_t bytes = strlen(PREFIX) + strlen(plan->tag) + strlen(":") + strlen(SUFFIX);
    do {
        bytes++;
        seq /= 10;
    } while (seq > 0);
    return bytes;
}
