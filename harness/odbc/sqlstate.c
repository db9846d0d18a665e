#include "odbc/sqlstate.h"

#include <stddef.h>
#include <string.h>

struct entry {
    const char *state;
    const char *value;
};

/* Spark's states (error-conditions.json) with an ODBC name of their own. */
static const struct entry from_spark[] = {
    {"42P01", "42S02"}, {"42P07", "42S01"}, {"42703", "42S22"}, {"42711", "42S21"},
    {"0A000", "HYC00"}, {"57014", "HY008"}, {"53200", "HY001"}, {"42501", "42000"},
};

/* States of ODBC 3 that a server may send. */
static const char *const known[] = {
    "01000", "01004", "08001", "08003", "08004", "08007", "08S01", "21S01", "21S02",
    "22001", "22002", "22003", "22007", "22008", "22012", "22015", "22018", "22019",
    "22025", "22026", "23000", "24000", "25000", "28000", "34000", "3D000", "3F000",
    "40001", "40003", "42000", "42S01", "42S02", "42S11", "42S12", "42S21", "42S22",
    "44000", "HY000", "HY001", "HY008", "HYC00", "HYT00", "HYT01",
};

static const struct entry texts[] = {
    {"01004", "string data, right truncated"},
    {"01S02", "option value changed"},
    {"01S07", "fractional truncation"},
    {"07002", "not every parameter marker is bound"},
    {"07006", "restricted data type attribute violation"},
    {"07009", "invalid descriptor index"},
    {"07S01", "invalid use of default parameter"},
    {"08003", "connection not open"},
    {"22001", "string data, right truncated"},
    {"22002", "indicator variable required but not supplied"},
    {"22003", "numeric value out of range"},
    {"22007", "invalid datetime format"},
    {"22008", "datetime field overflow"},
    {"22015", "interval field overflow"},
    {"22018", "invalid character value for cast specification"},
    {"24000", "invalid cursor state"},
    {"HY001", "memory allocation failed"},
    {"34000", "invalid cursor name"},
    {"3C000", "duplicate cursor name"},
    {"HY003", "invalid application buffer type"},
    {"HY004", "invalid SQL data type"},
    {"HY008", "operation cancelled"},
    {"HY009", "invalid use of null pointer"},
    {"HY010", "function sequence error"},
    {"HY016", "cannot modify an implementation row descriptor"},
    {"HY017", "invalid use of an automatically allocated descriptor handle"},
    {"HY020", "attempt to concatenate a null value"},
    {"HY024", "invalid attribute value"},
    {"HY090", "invalid string or buffer length"},
    {"HY091", "invalid descriptor field identifier"},
    {"HY092", "invalid attribute or option identifier"},
    {"HY096", "invalid information type"},
    {"HY104", "invalid precision or scale value"},
    {"HY105", "invalid parameter type"},
    {"HY106", "fetch type out of range"},
    {"HYC00", "optional feature not implemented"},
    {"HYT00", "timeout expired"},
};

static const char *find(const struct entry *entries, size_t count, const char *state)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].state, state) == 0)
            return entries[i].value;
    }
    return NULL;
}

const char *dyno_odbc_sqlstate_map(const char *state)
{
    const char *mapped = find(from_spark, sizeof from_spark / sizeof from_spark[0], state);
    if (mapped != NULL)
        return mapped;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i], state) == 0)
            return state;
    }
    return strncmp(state, "42", 2) == 0 ? "42000" : "HY000";
}

const char *dyno_odbc_sqlstate_of(enum dyno_status status)
{
    switch (status) {
    case DYNO_ECONN:
    case DYNO_EDNS:
    case DYNO_ETLS:
    case DYNO_EPROTO:
        return "08S01";
    case DYNO_EAUTH:
        return "28000";
    case DYNO_ETIMEOUT:
        return "HYT00";
    case DYNO_ECANCELLED:
        return "HY008";
    case DYNO_ENOMEM:
        return "HY001";
    case DYNO_EUNSUPPORTED:
        return "HYC00";
    default:
        return "HY000";
    }
}

const char *dyno_odbc_sqlstate_text(const char *state)
{
    const char *text = find(texts, sizeof texts / sizeof texts[0], state);
    return text != NULL ? text : "general error";
}
