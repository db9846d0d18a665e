/**
 * What a session is about to do, left in the trial file before it enters the target: one word that is
 * stored and never waited for. When the process dies inside a driver, the marks tell who was where.
 */
#ifndef DYNO_LOAD_MARK_H
#define DYNO_LOAD_MARK_H

#include <stdatomic.h>
#include <stdint.h>

enum dyno_call {
    DYNO_CALL_NONE = 0, /**< in no call of the target */
    DYNO_CALL_CONNECT = 1,
    DYNO_CALL_INFO = 2,
    DYNO_CALL_SETTING = 3,
    DYNO_CALL_EXECUTE = 4,
    DYNO_CALL_FETCH = 5,
    DYNO_CALL_FINISH = 6,
    DYNO_CALL_CLOSE = 7,
    DYNO_CALL_CANCEL = 8, /**< of another thread, while the session is in a call of its own */
    DYNO_CALL_COUNT = 9
};

/** One of each session; a cache line of its own. */
struct dyno_mark {
    _Atomic uint64_t word;
    char apart[56];
};

#define DYNO_MARK_CALL_BITS  8
#define DYNO_MARK_QUERY_BITS 16

/** "connect", "execute", ...; never NULL. */
const char *dyno_call_name(enum dyno_call call);

/** The word of a mark. */
static inline uint64_t dyno_mark_word(enum dyno_call call, uint16_t query, uint64_t seq)
{
    return (seq << (DYNO_MARK_CALL_BITS + DYNO_MARK_QUERY_BITS)) |
           ((uint64_t)query << DYNO_MARK_CALL_BITS) | (uint64_t)call;
}

/** The session: about to make this call. `query` and `seq` mean something from EXECUTE to FINISH. */
static inline void dyno_mark_set(struct dyno_mark *mark, enum dyno_call call, uint16_t query,
                                 uint64_t seq)
{
    atomic_store_explicit(&mark->word, dyno_mark_word(call, query, seq), memory_order_relaxed);
}

/** The session: another call of the same statement. */
static inline void dyno_mark_call(struct dyno_mark *mark, enum dyno_call call)
{
    uint64_t word = atomic_load_explicit(&mark->word, memory_order_relaxed);
    word &= ~((UINT64_C(1) << DYNO_MARK_CALL_BITS) - 1);
    atomic_store_explicit(&mark->word, word | (uint64_t)call, memory_order_relaxed);
}

/** Parts of a word; what no writer of ours has left is DYNO_CALL_NONE. */
enum dyno_call dyno_mark_call_of(uint64_t word);
uint16_t dyno_mark_query_of(uint64_t word);
uint64_t dyno_mark_seq_of(uint64_t word);

/** Does the call belong to a statement, so that query and seq mean something? */
int dyno_call_is_of_statement(enum dyno_call call);

#endif
