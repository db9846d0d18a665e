/** A made-up history: one series that changed twice, and one with a single experiment. */
#ifndef TESTS_REPORT_HISTORY_SCENE_H
#define TESTS_REPORT_HISTORY_SCENE_H

#include "report/history.h"

struct history_scene {
    struct dyno_report_history_series series[2];
    struct dyno_report_history_change changes[2];
    struct dyno_report_history_point lonely;
    struct dyno_report_history history;
};

/** `points` experiments, from 4; they change after half and after three quarters of them. */
void history_scene_init(struct history_scene *scene, const char *workload, size_t points);
void history_scene_deinit(struct history_scene *scene);

/** Its page; the caller frees it. */
char *history_scene_html(const char *workload, size_t points);

#endif
