/** A ranking made from options and words, also one that is taken up again. */
#ifndef DYNO_CLI_RANK_OPTIONS_H
#define DYNO_CLI_RANK_OPTIONS_H

#include "base/vec.h"
#include "cli/bench_options.h"

struct cli_rank {
    struct cli_bench bench;
    struct dyno_factors factors;
    struct dyno_rank rank;
    struct dyno_rank_options options;
    struct dyno_vec arguments; /* char *, owned: those that are stored */
    char **words_again;        /* of the ranking that is taken up, owned */
    size_t words_again_count;
};

/**
 * Parse the command and make workload, factors, design and experiment of it. With --resume the words of the
 * stored ranking come first, and what is typed now on top. DYNO_EINPUT, DYNO_ENOTFOUND; help was asked for if
 * words->wants_help. Release with cli_rank_deinit, also after a failure.
 */
enum dyno_status cli_rank_init(struct cli_rank *rank, const struct cli_verb *verb, int argc,
                               char **argv, struct cli_bench_options *options,
                               struct cli_words *words, struct dyno_err *err) DYNO_MUST_CHECK;
void cli_rank_deinit(struct cli_rank *rank);

#endif
