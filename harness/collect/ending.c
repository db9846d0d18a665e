#include "collect/ending.h"

#include "base/clock.h"

#include <inttypes.h>

#define LOOK_AGAIN_NS (100 * DYNO_NS_PER_MS)

/* A job that begins while its statement is cancelled comes up later: each look asks for all that it finds. */
static bool ask_to_end(struct dyno_feed *feed, const struct dyno_sweep *sweep, int64_t deadline_ns,
                       struct dyno_ending *out)
{
    bool is_answering = true;
    cJSON *jobs = NULL;
    const cJSON *job = NULL;
    out->left = -1;
    if (dyno_feed_get_app(feed, &jobs, NULL, "/jobs?status=running") != DYNO_OK)
        return false;
    out->left = 0;
    out->first_left = -1;
    cJSON_ArrayForEach(job, jobs)
    {
        int64_t id = dyno_json_i64_or(job, "jobId", -1);
        if (id < 0 || !dyno_sweep_is_tagged(sweep, dyno_json_string_or(job, "description", NULL)))
            continue;
        out->left++;
        out->first_left = id;
        if (!is_answering || (out->left > 1 && dyno_now_ns() >= deadline_ns))
            continue;
        /* What became of it, the next look tells. One that hangs would do so for each of the jobs. */
        enum dyno_status status = dyno_feed_post(feed, NULL, "/jobs/job/kill/?id=%" PRId64, id);
        out->taken += status == DYNO_OK ? 1 : 0;
        is_answering = !dyno_feed_is_silent(status);
    }
    cJSON_Delete(jobs);
    return is_answering && out->left > 0;
}

void dyno_ending_run(struct dyno_feed *feed, const struct dyno_sweep *sweep, int64_t patience_ns,
                     struct dyno_ending *out)
{
    int64_t deadline_ns = dyno_now_ns() + patience_ns;
    *out = (struct dyno_ending){.first_left = -1};
    bool goes_on = true;
    while (goes_on) {
        goes_on = ask_to_end(feed, sweep, deadline_ns, out);
        out->found = out->left > out->found ? out->left : out->found;
        if (!goes_on || dyno_now_ns() >= deadline_ns)
            return;
        dyno_sleep_ns(LOOK_AGAIN_NS);
    }
}
