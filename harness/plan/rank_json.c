#include "base/str.h"
#include "plan/rank.h"

#include <stdlib.h>

#define CHAIN_BYTES 256
#define WORDS_MAX   1024

static cJSON *factor_json(const struct dyno_rank *rank, size_t f)
{
    const struct dyno_factor *factor = &rank->factors->items[f];
    char letter[2] = {dyno_factorial_letter((int)f), '\0'};
    bool is_between = dyno_splitplot_is_between(&rank->strata, rank->design.columns[f]);
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "letter", letter);
    dyno_json_add_string(json, "name", factor->name);
    cJSON *keys = cJSON_AddArrayToObject(json, "settings");
    for (size_t k = 0; k < factor->key_count; k++)
        cJSON_AddItemToArray(keys, cJSON_CreateString(factor->keys[k]));
    dyno_json_add_string(json, "low", factor->low);
    dyno_json_add_string(json, "high", factor->high);
    dyno_json_add_string(json, "kind", factor->scope == DYNO_SETTING_STATIC ? "static" : "session");
    dyno_json_add_string(json, "varies", is_between ? "between starts" : "within starts");
    dyno_json_add_string(json, "why", factor->why);
    return json;
}

static void add_chains(cJSON *json, const struct dyno_rank *rank)
{
    char chain[CHAIN_BYTES];
    cJSON *list = cJSON_AddArrayToObject(json, "chains");
    for (uint32_t column = 1; column < (uint32_t)rank->design.run_count; column++) {
        bool is_between = dyno_splitplot_is_between(&rank->strata, column);
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_string(item, "chain",
                             dyno_factorial_chain(&rank->design, column, chain, sizeof chain));
        cJSON_AddBoolToObject(item, "is_between_starts", is_between);
        cJSON_AddItemToArray(list, item);
    }
}

/* The defining words: products of factors that are the same in every run. Everything that is an alias of
 * anything follows from them. */
static void add_words(cJSON *json, const struct dyno_rank *rank)
{
    uint32_t words[WORDS_MAX];
    size_t count = dyno_factorial_defining(&rank->design, words, WORDS_MAX);
    cJSON *list = cJSON_AddArrayToObject(json, "words");
    for (size_t i = 0; i < count && i < WORDS_MAX; i++) {
        char word[DYNO_FACTORIAL_MAX_FACTORS + 1];
        size_t len = 0;
        for (int f = 0; f < rank->design.factor_count; f++)
            if ((words[i] >> f & 1) != 0)
                word[len++] = dyno_factorial_letter(f);
        word[len] = '\0';
        cJSON_AddItemToArray(list, cJSON_CreateString(word));
    }
}

static void add_rows(cJSON *json, const struct dyno_rank *rank)
{
    cJSON *rows = cJSON_AddArrayToObject(json, "rows");
    for (int row = 0; row < rank->design.run_count; row++) {
        char levels[DYNO_FACTORIAL_MAX_FACTORS + 1] = "";
        for (int f = 0; f < rank->design.factor_count; f++)
            levels[f] = dyno_factorial_level(&rank->design, row, f) > 0 ? '+' : '-';
        cJSON_AddItemToArray(rows, cJSON_CreateString(levels));
    }
}

cJSON *dyno_rank_to_json(const struct dyno_rank *rank)
{
    int counts[DYNO_FACTORIAL_MAX_FACTORS + 1];
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "design", rank->design.is_sieve ? "plackett-burman" : "factorial");
    dyno_json_add_i64(json, "runs", rank->design.run_count);
    dyno_json_add_i64(json, "resolution", dyno_factorial_words(&rank->design, counts));
    cJSON_AddBoolToObject(json, "is_folded", rank->design.is_folded);
    dyno_json_add_i64(json, "replicates", rank->replicates);
    dyno_json_add_i64(json, "starts_in_replicate", rank->strata.start_count);
    dyno_json_add_i64(json, "default_runs", rank->default_runs);
    cJSON *factors = cJSON_AddArrayToObject(json, "factors");
    for (size_t f = 0; f < rank->factors->count; f++)
        cJSON_AddItemToArray(factors, factor_json(rank, f));
    add_rows(json, rank);
    add_chains(json, rank);
    add_words(json, rank);
    return json;
}
