#include "cli/rank_output.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/plural.h"
#include "base/units.h"

#include <inttypes.h>
#include <string.h>

static void print_factors(const cJSON *rank, FILE *out)
{
    const cJSON *factor = NULL;
    (void)fprintf(out, "Factors (low, high; where they vary):\n");
    cJSON_ArrayForEach(factor, cJSON_GetObjectItemCaseSensitive(rank, "factors"))
    {
        const cJSON *key = NULL;
        (void)fprintf(
            out, "  %s  %-20s %s, %s  (%s, %s)\n", dyno_json_string_or(factor, "letter", "?"),
            dyno_json_string_or(factor, "name", "?"), dyno_json_string_or(factor, "low", "?"),
            dyno_json_string_or(factor, "high", "?"), dyno_json_string_or(factor, "kind", "?"),
            dyno_json_string_or(factor, "varies", "?"));
        cJSON_ArrayForEach(key, cJSON_GetObjectItemCaseSensitive(factor, "settings"))(void)
            fprintf(out, "       %s\n", cJSON_GetStringValue(key));
    }
}

static void print_rows(const cJSON *rank, FILE *out)
{
    const cJSON *row = NULL;
    int number = 0;
    (void)fprintf(out, "Rows (- low, + high, factors in order):\n ");
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(rank, "rows"))
    {
        number++;
        (void)fprintf(out, " %2d %s%s", number, cJSON_GetStringValue(row),
                      number % 4 == 0 && row->next != NULL ? "\n " : "  ");
    }
    (void)fputc('\n', out);
}

static void print_chains(const cJSON *rank, bool is_between, const char *title, FILE *out)
{
    const cJSON *item = NULL;
    int count = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(rank, "chains"))
    {
        if (dyno_json_bool_or(item, "is_between_starts", false) != is_between)
            continue;
        (void)fprintf(out, "%s%s",
                      count == 0       ? title
                      : count % 6 == 0 ? ",\n    "
                                       : ", ",
                      dyno_json_string_or(item, "chain", "?"));
        count++;
    }
    if (count > 0)
        (void)fputc('\n', out);
}

static void print_words(const cJSON *rank, FILE *out)
{
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(rank, "words");
    const cJSON *word = NULL;
    if (cJSON_GetArraySize(words) == 0)
        return;
    (void)fprintf(out, "Defining words (their products are the same in every row):");
    int count = 0;
    cJSON_ArrayForEach(word, words)(void)
        fprintf(out, "%s%s", count++ % 10 == 0 ? "\n    " : " ", cJSON_GetStringValue(word));
    (void)fputc('\n', out);
}

static void print_design(const cJSON *rank, FILE *out)
{
    static const char *const roman[] = {"full", "I", "II", "III", "IV", "V", "VI"};
    int64_t resolution = dyno_json_i64_or(rank, "resolution", 0);
    bool is_sieve = strcmp(dyno_json_string_or(rank, "design", ""), "plackett-burman") == 0;
    (void)fprintf(out, "Design: %s, %" PRId64 " rows%s, resolution %s, %" PRId64 " replicate%s",
                  is_sieve ? "Plackett-Burman sieve" : "fractional factorial",
                  dyno_json_i64_or(rank, "runs", 0),
                  dyno_json_bool_or(rank, "is_folded", false) ? " in two halves" : "",
                  resolution >= 0 && resolution <= 6 ? roman[resolution] : "over VI",
                  dyno_json_i64_or(rank, "replicates", 0),
                  dyno_plural((long long)dyno_json_i64_or(rank, "replicates", 0)));
    int64_t defaults = dyno_json_i64_or(rank, "default_runs", 0);
    if (defaults > 0)
        (void)fprintf(out, ", each with %" PRId64 " trials of the base", defaults);
    (void)fputc('\n', out);
    if (is_sieve)
        (void)fprintf(out, "  A sieve: every main effect is mixed with a third of the interactions "
                           "of the others.\n");
}

void cli_rank_output_plan(const struct dyno_experiment_options *options, int64_t confirm_minutes,
                          FILE *out)
{
    cJSON *rank = dyno_rank_to_json(options->rank->rank);
    struct dyno_layout layout;
    char window[32];
    char warmup[32];
    dyno_rank_layout(options->rank->rank, options->seed, &layout);
    (void)fprintf(out,
                  "rank on workload %s, scale %g, seed %" PRIu64 ", target %s, decides by %s\n",
                  options->workload->name, options->workload->scale, options->seed,
                  dyno_target_kind_name(options->target.kind), options->rank->metric);
    print_design(rank, out);
    print_factors(rank, out);
    print_rows(rank, out);
    print_chains(rank, true, "Told from the noise between starts:\n    ", out);
    print_chains(rank, false, "Told from the noise within starts:\n    ", out);
    print_words(rank, out);
    int64_t minutes = dyno_experiment_estimate_ns(options) / (60 * DYNO_NS_PER_S) + 1;
    (void)fprintf(
        out,
        "Runs: %zu trials of %s (and %s before each) in %zu server start%s\n"
        "Estimated time: %" PRId64 " min, and up to %" PRId64
        " min for the comparison that confirms it\n",
        layout.trial_count, dyno_format_duration(options->load.measure_ns, window, sizeof window),
        dyno_format_duration(options->load.trial_warmup_ns, warmup, sizeof warmup),
        layout.start_count, dyno_plural((long long)layout.start_count), minutes, confirm_minutes);
    dyno_layout_deinit(&layout);
    cJSON_Delete(rank);
}
