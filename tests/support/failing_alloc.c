#include "support/failing_alloc.h"

#include <curl/curl.h>
#include <openssl/crypto.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The linker puts the wraps in the place of the originals. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
char *__wrap_strdup(const char *text);

/* Until one fails; negative: none does. */
static _Thread_local int64_t left = -1;
static _Thread_local enum failing_alloc_of whose;

void failing_alloc_begin(enum failing_alloc_of of, int64_t count)
{
    whose = of;
    left = count;
}

bool failing_alloc_end(void)
{
    bool has_failed = left < 0;
    left = -1;
    return has_failed;
}

static bool is_failing(enum failing_alloc_of of)
{
    return left >= 0 && of == whose && left-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return is_failing(FAILING_ALLOC_OURS) ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return is_failing(FAILING_ALLOC_OURS) ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return is_failing(FAILING_ALLOC_OURS) ? NULL : __real_realloc(old, bytes);
}

char *__wrap_strdup(const char *text)
{
    return is_failing(FAILING_ALLOC_OURS) ? NULL : __real_strdup(text);
}

static void *library_malloc(size_t bytes)
{
    return is_failing(FAILING_ALLOC_LIBRARIES) ? NULL : __real_malloc(bytes);
}

static void *library_calloc(size_t count, size_t bytes)
{
    return is_failing(FAILING_ALLOC_LIBRARIES) ? NULL : __real_calloc(count, bytes);
}

static void *library_realloc(void *old, size_t bytes)
{
    return is_failing(FAILING_ALLOC_LIBRARIES) ? NULL : __real_realloc(old, bytes);
}

static char *library_strdup(const char *text)
{
    return is_failing(FAILING_ALLOC_LIBRARIES) ? NULL : __real_strdup(text);
}

static void *ssl_malloc(size_t bytes, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_malloc(bytes);
}

static void *ssl_realloc(void *old, size_t bytes, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_realloc(old, bytes);
}

static void ssl_free(void *old, const char *file, int line)
{
    (void)file;
    (void)line;
    free(old);
}

bool failing_alloc_join_libraries(void)
{
    return CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) == 1 &&
           curl_global_init_mem(CURL_GLOBAL_DEFAULT, library_malloc, free, library_realloc,
                                library_strdup, library_calloc) == CURLE_OK;
}
