#include "explain/finding.h"

#include "base/alloc.h"
#include "base/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SHARE 0.1

/* One rule and query. */
struct cell {
    int64_t judged;
    struct dyno_vec over; /* double: the values over the threshold */
    double worst;
    int64_t worst_seq;
    char evidence[DYNO_EVIDENCE_BYTES];
};

struct dyno_findings {
    size_t rows; /* queries, and one more for all of them */
    struct cell *cells;
};

static size_t rule_count(void)
{
    size_t count = 0;
    (void)dyno_rules(&count);
    return count;
}

struct dyno_findings *dyno_findings_new(size_t query_count)
{
    struct dyno_findings *findings = dyno_xcalloc(1, sizeof *findings);
    findings->rows = query_count + 1;
    size_t cells = findings->rows * rule_count();
    findings->cells = dyno_xcalloc(cells, sizeof *findings->cells);
    for (size_t i = 0; i < cells; i++)
        dyno_vec_init(&findings->cells[i].over, sizeof(double));
    return findings;
}

void dyno_findings_free(struct dyno_findings *findings)
{
    if (findings == NULL)
        return;
    for (size_t i = 0; i < findings->rows * rule_count(); i++)
        dyno_vec_deinit(&findings->cells[i].over);
    free(findings->cells);
    free(findings);
}

static struct cell *cell_at(const struct dyno_findings *findings, int64_t query, size_t rule)
{
    size_t row = query >= 0 && (size_t)query + 1 < findings->rows ? (size_t)query + 1 : 0;
    return &findings->cells[row * rule_count() + rule];
}

void dyno_findings_add(struct dyno_findings *findings, const struct dyno_rule *rule, int64_t query,
                       int64_t seq, const struct dyno_rule_value *value)
{
    size_t count = 0;
    const struct dyno_rule *rules = dyno_rules(&count);
    struct cell *cell = cell_at(findings, query, (size_t)(rule - rules));
    if (!isfinite(value->value))
        return;
    cell->judged++;
    if (value->value <= rule->threshold)
        return;
    if (cell->over.len == 0 || value->value > cell->worst) {
        cell->worst = value->value;
        cell->worst_seq = seq;
        (void)snprintf(cell->evidence, sizeof cell->evidence, "%s", value->evidence);
    }
    dyno_vec_push(&cell->over, &value->value);
}

void dyno_findings_see(struct dyno_findings *findings, int64_t query, int64_t seq,
                       const struct dyno_rule_case *c)
{
    size_t count = 0;
    const struct dyno_rule *rules = dyno_rules(&count);
    for (size_t i = 0; i < count; i++) {
        struct dyno_rule_value value = {.value = (double)NAN};
        if (rules[i].measure == NULL)
            continue;
        rules[i].measure(c, &value);
        dyno_findings_add(findings, &rules[i], query, seq, &value);
    }
}

static int compare_f64(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(const struct dyno_vec *values)
{
    double *copy = dyno_xcalloc(values->len, sizeof *copy);
    memcpy(copy, values->items, values->len * sizeof *copy);
    qsort(copy, values->len, sizeof *copy, compare_f64);
    double median = copy[(values->len - 1) / 2];
    free(copy);
    return median;
}

static const char *severity_of(const struct dyno_rule *rule, double value)
{
    if (isinf(rule->severe))
        return "note";
    return value > rule->severe ? "severe" : "warning";
}

/* Severe ones first, then by how far over the threshold. */
static int rank_of(const struct dyno_store_finding *finding)
{
    return strcmp(finding->severity, "severe") == 0    ? 0
           : strcmp(finding->severity, "warning") == 0 ? 1
                                                       : 2;
}

static int compare_findings(const void *a, const void *b)
{
    const struct dyno_store_finding *x = a;
    const struct dyno_store_finding *y = b;
    if (rank_of(x) != rank_of(y))
        return rank_of(x) - rank_of(y);
    double over_x = x->threshold > 0 ? x->value / x->threshold : 1;
    double over_y = y->threshold > 0 ? y->value / y->threshold : 1;
    if (over_x < over_y || over_x > over_y)
        return over_x > over_y ? -1 : 1;
    int by_name = strcmp(x->rule, y->rule);
    return by_name != 0 ? by_name : (x->query > y->query) - (x->query < y->query);
}

struct dyno_store_finding *dyno_findings_list(const struct dyno_findings *findings,
                                              const struct dyno_rule_place *place,
                                              size_t *count_out)
{
    struct dyno_vec list = DYNO_VEC_INIT(struct dyno_store_finding);
    size_t count = 0;
    const struct dyno_rule *rules = dyno_rules(&count);
    for (size_t i = 0; i < findings->rows * count; i++) {
        const struct cell *cell = &findings->cells[i];
        const struct dyno_rule *rule = &rules[i % count];
        if (cell->over.len == 0 || (double)cell->over.len < LEAST_SHARE * (double)cell->judged)
            continue;
        struct dyno_store_finding finding = {.rule = rule->name,
                                             .title = rule->title,
                                             .query = (int64_t)(i / count) - 1,
                                             .value = median_of(&cell->over),
                                             .threshold = rule->threshold,
                                             .unit = rule->unit,
                                             .what = rule->what,
                                             .statements = (int64_t)cell->over.len,
                                             .judged = cell->judged,
                                             .example_seq = cell->worst_seq,
                                             .advice = rule->advice};
        finding.severity = severity_of(rule, finding.value);
        finding.evidence = dyno_xstrdup(cell->evidence);
        finding.command = place == NULL ? dyno_xstrdup("") : dyno_rule_command(rule, place);
        dyno_vec_push(&list, &finding);
    }
    if (list.len > 1)
        qsort(list.items, list.len, list.item_bytes, compare_findings);
    return dyno_vec_take(&list, count_out);
}

void dyno_findings_list_free(struct dyno_store_finding *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].evidence);
        free(list[i].command);
    }
    free(list);
}
