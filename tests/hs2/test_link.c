/* The link over a socket pair, with the test as the peer that sends what it likes, when it likes. */
#include "base/clock.h"
#include "golden.h"
#include "hs2/link.h"
#include "hs2/rowset.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SOON_NS (2 * DYNO_NS_PER_S)

/* A link whose peer is `*peer_out`. */
static struct dyno_hs2_link pair_up(bool is_framed, int *peer_out)
{
    int ends[2] = {-1, -1};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    *peer_out = ends[1];
    return (struct dyno_hs2_link){.transport = {.fd = ends[0], .peer = "pair"},
                                  .is_framed = is_framed,
                                  .max_message_bytes = 1 << 20};
}

static void send_bytes(int peer, const void *bytes, size_t len)
{
    if (len > 0)
        assert_int_equal(send(peer, bytes, len, MSG_NOSIGNAL), len);
}

static void send_header(int peer, uint32_t len)
{
    const uint8_t header[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                               (uint8_t)len};
    send_bytes(peer, header, 4);
}

/* Receive the golden answer to FetchResults, which has the number 7, within `wait_ns`. */
static enum dyno_status receive_fetch(struct dyno_hs2_link *link, int64_t wait_ns, bool may_be_owed,
                                      struct dyno_hs2_block *block, struct dyno_err *err)
{
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    reply.block = block;
    block->column_count = 0;
    block->row_count = 0;
    if (link->due_count == 0)
        link->dues[link->due_count++] =
            (struct dyno_hs2_due){.call = DYNO_HS2_FETCH_RESULTS, .seqid = 7};
    return dyno_hs2_link_receive(link, 7, dyno_hs2_deadline(wait_ns), may_be_owed, &reply, err);
}

static void check_truncated(bool is_framed)
{
    for (size_t len = 0; len < sizeof GOLDEN_FETCH_REPLY; len++) {
        int peer = -1;
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_hs2_block block;
        dyno_hs2_block_init(&block);
        struct dyno_hs2_link link = pair_up(is_framed, &peer);
        if (is_framed)
            send_header(peer, sizeof GOLDEN_FETCH_REPLY);
        send_bytes(peer, GOLDEN_FETCH_REPLY, len);
        (void)close(peer);
        assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_ECONN);
        assert_string_equal(err.sqlstate, "08S01");
        assert_true(link.is_dead);
        assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_ECONN);
        dyno_hs2_link_close(&link);
        dyno_hs2_block_deinit(&block);
    }
}

static void test_end_of_stream_anywhere_kills_the_link(void **state)
{
    (void)state;
    check_truncated(false);
    check_truncated(true);
}

/* A frame that is shorter than its message must not make the link wait for more. */
static void test_short_frame_is_refused_at_once(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof GOLDEN_FETCH_REPLY; len++) {
        int peer = -1;
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_hs2_block block;
        dyno_hs2_block_init(&block);
        struct dyno_hs2_link link = pair_up(true, &peer);
        send_header(peer, (uint32_t)len);
        send_bytes(peer, GOLDEN_FETCH_REPLY, len);
        assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_EPROTO);
        dyno_hs2_link_close(&link);
        dyno_hs2_block_deinit(&block);
        (void)close(peer);
    }
}

struct dripping {
    int peer;
    bool is_framed;
};

static void *drip(void *ctx)
{
    const struct dripping *dripping = ctx;
    const uint32_t len = sizeof GOLDEN_FETCH_REPLY;
    const uint8_t header[4] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len};
    for (size_t i = 0; dripping->is_framed && i < 4; i++) {
        (void)send(dripping->peer, header + i, 1, MSG_NOSIGNAL);
        dyno_sleep_ns(100 * DYNO_NS_PER_US);
    }
    for (size_t i = 0; i < len; i++) {
        (void)send(dripping->peer, GOLDEN_FETCH_REPLY + i, 1, MSG_NOSIGNAL);
        dyno_sleep_ns(100 * DYNO_NS_PER_US);
    }
    return NULL;
}

static void check_dripped(bool is_framed)
{
    struct dripping dripping = {.is_framed = is_framed};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(is_framed, &dripping.peer);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, drip, &dripping), 0);
    assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_OK);
    pthread_join(thread, NULL);
    dyno_hs2_rowset_resolve(&block, link.answer.bytes);
    assert_int_equal(block.row_count, 3);
    assert_int_equal(dyno_hs2_column_i64(&block.columns[3], 0), 70000);
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(dripping.peer);
}

static void test_answer_may_come_byte_by_byte(void **state)
{
    (void)state;
    check_dripped(false);
    check_dripped(true);
}

static void check_owed(bool is_framed)
{
    const size_t half = sizeof GOLDEN_FETCH_REPLY / 2;
    int peer = -1;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(is_framed, &peer);
    if (is_framed)
        send_header(peer, sizeof GOLDEN_FETCH_REPLY);
    send_bytes(peer, GOLDEN_FETCH_REPLY, half);
    assert_int_equal(receive_fetch(&link, DYNO_NS_PER_MS, true, &block, &err), DYNO_ETIMEOUT);
    assert_true(dyno_hs2_link_is_due(&link, 7));
    assert_false(link.is_dead);
    send_bytes(peer, GOLDEN_FETCH_REPLY + half, sizeof GOLDEN_FETCH_REPLY - half);
    assert_int_equal(receive_fetch(&link, SOON_NS, true, &block, &err), DYNO_OK);
    assert_false(dyno_hs2_link_is_due(&link, 7));
    assert_int_equal(block.row_count, 3);
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(peer);
}

static void test_owed_answer_is_continued_where_it_stopped(void **state)
{
    (void)state;
    check_owed(false);
    check_owed(true);
}

static void test_deadline_without_permission_kills_the_link(void **state)
{
    (void)state;
    int peer = -1;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(false, &peer);
    int64_t began = dyno_now_ns();
    assert_int_equal(receive_fetch(&link, 20 * DYNO_NS_PER_MS, false, &block, &err), DYNO_ETIMEOUT);
    assert_string_equal(err.sqlstate, "HYT01");
    assert_true(dyno_now_ns() - began >= 20 * DYNO_NS_PER_MS);
    assert_true(link.is_dead);
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(peer);
}

static void check_frame_length(uint32_t len, enum dyno_status expected)
{
    int peer = -1;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(true, &peer);
    send_header(peer, len);
    assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), expected);
    assert_true(link.answer.capacity <= 65536);
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(peer);
}

static void test_false_frame_lengths_cost_no_memory(void **state)
{
    (void)state;
    check_frame_length((1u << 20) + 1, DYNO_ELIMIT);
    check_frame_length(0x7fffffffu, DYNO_ELIMIT);
    check_frame_length(0x80000000u, DYNO_EPROTO);
    check_frame_length(0xffffffffu, DYNO_EPROTO);
}

static void check_hint(const char *sent, const char *hint)
{
    int peer = -1;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(false, &peer);
    send_bytes(peer, sent, 16);
    assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_EPROTO);
    assert_non_null(strstr(err.message, hint));
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(peer);
}

static void test_wrong_protocols_are_recognised(void **state)
{
    (void)state;
    check_hint("HTTP/1.1 400 Bad", "hive.server2.transport.mode");
    check_hint("\4\0\0\0\x13Invalid sta", "authentication PLAIN");
}

/* What is owed is taken off the wire before the next request goes out. */
static void test_request_settles_what_is_owed(void **state)
{
    (void)state;
    int peer = -1;
    uint8_t sent[256];
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(false, &peer);
    assert_int_equal(receive_fetch(&link, DYNO_NS_PER_MS, true, &block, &err), DYNO_ETIMEOUT);
    (void)dyno_hs2_link_begin(&link, DYNO_HS2_GET_INFO);
    assert_int_equal(dyno_hs2_link_send(&link, dyno_hs2_deadline(20 * DYNO_NS_PER_MS), &err),
                     DYNO_ETIMEOUT);
    assert_int_equal(recv(peer, sent, sizeof sent, MSG_DONTWAIT), 0);
    dyno_hs2_link_close(&link);
    (void)close(peer);

    link = pair_up(false, &peer);
    assert_int_equal(receive_fetch(&link, DYNO_NS_PER_MS, true, &block, &err), DYNO_ETIMEOUT);
    send_bytes(peer, GOLDEN_FETCH_REPLY, sizeof GOLDEN_FETCH_REPLY);
    (void)dyno_hs2_link_begin(&link, DYNO_HS2_GET_INFO);
    assert_int_equal(dyno_hs2_link_send(&link, dyno_hs2_deadline(SOON_NS), &err), DYNO_OK);
    assert_false(dyno_hs2_link_is_due(&link, 7));
    assert_true(recv(peer, sent, sizeof sent, MSG_DONTWAIT) > 0);
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(peer);
}

/* Requests that were sent in one go: their numbers are 6 (GetInfo) and 7 (FetchResults). */
static void send_pair(struct dyno_hs2_link *link, int peer)
{
    uint8_t sent[512];
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_hs2_handle handle = {.guid_len = 16, .secret_len = 16};
    link->seqid = 5;
    dyno_hs2_request_get_info(dyno_hs2_link_begin(link, DYNO_HS2_GET_INFO), &handle, 17);
    dyno_hs2_request_fetch(dyno_hs2_link_begin_next(link, DYNO_HS2_FETCH_RESULTS), &handle, 10);
    assert_int_equal(dyno_hs2_link_send(link, dyno_hs2_deadline(SOON_NS), &err), DYNO_OK);
    assert_int_equal(link->due_count, 2);
    ssize_t len = recv(peer, sent, sizeof sent, MSG_DONTWAIT);
    assert_true(len > 0);
    size_t first = 0;
    if (link->is_framed) {
        first = 4 + dyno_wire_load_u32(sent);
        assert_int_equal(first + 4 + dyno_wire_load_u32(sent + first), len);
        first += 4;
    }
    size_t at = link->is_framed ? first : 0;
    while (!link->is_framed && (at < 8 || dyno_wire_load_u32(sent + at) != 0x80010001u))
        at++;
    assert_memory_equal(sent + at + 8, "FetchResults", 12);
}

/* The answer to GetInfo with the number 6. */
static size_t put_info(uint8_t *out, bool is_framed)
{
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_wire_put_message(&writer, DYNO_WIRE_REPLY, "GetInfo", 6);
    dyno_wire_put_field(&writer, DYNO_WIRE_STRUCT, 0);
    dyno_wire_put_field(&writer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_i32_field(&writer, 1, 0);
    for (int i = 0; i < 3; i++)
        dyno_wire_put_stop(&writer);
    size_t header = is_framed ? 4 : 0;
    memcpy(out + header, writer.bytes, writer.len);
    for (size_t i = 0; i < header; i++)
        out[i] = i == 3 ? (uint8_t)writer.len : 0;
    size_t len = header + writer.len;
    dyno_wire_writer_deinit(&writer);
    return len;
}

/* Both answers as one run of bytes. */
static size_t put_pair(uint8_t *out, bool is_framed)
{
    const uint32_t fetch = sizeof GOLDEN_FETCH_REPLY;
    size_t len = put_info(out, is_framed);
    if (is_framed) {
        const uint8_t header[4] = {0, 0, (uint8_t)(fetch >> 8), (uint8_t)fetch};
        memcpy(out + len, header, 4);
        len += 4;
    }
    memcpy(out + len, GOLDEN_FETCH_REPLY, fetch);
    return len + fetch;
}

/* Both answers come, cut into two pieces anywhere; the second lies in the first's last segment or not. */
static void check_pair(bool is_framed, size_t cut)
{
    uint8_t answers[4096];
    int peer = -1;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_reply info = DYNO_HS2_REPLY_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_link link = pair_up(is_framed, &peer);
    size_t len = put_pair(answers, is_framed);
    send_pair(&link, peer);
    send_bytes(peer, answers, cut);
    enum dyno_status status =
        dyno_hs2_link_receive(&link, 6, dyno_hs2_deadline(0), true, &info, &err);
    assert_int_equal(status, cut < put_info(answers, is_framed) ? DYNO_ETIMEOUT : DYNO_OK);
    (void)put_pair(answers, is_framed);
    send_bytes(peer, answers + cut, len - cut);
    if (status != DYNO_OK)
        assert_int_equal(
            dyno_hs2_link_receive(&link, 6, dyno_hs2_deadline(SOON_NS), true, &info, &err),
            DYNO_OK);
    assert_int_equal(info.status_code, 0);
    assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_OK);
    dyno_hs2_rowset_resolve(&block, link.answer.bytes);
    assert_int_equal(block.row_count, 3);
    assert_int_equal(dyno_hs2_column_i64(&block.columns[3], 0), 70000);
    assert_int_equal(link.due_count, 0);
    dyno_hs2_link_close(&link);
    dyno_hs2_block_deinit(&block);
    (void)close(peer);
}

static void test_two_answers_may_be_cut_anywhere(void **state)
{
    (void)state;
    uint8_t answers[4096];
    for (int is_framed = 0; is_framed < 2; is_framed++) {
        size_t len = put_pair(answers, is_framed != 0);
        for (size_t cut = 0; cut <= len; cut++)
            check_pair(is_framed != 0, cut);
    }
}

/* A byte behind the last answer, which came with the one before: it is seen at once, wherever it lies. */
static void test_a_byte_behind_the_last_answer_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        uint8_t answers[4096];
        int peer = -1;
        bool is_framed = i % 2 != 0;
        size_t room = sizeof GOLDEN_FETCH_REPLY + (i < 2 ? 0 : 1);
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_hs2_buffer into = {.bytes = malloc(room), .capacity = room};
        struct dyno_hs2_link link = pair_up(is_framed, &peer);
        send_pair(&link, peer);
        dyno_hs2_link_direct(&link, 7, (struct dyno_hs2_sink){.into = &into});
        size_t len = put_pair(answers, is_framed);
        answers[len] = 'x';
        send_bytes(peer, answers, len + 1);
        assert_int_equal(dyno_hs2_link_await(&link, 7, dyno_hs2_deadline(SOON_NS), false, &err),
                         DYNO_EPROTO);
        assert_non_null(strstr(err.message, "more came than was asked for"));
        assert_true(link.is_dead);
        dyno_hs2_link_close(&link);
        free(into.bytes);
        (void)close(peer);
    }
}

/* Whoever wants the later answer takes the earlier one to where that was to go. */
static void test_an_earlier_answer_goes_where_it_was_directed(void **state)
{
    (void)state;
    for (int is_framed = 0; is_framed < 2; is_framed++) {
        uint8_t answers[4096];
        int peer = -1;
        bool has_come = false;
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_hs2_buffer into = {.bytes = NULL};
        struct dyno_hs2_reply info = DYNO_HS2_REPLY_INIT;
        struct dyno_hs2_block block;
        dyno_hs2_block_init(&block);
        struct dyno_hs2_link link = pair_up(is_framed != 0, &peer);
        send_pair(&link, peer);
        dyno_hs2_link_direct(
            &link, 6, (struct dyno_hs2_sink){.into = &into, .reply = &info, .has_come = &has_come});
        send_bytes(peer, answers, put_pair(answers, is_framed != 0));
        assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_OK);
        assert_true(has_come);
        assert_int_equal(info.status_code, 0);
        assert_int_equal(into.len, put_info(answers, false));
        free(into.bytes);
        dyno_hs2_link_close(&link);
        dyno_hs2_block_deinit(&block);
        (void)close(peer);
    }
}

/* An answer that is wanted no more is gone on with, also where part of it has come. */
static void test_a_forgotten_answer_is_dropped(void **state)
{
    (void)state;
    for (int is_framed = 0; is_framed < 2; is_framed++) {
        uint8_t answers[4096];
        int peer = -1;
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_hs2_buffer into = {.bytes = NULL};
        struct dyno_hs2_reply info = DYNO_HS2_REPLY_INIT;
        struct dyno_hs2_block block;
        dyno_hs2_block_init(&block);
        struct dyno_hs2_link link = pair_up(is_framed != 0, &peer);
        size_t len = put_pair(answers, is_framed != 0);
        send_pair(&link, peer);
        dyno_hs2_link_direct(&link, 6, (struct dyno_hs2_sink){.into = &into, .reply = &info});
        send_bytes(peer, answers, 9);
        dyno_hs2_link_drain(&link);
        assert_int_equal(link.due_count, 2);
        dyno_hs2_link_forget(&link, 6);
        assert_null(into.bytes);
        send_bytes(peer, answers + 9, len - 9);
        assert_int_equal(receive_fetch(&link, SOON_NS, false, &block, &err), DYNO_OK);
        assert_int_equal(info.status_code, -1);
        dyno_hs2_link_close(&link);
        dyno_hs2_block_deinit(&block);
        (void)close(peer);
    }
}

/* Leaves are sent without a look at what is due, until the queue is full. */
static void test_leaves_are_queued(void **state)
{
    (void)state;
    int peer = -1;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_reply info = DYNO_HS2_REPLY_INIT;
    struct dyno_hs2_link link = pair_up(false, &peer);
    const struct dyno_hs2_handle handle = {.guid_len = 16, .secret_len = 16};
    for (size_t i = 0; i < DYNO_HS2_DUE_MAX; i++) {
        dyno_hs2_request_operation(dyno_hs2_link_begin(&link, DYNO_HS2_CLOSE_OPERATION), &handle);
        assert_int_equal(dyno_hs2_link_send(&link, dyno_hs2_deadline(0), &err), DYNO_OK);
        assert_int_equal(link.due_count, i + 1);
    }
    dyno_hs2_request_get_info(dyno_hs2_link_begin(&link, DYNO_HS2_GET_INFO), &handle, 17);
    assert_int_equal(dyno_hs2_link_send(&link, dyno_hs2_deadline(0), &err), DYNO_ETIMEOUT);
    assert_true(link.is_dead);
    assert_int_equal(link.due_count, 0);
    assert_int_equal(dyno_hs2_link_receive(&link, link.seqid, 0, false, &info, &err), DYNO_ECONN);
    dyno_hs2_link_close(&link);
    (void)close(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_of_stream_anywhere_kills_the_link),
        cmocka_unit_test(test_short_frame_is_refused_at_once),
        cmocka_unit_test(test_answer_may_come_byte_by_byte),
        cmocka_unit_test(test_owed_answer_is_continued_where_it_stopped),
        cmocka_unit_test(test_deadline_without_permission_kills_the_link),
        cmocka_unit_test(test_false_frame_lengths_cost_no_memory),
        cmocka_unit_test(test_wrong_protocols_are_recognised),
        cmocka_unit_test(test_request_settles_what_is_owed),
        cmocka_unit_test(test_two_answers_may_be_cut_anywhere),
        cmocka_unit_test(test_a_byte_behind_the_last_answer_is_refused),
        cmocka_unit_test(test_an_earlier_answer_goes_where_it_was_directed),
        cmocka_unit_test(test_a_forgotten_answer_is_dropped),
        cmocka_unit_test(test_leaves_are_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
