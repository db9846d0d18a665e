#include "cli/bench_options.h"

#define AT(member) offsetof(struct cli_bench_options, member)

#define RESULT_OPTIONS                                                                               \
    {"db", 0, "FILE", CLI_STRING, AT(db), 0, 0, "results file (results/sparkdyno.db)"},              \
        {"cache-dir", 0, "DIR", CLI_STRING, AT(cache_dir), 0, 0, "data, servers, scratch (.cache)"}, \
        {"json", 0, NULL, CLI_FLAG, AT(wants_json), 0, 0, "the result as one JSON document"},        \
        {"no-color", 0, NULL, CLI_FLAG, AT(no_color), 0, 0, "no colours"},                           \
        {"quiet", 'q', NULL, CLI_FLAG, AT(is_quiet), 0, 0, "no progress, no warnings on stderr"},    \
    {                                                                                                \
        "verbose", 'v', NULL, CLI_COUNT, AT(verbosity), 0, 0, "say more; twice: everything"          \
    }

#define SERVER_OPTIONS                                                                               \
    {"target",   0, "KIND", CLI_STRING,                                                              \
     AT(target), 0, 0,      "how to reach the server: odbc (default), hs2, null"},                   \
        {"connection",                                                                               \
         0,                                                                                          \
         "STRING",                                                                                   \
         CLI_STRING,                                                                                 \
         AT(connection),                                                                             \
         0,                                                                                          \
         0,                                                                                          \
         "external server: DSN=name or Driver=...;Host=... (hs2: Host=...)"},                        \
        {"host", 0, "NAME", CLI_STRING, AT(host), 0, 0, "external server by --target hs2"},          \
        {"port", 0, "N", CLI_INTEGER, AT(port), 1, 65535, "its port (10000)"},                       \
        {"auth", 0, "KIND", CLI_STRING, AT(auth), 0, 0, "nosasl or plain"},                          \
        {"user", 0, "NAME", CLI_STRING, AT(user), 0, 0, "user name"},                                \
        {"password-file",   0, "FILE", CLI_STRING,                                                   \
         AT(password_file), 0, 0,      "first line is the password"},                                \
        {"schema", 0, "NAME", CLI_STRING, AT(schema), 0, 0, "database to start in (--target hs2)"},  \
        {"rest-url",   0, "URL", CLI_STRING,                                                         \
         AT(rest_url), 0, 0,     "REST of an external server, http://host:4040"},                    \
        {"event-log-path",   0, "PATH", CLI_STRING,                                                  \
         AT(event_log_path), 0, 0,      "event log of an external server: file, or folder of logs"}, \
        {"fetch-rows",   0, "N",     CLI_INTEGER,                                                    \
         AT(fetch_rows), 1, 1000000, "rows asked for at a time (10000)"},                            \
        {"null-service",      0, "TIME", CLI_DURATION,                                               \
         AT(null_service_ns), 0, 0,      "how long a statement takes on --target null"},             \
        {"spark-home", 0, "DIR", CLI_STRING, AT(spark_home), 0, 0, "Spark to start (SPARK_HOME)"},   \
        {"spark-version",   0, "V", CLI_STRING,                                                      \
         AT(spark_version), 0, 0,   "one of those below .spark/ (4.1.4)"},                           \
        {"kind",   0, "KIND", CLI_STRING,                                                            \
         AT(kind), 0, 0,      "managed server: local (default) or cluster (master and workers)"},    \
        {"cores", 0, "N", CLI_INTEGER, AT(cores), 1, 1024, "cores of the managed server (all)"},     \
        {"workers", 0, "N", CLI_INTEGER, AT(workers), 1, 64, "workers of --kind cluster (2)"},       \
        {"event-log",       0, NULL, CLI_FLAG,                                                       \
         AT(has_event_log), 0, 0,    "have the managed server write one: exact accounts"},           \
    {                                                                                                \
        "driver-memory", 0, "SIZE", CLI_STRING, AT(driver_memory), 0, 0,                             \
            "heap of the managed server (1g, as Spark) unless a profile sets it"                     \
    }

#define LOAD_OPTIONS                                                                                \
    {"scale", 0, "X", CLI_NUMBER, AT(scale), 0.0001, 1000, "size of the workload's data (1)"},      \
        {"arrival",   0, "KIND", CLI_STRING,                                                        \
         AT(arrival), 0, 0,      "poisson, constant, closed, partly_open"},                         \
        {"steps", 0, "LIST", CLI_STRING, AT(steps), 0, 0, "rates over the window: 5:30s,5-50:1m"},  \
        {"burst", 0, "ON/OFF", CLI_STRING, AT(burst), 0, 0, "2s/8s: arrivals for 2 s, none for 8"}, \
        {"replay",   0, "FILE", CLI_STRING,                                                         \
         AT(replay), 0, 0,      "CSV of time,session,sql, or a Spark event log"},                   \
        {"speed", 0, "X", CLI_NUMBER, AT(speed), 0.001, 1000, "of the replay (1)"},                 \
        {"visit",   0, "N",    CLI_INTEGER,                                                         \
         AT(visit), 1, 100000, "statements of a visit, partly_open (5)"},                           \
        {"pinned",      0, NULL, CLI_FLAG,                                                          \
         AT(is_pinned), 0, 0,    "statement i is session i modulo sessions"},                       \
        {"rate", 0, "R", CLI_NUMBER, AT(rate), 0.000001, 1000000, "statements/s, open loop"},       \
        {"sessions", 0, "N", CLI_INTEGER, AT(sessions), 1, 20000, "connections"},                   \
        {"think",      0, "TIME", CLI_DURATION,                                                     \
         AT(think_ns), 0, 0,      "pause of a session: closed, partly_open"},                       \
        {"think-kind",   0, "KIND", CLI_STRING,                                                     \
         AT(think_kind), 0, 0,      "fixed (default) or exponential"},                              \
        {"warmup",   0, "N",   CLI_INTEGER,                                                         \
         AT(warmup), 0, 10000, "executions of each query after a server start"},                    \
        {"warmup-max",   0, "N",     CLI_INTEGER,                                                   \
         AT(warmup_max), 0, 1000000, "over --warmup: until steady, at most so many"},               \
        {"trial-warmup",      0, "TIME", CLI_DURATION,                                              \
         AT(trial_warmup_ns), 0, 0,      "unmeasured begin of each trial (3s)"},                    \
        {"measure", 0, "TIME", CLI_DURATION, AT(measure_ns), 0, 0, "measured window of a trial"},   \
        {"timeout", 0, "TIME", CLI_DURATION, AT(timeout_ns), 0, 0, "of one statement"},             \
        {"drain",      0, "TIME", CLI_DURATION,                                                     \
         AT(drain_ns), 0, 0,      "patience with running statements at the end (30s)"},             \
    {                                                                                               \
        "seed", 0, "N", CLI_INTEGER, AT(seed), 0, 9007199254740991.0,                               \
            "of arrivals and orders (drawn, and printed)"                                           \
    }

#define PLAN_OPTIONS                                                                               \
    {"html",   0, "FILE", CLI_STRING,                                                              \
     AT(html), 0, 0,      "where the report goes (results/report-ID.html)"},                       \
        {"generators",                                                                             \
         0,                                                                                        \
         "K",                                                                                      \
         CLI_INTEGER,                                                                              \
         AT(generators),                                                                           \
         1,                                                                                        \
         1000,                                                                                     \
         "load processes that share each trial, at most one a session (1)"},                       \
        {"generator-restarts",   0, "N", CLI_INTEGER,                                              \
         AT(generator_restarts), 0, 100, "of each that crashes, in a trial (1)"},                  \
        {"on-failure",   0, "WHAT", CLI_STRING,                                                    \
         AT(on_failure), 0, 0,      "continue (default) with the next trial, or stop"},            \
    {                                                                                              \
        "dry-run", 'n', NULL, CLI_FLAG, AT(is_dry_run), 0, 0, "print the plan, start nothing"      \
    }

const struct cli_option cli_compare_options[] = {
    {"blocks", 0, "N", CLI_INTEGER, AT(blocks), 1, 1000,
     "blocks: each arm once, random order (12)"},
    {"starts", 0, "N", CLI_INTEGER, AT(starts), 1, 1000,
     "server starts, where arms can share them (4)"},
    {"margin", 0, "RATIO", CLI_NUMBER, AT(margin), 0.0001, 1,
     "differences below it do not matter (0.05, which is 5 %)"},
    {"conf", 0, "K=V", CLI_LIST, AT(conf), 0, 0, "a setting onto both profiles; several times"},
    {"primary", 0, "LIST", CLI_STRING, AT(primary), 0, 0,
     "metrics that decide: of p50,p95,mean,suite (p50,p95,mean)"},
    {"early-stop", 0, NULL, CLI_FLAG, AT(is_early_stop), 0, 0,
     "end as soon as an anytime-valid test of the first primary metric decides"},
    {"plan", 0, NULL, CLI_FLAG, AT(wants_plan), 0, 0,
     "say how many blocks it takes, from the noise of an aa; start nothing"},
    {"detect", 0, "RATIO", CLI_NUMBER, AT(detect), 0.001, 10,
     "the effect that --plan plans for (0.1)"},
    {"base-conf", 0, "K=V", CLI_LIST, AT(base_conf), 0, 0, "onto the base only"},
    {"candidate-conf", 0, "K=V", CLI_LIST, AT(candidate_conf), 0, 0, "onto the candidate only"},
    LOAD_OPTIONS,
    SERVER_OPTIONS,
    PLAN_OPTIONS,
    RESULT_OPTIONS,
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_option cli_aa_options[] = {
    {"blocks", 0, "N", CLI_INTEGER, AT(blocks), 1, 1000, "blocks: the profile twice (12)"},
    {"starts", 0, "N", CLI_INTEGER, AT(starts), 1, 1000, "server starts they are spread over (4)"},
    {"fresh", 0, NULL, CLI_FLAG, AT(is_fresh), 0, 0,
     "each trial on a start of its own, as profiles are compared that differ in a static setting"},
    {"margin", 0, "RATIO", CLI_NUMBER, AT(margin), 0.0001, 1,
     "differences below it do not matter (0.05, which is 5 %)"},
    {"primary", 0, "LIST", CLI_STRING, AT(primary), 0, 0,
     "metrics that decide: of p50,p95,mean,suite (p50,p95,mean)"},
    {"conf", 0, "K=V", CLI_LIST, AT(conf), 0, 0, "a setting onto the profile; several times"},
    LOAD_OPTIONS,
    SERVER_OPTIONS,
    PLAN_OPTIONS,
    RESULT_OPTIONS,
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_option cli_capacity_options[] = {
    {"slo", 0, "TEXT", CLI_STRING, AT(slo), 0, 0, "the objective ('p95 < 2s, errors < 0.1 %')"},
    {"loads", 0, "LIST", CLI_STRING, AT(session_list), 0, 0,
     "sessions of the closed loop (1,2,4,8); the open loop has the most of them"},
    {"restarts", 0, "N", CLI_INTEGER, AT(restarts), 1, 100,
     "server starts that prove it (3); fewer are provisional"},
    {"precision", 0, "RATIO", CLI_NUMBER, AT(precision), 0.01, 1,
     "the search ends when rejected and accepted rate lie this near (0.1)"},
    {"max-window", 0, "TIME", CLI_DURATION, AT(max_window_ns), 0, 0,
     "longest window of an open-loop step (5m)"},
    {"conf", 0, "K=V", CLI_LIST, AT(conf), 0, 0, "a setting onto the profile; several times"},
    LOAD_OPTIONS,
    SERVER_OPTIONS,
    PLAN_OPTIONS,
    RESULT_OPTIONS,
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_option cli_run_options[] = {
    {"write-plan", 0, "FILE", CLI_STRING, AT(write_plan), 0, 0,
     "check everything, start no load: write the trial for generate on other machines"},
    {"trials", 0, "N", CLI_INTEGER, AT(blocks), 1, 1000, "measured windows (1)"},
    {"starts", 0, "N", CLI_INTEGER, AT(starts), 1, 1000,
     "server starts over which they are spread (1)"},
    {"conf", 0, "K=V", CLI_LIST, AT(conf), 0, 0, "a setting onto the profile; several times"},
    LOAD_OPTIONS,
    SERVER_OPTIONS,
    PLAN_OPTIONS,
    RESULT_OPTIONS,
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_option cli_rank_options[] = {
    {"base", 0, "PROFILE", CLI_STRING, AT(base), 0, 0, "what every row builds on (default)"},
    {"without", 0, "FACTOR", CLI_LIST, AT(without), 0, 0, "leave this factor out; several times"},
    {"runs", 0, "N", CLI_INTEGER, AT(runs), 4, 32, "rows of the design (8, 16 or 32 by factors)"},
    {"sieve", 0, NULL, CLI_FLAG, AT(is_sieve), 0, 0,
     "Plackett-Burman: fewer rows, main effects mixed with interactions"},
    {"fold", 0, "FACTOR", CLI_STRING, AT(fold), 0, 0,
     "second half that splits the chains of this factor, or 'all'"},
    {"splits", 0, "N", CLI_INTEGER, AT(splits), 0, 3,
     "free columns confounded with starts, each doubles them (0)"},
    {"replicates", 0, "N", CLI_INTEGER, AT(replicates), 1, 100,
     "times that every row is run (by the number of starts)"},
    {"default-runs", 0, "N", CLI_INTEGER, AT(default_runs), 0, 20,
     "trials of the base in each replicate (2; 0 with restarts)"},
    {"metric", 0, "NAME", CLI_STRING, AT(metric), 0, 0,
     "what decides: mean (default), p50, p95 or suite of response time"},
    {"no-confirm", 0, NULL, CLI_FLAG, AT(no_confirm), 0, 0,
     "do not compare the predicted best profile with the base"},
    {"confirm-blocks", 0, "N", CLI_INTEGER, AT(confirm_blocks), 1, 1000,
     "blocks of that comparison (12)"},
    {"write-profile", 0, "FILE", CLI_STRING, AT(write_profile), 0, 0,
     "where the best profile goes (results/rank-ID-best.conf)"},
    {"resume", 0, "ID", CLI_INTEGER, AT(resume), 1, 9007199254740991.0,
     "run what is missing of this ranking; with --fold: add the half"},
    {"conf", 0, "K=V", CLI_LIST, AT(conf), 0, 0, "a setting onto the base; several times"},
    LOAD_OPTIONS,
    SERVER_OPTIONS,
    PLAN_OPTIONS,
    RESULT_OPTIONS,
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};

const struct cli_option cli_check_options[] = {
    {"self", 0, NULL, CLI_FLAG, AT(is_self), 0, 0,
     "measure the load process alone: its rate, its lag, the machine's timers and clock"},
    {"conf", 0, "K=V", CLI_LIST, AT(conf), 0, 0, "a setting onto every profile; several times"},
    {"sessions", 0, "N", CLI_INTEGER, AT(sessions), 1, 20000, "connections that are wanted"},
    SERVER_OPTIONS,
    RESULT_OPTIONS,
    {NULL, 0, NULL, CLI_FLAG, 0, 0, 0, NULL}};
