/* Every member of every recorded document in turn becomes something of every other type. */
#include "collect/shape.h"
#include "explain/join.h"
#include "explain/recorded.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const strange[] = {
    "null", "true", "\"strange\"", "-1",    "1e300",
    "0.5",  "[]",   "{}",          "[[1]]", "[\"x\",null,-1,1e300]"};
#define STRANGE_COUNT (sizeof strange / sizeof strange[0])

static void check_sane(const struct dyno_spark_statement *s)
{
    assert_true(s->jobs >= 0 && s->stages >= 0 && s->skipped_stages >= 0 && s->tasks >= 0);
    assert_true(isfinite(s->run_ms) && s->run_ms >= 0);
    assert_true(isfinite(s->cpu_ms) && s->cpu_ms >= 0);
    assert_true(isfinite(s->job_ms) && s->job_ms >= 0);
    assert_true(isnan(s->execution_ms) || s->execution_ms >= 0);
    assert_true(isnan(s->skew_ratio) || s->skew_ratio > 0);
    assert_true(s->peak_memory_bytes >= 0 && s->input_bytes >= 0 && s->shuffle_read_bytes >= 0);
}

static void join(const struct dyno_collected *collected)
{
    struct dyno_spark_statement *statements = NULL;
    size_t count = 0;
    dyno_explain_join(collected, "t1", NULL, &statements, &count);
    assert_true(count >= 7);
    for (size_t i = 0; i < count; i++)
        check_sane(&statements[i]);
    free(statements);
}

/* The place in the lists where the document to be mutated stands. */
struct victim {
    struct dyno_collected *collected;
    cJSON **slot;
    enum dyno_shape shape;
};

/* Both as it came, which the join must stand, and after the collector's trimming. */
static void join_with(const struct victim *victim, const cJSON *mutant)
{
    struct dyno_oddities odd = {.count = 0};
    cJSON *original = *victim->slot;
    *victim->slot = cJSON_Duplicate(mutant, true);
    join(victim->collected);
    dyno_shape_trim(victim->shape, *victim->slot, &odd);
    join(victim->collected);
    cJSON_Delete(*victim->slot);
    *victim->slot = original;
}

static void mutate_child(const struct victim *victim, cJSON *document, cJSON *parent, cJSON *child)
{
    for (size_t i = 0; i < STRANGE_COUNT; i++) {
        cJSON *fresh = cJSON_Parse(strange[i]);
        cJSON *kept = cJSON_Duplicate(child, true);
        assert_non_null(fresh);
        if (child->string != NULL)
            fresh->string = strdup(child->string);
        assert_true(cJSON_ReplaceItemViaPointer(parent, child, fresh));
        join_with(victim, document);
        assert_true(cJSON_ReplaceItemViaPointer(parent, fresh, kept));
        child = kept;
    }
}

/* Of a list the first member stands for all. */
static void mutate_below(const struct victim *victim, cJSON *document, cJSON *parent)
{
    cJSON *next = NULL;
    for (cJSON *child = parent->child; child != NULL; child = next) {
        next = cJSON_IsArray(parent) ? NULL : child->next;
        if (cJSON_IsObject(child) || cJSON_IsArray(child))
            mutate_below(victim, document, child);
        mutate_child(victim, document, parent, child);
    }
}

static void mutate_slot(struct dyno_collected *collected, cJSON **slot, enum dyno_shape shape)
{
    struct victim victim = {collected, slot, shape};
    cJSON *copy = cJSON_Duplicate(*slot, true);
    mutate_below(&victim, copy, copy);
    cJSON_Delete(copy);
    for (size_t i = 0; i < STRANGE_COUNT; i++) {
        cJSON *mutant = cJSON_Parse(strange[i]);
        join_with(&victim, mutant);
        cJSON_Delete(mutant);
    }
}

static cJSON **slot_with(cJSON **list, size_t count, const char *key, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (dyno_json_i64_or(list[i], key, -1) == id)
            return &list[i];
    }
    fail_msg("no '%s' %lld", key, (long long)id);
    return NULL;
}

static void mutate_version(const char *version)
{
    struct dyno_collected c;
    recorded_read(version, &c);
    mutate_slot(&c, slot_with(c.jobs, c.job_count, "jobId", 3), DYNO_SHAPE_JOB);
    mutate_slot(&c, slot_with(c.executions, c.execution_count, "id", 4), DYNO_SHAPE_EXECUTION);
    mutate_slot(&c, slot_with(c.stages, c.stage_count, "stageId", 1), DYNO_SHAPE_STAGE);
    mutate_slot(&c, slot_with(c.stages, c.stage_count, "stageId", 20), DYNO_SHAPE_STAGE);
    dyno_collected_deinit(&c);
}

static void test_join_stands_every_mutation_of_4_1(void **state)
{
    (void)state;
    mutate_version("4.1.4");
}

static void test_join_stands_every_mutation_of_3_5(void **state)
{
    (void)state;
    mutate_version("3.5.7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join_stands_every_mutation_of_4_1),
        cmocka_unit_test(test_join_stands_every_mutation_of_3_5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
