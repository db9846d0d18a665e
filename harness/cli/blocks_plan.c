#include "cli/blocks_plan.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "decide/noise.h"
#include "decide/planning.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is asked of the noise of one metric, and the answers. */
struct metric_plan {
    enum dyno_metric metric;
    struct dyno_planning planning;
    double floor;
    double visible;            /* by the blocks that are asked for; log ratio */
    size_t blocks, starts;     /* that find the effect at the least cost; 0: too many */
    size_t equivalence_blocks; /* on those starts */
};

struct blocks_plan {
    struct dyno_noise noise;
    struct metric_plan metrics[DYNO_METRIC_COUNT];
    size_t count;
    bool is_shared;
    double best_per_start; /* blocks in one start, by cost and variation */
};

static bool is_declared(const struct dyno_experiment_options *e, enum dyno_metric metric)
{
    if (e->primary == NULL)
        return (int)metric < DYNO_METRIC_PLAIN;
    return strstr(e->primary, dyno_metric_name(metric)) != NULL;
}

static enum dyno_status find_noise(const struct cli_bench *bench, const char *db,
                                   struct blocks_plan *plan, struct dyno_err *err)
{
    struct dyno_store *store = NULL;
    struct dyno_fingerprint fingerprint;
    char *json = dyno_experiment_plan_json(&bench->experiment, err);
    cJSON *document = NULL;
    if (json == NULL)
        return err->status;
    enum dyno_status status = dyno_fingerprint_of_plan(json, &fingerprint, err);
    if (status == DYNO_OK)
        status = dyno_json_parse(json, strlen(json), "plan", &document, err);
    if (status == DYNO_OK)
        plan->is_shared = dyno_json_bool_or(document, "arms_share_starts", true);
    if (status == DYNO_OK)
        status = dyno_store_open_readonly(db, &store, err);
    if (status == DYNO_OK)
        status = dyno_noise_find(store, &fingerprint, plan->is_shared, &plan->noise, err);
    /* No file yet means no noise yet. */
    if (status == DYNO_ENOTFOUND)
        status = DYNO_OK;
    dyno_store_close(store);
    cJSON_Delete(document);
    free(json);
    return status;
}

static int64_t cost_ns(const struct dyno_experiment_options *e, size_t blocks, size_t starts)
{
    struct dyno_experiment_options copy = *e;
    copy.blocks = (int)blocks;
    copy.starts = (int)(starts > 0 ? starts : 1);
    return dyno_experiment_estimate_ns(&copy);
}

/* Fewer blocks on more starts, or more on fewer: what takes the least time. */
static void choose(const struct dyno_experiment_options *e, bool is_shared, double effect,
                   struct metric_plan *m)
{
    const size_t ways[] = {is_shared ? (size_t)e->starts : 0, 4, 6, 8};
    int64_t least_ns = INT64_MAX;
    for (size_t i = 0; i < (is_shared ? 4u : 1u); i++) {
        struct dyno_planning planning = m->planning;
        planning.starts = ways[i];
        size_t blocks = dyno_planning_blocks(&planning, effect);
        size_t enough = blocks < ways[i] ? ways[i] : blocks;
        int64_t time_ns = blocks > 0 ? cost_ns(e, enough, ways[i]) : INT64_MAX;
        if (time_ns >= least_ns)
            continue;
        least_ns = time_ns;
        m->blocks = enough;
        m->starts = ways[i];
    }
    m->planning.starts = m->blocks > 0 ? m->starts : ways[0];
    m->equivalence_blocks = dyno_planning_equivalence_blocks(&m->planning);
}

static void fill(const struct cli_bench *bench, struct blocks_plan *plan)
{
    const struct dyno_experiment_options *e = &bench->experiment;
    size_t declared = 0;
    for (int i = 0; i < DYNO_METRIC_COUNT; i++)
        declared += is_declared(e, (enum dyno_metric)i) ? 1u : 0u;
    for (int i = 0; i < DYNO_METRIC_COUNT; i++) {
        enum dyno_metric metric = (enum dyno_metric)i;
        const struct dyno_noise_row *row = dyno_noise_row_of(&plan->noise, metric, -1);
        if (row == NULL || !is_declared(e, metric))
            continue;
        bool has_strata = !isnan(row->sd_within) && !isnan(row->sd_between);
        plan->metrics[plan->count++] =
            (struct metric_plan){.metric = metric,
                                 .floor = row->floor,
                                 .planning = {.sd_within = has_strata ? row->sd_within : row->sd,
                                              .sd_between = has_strata ? row->sd_between : 0.0,
                                              .starts = plan->is_shared ? (size_t)e->starts : 0,
                                              .margin = fmax(log1p(e->margin), row->floor),
                                              .family = declared,
                                              .seed = 1}};
    }
    for (size_t i = 0; i < plan->count; i++)
        plan->metrics[i].visible =
            dyno_planning_visible(&plan->metrics[i].planning, (size_t)e->blocks);
}

static double percent(double log_ratio)
{
    return 100.0 * expm1(log_ratio);
}

static void print_count(FILE *out, size_t blocks, int columns)
{
    if (blocks > 0)
        (void)fprintf(out, "%*zu", columns, blocks);
    else
        (void)fprintf(out, "%*s", columns, "over 200");
}

static const struct metric_plan *hardest(const struct blocks_plan *plan)
{
    const struct metric_plan *out = &plan->metrics[0];
    for (size_t i = 1; i < plan->count; i++)
        if (out->blocks > 0 &&
            (plan->metrics[i].blocks == 0 || plan->metrics[i].blocks > out->blocks))
            out = &plan->metrics[i];
    return out;
}

static void print_text(const struct cli_bench *bench, const struct blocks_plan *plan, double detect)
{
    const struct dyno_experiment_options *e = &bench->experiment;
    (void)printf("Noise of aa experiment %" PRId64 ": %" PRId64 " blocks on %" PRId64
                 " server starts\n\n",
                 plan->noise.experiment_id, plan->noise.blocks, plan->noise.starts);
    (void)printf("metric  within a start  between starts  floor  margin   blocks to find %g %%"
                 "   to be equivalent  %d blocks see\n",
                 100.0 * detect, e->blocks);
    for (size_t i = 0; i < plan->count; i++) {
        const struct metric_plan *m = &plan->metrics[i];
        char floor[16] = "-";
        if (isfinite(m->floor))
            (void)snprintf(floor, sizeof floor, "%.1f %%", percent(m->floor));
        (void)printf("%-6s %13.1f %% %13.1f %% %7s %5.1f %%", dyno_metric_word(m->metric),
                     percent(m->planning.sd_within), percent(m->planning.sd_between), floor,
                     percent(m->planning.margin));
        print_count(stdout, m->blocks, 16);
        print_count(stdout, m->equivalence_blocks, 19);
        (void)printf("%12.1f %%\n", percent(m->visible));
    }
    const struct metric_plan *most = hardest(plan);
    if (isfinite(plan->best_per_start))
        (void)printf("\nBy cost and variation, %.0f block%s in each start is best.\n",
                     fmax(1.0, round(plan->best_per_start)),
                     round(plan->best_per_start) > 1.0 ? "s" : "");
    if (most->blocks == 0 && detect <= expm1(most->planning.margin)) {
        (void)printf(
            "\n%g %% in %s lies within the margin of %.3g %%, which no number of blocks changes: "
            "%s\n",
            100.0 * detect, dyno_metric_word(most->metric), percent(most->planning.margin),
            most->floor >= most->planning.margin
                ? "repeat the aa with more server starts, which lowers its floor"
                : "ask for a smaller one (--margin)");
        return;
    }
    if (most->blocks == 0) {
        (void)printf("\n%g %% in %s cannot be found with up to %d blocks: lengthen the window "
                     "(--measure), warm up longer, or ask for less (--detect)\n",
                     100.0 * detect, dyno_metric_word(most->metric), DYNO_PLANNING_BLOCKS_MAX);
        return;
    }
    int64_t minutes = cost_ns(e, most->blocks, most->starts) / (60 * DYNO_NS_PER_S) + 1;
    (void)printf("\nFor all of them: --blocks %zu", most->blocks);
    if (most->starts > 0)
        (void)printf(" --starts %zu", most->starts);
    (void)printf(" (about %" PRId64 " min; chance of finding it 80 %%)\n", minutes);
}

static void print_json(const struct cli_bench *bench, const struct blocks_plan *plan, double detect)
{
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", 1);
    dyno_json_add_i64(root, "noise_experiment", plan->noise.experiment_id);
    dyno_json_add_f64(root, "detect", detect);
    dyno_json_add_i64(root, "blocks", bench->experiment.blocks);
    dyno_json_add_f64(root, "best_blocks_per_start", plan->best_per_start);
    cJSON *list = cJSON_AddArrayToObject(root, "metrics");
    for (size_t i = 0; i < plan->count; i++) {
        const struct metric_plan *m = &plan->metrics[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_string(item, "metric", dyno_metric_name(m->metric));
        dyno_json_add_f64(item, "sd_within", m->planning.sd_within);
        dyno_json_add_f64(item, "sd_between", m->planning.sd_between);
        dyno_json_add_f64(item, "floor_ratio", expm1(m->floor));
        dyno_json_add_f64(item, "margin_ratio", expm1(m->planning.margin));
        dyno_json_add_f64(item, "visible_ratio", expm1(m->visible));
        dyno_json_add_i64(item, "blocks_needed", (int64_t)m->blocks);
        dyno_json_add_i64(item, "starts", (int64_t)m->starts);
        dyno_json_add_i64(item, "equivalence_blocks", (int64_t)m->equivalence_blocks);
        cJSON_AddItemToArray(list, item);
    }
    char *text = cJSON_Print(root);
    (void)printf("%s\n", text);
    free(text);
    cJSON_Delete(root);
}

static int say_no_noise(const struct cli_bench *bench, struct cli_terminal *terminal)
{
    const struct dyno_experiment_options *e = &bench->experiment;
    cli_terminal_error(terminal,
                       "no noise is stored for this workload, load and profile: run "
                       "'sparkdyno aa %s %s' with the same load options first",
                       e->workload->name, e->arms[0].name);
    return CLI_EXIT_INCONCLUSIVE;
}

/* Blocks, starts, and how many blocks go best into one start. */
static void settle(const struct cli_bench *bench, struct blocks_plan *plan, double detect)
{
    const struct dyno_experiment_options *e = &bench->experiment;
    for (size_t i = 0; i < plan->count; i++)
        choose(e, plan->is_shared, log1p(detect), &plan->metrics[i]);
    int64_t block_ns = cost_ns(e, 2, 1) - cost_ns(e, 1, 1);
    int64_t start_ns = cost_ns(e, 2, 2) - cost_ns(e, 2, 1);
    plan->best_per_start = (double)NAN;
    if (plan->is_shared)
        plan->best_per_start = dyno_planning_blocks_per_start(&plan->metrics[0].planning,
                                                              (double)block_ns, (double)start_ns);
}

int cli_blocks_plan(const struct cli_bench *bench, const struct cli_bench_options *options,
                    struct cli_terminal *terminal)
{
    struct blocks_plan plan = {.count = 0};
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    enum dyno_status status = find_noise(bench, options->db, &plan, &err);
    if (status != DYNO_OK) {
        cli_terminal_error(terminal, "%s", err.message);
        code = cli_exit_of(status);
        goto done;
    }
    fill(bench, &plan);
    if (plan.count == 0) {
        code = say_no_noise(bench, terminal);
        goto done;
    }
    settle(bench, &plan, options->detect);
    if (options->wants_json)
        print_json(bench, &plan, options->detect);
    else
        print_text(bench, &plan, options->detect);
    code = cli_output_close();
done:
    dyno_noise_deinit(&plan.noise);
    return code;
}

void cli_blocks_say_visible(const struct cli_bench *bench, const char *db, FILE *out)
{
    const struct dyno_experiment_options *e = &bench->experiment;
    struct blocks_plan plan = {.count = 0};
    struct dyno_err err = DYNO_ERR_INIT;
    if (strcmp(e->kind, "compare") != 0 || find_noise(bench, db, &plan, &err) != DYNO_OK)
        return;
    fill(bench, &plan);
    if (plan.count == 0)
        (void)fprintf(out, "how small an effect this can see is not known: no aa of this workload, "
                           "load and profile is stored\n");
    for (size_t i = 0; i < plan.count; i++)
        if (isfinite(plan.metrics[i].visible))
            (void)fprintf(
                out, "%s%s %.1f %%", i == 0 ? "smallest effect that this can see: " : ", ",
                dyno_metric_word(plan.metrics[i].metric), percent(plan.metrics[i].visible));
    if (plan.count > 0)
        (void)fprintf(out, " (noise of aa experiment %" PRId64 ")\n", plan.noise.experiment_id);
    dyno_noise_deinit(&plan.noise);
}
