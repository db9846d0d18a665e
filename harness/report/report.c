#include "report/report.h"

#include "report/list.h"
#include "report/model_parts.h"

enum dyno_status dyno_report_model_load(struct dyno_store *store, int64_t experiment_id,
                                        struct dyno_report_model **out, struct dyno_err *err)
{
    return dyno_report_model_read(dyno_store_handle(store), experiment_id, out, err);
}

enum dyno_status dyno_report_list_text(struct dyno_store *store, struct dyno_str *out,
                                       struct dyno_err *err)
{
    return dyno_report_list_text_read(dyno_store_handle(store), out, err);
}

enum dyno_status dyno_report_list_json(struct dyno_store *store, struct dyno_str *out,
                                       struct dyno_err *err)
{
    return dyno_report_list_json_read(dyno_store_handle(store), out, err);
}
