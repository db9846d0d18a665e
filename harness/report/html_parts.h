/** The sections of the HTML report in their order, and the small pieces that they share. */
#ifndef DYNO_REPORT_HTML_PARTS_H
#define DYNO_REPORT_HTML_PARTS_H

#include "report/markup.h"
#include "report/model.h"

#include <stddef.h>

/* Ceilings that keep a report of hundreds of queries readable and under 2 MB; what is left out is said,
 * and stands in the JSON report. */
#define DYNO_HTML_QUERIES_MAX    400
#define DYNO_HTML_TRIALS_MAX     400
#define DYNO_HTML_DETAILS_MAX    120    /**< queries with numbers of Spark */
#define DYNO_HTML_WARMUP_MAX     12     /**< queries with a warm-up chart */
#define DYNO_HTML_PLAN_MAX_BYTES 12000  /**< of one plan */
#define DYNO_HTML_PLANS_MAX      400000 /**< bytes of all plans */
#define DYNO_HTML_SQL_MAX_BYTES  4000
#define DYNO_HTML_LONG_TEXT      2000 /**< bytes of an error text */
#define DYNO_HTML_LIST_MAX       100  /**< warnings, facts, settings */

/** A whole page: what fills the slots of the template. */
struct dyno_html_page {
    void (*title)(struct dyno_str *out, const void *context); /**< escapes what it appends */
    void (*body)(struct dyno_str *out, const void *context);  /**< by the markup writer */
    cJSON *(*data)(const void *context); /**< for programs; deleted by the page */
    const void *context;
};

/** Fill the template. DYNO_ELIMIT: larger than a report may be. */
enum dyno_status dyno_html_page_write(const struct dyno_html_page *page, struct dyno_str *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/* The sections, in the order of the page. Each writes whole elements. */
void dyno_html_verdict(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_doubts(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_rank(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_why(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_accounts(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_servers(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_findings(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_plans(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_proof(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_trials(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_latency(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_queries(struct dyno_markup *m, const struct dyno_report_model *model);
void dyno_html_facts(struct dyno_markup *m, const struct dyno_report_model *model);

/** Open a section with its heading; the caller closes "section". `lead` may be NULL. */
void dyno_html_section(struct dyno_markup *m, const char *id, const char *title, const char *lead);

/** Open a table in a box that scrolls, with its heads; a head that begins with '#' is of numbers. The
 *  caller fills rows and calls dyno_html_table_close. */
void dyno_html_table(struct dyno_markup *m, const char *label, const char *const *heads,
                     size_t head_count);
void dyno_html_table_close(struct dyno_markup *m);
void dyno_html_row(struct dyno_markup *m);
void dyno_html_row_close(struct dyno_markup *m);

/* Cells of a row. */
void dyno_html_cell(struct dyno_markup *m, const char *text);
void dyno_html_name(struct dyno_markup *m, const char *text); /**< the row's head */
void dyno_html_number(struct dyno_markup *m, const char *text);
/** A number as text, with a minus sign for a leading hyphen, a times sign for an x, a dash for "-". */
void dyno_html_figure(struct dyno_markup *m, const char *text);
void dyno_html_i64(struct dyno_markup *m, int64_t value);
void dyno_html_ns(struct dyno_markup *m, double ns);
void dyno_html_told(struct dyno_markup *m, const struct dyno_report_told *told);

/** The verdict's sign and word in its colour, inside an element `tag`. */
void dyno_html_verdict_word(struct dyno_markup *m, const char *tag, const char *verdict);

/** The class that gives a verdict its colour; always one of ours, whatever the text. */
const char *dyno_html_verdict_class(const char *verdict);

/** The arms with their marks, as a legend for the charts that follow. */
void dyno_html_legend(struct dyno_markup *m, const struct dyno_report_model *model);

/** At most `max_bytes` of a text, cut at a code point, with a word on what was left out. */
void dyno_html_cut_text(struct dyno_markup *m, const char *text, size_t max_bytes);

/** "and N more ..." as a paragraph, if `total` is over `shown`. */
void dyno_html_more(struct dyno_markup *m, size_t total, size_t shown, const char *what);

#endif
