/*
 * usage: target_probe CONNECTION SQL
 *
 * One statement through the native client: its first cell, or why there is none (status, SQLSTATE, text)
 * and exit code 1. For tests of servers that are not ours to script.
 */
#include "base/clock.h"
#include "target/target.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: target_probe CONNECTION SQL\n");
        return 2;
    }
    struct dyno_target_config config = {.kind = DYNO_TARGET_HS2, .connection = argv[1]};
    const struct dyno_target_ops *ops = dyno_target_ops(config.kind);
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_conn *conn = NULL;
    enum dyno_status status = ops->open(&config, 30 * DYNO_NS_PER_S, &conn, &err);
    if (status == DYNO_OK)
        status = ops->query(conn, argv[2], dyno_now_ns() + 60 * DYNO_NS_PER_S, &result, &err);
    if (status != DYNO_OK)
        (void)printf("%s %s %s\n", dyno_status_name(status), err.sqlstate, err.message);
    else if (result.row_count > 0)
        (void)printf("%s\n", dyno_text_result_cell(&result, 0, 0));
    dyno_text_result_deinit(&result);
    ops->close(conn);
    return status == DYNO_OK ? 0 : 1;
}
