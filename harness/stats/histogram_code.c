#include "stats/histogram_code.h"

#include "base/alloc.h"

#include <openssl/evp.h>
#define ZLIB_CONST
#include <zlib.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE            UINT32_C(0x1c849313)
#define COMPRESSED_COOKIE UINT32_C(0x1c849314)
#define HEAD_BYTES        40
#define OUTER_BYTES       8
#define MAX_LEB_BYTES     9
#define RATIO_OF_ONE      UINT64_C(0x3ff0000000000000)

static void put_be(unsigned char *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        to[i] = (unsigned char)(value & 0xff);
}

static uint64_t get_be(const unsigned char *from, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = (value << 8) | from[i];
    return value;
}

/* Seven bits a byte, the ninth has eight. Returns how many bytes. */
static size_t put_leb(unsigned char *to, int64_t value)
{
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    size_t len = 0;
    while (rest > 0x7f && len < MAX_LEB_BYTES - 1) {
        to[len++] = (unsigned char)(0x80 | (rest & 0x7f));
        rest >>= 7;
    }
    to[len++] = (unsigned char)rest;
    return len;
}

/* How many bytes it took; 0 if they end too early. */
static size_t get_leb(const unsigned char *from, size_t room, int64_t *out)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < room && i < MAX_LEB_BYTES; i++) {
        bool is_ninth = i == MAX_LEB_BYTES - 1;
        bits |= (uint64_t)(is_ninth ? from[i] : from[i] & 0x7f) << (7 * i);
        if (is_ninth || (from[i] & 0x80) == 0) {
            *out = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return i + 1;
        }
    }
    return 0;
}

static size_t put_counts(const struct dyno_histogram *h, unsigned char *to)
{
    int32_t end = h->total == 0 ? 0 : dyno_histogram_index(h, dyno_histogram_high(h)) + 1;
    size_t len = 0;
    int64_t zeros = 0;
    for (int32_t i = 0; i < end; i++) {
        if (h->counts[i] == 0) {
            zeros++;
            continue;
        }
        if (zeros > 0)
            len += put_leb(to + len, -zeros);
        zeros = 0;
        len += put_leb(to + len, h->counts[i]);
    }
    return len;
}

enum dyno_status dyno_histogram_encode(const struct dyno_histogram *histogram, struct dyno_str *out,
                                       struct dyno_err *err)
{
    const struct dyno_histogram_range *range = &histogram->range;
    unsigned char outer[OUTER_BYTES];
    unsigned char *plain =
        dyno_xcalloc(HEAD_BYTES + (size_t)histogram->room * MAX_LEB_BYTES + 1, 1);
    size_t len = put_counts(histogram, plain + HEAD_BYTES);
    put_be(plain, COOKIE, 4);
    put_be(plain + 4, len, 4);
    put_be(plain + 12, (uint64_t)range->digits, 4);
    put_be(plain + 16, (uint64_t)range->lowest, 8);
    put_be(plain + 24, (uint64_t)range->highest, 8);
    put_be(plain + 32, RATIO_OF_ONE, 8);
    len += HEAD_BYTES;
    uLongf packed_len = compressBound((uLong)len);
    unsigned char *packed = dyno_xcalloc(packed_len, 1);
    int failure = compress2(packed, &packed_len, plain, (uLong)len, Z_DEFAULT_COMPRESSION);
    if (failure == Z_OK) {
        put_be(outer, COMPRESSED_COOKIE, 4);
        put_be(outer + 4, packed_len, 4);
        dyno_str_append_n(out, (const char *)outer, OUTER_BYTES);
        dyno_str_append_n(out, (const char *)packed, packed_len);
    }
    free(packed);
    free(plain);
    if (failure != Z_OK)
        return dyno_err_set(err, DYNO_EINTERNAL, "zlib cannot compress a histogram (%d)", failure);
    return DYNO_OK;
}

static enum dyno_status wrong(const char *what, struct dyno_err *err)
{
    return dyno_err_set(err, DYNO_EPROTO, "this is not a histogram of encoding V2: %s", what);
}

/* The first bytes of the zlib stream tell the range, and so how long the rest may be. */
static enum dyno_status read_head(const unsigned char *head, struct dyno_histogram *out,
                                  size_t *payload_len, struct dyno_err *err)
{
    struct dyno_histogram_range range = {.lowest = (int64_t)get_be(head + 16, 8),
                                         .highest = (int64_t)get_be(head + 24, 8),
                                         .digits = (int)(uint32_t)get_be(head + 12, 4)};
    if (get_be(head, 4) != COOKIE)
        return wrong("the inner mark is another one", err);
    if (get_be(head + 8, 4) != 0)
        return wrong("its buckets are shifted", err);
    if (get_be(head + 32, 8) != RATIO_OF_ONE)
        return wrong("its values are scaled", err);
    if (dyno_histogram_init(out, &range, NULL) != DYNO_OK)
        return wrong("its range is none", err);
    *payload_len = (size_t)get_be(head + 4, 4);
    if (*payload_len > (size_t)out->counts_len * MAX_LEB_BYTES)
        return wrong("it has more counts than its range", err);
    return DYNO_OK;
}

static enum dyno_status read_counts(const unsigned char *bytes, size_t len,
                                    struct dyno_histogram *out, struct dyno_err *err)
{
    int64_t index = 0;
    for (size_t at = 0; at < len;) {
        int64_t count = 0;
        size_t taken = get_leb(bytes + at, len - at, &count);
        if (taken == 0)
            return wrong("the last count is cut", err);
        at += taken;
        if (count < 0) {
            if (count < -(int64_t)out->counts_len)
                return wrong("it has more counts than its range", err);
            index -= count;
            continue;
        }
        if (index >= out->counts_len)
            return wrong("it has more counts than its range", err);
        if (count > INT64_MAX - out->total)
            return wrong("its counts are over any number of values", err);
        if (count > 0)
            dyno_histogram_record(out, dyno_histogram_bucket_low(out, (int32_t)index), count);
        index++;
    }
    if (out->total > 0) {
        out->min = dyno_histogram_low(out);
        out->max = dyno_histogram_high(out);
    }
    return DYNO_OK;
}

/* `want` bytes out of the stream. */
static bool inflate_bytes(z_stream *stream, unsigned char *to, size_t want)
{
    stream->next_out = to;
    stream->avail_out = (uInt)want;
    while (stream->avail_out > 0)
        if (inflate(stream, Z_NO_FLUSH) != Z_OK)
            break;
    return stream->avail_out == 0;
}

static enum dyno_status decode_stream(z_stream *stream, struct dyno_histogram *out,
                                      struct dyno_err *err)
{
    unsigned char head[HEAD_BYTES];
    size_t len = 0;
    if (!inflate_bytes(stream, head, sizeof head))
        return wrong("the zlib stream is damaged or cut", err);
    enum dyno_status status = read_head(head, out, &len, err);
    if (status != DYNO_OK)
        return status;
    unsigned char *payload = dyno_xcalloc(len + 1, 1);
    status = inflate_bytes(stream, payload, len) ? read_counts(payload, len, out, err)
                                                 : wrong("the zlib stream is damaged or cut", err);
    free(payload);
    return status;
}

enum dyno_status dyno_histogram_decode(const void *bytes, size_t len, struct dyno_histogram *out,
                                       struct dyno_err *err)
{
    const unsigned char *in = bytes;
    memset(out, 0, sizeof *out);
    if (len < OUTER_BYTES || get_be(in, 4) != COMPRESSED_COOKIE)
        return wrong("the outer mark is another one", err);
    uint64_t packed_len = get_be(in + 4, 4);
    if (packed_len > len - OUTER_BYTES)
        return wrong("it is cut", err);
    z_stream stream = {.next_in = in + OUTER_BYTES, .avail_in = (uInt)packed_len};
    enum dyno_status status = DYNO_OK;
    if (inflateInit(&stream) != Z_OK)
        status = dyno_err_set(err, DYNO_EINTERNAL, "zlib cannot start");
    else {
        status = decode_stream(&stream, out, err);
        (void)inflateEnd(&stream);
    }
    if (status != DYNO_OK)
        dyno_histogram_deinit(out);
    return status;
}

enum dyno_status dyno_histogram_encode_text(const struct dyno_histogram *histogram,
                                            struct dyno_str *out, struct dyno_err *err)
{
    struct dyno_str bytes;
    dyno_str_init(&bytes, INT32_MAX / 2);
    enum dyno_status status = dyno_histogram_encode(histogram, &bytes, err);
    if (status == DYNO_OK && bytes.failed)
        status = dyno_err_set(err, DYNO_ELIMIT, "a histogram is too large to be written");
    if (status == DYNO_OK) {
        unsigned char *text = dyno_xcalloc(bytes.len / 3 * 4 + 5, 1);
        int len = EVP_EncodeBlock(text, (const unsigned char *)bytes.data, (int)bytes.len);
        dyno_str_append_n(out, (const char *)text, (size_t)len);
        free(text);
    }
    dyno_str_deinit(&bytes);
    return status;
}

enum dyno_status dyno_histogram_decode_text(const char *text, size_t len,
                                            struct dyno_histogram *out, struct dyno_err *err)
{
    memset(out, 0, sizeof *out);
    if (len == 0 || len % 4 != 0 || len > INT32_MAX / 2)
        return wrong("it is no base64", err);
    unsigned char *bytes = dyno_xcalloc(len / 4 * 3 + 1, 1);
    int got = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len);
    int padding = text[len - 1] != '=' ? 0 : text[len - 2] != '=' ? 1 : 2;
    enum dyno_status status = got < padding
                                  ? wrong("it is no base64", err)
                                  : dyno_histogram_decode(bytes, (size_t)(got - padding), out, err);
    free(bytes);
    return status;
}
