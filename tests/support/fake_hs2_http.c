/* HTTP of the fake server: requests in, answers out, Basic, Bearer and Spark's cookie. */
#include "base/alloc.h"
#include "support/fake_hs2_conn.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_HEAD_BYTES 16384
#define MAX_BODY_BYTES ((size_t)100 << 20)

/* A request's head, ended by NUL. */
struct head {
    char text[MAX_HEAD_BYTES];
};

static bool refuse(struct fake_connection *connection, int state, const char *body)
{
    char text[1024];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %d Refused\r\nContent-Type: text/html\r\n"
                       "Location: http://elsewhere.example/\r\nContent-Length: %zu\r\n\r\n%s",
                       state, strlen(body), body);
    return fake_send(connection, (const uint8_t *)text, (size_t)len);
}

/* Byte by byte: what follows belongs to the body. */
static bool read_head(struct fake_connection *connection, struct head *head)
{
    size_t len = 0;
    while (len + 1 < sizeof head->text) {
        if (!fake_receive(connection, head->text + len, 1))
            return false;
        len++;
        if (head->text[0] != 'P') {
            (void)refuse(connection, 400, "<html>Bad Request</html>");
            return false;
        }
        if (len >= 4 && memcmp(head->text + len - 4, "\r\n\r\n", 4) == 0) {
            head->text[len] = '\0';
            return true;
        }
    }
    return false;
}

/* The header's value, which ends at "\r"; NULL if there is none. */
static const char *header_of(const struct head *head, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = strstr(head->text, "\r\n"); line != NULL;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
            return line + 3 + len + strspn(line + 3 + len, " ");
    }
    return NULL;
}

static bool value_is(const char *value, const char *expected)
{
    size_t len = strlen(expected);
    return value != NULL && strncmp(value, expected, len) == 0 && value[len] == '\r';
}

static void make_cookie(const struct fake_shared *shared, char *out, size_t room)
{
    (void)snprintf(out, room, "hive.server2.auth=n%llx", (unsigned long long)shared->nonce);
}

/* "Basic base64(user:password)", where any will do unless one is set. */
static bool is_basic_welcome(const struct fake_shared *shared, const char *value)
{
    char plain[512];
    char coded[1024];
    if (shared->http_token != NULL || strncmp(value, "Basic ", 6) != 0)
        return false;
    if (shared->user == NULL)
        return true;
    int len = snprintf(plain, sizeof plain, "%s:%s", shared->user, shared->password);
    memcpy(coded, "Basic ", 6);
    (void)EVP_EncodeBlock((unsigned char *)coded + 6, (const unsigned char *)plain, len);
    return value_is(value, coded);
}

static bool is_let_in(struct fake_connection *connection, const struct head *head)
{
    struct fake_shared *shared = connection->shared;
    char cookie[64];
    char bearer[256];
    make_cookie(shared, cookie, sizeof cookie);
    if (value_is(header_of(head, "Cookie"), cookie))
        return true;
    const char *value = header_of(head, "Authorization");
    (void)snprintf(bearer, sizeof bearer, "Bearer %s",
                   shared->http_token != NULL ? shared->http_token : "");
    shared->attempts += value != NULL;
    if (value == NULL || !(is_basic_welcome(shared, value) ||
                           (shared->http_token != NULL && value_is(value, bearer))))
        return false;
    shared->logins++;
    connection->owes_cookie = true;
    return true;
}

static bool is_right_path(const struct fake_shared *shared, const struct head *head)
{
    const char *at = head->text + strlen("POST ");
    if (shared->is_http_proxy) {
        if (strncmp(at, "http://", 7) != 0 || strchr(at + 7, '/') == NULL)
            return false;
        at = strchr(at + 7, '/');
    }
    size_t len = strlen(shared->http_path);
    return *at == '/' && strncmp(at + 1, shared->http_path, len) == 0 && at[1 + len] == ' ';
}

/* 0, or the state that the request is refused with. */
static int judge(struct fake_connection *connection, const struct head *head)
{
    const struct fake_shared *shared = connection->shared;
    if (shared->http_state != 0)
        return shared->http_state;
    if (!is_right_path(shared, head))
        return 405;
    return is_let_in(connection, head) ? 0 : 401;
}

bool fake_http_read(struct fake_connection *connection)
{
    struct head *head = dyno_xcalloc(1, sizeof *head);
    bool is_read = false;
    for (bool is_open = true; is_open && !is_read;) {
        is_open = read_head(connection, head) && strncmp(head->text, "POST ", 5) == 0;
        const char *length = is_open ? header_of(head, "Content-Length") : NULL;
        size_t len = length != NULL ? strtoul(length, NULL, 10) : 0;
        is_open = is_open && len <= MAX_BODY_BYTES;
        if (!is_open)
            break;
        fake_reserve(connection, len);
        connection->len = len;
        is_open = fake_receive(connection, connection->bytes, len);
        int state = is_open ? judge(connection, head) : 0;
        is_read = is_open && state == 0;
        if (is_open && state != 0)
            is_open =
                refuse(connection, state,
                       state == 401 ? "Authentication Error: LDAP says no\n" : "<html>no</html>");
    }
    free(head);
    return is_read;
}

/* Chunked, as Spark's answers are; what is cut short announces its full length. */
bool fake_http_send(struct fake_connection *connection, const uint8_t *bytes, size_t len,
                    size_t sent_len)
{
    char head[512];
    char cookie[64];
    char length[64];
    make_cookie(connection->shared, cookie, sizeof cookie);
    (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n", len);
    if (sent_len == len)
        (void)snprintf(length, sizeof length, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", len);
    (void)snprintf(
        head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/x-thrift\r\n%s%s%s%s",
        connection->owes_cookie ? "Set-Cookie: " : "", connection->owes_cookie ? cookie : "",
        connection->owes_cookie ? ";Version=0;Max-Age=86400;Secure; HttpOnly\r\n" : "", length);
    connection->owes_cookie = false;
    if (!fake_send(connection, (const uint8_t *)head, strlen(head)) ||
        !fake_send(connection, bytes, sent_len))
        return false;
    return sent_len < len || fake_send(connection, (const uint8_t *)"\r\n0\r\n\r\n", 7);
}
