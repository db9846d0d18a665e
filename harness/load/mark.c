#include "load/mark.h"

#include <stddef.h>

_Static_assert(sizeof(struct dyno_mark) == 64, "a mark fills a cache line");

const char *dyno_call_name(enum dyno_call call)
{
    static const char *const names[DYNO_CALL_COUNT] = {
        "none", "connect", "info", "setting", "execute", "fetch", "finish", "close", "cancel"};
    return (size_t)call < DYNO_CALL_COUNT ? names[call] : "unknown";
}

enum dyno_call dyno_mark_call_of(uint64_t word)
{
    uint64_t call = word & ((UINT64_C(1) << DYNO_MARK_CALL_BITS) - 1);
    return call < DYNO_CALL_COUNT ? (enum dyno_call)call : DYNO_CALL_NONE;
}

uint16_t dyno_mark_query_of(uint64_t word)
{
    return (uint16_t)(word >> DYNO_MARK_CALL_BITS);
}

uint64_t dyno_mark_seq_of(uint64_t word)
{
    return word >> (DYNO_MARK_CALL_BITS + DYNO_MARK_QUERY_BITS);
}

int dyno_call_is_of_statement(enum dyno_call call)
{
    return call == DYNO_CALL_EXECUTE || call == DYNO_CALL_FETCH || call == DYNO_CALL_FINISH ||
           call == DYNO_CALL_CANCEL;
}
