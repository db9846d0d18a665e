/**
 * A statement's text as ODBC means it: parameter markers and escape sequences are found, outside of
 * literals, quoted names and comments.
 *
 * Escapes become Spark's own words: {d '...'} is DATE '...', {ts '...'} TIMESTAMP '...', {t '...'} the
 * text itself (Spark has no TIME), {fn x} and {oj x} are x, {escape 'c'} is ESCAPE 'c', {guid '...'} the
 * text. Other braces stay as they are.
 */
#ifndef DYNO_ODBC_SQL_H
#define DYNO_ODBC_SQL_H

#include <stdbool.h>
#include <stddef.h>

struct dyno_odbc_sql {
    char *text;      /**< owned; NULL: none */
    size_t *markers; /**< where each '?' stands in the text */
    size_t marker_count;
};

/** Read `text`, which is taken over in any case. `has_escapes`: translate them. false: no memory. */
bool dyno_odbc_sql_take(struct dyno_odbc_sql *sql, char *text, bool has_escapes);

void dyno_odbc_sql_deinit(struct dyno_odbc_sql *sql);

/** Does it begin like a query, whose columns can be asked for without running it? */
bool dyno_odbc_sql_is_query(const struct dyno_odbc_sql *sql);

#endif
