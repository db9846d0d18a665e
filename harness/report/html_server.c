#include "report/html_parts.h"
#include "report/server.h"
#include "report/words.h"

#include <math.h>

static bool is_known(const struct dyno_report_model *model, int metric)
{
    for (size_t arm = 0; arm < model->arm_count; arm++)
        if (isfinite(model->servers[arm].value[metric]))
            return true;
    return false;
}

void dyno_html_servers(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"in the trials", "#base", "#candidate"};
    static const char *const only[] = {"in the trials", "#value"};
    bool is_compare = dyno_report_is_compare(model);
    int first = 0;
    while (first < DYNO_SERVER_METRICS && !is_known(model, first))
        first++;
    if (first == DYNO_SERVER_METRICS)
        return;
    dyno_markup_element(m, "h3", NULL, "The server itself");
    dyno_html_table(m, "The server itself", is_compare ? heads : only, is_compare ? 3 : 2);
    for (int i = first; i < DYNO_SERVER_METRICS; i++) {
        if (!is_known(model, i))
            continue;
        dyno_html_row(m);
        dyno_html_name(m, dyno_report_server_label((enum dyno_server_metric)i));
        for (size_t arm = 0; arm < model->arm_count; arm++) {
            char word[DYNO_REPORT_WORD_BYTES];
            dyno_html_number(m, dyno_report_server_format((enum dyno_server_metric)i,
                                                          model->servers[arm].value[i], word,
                                                          sizeof word));
        }
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_markup_element(m, "p", "note",
                        "Peaks are of the fullest process since its start, so arms that share a "
                        "server start share them.");
}
