#include "experiment/latency.h"

#include "load/latency.h"
#include "stats/histogram_code.h"

#include <stdlib.h>

#define PAYLOAD_MAX ((size_t)1 << 24)

static enum dyno_status add_row(void *ctx, const struct dyno_latency *latency, struct dyno_err *err)
{
    struct dyno_latency_rows *rows = ctx;
    const struct dyno_histogram *histogram = latency->histogram;
    struct dyno_str payload;
    dyno_str_init(&payload, PAYLOAD_MAX);
    enum dyno_status status = dyno_histogram_encode(histogram, &payload, err);
    if (status == DYNO_OK && payload.failed)
        status = dyno_err_set(err, DYNO_ELIMIT, "a histogram is too large to be stored");
    if (status != DYNO_OK) {
        dyno_str_deinit(&payload);
        return status;
    }
    bool has_values = histogram->total > 0;
    size_t len = payload.len;
    const void *bytes = dyno_str_take(&payload);
    const struct dyno_store_histogram row = {.query = latency->query,
                                             .outcome = (int)latency->outcome,
                                             .kind = dyno_latency_kind_name(latency->kind),
                                             .second = latency->second,
                                             .count = histogram->total,
                                             .overflow = histogram->overflow,
                                             .min_ns = has_values ? histogram->min : -1,
                                             .max_ns = has_values ? histogram->max : -1,
                                             .payload_len = len,
                                             .payload = bytes};
    dyno_vec_push(&rows->rows, &row);
    return DYNO_OK;
}

enum dyno_status dyno_latency_rows_init(struct dyno_latency_rows *rows,
                                        struct dyno_trial_file *file, struct dyno_err *err)
{
    dyno_vec_init(&rows->rows, sizeof(struct dyno_store_histogram));
    return dyno_latency_each(file, add_row, rows, err);
}

void dyno_latency_rows_deinit(struct dyno_latency_rows *rows)
{
    struct dyno_store_histogram *items = rows->rows.items;
    for (size_t i = 0; i < rows->rows.len; i++) {
        union {
            const void *in;
            void *out;
        } payload = {items[i].payload};
        free(payload.out);
    }
    dyno_vec_deinit(&rows->rows);
}
