#include "report/golden.h"

#include "base/file.h"
#include "report/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show_difference(const char *name, const char *wanted, const char *text)
{
    int line = 1;
    size_t at = 0;
    size_t begin = 0;
    for (; wanted[at] != '\0' && wanted[at] == text[at]; at++)
        if (wanted[at] == '\n') {
            line++;
            begin = at + 1;
        }
    fail_msg("%s:%d: wanted '%.*s', got '%.*s'; DYNO_UPDATE_GOLDEN=1 writes it anew", name, line,
             (int)strcspn(wanted + begin, "\n"), wanted + begin, (int)strcspn(text + begin, "\n"),
             text + begin);
}

void golden_check(const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/report/%s", DYNO_TEST_DATA, name);
    struct dyno_err err = DYNO_ERR_INIT;
    if (getenv("DYNO_UPDATE_GOLDEN") != NULL &&
        dyno_file_write(path, text, strlen(text), &err) != DYNO_OK)
        fail_msg("%s", err.message);
    char *wanted = NULL;
    size_t len = 0;
    if (dyno_file_read(path, 16u << 20, &wanted, &len, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    if (strcmp(wanted, text) != 0)
        show_difference(name, wanted, text);
    free(wanted);
}
