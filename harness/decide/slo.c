#include "decide/slo.h"

#include "base/alloc.h"
#include "base/units.h"
#include "stats/acceptance.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

#define ACHIEVED_MIN 0.98

/* A statement without an end is known to have taken at least until the end of the window. */
static const char select_counts[] =
    "SELECT count(*), sum(r.outcome = 2), sum(r.outcome NOT IN (0, 1, 2, 5, 14)), "
    "sum(NOT (r.outcome = 2 AND r.done_ns - r.intended_ns <= ?2)), t.state = 'complete' AND "
    "NOT EXISTS (SELECT 1 FROM gate g WHERE g.trial_id = t.id AND g.is_fatal AND NOT g.is_passed "
    "AND g.name IN ('generator_lag_p99', 'settings_applied', 'server_alive')) "
    "FROM trial t LEFT JOIN record r ON r.trial_id = t.id AND r.phase = 1 WHERE t.id = ?1";

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        text[--len] = '\0';
    return text;
}

static enum dyno_status refuse(const char *text, struct dyno_err *err)
{
    return dyno_err_set(err, DYNO_EINPUT,
                        "'%s' is not an objective: write it as 'p95 < 2s, errors < 0.1 %%'", text);
}

/** "p95" to 0.95. */
static bool take_quantile(const char *word, struct dyno_slo *out)
{
    double percent = 0.0;
    if (word[0] != 'p' || dyno_parse_f64(word + 1, 1.0, 99.9, &percent, NULL) != DYNO_OK)
        return false;
    out->quantile = percent / 100.0;
    return true;
}

static bool take_limit(char *text, struct dyno_slo *out)
{
    /* "2 s" is how people write it, "2s" how durations are read. */
    char *kept = text;
    for (const char *p = text; *p != '\0'; p++)
        if (*p != ' ')
            *kept++ = *p;
    *kept = '\0';
    return dyno_parse_duration_ns(text, &out->limit_ns, NULL) == DYNO_OK && out->limit_ns > 0;
}

static bool take_errors(char *text, struct dyno_slo *out)
{
    char *percent = strchr(text, '%');
    double value = 0.0;
    if (percent == NULL || percent[1] != '\0')
        return false;
    *percent = '\0';
    if (dyno_parse_f64(trim(text), 0.0, 100.0, &value, NULL) != DYNO_OK)
        return false;
    out->max_error_ratio = value / 100.0;
    return true;
}

static bool take_part(char *part, struct dyno_slo *out)
{
    char *less = strchr(part, '<');
    if (less == NULL)
        return false;
    *less = '\0';
    char *value = trim(less + 1 + (less[1] == '=' ? 1 : 0));
    const char *name = trim(part);
    if (strcmp(name, "errors") == 0)
        return take_errors(value, out);
    return take_quantile(name, out) && take_limit(value, out);
}

enum dyno_status dyno_slo_parse(const char *text, struct dyno_slo *out, struct dyno_err *err)
{
    char *copy = dyno_xstrdup(text);
    char *rest = NULL;
    bool is_good = true;
    *out = (struct dyno_slo){.max_error_ratio = 1.0};
    for (char *part = strtok_r(copy, ",", &rest); part != NULL && is_good;
         part = strtok_r(NULL, ",", &rest))
        is_good = take_part(part, out);
    free(copy);
    return is_good && out->limit_ns > 0 ? DYNO_OK : refuse(text, err);
}

static void weigh(const struct dyno_slo *slo, struct dyno_slo_result *out)
{
    double offered = (double)out->offered;
    size_t count = (size_t)out->offered;
    size_t violations = (size_t)out->violations;
    out->achieved_ratio = (double)(out->completed + out->errors) / offered;
    out->has_enough = dyno_accepts(count, 0, slo->quantile, DYNO_SLO_CONFIDENCE);
    bool has_failed =
        out->achieved_ratio < ACHIEVED_MIN || (double)out->errors > slo->max_error_ratio * offered;
    out->is_accepted = out->is_usable && !has_failed &&
                       dyno_accepts(count, violations, slo->quantile, DYNO_SLO_CONFIDENCE);
    /* Too few to accept may still be more than enough to see that the limit is missed. */
    out->is_decided =
        out->is_usable && (out->has_enough || has_failed ||
                           dyno_rejects(count, violations, slo->quantile, DYNO_SLO_CONFIDENCE));
}

enum dyno_status dyno_slo_judge(struct dyno_store *store, int64_t trial_id,
                                const struct dyno_slo *slo, struct dyno_slo_result *out,
                                struct dyno_err *err)
{
    const struct dyno_cell cells[] = {dyno_cell_i64(trial_id), dyno_cell_i64(slo->limit_ns)};
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    *out = (struct dyno_slo_result){.trial_id = trial_id};
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), select_counts, cells, 2, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row) {
        out->offered = sqlite3_column_int64(statement, 0);
        out->completed = sqlite3_column_int64(statement, 1);
        out->errors = sqlite3_column_int64(statement, 2);
        out->violations = sqlite3_column_int64(statement, 3);
        out->is_usable = sqlite3_column_int(statement, 4) != 0;
    }
    (void)sqlite3_finalize(statement);
    if (status != DYNO_OK || out->offered == 0)
        return status;
    weigh(slo, out);
    return DYNO_OK;
}
