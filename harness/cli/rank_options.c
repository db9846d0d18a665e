#include "cli/rank_options.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "decide/statistic.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A connection string with a password is not kept: it has to be given again. */
static bool holds_secret(const char *word)
{
    for (const char *p = word; *p != '\0'; p++)
        if (strncasecmp(p, "pwd=", 4) == 0 || strncasecmp(p, "password=", 9) == 0)
            return true;
    return false;
}

static void keep_arguments(struct cli_rank *rank, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        bool is_pair = strcmp(argv[i], "--connection") == 0 && i + 1 < argc;
        const char *next = is_pair ? argv[i + 1] : "";
        if (holds_secret(argv[i]) || holds_secret(next)) {
            i += is_pair ? 1 : 0;
            continue;
        }
        /* What is taken up is no part of what is asked. */
        if (strcmp(argv[i], "--resume") == 0) {
            i++;
            continue;
        }
        if (strncmp(argv[i], "--resume=", 9) == 0)
            continue;
        char *word = dyno_xstrdup(argv[i]);
        (void)dyno_vec_push(&rank->arguments, &word);
    }
}

static enum dyno_status take_words(struct cli_rank *rank, const char *plan_text,
                                   struct dyno_err *err)
{
    cJSON *plan = NULL;
    const cJSON *list = NULL;
    const cJSON *item = NULL;
    enum dyno_status status =
        dyno_json_parse(plan_text, strlen(plan_text), "the stored plan", &plan, err);
    if (status == DYNO_OK)
        list = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(plan, "rank"),
                                                "arguments");
    if (status == DYNO_OK && list == NULL)
        status = dyno_err_set(err, DYNO_EINPUT, "the experiment is no ranking");
    struct dyno_vec words = DYNO_VEC_INIT(char *);
    cJSON_ArrayForEach(item, list)
    {
        char *word = dyno_xstrdup(cJSON_GetStringValue(item));
        (void)dyno_vec_push(&words, &word);
    }
    rank->words_again = dyno_vec_take(&words, &rank->words_again_count);
    cJSON_Delete(plan);
    return status;
}

/* The words and the seed of the ranking that is taken up. */
static enum dyno_status read_again(struct cli_rank *rank, const struct cli_bench_options *options,
                                   int64_t *seed_out, struct dyno_err *err)
{
    struct dyno_store *store = NULL;
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_i64(options->resume);
    enum dyno_status status = dyno_store_open_readonly(options->db, &store, err);
    if (status == DYNO_OK)
        status = dyno_sql_select(dyno_store_handle(store),
                                 "SELECT plan_json, seed FROM experiment WHERE id = ?1", &cell, 1,
                                 &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, cell.i64);
    if (status == DYNO_OK) {
        *seed_out = sqlite3_column_int64(statement, 1);
        status = take_words(rank, (const char *)sqlite3_column_text(statement, 0), err);
    }
    (void)sqlite3_finalize(statement);
    dyno_store_close(store);
    if (status != DYNO_OK)
        (void)dyno_err_prepend(err, "--resume %" PRId64, options->resume);
    return status;
}

static enum dyno_status parse_again(struct cli_rank *rank, const struct cli_verb *verb, int argc,
                                    char **argv, struct cli_bench_options *options,
                                    struct cli_words *words, struct dyno_err *err)
{
    struct cli_words now = {.count = 0};
    int64_t seed = 0;
    int64_t resume = options->resume;
    if (words->count > 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "--resume takes workload and factors from the ranking that it resumes: "
                            "leave '%s' away",
                            words->items[0]);
    enum dyno_status status = read_again(rank, options, &seed, err);
    if (status != DYNO_OK)
        return status;
    cli_bench_options_defaults(options);
    status = cli_options_parse(verb, (int)rank->words_again_count, rank->words_again, options,
                               words, err);
    if (status == DYNO_OK)
        status = cli_options_parse(verb, argc, argv, options, &now, err);
    options->seed = seed;
    options->resume = resume;
    keep_arguments(rank, (int)rank->words_again_count, rank->words_again);
    return status;
}

static enum dyno_status read_factors(struct cli_rank *rank, const struct cli_bench_options *options,
                                     const struct cli_words *words, struct dyno_err *err)
{
    char *dirs[3] = {NULL};
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < 2 && rank->bench.places.profile_dirs[i] != NULL; i++)
        dirs[i] = dyno_path_join(rank->bench.places.profile_dirs[i], "factors");
    for (size_t i = 1; status == DYNO_OK && i < words->count; i++)
        status = dyno_factors_read(words->items[i], (const char *const *)dirs, &rank->factors, err);
    for (size_t i = 0; status == DYNO_OK && i < options->without.count; i++) {
        status = dyno_factors_remove(&rank->factors, options->without.items[i], err);
        if (status != DYNO_OK)
            (void)dyno_err_prepend(err, "--without");
    }
    for (size_t i = 0; i < 3; i++)
        free(dirs[i]);
    return status;
}

static enum dyno_status find_metric(const char *word, const char **out, struct dyno_err *err)
{
    enum dyno_metric metric = dyno_metric_of(word);
    if (metric == DYNO_METRIC_COUNT)
        return dyno_err_set(err, DYNO_EINPUT, "--metric: '%s' is none of mean, p50, p95, suite",
                            word);
    *out = dyno_metric_name(metric);
    return DYNO_OK;
}

static enum dyno_status make_design(struct cli_rank *rank, const struct cli_bench_options *options,
                                    struct dyno_err *err)
{
    const struct dyno_rank_request request = {.factors = &rank->factors,
                                              .base = &rank->bench.arms[0],
                                              .runs = options->runs,
                                              .is_sieve = options->is_sieve,
                                              .fold = options->fold,
                                              .splits = options->splits,
                                              .replicates = options->replicates,
                                              .default_runs = options->default_runs};
    struct dyno_experiment_options *e = &rank->bench.experiment;
    enum dyno_status status = find_metric(options->metric, &rank->options.metric, err);
    if (status == DYNO_OK)
        status = dyno_rank_make(&request, &rank->rank, err);
    if (status != DYNO_OK)
        return status;
    rank->options.rank = &rank->rank;
    rank->options.resume_id = options->resume;
    rank->options.arguments = (const char *const *)rank->arguments.items;
    rank->options.argument_count = rank->arguments.len;
    e->rank = &rank->options;
    e->arms = rank->rank.arms;
    e->arm_count = rank->rank.arm_count;
    e->blocks = dyno_rank_blocks(&rank->rank);
    return DYNO_OK;
}

enum dyno_status cli_rank_init(struct cli_rank *rank, const struct cli_verb *verb, int argc,
                               char **argv, struct cli_bench_options *options,
                               struct cli_words *words, struct dyno_err *err)
{
    memset(rank, 0, sizeof *rank);
    dyno_vec_init(&rank->arguments, sizeof(char *));
    cli_bench_options_defaults(options);
    enum dyno_status status = cli_options_parse(verb, argc, argv, options, words, err);
    if (status == DYNO_OK && words->wants_help)
        return DYNO_OK;
    if (status == DYNO_OK && options->resume > 0)
        status = parse_again(rank, verb, argc, argv, options, words, err);
    if (status == DYNO_OK && words->count < 2)
        status = dyno_err_set(err, DYNO_EINPUT,
                              "rank needs WORKLOAD and FACTORS: see 'sparkdyno rank --help'");
    keep_arguments(rank, argc, argv);
    if (status != DYNO_OK)
        return status;
    const struct cli_words bench_words = {.items = {words->items[0], options->base}, .count = 2};
    status = cli_bench_init(&rank->bench, verb->name, options, &bench_words, err);
    if (status == DYNO_OK)
        status = read_factors(rank, options, words, err);
    if (status == DYNO_OK)
        status = make_design(rank, options, err);
    return status;
}

void cli_rank_deinit(struct cli_rank *rank)
{
    dyno_rank_deinit(&rank->rank);
    dyno_factors_deinit(&rank->factors);
    cli_bench_deinit(&rank->bench);
    for (size_t i = 0; i < rank->arguments.len; i++)
        free(*(char **)dyno_vec_at(&rank->arguments, i));
    dyno_vec_deinit(&rank->arguments);
    for (size_t i = 0; i < rank->words_again_count; i++)
        free(rank->words_again[i]);
    free(rank->words_again);
}
