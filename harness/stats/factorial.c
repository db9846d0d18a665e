#include "stats/factorial.h"

#include <stdio.h>
#include <string.h>

/* Columns of the generated factors, in the letters' order, after the base factors. */
struct catalogue_entry {
    int factors;
    int runs;
    bool is_usual;
    uint32_t generated[8];
};

enum {
    AB = 3,
    AC = 5,
    ABC = 7,
    AD = 9,
    ABD = 11,
    ACD = 13,
    BCD = 14,
    ABCD = 15,
    ABE = 19,
    ACE = 21,
    ADE = 25,
    ABDE = 27,
    ACDE = 29,
    BCDE = 30,
    ABCDE = 31
};

static const struct catalogue_entry catalogue[] = {
    {2, 4, true, {0}},
    {3, 8, true, {0}},
    {4, 8, false, {ABC}},
    {4, 16, true, {0}},
    {5, 16, true, {ABCD}},
    {6, 16, true, {ABC, ABD}},
    {6, 32, false, {ABCDE}},
    {7, 16, true, {ABC, ABD, ACD}},
    {7, 32, false, {ABC, ABDE}},
    {8, 16, true, {ABC, ABD, ACD, BCD}},
    {8, 32, false, {ABC, ABD, ACDE}},
    {9, 16, false, {AB, AC, AD, BCD, ABCD}},
    {9, 32, true, {ABC, ABD, ABE, ACDE}},
    {10, 32, true, {ABC, ABD, ABE, ACDE, BCDE}},
    {11, 32, true, {ABC, ABD, ACD, ABE, ACE, ADE}},
    {12, 32, true, {ABC, ABD, ACD, BCD, ABE, ACE, ADE}},
};

static const char sieve_12[] = "++-+++---+-";
static const char sieve_20[] = "++--++++-+-+----++-";
static const char sieve_24[] = "+++++-+-++--++--+-+----";

static int log2_of(int runs)
{
    int bits = 0;
    while ((1 << bits) < runs)
        bits++;
    return bits;
}

static int parity(uint32_t bits)
{
    int odd = 0;
    for (; bits != 0; bits &= bits - 1)
        odd ^= 1;
    return odd;
}

static int bits_in(uint32_t bits)
{
    int count = 0;
    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

static void take_entry(const struct catalogue_entry *entry, struct dyno_factorial *out)
{
    int base = log2_of(entry->runs);
    *out = (struct dyno_factorial){
        .factor_count = entry->factors, .run_count = entry->runs, .base_runs = entry->runs};
    for (int f = 0; f < entry->factors; f++)
        out->columns[f] = f < base ? UINT32_C(1) << f : entry->generated[f - base];
}

bool dyno_factorial_make(int factors, int runs, struct dyno_factorial *out)
{
    for (size_t i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++) {
        const struct catalogue_entry *entry = &catalogue[i];
        if (entry->factors != factors || (runs == 0 ? !entry->is_usual : entry->runs != runs))
            continue;
        take_entry(entry, out);
        return true;
    }
    return false;
}

bool dyno_factorial_make_sieve(int factors, struct dyno_factorial *out)
{
    if (factors < DYNO_FACTORIAL_MIN_FACTORS || factors > DYNO_FACTORIAL_MAX_FACTORS)
        return false;
    int runs = factors <= 11 ? 12 : 20;
    *out = (struct dyno_factorial){
        .is_sieve = true, .factor_count = factors, .run_count = runs, .base_runs = runs};
    for (int f = 0; f < factors; f++)
        out->columns[f] = (uint32_t)f + 1;
    return true;
}

bool dyno_factorial_fold(struct dyno_factorial *design, uint32_t factors)
{
    uint32_t all = (UINT32_C(1) << design->factor_count) - 1;
    if (design->is_folded || 2 * design->base_runs > DYNO_FACTORIAL_MAX_RUNS ||
        (factors & all) == 0 || (design->is_sieve && (factors & all) != all))
        return false;
    design->is_folded = true;
    design->run_count = 2 * design->base_runs;
    for (int f = 0; f < design->factor_count; f++)
        if ((factors >> f & 1) != 0)
            design->columns[f] += (uint32_t)design->base_runs;
    return true;
}

void dyno_factorial_reorder(struct dyno_factorial *design, const int *order)
{
    uint32_t columns[DYNO_FACTORIAL_MAX_FACTORS];
    memcpy(columns, design->columns, sizeof columns);
    for (int f = 0; f < design->factor_count; f++)
        design->columns[f] = columns[order[f]];
}

/** Column from 1: shifts of the first row, and a last row with all signs minus. */
static int sieve_sign(int runs, int row, uint32_t column)
{
    const char *first = runs == 12 ? sieve_12 : runs == 20 ? sieve_20 : sieve_24;
    int period = runs - 1;
    /* Row 0 is the one with all factors low, as in the regular designs. */
    if (row == 0)
        return -1;
    int at = ((int)column - 1 - (row - 1)) % period;
    return first[at < 0 ? at + period : at] == '+' ? 1 : -1;
}

int dyno_factorial_sign(const struct dyno_factorial *design, int run, uint32_t column)
{
    if (!design->is_sieve)
        return parity((uint32_t)run & column) != 0 ? 1 : -1;
    int half = run / design->base_runs;
    uint32_t own = column % (uint32_t)design->base_runs;
    bool is_mirrored = column >= (uint32_t)design->base_runs;
    int sign = own == 0 ? -1 : sieve_sign(design->base_runs, run % design->base_runs, own);
    return is_mirrored && half == 1 ? -sign : sign;
}

int dyno_factorial_level(const struct dyno_factorial *design, int run, int factor)
{
    return dyno_factorial_sign(design, run, design->columns[factor]);
}

uint32_t dyno_factorial_interaction(const struct dyno_factorial *design, int first, int second)
{
    return design->is_sieve ? 0 : design->columns[first] ^ design->columns[second];
}

int dyno_factorial_main(const struct dyno_factorial *design, uint32_t column)
{
    for (int f = 0; f < design->factor_count; f++)
        if (design->columns[f] == column)
            return f;
    return -1;
}

size_t dyno_factorial_pairs(const struct dyno_factorial *design, uint32_t column,
                            struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS])
{
    size_t count = 0;
    for (int f = 0; f < design->factor_count && !design->is_sieve; f++)
        for (int g = f + 1; g < design->factor_count; g++)
            if (dyno_factorial_interaction(design, f, g) == column)
                pairs[count++] = (struct dyno_factor_pair){.first = f, .second = g};
    return count;
}

static bool is_word(const struct dyno_factorial *design, uint32_t set)
{
    uint32_t sum = 0;
    for (int f = 0; f < design->factor_count; f++)
        if ((set >> f & 1) != 0)
            sum ^= design->columns[f];
    return sum == 0;
}

size_t dyno_factorial_defining(const struct dyno_factorial *design, uint32_t *words, size_t room)
{
    size_t count = 0;
    for (uint32_t set = 1; !design->is_sieve && set < UINT32_C(1) << design->factor_count; set++) {
        if (!is_word(design, set))
            continue;
        if (count < room)
            words[count] = set;
        count++;
    }
    return count;
}

int dyno_factorial_words(const struct dyno_factorial *design,
                         int counts[DYNO_FACTORIAL_MAX_FACTORS + 1])
{
    memset(counts, 0, (DYNO_FACTORIAL_MAX_FACTORS + 1) * sizeof *counts);
    if (design->is_sieve)
        return design->is_folded ? 4 : 3;
    for (uint32_t set = 1; set < UINT32_C(1) << design->factor_count; set++)
        if (is_word(design, set))
            counts[bits_in(set)]++;
    for (int length = 1; length <= design->factor_count; length++)
        if (counts[length] > 0)
            return length;
    return 0;
}

size_t dyno_factorial_clear_pairs(const struct dyno_factorial *design)
{
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    size_t clear = 0;
    for (uint32_t column = 1; column < (uint32_t)design->run_count; column++)
        clear += dyno_factorial_pairs(design, column, pairs) == 1 &&
                 dyno_factorial_main(design, column) < 0;
    return clear;
}

size_t dyno_factorial_free(const struct dyno_factorial *design,
                           uint32_t columns[DYNO_FACTORIAL_MAX_RUNS])
{
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    size_t count = 0;
    for (uint32_t column = 1; !design->is_sieve && column < (uint32_t)design->run_count; column++)
        if (dyno_factorial_main(design, column) < 0 &&
            dyno_factorial_pairs(design, column, pairs) == 0)
            columns[count++] = column;
    return count;
}

char dyno_factorial_letter(int factor)
{
    return "ABCDEFGHJKLM"[factor];
}

char *dyno_factorial_chain(const struct dyno_factorial *design, uint32_t column, char *out,
                           size_t out_bytes)
{
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    size_t count = dyno_factorial_pairs(design, column, pairs);
    int main = dyno_factorial_main(design, column);
    size_t len = 0;
    out[0] = '\0';
    if (main >= 0)
        len += (size_t)snprintf(out, out_bytes, "%c", dyno_factorial_letter(main));
    for (size_t i = 0; i < count && len < out_bytes; i++)
        len += (size_t)snprintf(out + len, out_bytes - len, "%s%c%c",
                                main >= 0 ? " - "
                                : i > 0   ? " + "
                                          : "",
                                dyno_factorial_letter(pairs[i].first),
                                dyno_factorial_letter(pairs[i].second));
    if (main < 0 && count == 0)
        (void)snprintf(out, out_bytes, "free");
    return out;
}
