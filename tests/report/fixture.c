#include "report/fixture.h"

#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"
#include "report/unit.h"
#include "store/sums.h"

#include <sqlite3.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_HTML_BYTES ((size_t)64 << 20)

#define SEED               20240229u

const char *const fixture_hostile[] = {
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "\"><img src=x onerror=alert(3)>",
    "' onmouseover='alert(4)",
    "${7*7}{{7*7}}",
    "'; DROP TABLE experiment; --",
    "../../../../etc/passwd",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\xe2\x80\xaereversed\xe2\x81\xa6isolated",
    "=cmd|'/c calc'!A1",
    "]]><!--",
    "| a | `b` | **c**",
    "line one\nline two\r\nline three",
    "</style><style>*{display:none}</style>",
    "</pre></details></table></main>",
    "<!--#include file=x-->",
    "javascript:alert(5)",
    "&lt;b&gt; &amp; &#x3c;i&#x3e;",
    "\xff\xfe not utf-8 \xc0\xaf \xed\xa0\x80",
    "\xe2\x80\xa8line\xe2\x80\xa9separators",
    "<svg onload=alert(6)>",
    "<a href=\"http://example.invalid/\">x</a>",
    "%s%n%d%p",
    "\xc2\x85next\xc2\x9b"
    "31mC1",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x98\x80 na\xc3\xafve",
    "{\"json\": [1, 2], \"__proto__\": null}",
    "\\u003cscript\\u003e \\\" \\\\",
    "",
    " ",
    NULL};

struct builder {
    sqlite3 *db;
    const struct fixture_shape *shape;
    struct dyno_rng rng;
    size_t hostile_at;
    int64_t wall_ms;
    int64_t arm_ids[2];
    int64_t start_ids[16];
    int trial_count;
};

/* The text, or the next hostile one in its place. */
static const char *text_of(struct builder *b, const char *text)
{
    if (!b->shape->is_hostile)
        return text;
    if (fixture_hostile[b->hostile_at] == NULL)
        b->hostile_at = 0;
    return fixture_hostile[b->hostile_at++];
}

/* Insert one row: `kinds` has i (int64_t), d (double), t (text), h (text, hostile if asked), n (NULL),
 * N (NULL in place of an int64_t that is given). */
static int64_t put(struct builder *b, const char *sql, const char *kinds, ...)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(b->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(b->db));
    va_list args;
    va_start(args, kinds);
    for (int i = 0; kinds[i] != '\0'; i++) {
        if (kinds[i] == 'i')
            sqlite3_bind_int64(stmt, i + 1, va_arg(args, int64_t));
        else if (kinds[i] == 'N')
            (void)va_arg(args, int64_t);
        else if (kinds[i] == 'd')
            sqlite3_bind_double(stmt, i + 1, va_arg(args, double));
        else if (kinds[i] == 't')
            sqlite3_bind_text(stmt, i + 1, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
        else if (kinds[i] == 'h')
            sqlite3_bind_text(stmt, i + 1, text_of(b, va_arg(args, const char *)), -1,
                              SQLITE_TRANSIENT);
    }
    va_end(args);
    if (sqlite3_step(stmt) != SQLITE_DONE)
        fail_msg("%s: %s", sql, sqlite3_errmsg(b->db));
    sqlite3_finalize(stmt);
    return sqlite3_last_insert_rowid(b->db);
}

/* About normal: twelve uniforms, so that no function of libm decides the last digit. */
static double draw(struct dyno_rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dyno_rng_uniform(rng);
    return sum;
}

static int64_t service_ns(struct builder *b, int arm, int query, double warmth)
{
    static const double typical_ms[2][3] = {{640, 1180, 410}, {520, 905, 402}};
    double z = draw(&b->rng);
    double ms = typical_ms[arm][query % 3] * (1 + 0.16 * z + 0.05 * z * z) * warmth;
    return (int64_t)((ms < 20 ? 20 : ms) * 1e6);
}

static void put_experiment(struct builder *b)
{
    const struct fixture_shape *shape = b->shape;
    bool is_compare = shape->arms == 2;
    put(b,
        "INSERT INTO experiment (id, kind, name, state, reason, seed, margin, blocks_planned, "
        "starts_planned, is_shared, plan_json, plan_sha256, tool_version, created_utc, finished_utc, "
        "owner_pid, owner_ticks) VALUES (1, ?1, ?2, ?3, ?4, '4711', 0.05, ?5, ?6, 1, ?7, ?8, ?9, ?10, "
        "?11, 1, '0')",
        "ththiihhhhh", is_compare ? "compare" : "run",
        is_compare ? "compare retail aqe-off default" : "run retail default", "finished", "",
        (int64_t)shape->blocks, (int64_t)shape->starts,
        "{\"command\": \"sparkdyno compare retail aqe-off default --blocks 8\", \"words\": "
        "[\"sparkdyno\", \"compare\", \"retail\", \"aqe-off\", \"default\", \"--blocks\", \"8\"]}",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "0.1.0",
        "2026-11-21T12:00:00.000Z", "2026-11-21T12:21:40.000Z");
}

static void put_things(struct builder *b)
{
    static const char *const names[] = {"daily_sales", "customer_segments", "top_products"};
    static const char *const facts[][3] = {{"driver", "name", "sparkdyno ODBC 0.1.0"},
                                           {"driver", "manager", "unixODBC 2.3.11"},
                                           {"host", "cpu", "AMD EPYC 7763, 2 cores"},
                                           {"host", "kernel", "Linux 6.1.0"},
                                           {"host", "memory", "7.8 GiB"},
                                           {"load", "arrivals", "poisson, 2.4 statements/s"},
                                           {"load", "sessions", "4"},
                                           {"spark", "master", "local[2]"},
                                           {"spark", "version", "4.1.4"},
                                           {"workload", "rows", "2000000"}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        put(b, "INSERT OR IGNORE INTO fact VALUES (1, ?1, ?2, ?3)", "thh", facts[i][0], facts[i][1],
            facts[i][2]);
    static const char *const arm_names[] = {"aqe-off", "default"};
    static const char *const comments[] = {"Adaptive execution off: what it is worth shows here",
                                           "The defaults of this Spark version"};
    for (int arm = 0; arm < b->shape->arms; arm++) {
        const char *role = b->shape->arms == 1 ? "only" : arm == 0 ? "base" : "candidate";
        int which = b->shape->arms == 1 ? 1 : arm;
        b->arm_ids[arm] =
            put(b, "INSERT INTO arm VALUES (NULL, 1, ?1, ?2, ?3, ?4, ?5)", "ithhh", (int64_t)arm,
                role, arm_names[which], comments[which], "6b86b273ff34fce19d6b804eff5a3f57");
    }
    for (int query = 0; query < b->shape->queries; query++) {
        char name[48];
        (void)snprintf(name, sizeof name, query < 3 ? "%s" : "%s_%d", names[query % 3], query);
        put(b, "INSERT INTO query VALUES (NULL, 1, ?1, ?2, ?3, ?4)", "ihhd", (int64_t)query, name,
            "SELECT store_id, sum(amount) AS total\nFROM transactions\nGROUP BY store_id\n"
            "HAVING total > 1000",
            1.0);
    }
}

static void put_starts(struct builder *b)
{
    for (int i = 0; i < b->shape->starts; i++) {
        b->start_ids[i] = put(
            b,
            "INSERT INTO start VALUES (NULL, 1, ?1, NULL, 'stopped', ?2, ?3, ?4, ?5, NULL, NULL, ?6, "
            "?7, ?8, '')",
            "ihhhdddt", (int64_t)i, "", "local-1763726400000", "4.1.4", 10412.0 + i, 4200.5,
            61234.0, "2026-11-21T12:00:01.000Z");
        static const char sql[] =
            "INSERT OR IGNORE INTO setting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        bool is_compare = b->shape->arms == 2;
        if (is_compare)
            put(b, sql, "iihthhhtih", b->start_ids[i], b->arm_ids[0], "spark.sql.adaptive.enabled",
                "session", "false", "false", "true", "SET", (int64_t)1, "");
        for (int arm = 0; arm < b->shape->arms; arm++) {
            put(b, sql, "iihthhhtih", b->start_ids[i], b->arm_ids[arm],
                "spark.sql.shuffle.partitions", "session", arm == 0 && is_compare ? "200" : "64",
                arm == 0 && is_compare ? "200" : "64", "200", "SET", (int64_t)1, "");
            put(b, sql, "iihthhntih", b->start_ids[i], b->arm_ids[arm], "spark.driver.memory",
                "static", "2g", "2g", "/environment", (int64_t)1, "");
        }
    }
}

struct trial_numbers {
    int arm, block, position, start;
    bool is_warmup, is_bad;
    int statements;
};

static void put_spark(struct builder *b, int64_t trial, int64_t seq, int arm, int query,
                      int64_t service)
{
    double ms = (double)service / 1e6;
    int64_t tasks = arm == 0 ? 206 : 12 + query;
    put(b,
        "INSERT INTO spark_statement VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, ?12, "
        "?13, ?14, ?15, ?16, ?17, 0, 0, ?18, ?19, 0, ?20, ?21, ?22, ?23)",
        "iiiiiiidddddddiidiiiddd", trial, seq, 1000 + seq, (int64_t)2 + query, (int64_t)3,
        (int64_t)(arm == 0 ? 0 : 2), tasks, ms * 0.96, ms * 0.9, ms * 1.7, ms * 1.3, ms * 0.04,
        (double)tasks * 1.4, (double)tasks * 2.1, (int64_t)4200000 + 1000 * tasks,
        (int64_t)4200000 + 1000 * tasks, (double)tasks * 0.11, (int64_t)48000000, (int64_t)2000000,
        (int64_t)67108864, ms * 0.3, ms * 0.21, 1.42);
}

/* Parts that add up to wait + lag + service: what the fixture's Spark is slow by is its scheduling. */
static void put_account(struct builder *b, int64_t trial, int64_t seq, const int64_t times[3],
                        int arm)
{
    int64_t service = times[2];
    int64_t scheduling = arm == 0 ? service / 2 : service / 10;
    int64_t rest = service - scheduling - service / 20;
    put(b,
        "INSERT INTO account VALUES (?1, ?2, 'rest', ?3, ?4, 0, ?5, ?6, 0, ?7, 0, 0, 0, 0, 0, 0, 0)",
        "iiiiiii", trial, seq, times[0], times[1], service / 20, scheduling, rest);
}

static void put_record(struct builder *b, int64_t trial, int64_t seq, const struct trial_numbers *t,
                       int64_t intended_ns)
{
    int query = (int)(seq % b->shape->queries);
    double warmth = 1;
    if (t->is_warmup)
        warmth = 1 + 3.0 / (1 + (double)(seq / b->shape->queries) * 0.35);
    int64_t wait_ns = seq % 4 == 0 && !t->is_warmup ? 38000000 + 1000 * seq : 0;
    int64_t lag_ns = 41000 + 17 * seq;
    int64_t service = service_ns(b, t->arm, query, warmth);
    bool is_failed = !t->is_warmup && (seq == 7 || (t->is_bad && seq % 5 == 0));
    int64_t outcome = !is_failed ? 2 : seq % 2 == 0 ? 4 : 3;
    int64_t send_ns = intended_ns + wait_ns + lag_ns;
    put(b,
        "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 120, 4096, '', "
        "?13, 1, 0)",
        "iiiiiiiiiiiih", trial, seq, (int64_t)query, seq % 4, (int64_t)!t->is_warmup, outcome,
        intended_ns, intended_ns + wait_ns, send_ns, send_ns + service - 900000,
        send_ns + service - 700000, send_ns + service, outcome == 3 ? "42000" : "");
    if (outcome == 2 && !t->is_warmup && seq % 19 != 0)
        put_spark(b, trial, seq, t->arm, query, service);
    if (outcome == 2)
        put_account(b, trial, seq, (int64_t[]){wait_ns, lag_ns, service}, t->arm);
    if (is_failed)
        put(b, "INSERT INTO error_sample VALUES (?1, ?2, ?3, ?4, ?5)", "iiihh", trial,
            (int64_t)query, outcome, outcome == 3 ? "42000" : "",
            "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0.\n"
            "== SQL (line 1, position 8) ==");
}

static void put_gates(struct builder *b, int64_t trial, const struct trial_numbers *t)
{
    static const char sql[] = "INSERT OR IGNORE INTO gate VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    put(b, sql, "ihddhiih", trial, "errors", t->is_bad ? 0.21 : 0.002, 0.01, "ratio", (int64_t)1,
        (int64_t)!t->is_bad,
        "21 % of the statements failed; a trial with so many errors measures them, not Spark: look at "
        "the errors first");
    put(b, sql, "ihddhiih", trial, "generator_lag_p99", 44000.0, 1000000.0, "ns", (int64_t)0,
        (int64_t)1, "sent on time");
    put(b, sql, "ihddhiih", trial, "joined", 0.95, 0.9, "ratio", (int64_t)0, (int64_t)1,
        "Spark's numbers were found for nearly all statements");
}

/* The base has too many small tasks, in every query; the server of both collects garbage. */
static void put_findings(struct builder *b, int64_t trial, const struct trial_numbers *t)
{
    static const char sql[] =
        "INSERT INTO finding VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        "?11, ?12, ?13, ?14, ?15)";
    for (int query = 0; query < b->shape->queries && t->arm == 0; query++)
        put(b, sql, "itithddhhiiihhh", trial, "small_partitions", (int64_t)query, "severe",
            "partitions too small", 100.0 + query, 10.0, "x",
            "tasks for each core in a stage of tiny tasks", (int64_t)30, (int64_t)32, (int64_t)17,
            "stage 12: 200 tasks on 2 cores, the median one 1.4 ms on 3.1 KiB",
            "fewer shuffle partitions, or AQE, which joins small ones",
            "sparkdyno compare retail aqe-off aqe-off --candidate-conf spark.sql.shuffle.partitions=8");
    put(b, sql, "itithddhhiiihhh", trial, "server_gc", (int64_t)-1, "warning",
        "the server collects garbage", 12.5, 10.0, "%", "of the window's time", (int64_t)1,
        (int64_t)1, (int64_t)-1, "1500 of 12000 ms", "a larger heap, or another collector",
        "sparkdyno compare retail default gc-parallel");
}

/* Three samples of a server that collects garbage for an eighth of the base's trials, a quarter of the candidate's. */
static void put_counters(struct builder *b, int64_t trial, const struct trial_numbers *t)
{
    static const char sql[] = "INSERT INTO counter VALUES (?1, ?2, ?3, ?4, ?5)";
    for (int i = 0; i < 3; i++) {
        int64_t t_ns = i * INT64_C(20000000000);
        put(b, sql, "ittid", trial, "executors", "driver_gc_ms", t_ns,
            9000.0 + i * (t->arm == 0 ? 2500 : 5000));
        put(b, sql, "ittid", trial, "executors", "peak_heap_bytes", t_ns, 1e8 * (i + 1));
        put(b, sql, "ittid", trial, "listenerbus", "dropped_events", t_ns, 7.0);
        put(b, sql, "ittid", trial, "host", "server_cpu_s", t_ns, 100.0 + i * 30);
    }
}

static void put_trial(struct builder *b, const struct trial_numbers *t)
{
    int64_t window_ns = INT64_C(40000000000);
    int64_t step_ns = window_ns / t->statements;
    int64_t failed = t->is_bad ? t->statements / 5 : !t->is_warmup;
    char tag[32];
    (void)snprintf(tag, sizeof tag, "e1-t%d", ++b->trial_count);
    int64_t trial = put(
        b,
        "INSERT INTO trial VALUES (NULL, 1, ?1, ?2, ?3, ?4, ?5, 'complete', ?6, ?7, ?8, ?9, ?10, ?11, "
        "?12, ?13, ?13, ?14, ?15, 0, ?16, ?17, 310000000, 9437184, '')",
        t->is_warmup ? "tNNiihhttiiiiiiii" : "tiiiihhttiiiiiiii",
        t->is_warmup ? "warmup" : "measure", (int64_t)t->block, (int64_t)t->position,
        b->arm_ids[t->arm], b->start_ids[t->start], "", tag, "815", "2026-11-21T12:02:00.000Z",
        b->wall_ms, INT64_C(3000000000), INT64_C(3000000000) + window_ns, (int64_t)t->statements,
        (int64_t)t->statements - failed, failed,
        t->is_warmup ? (int64_t)0 : (int64_t)t->statements - failed - (t->statements + 18) / 19,
        (int64_t)!t->is_bad);
    for (int64_t seq = 0; seq < t->statements; seq++)
        put_record(b, trial, seq, t, INT64_C(3000000000) + seq * step_ns);
    if (!t->is_warmup) {
        put_gates(b, trial, t);
        put_findings(b, trial, t);
        put_counters(b, trial, t);
    }
    b->wall_ms += 46000;
}

static void put_trials(struct builder *b)
{
    const struct fixture_shape *shape = b->shape;
    int measured = 0;
    int starts = shape->starts > 0 ? shape->starts : 1;
    int per_start = (shape->blocks + starts - 1) / starts;
    for (int block = 0; block < shape->blocks; block++) {
        int start = block / per_start;
        for (int arm = 0; arm < shape->arms && block % per_start == 0; arm++) {
            struct trial_numbers warmup = {.arm = arm,
                                           .start = start,
                                           .is_warmup = true,
                                           .statements = shape->warmup_executions * shape->queries};
            if (shape->warmup_executions > 0)
                put_trial(b, &warmup);
        }
        int first = (int)dyno_rng_below(&b->rng, 2);
        for (int position = 0; position < shape->arms; position++, measured++) {
            struct trial_numbers trial = {.arm = shape->arms == 1 ? 0 : (first + position) % 2,
                                          .block = block,
                                          .position = position,
                                          .start = start,
                                          .is_bad = measured == shape->bad_trial,
                                          .statements = shape->statements};
            put_trial(b, &trial);
        }
    }
}

static void put_contrasts(struct builder *b)
{
    static const struct {
        const char *metric;
        int query;
        double base_ns, candidate_ns, log_ratio, half_width;
        const char *verdict;
    } rows[] = {{"response_p50", -1, 672e6, 541e6, -0.2168, 0.041, "better"},
                {"response_p95", -1, 1502e6, 1190e6, -0.2329, 0.083, "better"},
                {"response_mean", -1, 774e6, 632e6, -0.2027, 0.038, "better"},
                {"response_p50", 0, 660e6, 540e6, -0.2007, 0.052, "better"},
                {"response_p50", 1, 1208e6, 931e6, -0.2605, 0.047, "better"},
                {"response_p50", 2, 431e6, 424e6, -0.0164, 0.031, "equivalent"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        put(b,
            "INSERT OR REPLACE INTO contrast (experiment_id, metric, query, blocks, base_value, "
            "candidate_value, log_ratio, sd, ci_low, ci_high, ci90_low, ci90_high, p_t, p_sign_flip, mde, "
            "verdict, reason) VALUES (1, ?1, ?2, 7, ?3, ?4, ?5, 0.05, ?6, ?7, ?8, ?9, "
            "0.0004, 0.015625, ?10, ?11, ?12)",
            "tiddddddddhh", rows[i].metric, (int64_t)rows[i].query, rows[i].base_ns,
            rows[i].candidate_ns, rows[i].log_ratio, rows[i].log_ratio - rows[i].half_width,
            rows[i].log_ratio + rows[i].half_width, rows[i].log_ratio - 0.8 * rows[i].half_width,
            rows[i].log_ratio + 0.8 * rows[i].half_width, 1.4 * rows[i].half_width, rows[i].verdict,
            "the 95 % interval lies beyond the margin");
}

static void put_plans(struct builder *b)
{
    static const char *const plans[] = {
        "== Physical Plan ==\n* HashAggregate (5)\n+- Exchange hashpartitioning(store_id#12, 200), "
        "ENSURE_REQUIREMENTS, [plan_id=31]\n   +- * HashAggregate (3)\n      +- * ColumnarToRow (2)\n"
        "         +- Scan parquet spark_catalog.retail.transactions (1)",
        "== Physical Plan ==\nAdaptiveSparkPlan (9)\n+- == Final Plan ==\n   * HashAggregate (5)\n"
        "   +- AQEShuffleRead coalesced\n      +- ShuffleQueryStage 0, Statistics(sizeInBytes=12.4 "
        "KiB, rowCount=40)\n         +- Exchange hashpartitioning(store_id#77, 200), [plan_id=91]\n"
        "            +- * HashAggregate (3)\n               +- Scan parquet "
        "spark_catalog.retail.transactions (1)"};
    for (int query = 0; query < b->shape->queries; query++)
        for (int arm = 0; arm < b->shape->arms; arm++)
            put(b, "INSERT INTO plan VALUES (1, ?1, ?2, ?3, ?4)", "iiih", b->arm_ids[arm],
                (int64_t)query, (int64_t)(40 + query), plans[query == 2 ? 1 : arm]);
}

static void put_verdict(struct builder *b)
{
    static const char sql[] = "INSERT INTO verdict VALUES (1, ?1, ?2, ?3, ?4)";
    if (b->shape->arms == 1)
        put(b, sql, "hhti", "valid", "The run is valid: 0.2 % of the statements failed.", "[]",
            (int64_t)0);
    else
        put(b, sql, "hhti", "better",
            "default answers in 19.5 % less time than aqe-off (p50 0.805, 95 % interval 0.773 to 0.839, "
            "7 blocks).",
            b->shape->is_hostile ? "[\"<script>alert(7)</script>\", 3, \"\\u001b[1mbold\"]"
                                 : "[\"on 2 server starts\", \"1 of 8 blocks left out\"]",
            (int64_t)0);
}

static void put_warnings(struct builder *b)
{
    static const char sql[] = "INSERT INTO warning VALUES (1, NULL, ?1, ?2)";
    put(b, sql, "hh", "governor",
        "the CPU frequency governor is 'powersave': clocks change with load; set it to 'performance' "
        "for steadier numbers");
    put(b, sql, "hh", "few_starts",
        "2 server starts: what differs from start to start is hardly seen; use --starts 4 or more");
    if (b->trial_count >= 2)
        put(b, "INSERT INTO warning VALUES (1, 2, ?1, ?2)", "hh", "rest_gap",
            "14 jobs were evicted before they were read: Spark's numbers of this trial are incomplete");
}

static void fill(struct builder *b)
{
    put_experiment(b);
    put_things(b);
    put_starts(b);
    put_trials(b);
    put_plans(b);
    put_warnings(b);
    if (b->shape->has_verdict && b->shape->arms == 2)
        put_contrasts(b);
    if (b->shape->has_verdict)
        put_verdict(b);
}

void fixture_open(struct fixture *fixture, const struct fixture_shape *shape)
{
    struct dyno_err err = DYNO_ERR_INIT;
    *fixture = (struct fixture){.dir = "/tmp/dyno_report_XXXXXX", .id = 1};
    assert_non_null(mkdtemp(fixture->dir));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/results.sqlite", fixture->dir);
    if (dyno_store_open(fixture->path, &fixture->store, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    struct builder b = {
        .db = dyno_store_handle(fixture->store), .shape = shape, .wall_ms = INT64_C(1795348860000)};
    dyno_rng_init(&b.rng, SEED, 0);
    fixture_exec(fixture, "BEGIN");
    fill(&b);
    fixture_exec(fixture, "COMMIT");
    fixture_sum_up(fixture);
}

void fixture_close(struct fixture *fixture)
{
    dyno_store_close(fixture->store);
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_dir_remove(fixture->dir, &err) != DYNO_OK)
        fail_msg("%s", err.message);
}

void fixture_cut_off(const struct fixture *fixture, int seq)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "UPDATE record SET outcome = 5, done_ns = intended_ns + 30000000000 "
                   "WHERE phase = 1 AND seq >= %d",
                   seq);
    fixture_exec(fixture, sql);
    fixture_sum_up(fixture);
}

void fixture_exec(const struct fixture *fixture, const char *sql)
{
    sqlite3 *db = dyno_store_handle(fixture->store);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

void fixture_sum_up(const struct fixture *fixture)
{
    sqlite3 *db = dyno_store_handle(fixture->store);
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t trials = 0;
    assert_int_equal(dyno_sql_number(db, "SELECT max(id) FROM trial", 0, &trials, &err), DYNO_OK);
    fixture_exec(fixture, "BEGIN");
    for (int64_t id = 1; id <= trials; id++)
        if (dyno_store_sum_up(db, id, &err) != DYNO_OK)
            fail_msg("%s", err.message);
    fixture_exec(fixture, "COMMIT");
}

struct dyno_report_model *fixture_model(const struct fixture *fixture)
{
    struct dyno_report_model *model = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_report_model_load(fixture->store, fixture->id, &model, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return model;
}

char *fixture_html_of(const struct dyno_report_model *model)
{
    struct dyno_str out;
    dyno_str_init(&out, LARGEST_HTML_BYTES);
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_report_html(model, &out, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return dyno_str_take(&out);
}

char *fixture_html(const struct fixture_shape *shape)
{
    struct fixture fixture;
    fixture_open(&fixture, shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    char *html = fixture_html_of(model);
    dyno_report_model_free(model);
    fixture_close(&fixture);
    return html;
}
