#include "hs2/verdict.h"

#include <string.h>

/* Longest part of a server's message that is passed on; what is left out is counted. */
#define TEXT_BYTES 1500u

/* Bytes of the text before its stack trace: up to the first line of blanks and "at ". */
static size_t text_before_trace(const char *text, size_t len)
{
    size_t end = 0;
    while (end < len) {
        size_t word = end;
        while (word < len && (text[word] == ' ' || text[word] == '\t'))
            word++;
        if (word > end && len - word >= 3 && memcmp(text + word, "at ", 3) == 0)
            break;
        const char *newline = memchr(text + end, '\n', len - end);
        end = newline != NULL ? (size_t)(newline - text) + 1 : len;
    }
    while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL)
        end--;
    return end;
}

/* As much of `len` bytes as is passed on, with no half of a UTF-8 character. */
static size_t text_within_bound(const char *text, size_t len)
{
    if (len <= TEXT_BYTES)
        return len;
    size_t end = TEXT_BYTES;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return end;
}

/* "SQLSTATE: 42P01" anywhere in the text. */
static bool sqlstate_in_text(const char *text, size_t len, char out[6])
{
    static const char mark[] = "SQLSTATE: ";
    const size_t mark_len = sizeof mark - 1;
    for (size_t i = 0; i + mark_len + 5 <= len; i++) {
        if (text[i] == 'S' && memcmp(text + i, mark, mark_len) == 0) {
            memcpy(out, text + i + mark_len, 5);
            out[5] = '\0';
            return true;
        }
    }
    return false;
}

/* What Spark puts before the error of every statement, and tells nobody anything. */
static size_t noise_len(const char *text, size_t len)
{
    static const char *const noise[] = {"org.apache.hive.service.cli.HiveSQLException: ",
                                        "Error running query: "};
    size_t at = 0;
    for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
        size_t noise_bytes = strlen(noise[i]);
        if (len - at > noise_bytes && memcmp(text + at, noise[i], noise_bytes) == 0)
            at += noise_bytes;
    }
    return at;
}

enum dyno_status dyno_hs2_reply_error(const struct dyno_hs2_reply *reply, enum dyno_status status,
                                      const char *sqlstate, const uint8_t *bytes,
                                      struct dyno_err *err)
{
    const char *text = reply->text.len > 0 ? (const char *)bytes + reply->text.at : "";
    size_t noise = noise_len(text, reply->text.len);
    size_t len = text_before_trace(text + noise, reply->text.len - noise);
    char found[6] = "";
    if (reply->sqlstate[0] != '\0')
        sqlstate = reply->sqlstate;
    else if (sqlstate_in_text(text, reply->text.len, found))
        sqlstate = found;
    if (len == 0)
        return dyno_err_set_sql(err, status, sqlstate, reply->native, "the server gave no reason");
    size_t told = text_within_bound(text + noise, len);
    if (told < len)
        return dyno_err_set_sql(err, status, sqlstate, reply->native,
                                "%.*s ... (%zu more bytes of the server's message)", (int)told,
                                text + noise, len - told);
    return dyno_err_set_sql(err, status, sqlstate, reply->native, "%.*s", (int)len, text + noise);
}

enum dyno_status dyno_hs2_reply_check(const struct dyno_hs2_reply *reply, enum dyno_hs2_call call,
                                      const uint8_t *bytes, struct dyno_err *err)
{
    enum {
        SUCCESS = 0,
        SUCCESS_WITH_INFO = 1,
        STILL_EXECUTING = 2,
        UNKNOWN_METHOD = 1
    };
    enum dyno_status status = DYNO_ESERVER;
    if (reply->is_exception) {
        bool is_unknown = reply->native == UNKNOWN_METHOD;
        status = dyno_hs2_reply_error(reply, is_unknown ? DYNO_EUNSUPPORTED : DYNO_ESERVER,
                                      is_unknown ? "HYC00" : "HY000", bytes, err);
        (void)dyno_err_prepend(err, "%s failed in the server", dyno_hs2_call_name(call));
        return status;
    }
    if (reply->status_code >= SUCCESS && reply->status_code <= STILL_EXECUTING)
        return DYNO_OK;
    return dyno_hs2_reply_error(reply, status, "HY000", bytes, err);
}
