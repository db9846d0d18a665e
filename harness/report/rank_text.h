/** The terminal text of a ranking, at most 40 lines. */
#ifndef DYNO_REPORT_RANK_TEXT_H
#define DYNO_REPORT_RANK_TEXT_H

#include "report/model.h"
#include "report/text_line.h"

/** What stands between the verdict and the warnings. */
void dyno_text_rank(struct dyno_text *text, const struct dyno_report_model *model);

#endif
