/** Golden files under tests/data/report. With DYNO_UPDATE_GOLDEN set they are written anew. */
#ifndef TESTS_REPORT_GOLDEN_H
#define TESTS_REPORT_GOLDEN_H

/** Fail, showing the first line that differs, unless the file `name` holds `text`. */
void golden_check(const char *name, const char *text);

#endif
