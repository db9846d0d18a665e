#include "cli/terminal.h"

#include "base/clock.h"
#include "base/plural.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define LIVE_PERIOD_NS  (100 * DYNO_NS_PER_MS)
#define PLAIN_PERIOD_NS (10 * DYNO_NS_PER_S)

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static bool wants_color(int fd, bool no_color)
{
    const char *term = getenv("TERM");
    /* What was typed wins over the environment. */
    if (no_color)
        return false;
    if (is_set("FORCE_COLOR"))
        return true;
    return !is_set("NO_COLOR") && isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

/* Letter case does not matter in the name of a locale. */
static bool has_word(const char *text, const char *word)
{
    for (; *text != '\0'; text++)
        if (strncasecmp(text, word, strlen(word)) == 0)
            return true;
    return false;
}

static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return has_word(value, "utf-8") || has_word(value, "utf8");
    }
    return false;
}

struct dyno_report_text_options cli_terminal_text_options(bool no_color)
{
    return (struct dyno_report_text_options){.has_color = wants_color(STDOUT_FILENO, no_color),
                                             .has_utf8 = locale_is_utf8(),
                                             .width = 80};
}

void cli_terminal_init(struct cli_terminal *terminal, int verbosity, bool no_color)
{
    memset(terminal, 0, sizeof *terminal);
    pthread_mutex_init(&terminal->lock, NULL);
    terminal->verbosity = verbosity;
    terminal->is_live = isatty(STDERR_FILENO) != 0;
    terminal->has_color = wants_color(STDERR_FILENO, no_color);
}

void cli_terminal_deinit(struct cli_terminal *terminal)
{
    cli_terminal_end_line(terminal);
    pthread_mutex_destroy(&terminal->lock);
}

static void end_line_locked(struct cli_terminal *terminal)
{
    if (terminal->has_line)
        (void)fputs("\r\033[K", stderr);
    terminal->has_line = false;
}

void cli_terminal_end_line(struct cli_terminal *terminal)
{
    pthread_mutex_lock(&terminal->lock);
    end_line_locked(terminal);
    pthread_mutex_unlock(&terminal->lock);
}

/* Text from servers may hold control characters; none of them reaches the terminal. */
static void print_plain(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        (void)fputc(*p < 32 && *p != '\n' && *p != '\t' ? '?' : *p, stderr);
}

static void emit(void *ctx, enum dyno_log_level level, const char *text)
{
    struct cli_terminal *terminal = ctx;
    static const char *const marks[] = {"warning: ", "", ""};
    if ((int)level > terminal->verbosity)
        return;
    pthread_mutex_lock(&terminal->lock);
    end_line_locked(terminal);
    bool is_colored = terminal->has_color && level == DYNO_LOG_WARNING;
    (void)fputs(is_colored ? "\033[33m" : "", stderr);
    (void)fputs(marks[level], stderr);
    (void)fputs(is_colored ? "\033[0m" : "", stderr);
    print_plain(text);
    (void)fputc('\n', stderr);
    pthread_mutex_unlock(&terminal->lock);
}

struct dyno_log cli_terminal_log(struct cli_terminal *terminal)
{
    return (struct dyno_log){.emit = emit, .ctx = terminal};
}

void cli_terminal_error(struct cli_terminal *terminal, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    pthread_mutex_lock(&terminal->lock);
    end_line_locked(terminal);
    (void)fputs("sparkdyno: ", stderr);
    print_plain(text);
    (void)fputc('\n', stderr);
    pthread_mutex_unlock(&terminal->lock);
}

static void format_minutes(int64_t ns, char *out, size_t room)
{
    int64_t seconds = ns / DYNO_NS_PER_S;
    (void)snprintf(out, room, "%lld:%02lld", (long long)(seconds / 60), (long long)(seconds % 60));
}

static void format_progress(const struct dyno_progress *p, char *out, size_t room)
{
    char elapsed[32];
    char remaining[64] = "";
    char counts[96] = "";
    char total[24] = "";
    format_minutes(p->elapsed_ns, elapsed, sizeof elapsed);
    if (p->remaining_ns >= 0) {
        char left[32];
        format_minutes(p->remaining_ns, left, sizeof left);
        (void)snprintf(remaining, sizeof remaining, ", about %s left", left);
    }
    if (p->done > 0)
        (void)snprintf(counts, sizeof counts, ", %lld statement%s, %lld error%s",
                       (long long)p->done, dyno_plural(p->done), (long long)p->errors,
                       dyno_plural(p->errors));
    if (p->trial_count > 0)
        (void)snprintf(total, sizeof total, "/%d", p->trial_count);
    (void)snprintf(out, room, "[%s] trial %d%s, %s%s%s", elapsed, p->trial, total, p->stage, counts,
                   remaining);
}

void cli_terminal_progress(void *ctx, const struct dyno_progress *progress)
{
    struct cli_terminal *terminal = ctx;
    char line[512];
    if (terminal->verbosity < 0)
        return;
    pthread_mutex_lock(&terminal->lock);
    int64_t now_ns = dyno_now_ns();
    bool is_new =
        strncmp(terminal->last_stage, progress->stage, sizeof terminal->last_stage - 1) != 0;
    int64_t period_ns = terminal->is_live ? LIVE_PERIOD_NS : PLAIN_PERIOD_NS;
    if (is_new || now_ns - terminal->last_ns >= period_ns) {
        terminal->last_ns = now_ns;
        (void)snprintf(terminal->last_stage, sizeof terminal->last_stage, "%s", progress->stage);
        format_progress(progress, line, sizeof line);
        (void)fprintf(stderr, terminal->is_live ? "\r\033[K%.150s" : "%s\n", line);
        terminal->has_line = terminal->is_live;
    }
    pthread_mutex_unlock(&terminal->lock);
}
