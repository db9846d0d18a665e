#include "hs2/answer.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_HEADER_BYTES 4u
/* A status of no more than a code is shorter. */
#define BARE_BYTES_MAX 64
/* What the link's own buffer may keep of an answer that nobody wanted. */
#define KEPT_BYTES ((size_t)1 << 20)

static enum dyno_status out_of_memory(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
}

/* One answer on its way in. */
struct receiving {
    struct dyno_hs2_link *link;
    struct dyno_hs2_buffer *into;
    int64_t deadline_ns;
    size_t limit;    /**< bytes of the answer: exactly with frames, else at most */
    size_t returned; /**< bytes of the last receive that can go back to `rest` */
    struct dyno_err *err;
};

/* What came behind the answer before comes before anything that is still on the wire. */
static size_t take_rest(struct dyno_hs2_link *link, const struct dyno_transport_room *room)
{
    const uint8_t *from = link->rest.bytes + link->rest_at;
    size_t len = link->rest.len - link->rest_at;
    size_t head = len < room->head_bytes ? len : room->head_bytes;
    size_t body = len - head < room->body_bytes ? len - head : room->body_bytes;
    memcpy(room->head, from, head);
    memcpy(room->body, from + head, body);
    link->rest_at += head + body;
    return head + body;
}

/*
 * The answer to CloseOperation before that to ExecuteStatement is not worth waking up for. The kernel
 * counts the bytes that have not been read, so the later answer has to be the longer one: it is, by its
 * name alone, since a good answer to CloseOperation is no more than name and status.
 */
static size_t least_bytes(const struct dyno_hs2_link *link)
{
    bool is_close_first = link->due_count == 2 && link->dues[0].call == DYNO_HS2_CLOSE_OPERATION &&
                          link->dues[1].call == DYNO_HS2_EXECUTE_STATEMENT;
    return is_close_first ? link->close_bytes + 1 : 1;
}

static enum dyno_status receive_bytes(struct receiving *receiving, struct dyno_transport_room *room,
                                      size_t *got_out)
{
    struct dyno_hs2_link *link = receiving->link;
    receiving->returned = 0;
    if (link->rest_at < link->rest.len) {
        *got_out = take_rest(link, room);
        receiving->returned = *got_out;
        return DYNO_OK;
    }
    bool is_first = receiving->into->len == 0 && link->frame_header_len == 0;
    room->least_bytes = is_first ? least_bytes(link) : 1;
    return dyno_transport_receive(&link->transport, room, is_first, receiving->deadline_ns, got_out,
                                  receiving->err);
}

/* Receive some bytes: into the frame header while that is incomplete, the rest into the buffer. */
static enum dyno_status receive_some(struct receiving *receiving)
{
    struct dyno_hs2_link *link = receiving->link;
    struct dyno_hs2_buffer *into = receiving->into;
    if (into->len == into->capacity && !dyno_hs2_buffer_reserve(into, 1))
        return out_of_memory(receiving->err);
    size_t missing = link->is_framed ? FRAME_HEADER_BYTES - link->frame_header_len : 0;
    struct dyno_transport_room room = {
        .head = link->frame_header + link->frame_header_len,
        .head_bytes = missing,
        .body = into->bytes + into->len,
        .body_bytes = into->capacity - into->len,
    };
    size_t got = 0;
    enum dyno_status status = receive_bytes(receiving, &room, &got);
    if (status != DYNO_OK)
        return status;
    if (got == 0)
        return dyno_err_set_sql(receiving->err, DYNO_ECONN, "08S01", 0,
                                "'%s' closed the connection", link->transport.peer);
    size_t head = got < missing ? got : missing;
    link->frame_header_len += head;
    into->len += got - head;
    return DYNO_OK;
}

/* Bytes that belong to the answer, as far as that can be told. */
static size_t here(const struct receiving *receiving)
{
    size_t len = receiving->into->len;
    return receiving->link->is_framed && len > receiving->limit ? receiving->limit : len;
}

static enum dyno_status pull(struct dyno_wire_reader *reader, size_t want)
{
    struct receiving *receiving = reader->ctx;
    enum dyno_status status = DYNO_OK;
    while (status == DYNO_OK && receiving->into->len - reader->at < want)
        status = receive_some(receiving);
    reader->bytes = receiving->into->bytes;
    reader->len = here(receiving);
    return status;
}

/* With frames: receive the header, which tells the answer's size. */
static enum dyno_status receive_frame_header(struct receiving *receiving)
{
    struct dyno_hs2_link *link = receiving->link;
    enum dyno_status status = DYNO_OK;
    while (status == DYNO_OK && link->frame_header_len < FRAME_HEADER_BYTES)
        status = receive_some(receiving);
    if (status != DYNO_OK)
        return status;
    uint32_t frame_bytes = dyno_wire_load_u32(link->frame_header);
    if (frame_bytes > INT32_MAX)
        return dyno_err_set_sql(receiving->err, DYNO_EPROTO, "08S01", 0,
                                "'%s' sent a frame of negative length", link->transport.peer);
    if (frame_bytes > receiving->limit)
        return dyno_err_set_sql(receiving->err, DYNO_ELIMIT, "HY000", 0,
                                "'%s' sent an answer of %u bytes, more than the limit of %zu",
                                link->transport.peer, (unsigned)frame_bytes, receiving->limit);
    receiving->limit = frame_bytes;
    return DYNO_OK;
}

/* What a wrong first word looks like, so that the text says what to check. */
static const char *hint(const struct dyno_hs2_buffer *answer)
{
    if (answer->len >= 4 && memcmp(answer->bytes, "HTTP", 4) == 0)
        return ": it is a web server (hive.server2.transport.mode=http?)";
    if (answer->len >= 3 && (answer->bytes[0] == 3 || answer->bytes[0] == 4) &&
        answer->bytes[1] == 0 && answer->bytes[2] == 0)
        return ": it wants SASL, log in with authentication PLAIN";
    return "";
}

static enum dyno_status explain(const struct receiving *receiving,
                                const struct dyno_wire_reader *reader, enum dyno_hs2_call call)
{
    const char *peer = receiving->link->transport.peer;
    if (reader->fault == NULL)
        return reader->status;
    if (reader->status == DYNO_ENOMEM)
        return out_of_memory(receiving->err);
    if (reader->status == DYNO_ELIMIT)
        return dyno_err_set_sql(receiving->err, DYNO_ELIMIT, "HY000", 0,
                                "the answer of '%s' to %s is larger than the limit of %zu bytes",
                                peer, dyno_hs2_call_name(call), receiving->link->max_message_bytes);
    return dyno_err_set_sql(receiving->err, reader->status, "08S01", 0,
                            "the answer of '%s' to %s makes no sense: %s%s", peer,
                            dyno_hs2_call_name(call), reader->fault, hint(receiving->into));
}

/* The whole body of a response, or the header of a frame; nothing where answers have no bounds. */
static enum dyno_status receive_bounds(struct receiving *receiving)
{
    struct dyno_hs2_link *link = receiving->link;
    if (link->http != NULL)
        return dyno_http_receive(link->http, receiving->into, receiving->deadline_ns,
                                 receiving->err);
    return link->is_framed ? receive_frame_header(receiving) : DYNO_OK;
}

/*
 * Behind the last answer that is due nothing may come. What lies here already is seen at once, in the
 * answer's own buffer or in what was kept of an earlier receive; what is still on its way is taken for the
 * begin of the next answer, which then has a wrong name or number: a call later, but never for rows.
 */
static bool is_more_here(const struct receiving *receiving, size_t len)
{
    const struct dyno_hs2_link *link = receiving->link;
    return receiving->into->len > len || link->rest_at < link->rest.len;
}

static enum dyno_status read_answer(struct receiving *receiving, const struct dyno_hs2_due *due,
                                    struct dyno_hs2_reply *reply, size_t *len_out)
{
    struct dyno_hs2_link *link = receiving->link;
    bool is_whole = link->http != NULL;
    enum dyno_status status = receive_bounds(receiving);
    if (status != DYNO_OK)
        return status;
    struct dyno_wire_reader reader = {
        .bytes = receiving->into->bytes,
        .len = here(receiving),
        .max_bytes = is_whole ? receiving->into->len : receiving->limit,
        .is_size_known = link->is_framed || is_whole,
        .pull = is_whole ? NULL : pull,
        .ctx = receiving,
    };
    dyno_hs2_reply_read(&reader, due->call, due->seqid, reply);
    bool has_surplus = (link->is_framed && reader.at != receiving->limit) ||
                       (link->due_count == 1 && is_more_here(receiving, reader.at));
    if (reader.status == DYNO_OK && has_surplus)
        dyno_wire_fail(&reader, DYNO_EPROTO, "more came than was asked for");
    *len_out = reader.at;
    return reader.status == DYNO_OK ? DYNO_OK : explain(receiving, &reader, due->call);
}

/* What came behind the first `len` bytes is of the next answer. The answer was not complete before the
 * last receive, so all of it came with that. */
static enum dyno_status keep_rest(struct receiving *receiving, size_t len)
{
    struct dyno_hs2_link *link = receiving->link;
    struct dyno_hs2_buffer *rest = &link->rest;
    size_t more = receiving->into->len - len;
    receiving->into->len = len;
    if (more <= receiving->returned) {
        link->rest_at -= more;
        return DYNO_OK;
    }
    rest->len = 0;
    link->rest_at = 0;
    if (!dyno_hs2_buffer_reserve(rest, more))
        return out_of_memory(receiving->err);
    memcpy(rest->bytes, receiving->into->bytes + len, more);
    rest->len = more;
    return DYNO_OK;
}

/* A reply that was read in part is read anew from its first byte. */
static void start_reply(struct dyno_hs2_reply *reply)
{
    struct dyno_hs2_block *block = reply->block;
    dyno_hs2_schema_deinit(&reply->schema);
    *reply = (struct dyno_hs2_reply)DYNO_HS2_REPLY_INIT;
    reply->block = block;
    if (block == NULL)
        return;
    block->row_count = 0;
    block->column_count = 0;
}

static void pop(struct dyno_hs2_link *link)
{
    link->is_begun = false;
    link->due_count--;
    memmove(link->dues, link->dues + 1, link->due_count * sizeof link->dues[0]);
}

static void trim(struct dyno_hs2_buffer *buffer)
{
    if (buffer->capacity <= KEPT_BYTES)
        return;
    free(buffer->bytes);
    *buffer = (struct dyno_hs2_buffer){.bytes = NULL};
}

enum dyno_status dyno_hs2_answer_take(struct dyno_hs2_link *link, int64_t deadline_ns,
                                      struct dyno_err *err)
{
    struct dyno_hs2_due due = link->dues[0];
    struct dyno_hs2_reply dropped = DYNO_HS2_REPLY_INIT;
    struct dyno_hs2_reply *reply = due.sink.reply != NULL ? due.sink.reply : &dropped;
    struct receiving receiving = {
        .link = link,
        .into = due.sink.into != NULL ? due.sink.into : &link->answer,
        .deadline_ns = deadline_ns,
        .limit = link->max_message_bytes,
        .err = err,
    };
    if (!link->is_begun) {
        receiving.into->len = 0;
        link->frame_header_len = 0;
        link->is_begun = true;
    }
    size_t len = 0;
    start_reply(reply);
    enum dyno_status status = read_answer(&receiving, &due, reply, &len);
    if (status == DYNO_OK)
        status = keep_rest(&receiving, len);
    dyno_hs2_schema_deinit(&dropped.schema);
    if (status != DYNO_OK)
        return status;
    bool is_bare = reply->status_code == 0 && reply->text.len == 0 && len <= BARE_BYTES_MAX;
    if (due.sink.has_come != NULL)
        *due.sink.has_come = true;
    if (due.sink.reply == NULL)
        trim(receiving.into);
    if (due.call == DYNO_HS2_CLOSE_OPERATION && is_bare)
        link->close_bytes = len + (link->is_framed ? FRAME_HEADER_BYTES : 0);
    pop(link);
    return DYNO_OK;
}
