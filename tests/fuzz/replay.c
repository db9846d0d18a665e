/* replay CORPUS COUNT: the target over each file of a folder, and COUNT mutations of each of them. */
#include "base/alloc.h"
#include "base/file.h"
#include "base/rng.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define MAX_BYTES ((size_t)1 << 20)
#define SEED      20240229u

/* Numbers at which bounds tend to be. */
static const uint32_t EDGES[] = {0,          1,          0x7f,       0x80,       0xff,
                                 0x7fff,     0xffff,     0x7fffffff, 0x80000000, 0xfffffff0,
                                 0xffffffff, 0x00010000, 0x3fffffff};

static void put_edge(struct dyno_rng *rng, uint8_t *bytes, size_t len)
{
    uint32_t edge = EDGES[dyno_rng_below(rng, sizeof EDGES / sizeof EDGES[0])];
    size_t at = (size_t)dyno_rng_below(rng, len);
    for (size_t i = 0; i < 4 && at + i < len; i++)
        bytes[at + i] = (uint8_t)(edge >> (24 - 8 * i));
}

/* A few changes; the new length, at most twice the old one, for which there is room. */
static size_t mutate(struct dyno_rng *rng, uint8_t *bytes, size_t len)
{
    size_t room = len * 2;
    for (uint64_t i = 1 + dyno_rng_below(rng, 4); i > 0 && len > 0; i--) {
        size_t at = (size_t)dyno_rng_below(rng, len);
        size_t count = 1 + (size_t)dyno_rng_below(rng, 16);
        switch (dyno_rng_below(rng, 5)) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << dyno_rng_below(rng, 8));
            break;
        case 1:
            bytes[at] = (uint8_t)dyno_rng_next(rng);
            break;
        case 2:
            put_edge(rng, bytes, len);
            break;
        case 3: /* cut a piece out */
            count = count < len - at ? count : len - at;
            memmove(bytes + at, bytes + at + count, len - at - count);
            len -= count;
            break;
        default: /* say a piece twice */
            count = count < len - at ? count : len - at;
            if (len + count > room)
                break;
            memmove(bytes + at + count, bytes + at, len - at);
            len += count;
        }
    }
    return len;
}

static void run_file(const char *path, long count)
{
    char *text = NULL;
    size_t len = 0;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_rng rng;
    FUZZ_CHECK(dyno_file_read(path, MAX_BYTES, &text, &len, &err) == DYNO_OK);
    (void)LLVMFuzzerTestOneInput((const uint8_t *)text, len);
    dyno_rng_init(&rng, SEED, len);
    for (long i = 0; i < count && len > 0; i++) {
        uint8_t *bytes = dyno_xcalloc(2, len);
        memcpy(bytes, text, len);
        size_t mutated = mutate(&rng, bytes, len);
        /* Exactly as long as the input, so that a sanitizer sees each byte too far. */
        uint8_t *exact = dyno_xcalloc(1, mutated > 0 ? mutated : 1);
        memcpy(exact, bytes, mutated);
        (void)LLVMFuzzerTestOneInput(exact, mutated);
        free(exact);
        free(bytes);
    }
    free(text);
}

int main(int argc, char **argv)
{
    char **names = NULL;
    size_t count = 0;
    struct dyno_err err = DYNO_ERR_INIT;
    if (argc != 3 || dyno_dir_list(argv[1], &names, &count, &err) != DYNO_OK || count == 0) {
        (void)fprintf(stderr, "usage: replay CORPUS COUNT: %s\n", err.message);
        return 2;
    }
    for (size_t i = 0; i < count; i++) {
        char *path = dyno_path_join(argv[1], names[i]);
        run_file(path, strtol(argv[2], NULL, 10));
        free(path);
        free(names[i]);
    }
    free(names);
    (void)printf("%zu files\n", count);
    return 0;
}
