#include "spark/failure.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_BYTES     ((size_t)64 * 1024)
#define EXCERPT_LINES  15
#define EXCERPT_BYTES  ((size_t)1400)
#define MAX_LINE_BYTES ((size_t)300)

struct known_failure {
    const char *sign;
    const char *hint;
};

static const char port_hint[] =
    "a port that it needs is taken by another process: end that process, or "
    "leave the port out of the profile";
static const char heap_hint[] =
    "the heap that was asked for does not fit this machine: lower spark.driver.memory";
static const char jvm_hint[] =
    "Java refuses an option: look at spark.driver.extraJavaOptions and spark.driver.memory";

/* The first sign that the log shows counts, so causes stand before their consequences. */
static const struct known_failure known[] = {
    {"Could not reserve enough space", heap_hint},
    {"Invalid maximum heap size", heap_hint},
    {"Invalid initial heap size", heap_hint},
    {"insufficient memory for the Java Runtime", heap_hint},
    {"Too small maximum heap", "the heap is too small for Java: raise spark.driver.memory"},
    {"System memory", "the heap is too small for Spark: raise spark.driver.memory"},
    {"Executor memory", "the executors' heap is too small for Spark: raise spark.executor.memory"},
    {"Not allowed to specify max heap",
     "the heap is set by spark.driver.memory, not by -Xmx in extraJavaOptions"},
    {"UnsupportedClassVersionError",
     "this Java is too old for this Spark: install the package openjdk-17-jre-headless, or set JAVA_HOME"},
    {"getSubject is not supported",
     "this Java is too new for this Spark: set JAVA_HOME to a Java 17"},
    {"getSubject is supported only",
     "this Java is too new for this Spark: set JAVA_HOME to a Java 17"},
    {"Unrecognized VM option", jvm_hint},
    {"Unrecognized option:", jvm_hint},
    {"Improperly specified VM option", jvm_hint},
    {"Missing +/- setting for VM option", jvm_hint},
    {"Conflicting collector combinations", "two garbage collectors are asked for: keep one in "
                                           "spark.driver.extraJavaOptions"},
    {"Could not create the Java Virtual Machine", jvm_hint},
    {"Address already in use", port_hint},
    {"java.net.BindException", port_hint},
    {"OutOfMemoryError", "the heap is too small: raise spark.driver.memory"},
    {"No space left on device", "the disk is full: make room, or choose another work folder"},
    {"ClassNotFoundException", "a class that the profile names is not on Spark's class path"},
    {"IllegalArgumentException", "Spark refuses a value of the profile"},
    {"JAVA_HOME is not set", "install the package openjdk-17-jre-headless, or set JAVA_HOME"},
};

const char *dyno_failure_hint(const char *log_text)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strstr(log_text, known[i].sign) != NULL)
            return known[i].hint;
    return NULL;
}

bool dyno_failure_is_port(const char *log_text)
{
    return dyno_failure_hint(log_text) == port_hint;
}

/* Frames of a stack trace say where in Spark, not why. */
static bool says_something(const char *line, size_t len)
{
    size_t i = 0;
    while (i < len && isspace((unsigned char)line[i]))
        i++;
    if (i == len)
        return false;
    const char *text = line + i;
    size_t left = len - i;
    return !(left >= 3 && strncmp(text, "at ", 3) == 0) &&
           !(left >= 4 && strncmp(text, "... ", 4) == 0);
}

/* Start of the excerpt: walk back over at most EXCERPT_LINES lines that fit. */
static const char *excerpt_start(const char *text)
{
    const char *end = text + strlen(text);
    const char *start = end;
    size_t bytes = 0;
    for (int lines = 0; end > text && lines < EXCERPT_LINES;) {
        const char *line = end - 1;
        while (line > text && line[-1] != '\n')
            line--;
        size_t len = (size_t)(end - line);
        if (says_something(line, len)) {
            bytes += len < MAX_LINE_BYTES ? len : MAX_LINE_BYTES;
            lines++;
        }
        if (bytes > EXCERPT_BYTES)
            break;
        start = line;
        end = line;
    }
    return start;
}

static void append_line(struct dyno_str *out, const char *line, size_t len)
{
    if (!says_something(line, len))
        return;
    dyno_str_append(out, "\n  ");
    if (len > MAX_LINE_BYTES)
        len = MAX_LINE_BYTES;
    for (size_t i = 0; i < len; i++)
        dyno_str_append_char(out, (unsigned char)line[i] < ' ' ? ' ' : line[i]);
}

char *dyno_failure_excerpt(const char *log_text)
{
    struct dyno_str out;
    dyno_str_init(&out, 2 * EXCERPT_BYTES);
    const char *line = excerpt_start(log_text);
    while (*line != '\0') {
        size_t len = strcspn(line, "\n");
        append_line(&out, line, len);
        line += len + (line[len] == '\n');
    }
    char *text = dyno_str_take(&out);
    return text == NULL ? dyno_xstrdup("") : text;
}

enum dyno_status dyno_failure_report(const char *what, const char *log_path, struct dyno_err *err)
{
    char *tail = dyno_file_tail(log_path, TAIL_BYTES);
    char *excerpt = dyno_failure_excerpt(tail);
    const char *hint = dyno_failure_hint(tail);
    (void)dyno_err_set(err, DYNO_EENV, "%s%s%s; its log '%s'%s%s", what, hint == NULL ? "" : ": ",
                       hint == NULL ? "" : hint, log_path,
                       excerpt[0] == '\0' ? " is empty" : " ends with:", excerpt);
    free(excerpt);
    free(tail);
    return DYNO_EENV;
}
