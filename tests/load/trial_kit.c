#include "load/trial_kit.h"

#include "target/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char text_select[] = "SELECT 1";
static char text_name[] = "q1";
static char text_tag[] = "t1";

void kit_init(struct kit *kit)
{
    memset(kit, 0, sizeof *kit);
    for (size_t i = 0; i < KIT_QUERIES; i++)
        kit->queries[i] = (struct dyno_trial_query){
            .name = text_name, .sql = text_select, .weight = 1.0, .max_rows = 1000000};
    kit->plan = (struct dyno_trial_plan){
        .tag = text_tag,
        .seed = 7,
        .target = {.kind = DYNO_TARGET_NULL, .fetch_rows = 1000},
        .queries = kit->queries,
        .query_count = 1,
        .load = DYNO_LOAD_SHAPE_INIT,
    };
    kit->plan.load.sessions = 2;
    kit->plan.load.trial_warmup_ns = 0;
    (void)snprintf(kit->path, sizeof kit->path, "/tmp/dyno_trial_XXXXXX");
    int fd = mkstemp(kit->path);
    assert_true(fd >= 0);
    close(fd);
}

void kit_deinit(struct kit *kit)
{
    dyno_trial_file_close(kit->file);
    unlink(kit->path);
    kit->file = NULL;
}

enum dyno_status kit_run(struct kit *kit, const struct dyno_generator_world *world)
{
    struct dyno_generator_options options = {
        .plan = &kit->plan, .trial_path = kit->path, .stop = &kit->stop};
    kit->err = (struct dyno_err)DYNO_ERR_INIT;
    enum dyno_status status = world == NULL ? dyno_generate(&options, &kit->err)
                                            : dyno_generate_in(&options, world, &kit->err);
    kit_check(kit);
    return status;
}

static void check_record(struct kit *kit, uint64_t seq)
{
    const struct dyno_record *r = kit_record(kit, seq);
    const struct dyno_trial_header *header = kit_header(kit);
    if (header->scheduled == 0 && r->outcome == DYNO_OUTCOME_EMPTY)
        return;
    if (header->shares <= 1)
        assert_int_equal(r->seq, seq);
    assert_true(dyno_record_is_consistent(r));
    assert_true(r->outcome < DYNO_OUTCOME_COUNT);
    assert_true(r->query < kit->plan.query_count);
    assert_true(r->outcome == DYNO_OUTCOME_EMPTY || r->session < kit->plan.load.sessions);
    assert_true(r->intended_ns >= 0 || r->outcome == DYNO_OUTCOME_EMPTY);
    if (r->intended_ns < 0)
        return; /* of a visit that has not come so far */
    if (header->measure_end_ns > 0) {
        assert_true(r->intended_ns < header->measure_end_ns);
        assert_int_equal(r->phase == DYNO_PHASE_MEASURE,
                         r->intended_ns >= header->measure_begin_ns);
    }
    if (r->outcome == DYNO_OUTCOME_OK)
        assert_string_equal(r->sqlstate, "");
}

void kit_check(struct kit *kit)
{
    dyno_trial_file_close(kit->file);
    kit->file = NULL;
    if (dyno_trial_file_open(kit->path, &kit->file, NULL) != DYNO_OK)
        return;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++)
        check_record(kit, seq);
    dyno_trial_file_count_outcomes(kit->file, &kit->counters);
    assert_true(dyno_counters_are_consistent(&kit->counters));
}

struct dyno_trial_header *kit_header(struct kit *kit)
{
    return dyno_trial_file_header(kit->file);
}

uint64_t kit_count(struct kit *kit)
{
    return dyno_trial_file_count(kit->file);
}

const struct dyno_record *kit_record(struct kit *kit, uint64_t seq)
{
    return dyno_trial_file_record(kit->file, seq);
}

int64_t kit_outcomes(struct kit *kit, enum dyno_outcome outcome)
{
    int64_t count = 0;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++)
        count += kit_record(kit, seq)->outcome == outcome;
    return count;
}
