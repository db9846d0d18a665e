/**
 * What ODBC calls Spark's types: one table, from which SQLDescribeCol, SQLColAttribute, SQLGetTypeInfo
 * and SQLColumns take their numbers.
 */
#ifndef DYNO_ODBC_SQLTYPE_H
#define DYNO_ODBC_SQLTYPE_H

#include "hs2/operation.h"
#include "odbc/api.h"
#include "odbc/settings.h"

#include <stdbool.h>
#include <stdint.h>

/** All that ODBC tells of one result column. */
struct dyno_odbc_column_info {
    SQLSMALLINT sql_type;     /**< concise type */
    SQLSMALLINT verbose_type; /**< SQL_DATETIME for dates and timestamps, else as concise */
    SQLSMALLINT default_c_type;
    const char *type_name;
    SQLLEN column_size; /**< digits, characters or bytes */
    SQLSMALLINT decimal_digits;
    SQLLEN display_size; /**< characters */
    SQLLEN octet_length; /**< bytes of the default C type, NUL not counted */
    SQLSMALLINT radix;   /**< 10 for exact, 2 for approximate numbers, 0 for others */
    bool is_unsigned;    /**< true for all that is no number */
    bool is_case_sensitive;
    bool is_fixed_scale;
    const char *literal_prefix;
    const char *literal_suffix;
};

/** Never fails: a type that ODBC has no name for is a text. */
struct dyno_odbc_column_info dyno_odbc_column_describe(const struct dyno_hs2_column_desc *desc,
                                                       const struct dyno_odbc_settings *settings);

/** The HiveServer2 type that a JDBC type number (as the server's catalog calls give it) stands for. */
enum dyno_hs2_type dyno_odbc_type_of_jdbc(int64_t jdbc_type);

#endif
