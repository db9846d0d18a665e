#include "report/history_scene.h"

#include "base/alloc.h"
#include "report/unit.h"

#include <stdlib.h>

void history_scene_init(struct history_scene *scene, const char *workload, size_t points)
{
    struct dyno_report_history_point *list = dyno_xcalloc(points, sizeof *list);
    size_t half = points / 2;
    size_t late = points * 3 / 4;
    for (size_t i = 0; i < points; i++)
        list[i] = (struct dyno_report_history_point){.experiment = (int64_t)i + 1,
                                                     .created_utc = "2026-11-21T02:00:00.000Z",
                                                     .trials = 3,
                                                     .ns = (i < half   ? 8e8
                                                            : i < late ? 1.2e9
                                                                       : 9e8) *
                                                           (1 + 0.001 * (double)(i % 7))};
    scene->lonely = (struct dyno_report_history_point){
        .experiment = 1, .created_utc = "2026-11-21T02:00:00.000Z", .trials = 1, .ns = 1e9};
    scene->changes[0] = (struct dyno_report_history_change){half, 8e8, 1.2e9, 1e-9};
    scene->changes[1] = (struct dyno_report_history_change){late, 1.2e9, 9e8, 1e-7};
    scene->series[0] = (struct dyno_report_history_series){.workload = workload,
                                                           .profile = "default",
                                                           .metric = "response_p95",
                                                           .points = list,
                                                           .point_count = points,
                                                           .changes = scene->changes,
                                                           .change_count = 2};
    scene->series[1] = (struct dyno_report_history_series){.workload = "lonely",
                                                           .profile = "default",
                                                           .metric = "response_p95",
                                                           .points = &scene->lonely,
                                                           .point_count = 1};
    scene->history = (struct dyno_report_history){.series = scene->series, .count = 2};
}

void history_scene_deinit(struct history_scene *scene)
{
    free(scene->series[0].points);
}

char *history_scene_html(const char *workload, size_t points)
{
    struct history_scene scene;
    struct dyno_str out;
    history_scene_init(&scene, workload, points);
    dyno_str_init(&out, 8u << 20);
    assert_int_equal(dyno_report_history_html(&scene.history, &out, NULL), DYNO_OK);
    history_scene_deinit(&scene);
    return dyno_str_take(&out);
}
