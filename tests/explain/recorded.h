/** The recorded answers of a Spark version as a collector would hand them on, or raw. */
#ifndef DYNO_TESTS_EXPLAIN_RECORDED_H
#define DYNO_TESTS_EXPLAIN_RECORDED_H

#include "collect/collector.h"

/** Everything of the folder, stages without the skipped ones; fails the test if it cannot be read.
 *  Free with dyno_collected_deinit. */
void recorded_read(const char *version, struct dyno_collected *out);

/** The same from any folder of tests/data. */
void recorded_read_folder(const char *folder, struct dyno_collected *out);

#endif
