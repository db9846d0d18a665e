/** Messages for people, handed down as a sink: libraries never print, cli/ decides what is shown. */
#ifndef DYNO_BASE_LOG_H
#define DYNO_BASE_LOG_H

enum dyno_log_level {
    DYNO_LOG_WARNING,
    DYNO_LOG_INFO,
    DYNO_LOG_DEBUG
};

/**
 * `emit` may be called from any thread and must not block for long. A NULL log, or one with a NULL
 * emit, drops everything.
 */
struct dyno_log {
    void (*emit)(void *ctx, enum dyno_log_level level, const char *text);
    void *ctx;
};

/** One message: lower case, no full stop, no newline. */
void dyno_log(const struct dyno_log *log, enum dyno_log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
