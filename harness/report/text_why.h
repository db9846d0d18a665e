/** The lines of the text report that explain: time accounts and findings. */
#ifndef DYNO_REPORT_TEXT_WHY_H
#define DYNO_REPORT_TEXT_WHY_H

#include "report/model.h"
#include "report/text_line.h"

#include <stddef.h>

/** How many arms have a time account. */
size_t dyno_text_accounts_count(const struct dyno_report_model *model);

/** One line for each arm's time account. */
void dyno_text_accounts(struct dyno_text *text, const struct dyno_report_model *model);

/** At most `lines` findings, each rule once for each arm. Returns how many lines it took. */
size_t dyno_text_findings(struct dyno_text *text, const struct dyno_report_model *model,
                          size_t lines);

#endif
