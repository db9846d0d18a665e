#include "hs2/tls_bio.h"

#include <errno.h>
#include <sys/socket.h>

static int bio_fd(BIO *bio)
{
    const int *fd = BIO_get_data(bio);
    return *fd;
}

static int bio_ended(BIO *bio, ssize_t count, int retry_flag)
{
    BIO_clear_retry_flags(bio);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
    else if (count == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)count;
}

static int bio_write(BIO *bio, const char *bytes, int len)
{
    return bio_ended(bio, send(bio_fd(bio), bytes, (size_t)len, MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

static int bio_read(BIO *bio, char *out, int room)
{
    return bio_ended(bio, recv(bio_fd(bio), out, (size_t)room, 0), BIO_FLAGS_READ);
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *dyno_tls_bio_method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (method == NULL)
        return NULL;
    if (BIO_meth_set_write(method, bio_write) == 1 && BIO_meth_set_read(method, bio_read) == 1 &&
        BIO_meth_set_ctrl(method, bio_ctrl) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

BIO *dyno_tls_bio_new(const BIO_METHOD *method, int *fd)
{
    BIO *bio = BIO_new(method);
    if (bio == NULL)
        return NULL;
    BIO_set_data(bio, fd);
    BIO_set_init(bio, 1);
    return bio;
}
