/**
 * SQL files of a workload: one statement a file, with the few things known about Spark's lexer that
 * it takes to tell where a statement ends: '...' and "..." with backslash escapes, r'...' without,
 * `...`, -- comments, nested bracketed comments.
 */
#ifndef DYNO_PLAN_SQL_TEXT_H
#define DYNO_PLAN_SQL_TEXT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define DYNO_SQL_MAX_BYTES 1048576

/** A name that is written ${name} in the file. */
struct dyno_sql_variable {
    const char *name;
    const char *value;
};

struct dyno_sql_rules {
    const struct dyno_sql_variable *variables; /**< any other ${name} is an error */
    size_t variable_count;
    bool must_be_query; /**< starts with SELECT, WITH, VALUES, FROM, TABLE or '(' */
};

/**
 * Read a file, check that it is one statement, fill in the variables, drop blanks at the ends and a
 * ';' behind the statement. Whatever is wrong is DYNO_EINPUT "path:line:column: ...". The caller frees
 * `*out`.
 */
enum dyno_status dyno_sql_read(const char *path, const struct dyno_sql_rules *rules, char **out,
                               struct dyno_err *err) DYNO_MUST_CHECK;

/** As dyno_sql_read, from memory; `path` is only the name in errors. */
enum dyno_status dyno_sql_parse(const char *text, size_t len, const char *path,
                                const struct dyno_sql_rules *rules, char **out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

#endif
