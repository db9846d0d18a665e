/** What a capacity experiment found, for the writers: the stored document, cleaned and checked by typed getters. */
#ifndef DYNO_REPORT_CAPACITY_H
#define DYNO_REPORT_CAPACITY_H

#include "report/markup.h"
#include "report/model.h"
#include "report/text_line.h"

struct sqlite3;

/** Read the document of a capacity experiment into the model; none for other kinds. */
enum dyno_status dyno_report_load_capacity(struct sqlite3 *db, struct dyno_report_model *model,
                                           struct dyno_err *err) DYNO_MUST_CHECK;

/** A few lines: the curve and the planning table. */
void dyno_text_capacity(struct dyno_text *text, const struct dyno_report_model *model);

/** The section of the page: curve as a chart and a table, steps, scalability fit, planning. */
void dyno_html_capacity(struct dyno_markup *m, const struct dyno_report_model *model);

/** Its answer in three figures, for the tiles at the top. */
void dyno_html_capacity_tiles(struct dyno_markup *m, const struct cJSON *document);

#endif
