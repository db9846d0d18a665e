#include "spark/java.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/str.h"
#include "base/vec.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_BYTES     ((size_t)4096)
#define ANSWER_NS        (20 * DYNO_NS_PER_S)
#define MAX_OPTION_BYTES ((size_t)65536)

/* What `argv` prints, which goes through a file that nobody else sees; the caller frees it. */
static enum dyno_status run_java(const char *const *argv, char **text_out,
                                 struct dyno_exit *end_out, struct dyno_err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = dyno_xasprintf("%s/sparkdyno-java-XXXXXX", folder == NULL ? "/tmp" : folder);
    const struct dyno_spawn_options options = {.argv = argv, .stdout_path = path};
    enum dyno_status status = DYNO_EENV;
    pid_t pid = -1;
    int fd = mkstemp(path);
    if (fd < 0) {
        (void)dyno_err_set(err, DYNO_EENV, "cannot make a temporary file '%s': %s", path,
                           strerror(errno));
        goto done;
    }
    close(fd);
    status = dyno_process_spawn(&options, &pid, err);
    if (status == DYNO_OK) {
        *end_out = dyno_process_wait(pid, dyno_now_ns() + ANSWER_NS);
        if (end_out->is_running)
            (void)dyno_process_stop_group(pid, 0);
        *text_out = dyno_file_tail(path, ANSWER_BYTES);
    }
    (void)unlink(path);
done:
    free(path);
    return status;
}

int dyno_java_parse_major(const char *text)
{
    static const char sign[] = "version \"";
    const char *number = strstr(text, sign);
    if (number == NULL)
        return 0;
    number += sizeof sign - 1;
    if (strncmp(number, "1.", 2) == 0)
        number += 2;
    long major = strtol(number, NULL, 10);
    return major > 0 && major < 1000 ? (int)major : 0;
}

enum dyno_status dyno_java_major(const char *java, int *major_out, struct dyno_err *err)
{
    const char *argv[] = {java, "-version", NULL};
    char *text = NULL;
    struct dyno_exit end = {.code = -1};
    enum dyno_status status = run_java(argv, &text, &end, err);
    if (status != DYNO_OK)
        return status;
    *major_out = dyno_java_parse_major(text);
    free(text);
    if (!end.is_running && end.code == 0 && *major_out > 0)
        return DYNO_OK;
    return dyno_err_set(
        err, DYNO_EENV,
        "'%s -version' %s: install the package openjdk-17-jre-headless, or set JAVA_HOME", java,
        end.is_running ? "does not answer within 20 s" : "does not tell a version");
}

/* One word from `*at` on into `word`; false at the end of the text. */
static bool next_word(const char **at, struct dyno_str *word)
{
    const char *p = *at;
    char quote = '\0';
    dyno_str_clear(word);
    while (isspace((unsigned char)*p))
        p++;
    bool is_word = *p != '\0';
    for (; *p != '\0' && (quote != '\0' || !isspace((unsigned char)*p)); p++) {
        if (quote == '\0' && (*p == '"' || *p == '\''))
            quote = *p;
        else if (quote != '\0' && *p == quote)
            quote = '\0';
        else if (quote == '"' && *p == '\\' && p[1] != '\0')
            dyno_str_append_char(word, *++p);
        else
            dyno_str_append_char(word, *p);
    }
    *at = p;
    return is_word;
}

char **dyno_java_split_options(const char *text)
{
    struct dyno_vec words = DYNO_VEC_INIT(char *);
    struct dyno_str word;
    size_t count = 0;
    dyno_str_init(&word, MAX_OPTION_BYTES);
    while (next_word(&text, &word)) {
        char *copy = dyno_xstrdup(dyno_str_text(&word));
        dyno_vec_push(&words, &copy);
    }
    dyno_vec_push(&words, NULL);
    dyno_str_deinit(&word);
    return dyno_vec_take(&words, &count);
}

/* Options that only switch something; the others would leave a file behind or start a recording. */
static bool is_harmless(const char *option)
{
    static const char *const writing[] = {"File", "Archive", "Recording",
                                          "Path", "OnError", "OnOutOf"};
    if (strncmp(option, "-XX:", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
        if (strstr(option, writing[i]) != NULL)
            return false;
    return true;
}

static enum dyno_status try_options(const char *java, const char *key, const struct dyno_vec *argv,
                                    struct dyno_err *err)
{
    char *text = NULL;
    struct dyno_exit end = {.code = -1};
    enum dyno_status status = run_java(argv->items, &text, &end, err);
    if (status != DYNO_OK)
        return status;
    if (end.is_running || end.code != 0) {
        text[strcspn(text, "\n")] = '\0';
        status = dyno_err_set(err, DYNO_EENV, "'%s' has an option that Java ('%s') refuses: %s",
                              key, java, text);
    }
    free(text);
    return status;
}

enum dyno_status dyno_java_check_options(const char *java, const char *key, const char *options,
                                         struct dyno_err *err)
{
    static const char version[] = "-version";
    const char *last = version;
    enum dyno_status status = DYNO_OK;
    struct dyno_vec argv = DYNO_VEC_INIT(const char *);
    char **words = dyno_java_split_options(options);
    dyno_vec_push(&argv, &java);
    for (size_t i = 0; words[i] != NULL; i++)
        if (is_harmless(words[i]))
            dyno_vec_push(&argv, &words[i]);
    bool has_any = argv.len > 1;
    dyno_vec_push(&argv, &last);
    dyno_vec_push(&argv, NULL);
    if (has_any)
        status = try_options(java, key, &argv, err);
    for (size_t i = 0; words[i] != NULL; i++)
        free(words[i]);
    free(words);
    dyno_vec_deinit(&argv);
    return status;
}
