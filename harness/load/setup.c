#include "load/setup.h"

#include "base/alloc.h"
#include "base/sha256.h"
#include "load/schedule.h"
#include "spark/setting.h"

#include <stdlib.h>
#include <string.h>

#define MAX_QUERIES  65535
#define SEAL_ENTRIES 1024

/* Waiting sessions look whether the trial was halted, all of them together 4,000 times a second. */
#define SLICE_PER_SESSION_NS (250 * DYNO_NS_PER_US)
#define SHORTEST_SLICE_NS    (250 * DYNO_NS_PER_MS)

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The most statements that a closed loop can get through: the limit of the file, or as many as the
 * think time leaves room for. */
static uint64_t closed_capacity(const struct dyno_run *run, const struct dyno_load_shape *load)
{
    if (load->think_ns == 0 || run->is_think_exponential)
        return DYNO_MAX_STATEMENTS;
    int64_t window_ns = load->trial_warmup_ns + load->measure_ns;
    uint64_t each = (uint64_t)(window_ns / load->think_ns) + 2;
    return smaller(each, DYNO_MAX_STATEMENTS / run->session_count) * run->session_count;
}

static const struct dyno_replay *replay_of(const struct dyno_trial_plan *plan)
{
    return plan->load.arrival == DYNO_ARRIVAL_REPLAY ? &plan->replay : NULL;
}

/* How many entries of the schedule are ours. */
static enum dyno_status count_entries(const struct dyno_run *run, uint64_t *count_out,
                                      struct dyno_err *err)
{
    const struct dyno_trial_plan *plan = run->plan;
    struct dyno_schedule schedule;
    uint64_t all = 0;
    enum dyno_status status =
        dyno_schedule_count(&plan->load, replay_of(plan), plan->seed, &all, err);
    dyno_schedule_init(&schedule, &plan->load, replay_of(plan), plan->seed);
    *count_out = 0;
    for (uint64_t i = 0; status == DYNO_OK && i < all; i++)
        *count_out += dyno_schedule_is_shared(&schedule, i, run->share, run->shares);
    return status;
}

static enum dyno_status find_capacity(struct dyno_run *run, struct dyno_err *err)
{
    const struct dyno_trial_plan *plan = run->plan;
    enum dyno_status status = DYNO_OK;
    if (plan->is_warmup) {
        run->capacity = (uint64_t)dyno_load_shape_warmup_most(&plan->load) * plan->query_count;
        if (run->capacity > DYNO_MAX_STATEMENTS)
            return dyno_err_set(err, DYNO_ELIMIT, "the warm-up has over 20 million statements");
        return DYNO_OK;
    }
    if (run->is_open_loop) {
        status = count_entries(run, &run->capacity, err);
        run->capacity *= run->visit;
        return status;
    }
    run->capacity = closed_capacity(run, &plan->load);
    return DYNO_OK;
}

/* The schedule's own name: a chain of hashes over all its entries, whoever's they are. */
struct seal {
    struct {
        char chain[DYNO_SHA256_TEXT_BYTES];
        struct sealed {
            int64_t intended_ns;
            uint32_t owner;
            uint32_t query;
        } entries[SEAL_ENTRIES];
    } block;
    size_t count;
};

static void seal_add(struct seal *seal, const struct sealed *entry)
{
    if (entry != NULL)
        seal->block.entries[seal->count++] = *entry;
    if (seal->count < SEAL_ENTRIES && entry != NULL)
        return;
    memset(&seal->block.entries[seal->count], 0,
           (SEAL_ENTRIES - seal->count) * sizeof seal->block.entries[0]);
    dyno_sha256_hex(&seal->block, sizeof seal->block, seal->block.chain);
    seal->count = 0;
}

/* One entry goes into its slots; those of a visit after its first have no time yet. */
static void write_entry(struct dyno_run *run, uint64_t slot, uint64_t seq, int64_t intended_ns,
                        uint16_t query)
{
    bool is_measured = intended_ns >= run->measure_begin_ns;
    for (uint64_t k = 0; k < run->visit; k++)
        run->records[slot + k] = (struct dyno_record){
            .seq = seq + k,
            .intended_ns = k == 0 ? intended_ns : -1,
            .claim_ns = -1,
            .send_ns = -1,
            .exec_ns = -1,
            .first_ns = -1,
            .done_ns = -1,
            .session = UINT32_MAX,
            .query = query,
            .phase = k == 0 && is_measured ? DYNO_PHASE_MEASURE : DYNO_PHASE_WARMUP,
            .outcome = DYNO_OUTCOME_EMPTY};
}

/* The whole schedule goes into the slots before the go: what nobody gets round to is seen as offered. */
static void write_schedule(struct dyno_run *run, bool is_resumed)
{
    const struct dyno_trial_plan *plan = run->plan;
    const struct dyno_replay *replay = replay_of(plan);
    struct dyno_schedule schedule;
    struct seal *seal = dyno_xcalloc(1, sizeof *seal);
    uint64_t slot = 0;
    int64_t intended_ns = 0;
    dyno_schedule_init(&schedule, &plan->load, replay, plan->seed);
    for (uint64_t i = 0; dyno_schedule_next(&schedule, &intended_ns); i++) {
        uint64_t seq = i * run->visit;
        uint32_t owner = dyno_schedule_owner(&schedule, i);
        uint16_t query =
            replay != NULL ? (uint16_t)replay->entries[i].query : dyno_mix_draw(&run->mix, seq);
        seal_add(seal, &(struct sealed){intended_ns, owner, query});
        if (!dyno_schedule_is_shared(&schedule, i, run->share, run->shares))
            continue;
        if (slot + run->visit > run->capacity)
            break;
        if (!is_resumed)
            write_entry(run, slot, seq, intended_ns, query);
        if (run->next_of != NULL) /* for now the owner; the lists are made from it */
            run->next_of[slot] = owner / run->shares;
        slot += run->visit;
    }
    seal_add(seal, NULL);
    memcpy(run->header->schedule_sha256, seal->block.chain, sizeof seal->block.chain);
    run->header->scheduled = run->capacity;
    free(seal);
}

/* Each session's own list, in order of time: from the end, every slot points to the one that was its
 * owner's first so far. What an earlier generator has begun is left out. */
static void link_lists(struct dyno_run *run)
{
    for (size_t i = 0; i < run->session_count; i++)
        run->first_of[i] = UINT32_MAX;
    for (uint64_t slot = run->capacity; slot-- > 0;) {
        uint32_t owner = run->next_of[slot];
        run->next_of[slot] = run->first_of[owner];
        if (run->records[slot].claim_ns < 0)
            run->first_of[owner] = (uint32_t)slot;
    }
}

/* The file of a generator that crashed: it has to be of the same plan. */
static enum dyno_status reopen_file(struct dyno_run *run, const char *path, struct dyno_err *err)
{
    enum dyno_status status = dyno_trial_file_edit(path, &run->file, err);
    if (status != DYNO_OK)
        return status;
    const struct dyno_trial_header *header = dyno_trial_file_header(run->file);
    if (header->capacity != run->capacity || header->mark_count != run->session_count ||
        header->share != run->share || header->shares != run->shares ||
        header->epoch_monotonic_ns == 0)
        return dyno_err_set(err, DYNO_EINPUT, "trial file '%s' cannot be gone on with: %s", path,
                            header->epoch_monotonic_ns == 0 ? "its load had not begun"
                                                            : "it is of another plan or share");
    return DYNO_OK;
}

static enum dyno_status make_file(struct dyno_run *run, const char *path, bool is_resumed,
                                  struct dyno_err *err)
{
    enum dyno_status status =
        is_resumed ? reopen_file(run, path, err)
                   : dyno_trial_file_create_marked(path, run->capacity,
                                                   (uint32_t)run->session_count, &run->file, err);
    if (status != DYNO_OK)
        return status;
    run->header = dyno_trial_file_header(run->file);
    run->records = run->capacity == 0 ? NULL : dyno_trial_file_record(run->file, 0);
    run->header->share = run->share;
    run->header->shares = run->shares;
    memcpy(run->header->plan_sha256, run->plan->sha256, sizeof run->header->plan_sha256);
    if (run->is_open_loop || run->is_warmup)
        status = dyno_trial_file_reserve(run->file, run->capacity, err);
    if (status == DYNO_OK && run->is_open_loop)
        write_schedule(run, is_resumed);
    if (status == DYNO_OK && run->next_of != NULL)
        link_lists(run);
    return status;
}

static enum dyno_status check_plan(const struct dyno_generator_options *options,
                                   struct dyno_err *err)
{
    const struct dyno_trial_plan *plan = options->plan;
    if (plan->query_count == 0 || plan->query_count > MAX_QUERIES)
        return dyno_err_set(err, DYNO_EINPUT, "a trial needs 1 to %d queries", MAX_QUERIES);
    if (options->shares > 1 && options->share >= options->shares)
        return dyno_err_set(err, DYNO_EINPUT, "there is no share %u of %u", options->share + 1,
                            options->shares);
    if (options->shares > 1 && (plan->is_warmup || plan->load.sessions < options->shares))
        return dyno_err_set(err, DYNO_EINPUT, "%lld sessions cannot be shared by %u generators%s",
                            (long long)plan->load.sessions, options->shares,
                            plan->is_warmup ? ": a warm-up is not shared" : "");
    return dyno_load_shape_check(&plan->load, err);
}

static void copy_plan(struct dyno_run *run, const struct dyno_trial_plan *plan)
{
    run->plan = plan;
    run->is_warmup = plan->is_warmup;
    run->is_open_loop = !plan->is_warmup && dyno_load_shape_is_open(&plan->load);
    run->visit = run->is_open_loop && plan->load.arrival == DYNO_ARRIVAL_PARTLY_OPEN
                     ? (uint64_t)plan->load.visit
                     : 1;
    run->is_think_exponential = plan->load.think_kind == DYNO_THINK_EXPONENTIAL;
    run->sleep_slice_ns = plan->load.sessions * SLICE_PER_SESSION_NS;
    if (run->sleep_slice_ns < SHORTEST_SLICE_NS)
        run->sleep_slice_ns = SHORTEST_SLICE_NS;
    run->want_checksum = plan->want_checksum;
    run->must_connect_alone = plan->target.kind == DYNO_TARGET_ODBC;
    run->timeout_ns = plan->load.timeout_ns;
    run->think_ns = plan->is_warmup ? 0 : plan->load.think_ns;
    run->measure_begin_ns = plan->load.trial_warmup_ns;
    run->max_rows = dyno_xcalloc(plan->query_count, sizeof *run->max_rows);
    for (size_t i = 0; i < plan->query_count; i++)
        run->max_rows[i] = plan->queries[i].max_rows;
    dyno_mix_init(&run->mix, plan);
}

/* Which part of the trial is ours. Sessions are dealt out one by one, so that a remainder is spread. */
static void deal_out(struct dyno_run *run, const struct dyno_generator_options *options)
{
    const struct dyno_load_shape *load = &run->plan->load;
    uint64_t sessions = (uint64_t)load->sessions;
    run->is_resumed = options->is_resumed;
    run->shares = options->shares == 0 ? 1 : options->shares;
    run->share = options->share;
    run->session_count = (size_t)(sessions / run->shares + (run->share < sessions % run->shares));
}

/* Memory for the sessions' own lists, once it is known how many slots there are. */
static void make_lists(struct dyno_run *run)
{
    const struct dyno_load_shape *load = &run->plan->load;
    bool is_owned = load->is_pinned || load->arrival == DYNO_ARRIVAL_REPLAY;
    if (!run->is_open_loop || !is_owned)
        return;
    run->next_of = dyno_xcalloc((size_t)run->capacity + 1, sizeof *run->next_of);
    run->first_of = dyno_xcalloc(run->session_count + 1, sizeof *run->first_of);
}

enum dyno_status dyno_run_new(const struct dyno_generator_options *options,
                              const struct dyno_generator_world *world, struct dyno_run **out,
                              struct dyno_err *err)
{
    const struct dyno_trial_plan *plan = options->plan;
    enum dyno_status status = check_plan(options, err);
    if (status != DYNO_OK)
        return status;
    struct dyno_run *run = dyno_xcalloc(1, sizeof *run);
    run->clock = world->clock;
    run->ops = world->ops;
    dyno_gate_init(&run->gate);
    pthread_mutex_init(&run->connect_lock, NULL);
    pthread_mutex_init(&run->error_lock, NULL);
    copy_plan(run, plan);
    deal_out(run, options);
    if (plan->setting_count > 0)
        status = dyno_settings_statements(plan->settings, plan->setting_count, &run->setting_sql,
                                          &run->setting_sql_count, err);
    if (status == DYNO_OK)
        status = find_capacity(run, err);
    if (status == DYNO_OK) {
        make_lists(run);
        status = make_file(run, options->trial_path, options->is_resumed, err);
    }
    if (status != DYNO_OK) {
        dyno_run_free(run);
        return status;
    }
    *out = run;
    return DYNO_OK;
}

void dyno_run_free(struct dyno_run *run)
{
    if (run->file != NULL)
        dyno_trial_file_trim(run->file);
    dyno_trial_file_close(run->file);
    for (size_t i = 0; i < run->setting_sql_count; i++)
        free(run->setting_sql[i]);
    free(run->setting_sql);
    dyno_mix_deinit(&run->mix);
    free(run->max_rows);
    free(run->next_of);
    free(run->first_of);
    pthread_mutex_destroy(&run->error_lock);
    pthread_mutex_destroy(&run->connect_lock);
    dyno_gate_deinit(&run->gate);
    free(run);
}
