/**
 * A verdict in plain English, with its numbers: the one line that a reader takes away.
 *
 * "aqe-off is worse than default on retail: mean response +182 % (2.8x; 95 % CI +150 % to +214 %), 6 blocks on
 * 3 server starts; ratios vary by 3.1 % within a start, 1.2 % between starts"
 */
#ifndef DYNO_DECIDE_SENTENCE_H
#define DYNO_DECIDE_SENTENCE_H

#include "base/str.h"
#include "decide/contrast.h"

#include <stddef.h>

/** A log ratio as a change: "+182 %", "-3.4 %"; the sign always, one decimal below 10 %. */
void dyno_sentence_percent(double log_ratio, char *out, size_t out_bytes);

/** Why a contrast got its verdict, for table contrast. Cut at `out_bytes`. */
void dyno_sentence_reason(const struct dyno_contrast *contrast, size_t family_count, char *out,
                          size_t out_bytes);

/** The answer of a comparison. `fault`: why it is invalid; NULL unless it is. */
void dyno_sentence_compare(const struct dyno_evidence *evidence,
                           const struct dyno_contrasts *contrasts, enum dyno_verdict verdict,
                           const char *fault, struct dyno_str *out);

/** An A/A: what a profile against itself has shown. `fault`: as above. */
void dyno_sentence_aa(const struct dyno_evidence *evidence, const struct dyno_contrasts *contrasts,
                      enum dyno_verdict verdict, const char *fault, struct dyno_str *out);

#endif
