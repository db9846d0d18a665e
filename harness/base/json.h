/**
 * cJSON behind typed getters whose errors name the path: "mix[3].weight: not a number".
 *
 * Build documents with cJSON's own cJSON_Create and cJSON_Add calls; whole numbers of over
 * 15 digits go as strings. A document read from outside is bounded by dyno_json_parse.
 */
#ifndef DYNO_BASE_JSON_H
#define DYNO_BASE_JSON_H

#include "base/status.h"

#include <cjson/cJSON.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Parse `len` bytes. `what` names the source in errors. The caller frees with cJSON_Delete. */
enum dyno_status dyno_json_parse(const char *text, size_t len, const char *what, cJSON **out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Read and parse a file of at most `max_bytes`. */
enum dyno_status dyno_json_read(const char *path, size_t max_bytes, cJSON **out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** Write the document to a file, whole or not at all. */
enum dyno_status dyno_json_write(const char *path, const cJSON *json,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/* Required members of an object: DYNO_EINPUT "'key': ..." if missing or of another type. */
enum dyno_status dyno_json_string(const cJSON *object, const char *key, const char **out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_json_f64(const cJSON *object, const char *key, double *out,
                               struct dyno_err *err) DYNO_MUST_CHECK;
/** A whole number, also one written as a decimal string. */
enum dyno_status dyno_json_i64(const cJSON *object, const char *key, int64_t *out,
                               struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_json_bool(const cJSON *object, const char *key, bool *out,
                                struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_json_array(const cJSON *object, const char *key, const cJSON **out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/* For documents of other programs (Spark's REST): a missing or odd member gives the fallback. */
const char *dyno_json_string_or(const cJSON *object, const char *key, const char *fallback);
double dyno_json_f64_or(const cJSON *object, const char *key, double fallback);
int64_t dyno_json_i64_or(const cJSON *object, const char *key, int64_t fallback);
bool dyno_json_bool_or(const cJSON *object, const char *key, bool fallback);

/** Add a whole number: as a number up to 15 digits (more cJSON does not print exactly), as a
 *  decimal string beyond. dyno_json_i64 reads both. */
void dyno_json_add_i64(cJSON *object, const char *key, int64_t value);

/** Add a number, or null where it is not finite. */
void dyno_json_add_f64(cJSON *object, const char *key, double value);

/** Add a string, or null for NULL. */
void dyno_json_add_string(cJSON *object, const char *key, const char *value);

/** Append a formatted string to an array. */
void dyno_json_push_text(cJSON *array, const char *fmt, ...) DYNO_PRINTF(2, 3);

#endif
