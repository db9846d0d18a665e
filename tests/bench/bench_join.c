/* bench_join [STATEMENTS]: how long it takes to join REST's documents of so many statements, with accounts. */
#include "base/alloc.h"
#include "base/clock.h"
#include "explain/join.h"
#include "explain/time_account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define JOBS_EACH   2
#define STAGES_EACH 2 /* of a job */

#define STAGE_TEXT                                                                                                            \
    "{\"status\":\"COMPLETE\",\"stageId\":%zu,\"attemptId\":0,\"numTasks\":4,\"numCompleteTasks\":4,\"numFailedTasks\":0,"    \
    "\"submissionTime\":\"2026-11-21T12:00:00.100GMT\",\"firstTaskLaunchedTime\":\"2026-11-21T12:00:00.110GMT\","             \
    "\"completionTime\":\"2026-11-21T12:00:00.200GMT\",\"executorDeserializeTime\":4,\"executorRunTime\":80,"                 \
    "\"executorCpuTime\":70000000,\"jvmGcTime\":1,\"memoryBytesSpilled\":0,\"diskBytesSpilled\":0,\"peakExecutionMemory\":0," \
    "\"inputBytes\":1000,\"inputRecords\":10,\"outputBytes\":0,\"shuffleFetchWaitTime\":0,\"shuffleReadBytes\":10,"           \
    "\"shuffleWriteBytes\":10,\"taskMetricsDistributions\":{\"quantiles\":[0,0.25,0.5,0.75,0.95,1],"                          \
    "\"duration\":[1,2,3,4,5,6],\"schedulerDelay\":[1,1,1,1,1,1],\"peakExecutionMemory\":[0,0,0,0,0,0]}}"

static cJSON *parsed(char *text)
{
    cJSON *json = cJSON_Parse(text);
    free(text);
    return json;
}

static void fill(struct dyno_collected *out, size_t statements)
{
    size_t jobs = statements * JOBS_EACH;
    out->executions = dyno_xcalloc(statements, sizeof(cJSON *));
    out->jobs = dyno_xcalloc(jobs, sizeof(cJSON *));
    out->stages = dyno_xcalloc(jobs * STAGES_EACH, sizeof(cJSON *));
    for (size_t i = 0; i < statements; i++)
        out->executions[out->execution_count++] = parsed(dyno_xasprintf(
            "{\"id\":%zu,\"status\":\"COMPLETED\",\"description\":\"/* sparkdyno t:%zu */ SELECT 1\","
            "\"submissionTime\":\"2026-11-21T12:00:00.090GMT\",\"duration\":150,\"successJobIds\":[%zu]}",
            i, i, i * JOBS_EACH));
    for (size_t i = 0; i < jobs; i++)
        out->jobs[out->job_count++] = parsed(dyno_xasprintf(
            "{\"jobId\":%zu,\"description\":\"/* sparkdyno t:%zu */ SELECT 1\",\"status\":\"SUCCEEDED\","
            "\"submissionTime\":\"2026-11-21T12:00:00.095GMT\",\"completionTime\":\"2026-11-21T12:00:00.210GMT\","
            "\"numTasks\":8,\"numSkippedStages\":0,\"stageIds\":[%zu]}",
            i, i / JOBS_EACH, i * STAGES_EACH));
    for (size_t i = 0; i < jobs * STAGES_EACH; i++)
        out->stages[out->stage_count++] = parsed(dyno_xasprintf(STAGE_TEXT, i));
}

static void see(void *ctx, struct dyno_trace *trace)
{
    struct dyno_time_account account;
    int64_t *sum_ns = ctx;
    (void)dyno_time_account_alone(trace, &account);
    *sum_ns += account.total_ns;
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * DYNO_NS_PER_S + now.tv_nsec;
}

int main(int argc, char **argv)
{
    size_t statements = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    struct dyno_collected collected = {.dropped_events = 0};
    struct dyno_spark_statement *joined = NULL;
    size_t count = 0;
    int64_t sum_ns = 0;
    struct dyno_join_sink sink = {see, &sum_ns};
    fill(&collected, statements);
    int64_t begin_ns = cpu_ns();
    dyno_explain_join(&collected, "t", &sink, &joined, &count);
    (void)printf("%zu statements, %zu jobs, %zu stages: joined %zu in %.3f s of CPU\n", statements,
                 collected.job_count, collected.stage_count, count,
                 (double)(cpu_ns() - begin_ns) / 1e9);
    free(joined);
    dyno_collected_deinit(&collected);
    return 0;
}
