/**
 * Scripts: statements that the supervisor wants run through the target (set-up, settings, checks), by
 * a generator process, because the supervisor itself never loads a driver.
 *
 * The script is JSON: {"target": {...}, "timeout_s": 600, "keep_going": true, "info": true,
 * "statements": ["...", ...]}; the answer is JSON: {"error": null | {...}, "info": {...},
 * "outcomes": [{"status": "ok", "sqlstate": "", "message": "", "ms": 12, "columns": [...], "rows": [...]}]}.
 * All statements run one after another in one session.
 */
#ifndef DYNO_LOAD_SCRIPT_H
#define DYNO_LOAD_SCRIPT_H

#include "base/status.h"
#include "spark/setting.h"
#include "target/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_script {
    struct dyno_target_config target;
    int64_t timeout_ns; /**< of each statement */
    bool keep_going;    /**< after a failed statement run the rest; else they are skipped */
    char **statements;
    size_t statement_count;
};

/** Answers to a script; outcomes in the order of the statements. */
struct dyno_script_answer {
    struct dyno_err error; /**< of the connection; status DYNO_OK if it came about */
    struct dyno_target_info info;
    struct dyno_statement_outcome *outcomes;
    int64_t *durations_ns;
    size_t outcome_count;
};

/** Write it as JSON to a file that only its owner may read: it may hold a password. */
enum dyno_status dyno_script_write(const struct dyno_script *script, const char *path,
                                   struct dyno_err *err) DYNO_MUST_CHECK;
/** Read it back; `*out` is to be freed with _deinit on success. DYNO_EINPUT names file and member. */
enum dyno_status dyno_script_read(const char *path, struct dyno_script *out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;
/** Free everything, the statements included. */
void dyno_script_deinit(struct dyno_script *script);

/** Run it here and now (in a generator process) and write the answer. Errors are only those of
 *  reading and writing the files; those of the target are in the answer. */
enum dyno_status dyno_script_run(const struct dyno_script *script, const char *answer_path,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Read an answer; `*out` is to be freed with _deinit on success. */
enum dyno_status dyno_script_answer_read(const char *path, struct dyno_script_answer *out,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
/** Free the outcomes and their results. */
void dyno_script_answer_deinit(struct dyno_script_answer *answer);

#endif
