#include "experiment/check.h"

#include "base/file.h"
#include "base/plural.h"
#include "base/units.h"
#include "experiment/child.h"
#include "experiment/proof.h"
#include "experiment/start.h"
#include "target/doubt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ROOM_WANTED_BYTES (INT64_C(2) << 30)

struct checker {
    struct dyno_bench *bench;
    dyno_check_fn report;
    void *ctx;
    struct dyno_err *err;
    int start; /* of the layout; arms that cannot share a server have one each */
};

static enum dyno_status report_step(struct checker *c, enum dyno_status status, const char *what,
                                    const char *detail)
{
    c->report(c->ctx, status == DYNO_OK, what, status == DYNO_OK ? detail : c->err->message);
    return status;
}

static enum dyno_status check_disk(struct checker *c)
{
    const char *dir = c->bench->options->cache_dir;
    int64_t room = dyno_dir_free_bytes(dir);
    char text[64];
    enum dyno_status status = DYNO_OK;
    (void)dyno_format_bytes(room, text, 32);
    strncat(text, " free", sizeof text - strlen(text) - 1);
    if (room >= 0 && room < ROOM_WANTED_BYTES)
        status = dyno_err_set(c->err, DYNO_EENV, "only %s below '%s': data and server need 2 GiB",
                              text, dir);
    return report_step(c, status, "disk", text);
}

static enum dyno_status check_files(struct checker *c)
{
    struct rlimit limit = {0};
    int64_t need = c->bench->options->load.sessions * 2 + 64;
    char text[64];
    enum dyno_status status = DYNO_OK;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && (int64_t)limit.rlim_max < need)
        status =
            dyno_err_set(c->err, DYNO_EENV,
                         "%lld open files are allowed, %lld sessions need %lld: raise ulimit -n",
                         (long long)limit.rlim_max, (long long)c->bench->options->load.sessions,
                         (long long)need);
    (void)snprintf(text, sizeof text, "%lld allowed, %lld needed", (long long)limit.rlim_max,
                   (long long)need);
    return report_step(c, status, "open files", text);
}

static enum dyno_status check_clock(struct checker *c)
{
    char *source = NULL;
    size_t len = 0;
    enum dyno_status status =
        dyno_file_read("/sys/devices/system/clocksource/clocksource0/current_clocksource", 4096,
                       &source, &len, NULL);
    char text[64] = "unknown clock source";
    if (status == DYNO_OK)
        (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(source, "\n"), source);
    free(source);
    status = DYNO_OK;
    if (strcmp(text, "hpet") == 0 || strcmp(text, "acpi_pm") == 0)
        status = dyno_err_set(
            c->err, DYNO_EENV,
            "clock source '%s' is too slow to time statements with: use tsc or kvm-clock", text);
    return report_step(c, status, "clock", text);
}

static enum dyno_status check_store(struct checker *c)
{
    struct dyno_store *store = NULL;
    const char *path = c->bench->options->store_path;
    enum dyno_status status = dyno_store_open(path, &store, c->err);
    dyno_store_close(store);
    return report_step(c, status, "results", path);
}

static enum dyno_status check_server(struct checker *c)
{
    char text[256];
    struct dyno_spark_info info = {0};
    enum dyno_status status = dyno_start_reach(c->bench, c->start, c->err);
    (void)snprintf(text, sizeof text, "external, %s",
                   c->bench->rest_url ? c->bench->rest_url : "no REST address given");
    if (status == DYNO_OK && c->bench->server != NULL) {
        dyno_spark_server_info(c->bench->server, &info);
        (void)snprintf(text, sizeof text, "Spark %s was ready after %.1f s, REST at %s",
                       info.version, (double)info.ready_ns / 1e9, info.rest_url);
    }
    return report_step(c, status, "server", text);
}

static enum dyno_status check_settings(struct checker *c)
{
    const struct dyno_experiment_options *o = c->bench->options;
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < o->arm_count; i++) {
        if (!dyno_layout_has_arm(&c->bench->layout, c->start, (int)i))
            continue;
        char text[64];
        (void)snprintf(text, sizeof text, "%zu setting%s took effect", o->arms[i].setting_count,
                       dyno_plural((long long)o->arms[i].setting_count));
        status = dyno_proof_arms(c->bench, &i, 1, c->err);
        char what[128];
        (void)snprintf(what, sizeof what, "profile %s", o->arms[i].name);
        status = report_step(c, status, what, text);
    }
    return status;
}

/* A driver manager that would falsify what is measured is refused before anything is. */
static enum dyno_status refuse_doubts(struct checker *c, const struct dyno_target_info *info)
{
    const struct dyno_manager_facts facts = {.threading_level = info->threading_level,
                                             .is_pooled = info->is_pooled,
                                             .is_traced = info->is_traced,
                                             .sessions = c->bench->options->load.sessions};
    struct dyno_doubt doubts[DYNO_DOUBTS_MAX];
    size_t count = dyno_target_doubts(&facts, doubts);
    for (size_t i = 0; i < count; i++) {
        enum dyno_status status = dyno_err_set(c->err, DYNO_EENV, "%s", doubts[i].text);
        (void)report_step(c, status, "driver manager", "");
    }
    return count > 0 ? DYNO_EENV : DYNO_OK;
}

static enum dyno_status check_driver(struct checker *c)
{
    char statement[] = "SELECT 1";
    char *sql = statement;
    char text[512] = "";
    struct dyno_script_answer answer = {0};
    enum dyno_status status = dyno_child_script(c->bench, &sql, 1, true, &answer, c->err);
    if (status == DYNO_OK)
        (void)snprintf(text, sizeof text, "%s answers SELECT 1 through %s",
                       answer.info.server[0] ? answer.info.server : "the server",
                       answer.info.driver);
    status = report_step(c, status, "driver", text);
    if (status == DYNO_OK)
        status = refuse_doubts(c, &answer.info);
    dyno_script_answer_deinit(&answer);
    return status;
}

typedef enum dyno_status (*check_fn)(struct checker *c);

static enum dyno_status run_steps(struct checker *c, const check_fn *steps, size_t count)
{
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = steps[i](c);
    return status;
}

enum dyno_status dyno_check_bench(struct dyno_bench *bench, dyno_check_fn report, void *ctx,
                                  struct dyno_err *err)
{
    static const check_fn host_steps[] = {check_disk, check_files, check_clock, check_store};
    static const check_fn server_steps[] = {check_server, check_driver, check_settings};
    struct checker c = {.bench = bench, .report = report, .ctx = ctx, .err = err};
    enum dyno_status status = run_steps(&c, host_steps, sizeof host_steps / sizeof host_steps[0]);
    for (; status == DYNO_OK && (size_t)c.start < bench->layout.start_count; c.start++) {
        status = run_steps(&c, server_steps, sizeof server_steps / sizeof server_steps[0]);
        dyno_start_close(bench, NULL);
    }
    return status;
}
