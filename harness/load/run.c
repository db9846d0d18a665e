#include "load/run.h"

#include "load/statement_text.h"
#include "spark/error_place.h"

#include <string.h>

/* Cut to the room that there is. */
static void copy_text(char *to, size_t room, const char *from)
{
    size_t len = strnlen(from, room - 1);
    memcpy(to, from, len);
    to[len] = '\0';
}

void dyno_run_fail(struct dyno_run *run, const struct dyno_err *failure)
{
    pthread_mutex_lock(&run->error_lock);
    if (run->failure.status == DYNO_OK) {
        run->failure = *failure;
        copy_text(run->header->error, sizeof run->header->error, failure->message);
        copy_text(run->header->error_sqlstate, sizeof run->header->error_sqlstate,
                  failure->sqlstate);
        run->header->error_status = (uint32_t)failure->status;
    }
    pthread_mutex_unlock(&run->error_lock);
    atomic_store_explicit(&run->is_halted, 1, memory_order_release);
    dyno_gate_call_off(&run->gate);
}

static bool is_noted(const struct dyno_trial_header *header, const struct dyno_record *record)
{
    for (uint32_t i = 0; i < header->error_sample_count; i++) {
        const struct dyno_error_sample *sample = &header->error_samples[i];
        if (sample->query == record->query && sample->outcome == record->outcome &&
            strcmp(sample->sqlstate, record->sqlstate) == 0)
            return true;
    }
    return false;
}

void dyno_run_note_error(struct dyno_run *run, const struct dyno_record *record,
                         const struct dyno_err *failure)
{
    struct dyno_trial_header *header = run->header;
    pthread_mutex_lock(&run->error_lock);
    if (header->error_sample_count < DYNO_TRIAL_ERROR_SAMPLES && !is_noted(header, record)) {
        struct dyno_error_sample *sample = &header->error_samples[header->error_sample_count];
        sample->query = record->query;
        sample->outcome = record->outcome;
        copy_text(sample->sqlstate, sizeof sample->sqlstate, record->sqlstate);
        copy_text(sample->text, sizeof sample->text, failure->message);
        dyno_error_place_shift(sample->text, dyno_statement_comment_bytes(run->plan, record->seq));
        header->error_sample_count++;
    }
    pthread_mutex_unlock(&run->error_lock);
}
