/** Places in Spark's error texts, put right where a comment stood before the statement. */
#ifndef DYNO_SPARK_ERROR_PLACE_H
#define DYNO_SPARK_ERROR_PLACE_H

#include <stddef.h>

/**
 * Spark says "line 1 pos 44", "(line 1, pos 44)", "(line 1, position 45)" of the text that it got. If `shift`
 * characters of that are no part of what the user wrote, they are taken off, in the first line only. A place
 * inside them, and everything else, stays. In place: the text never grows.
 */
void dyno_error_place_shift(char *text, size_t shift);

#endif
