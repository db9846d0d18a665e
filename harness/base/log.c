#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void dyno_log(const struct dyno_log *log, enum dyno_log_level level, const char *fmt, ...)
{
    if (log == NULL || log->emit == NULL)
        return;
    char text[4096];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    log->emit(log->ctx, level, text);
}
