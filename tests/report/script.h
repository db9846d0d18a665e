/** Check a text with a Python program of this folder. */
#ifndef TESTS_REPORT_SCRIPT_H
#define TESTS_REPORT_SCRIPT_H

/** Write `text` to a file and run `program` on it, after `argument` unless that is NULL; a file path
 *  relative to the source folder. Fails the test, showing what it printed, unless it exits with 0. */
void script_check(const char *program, const char *argument, const char *text);

#endif
