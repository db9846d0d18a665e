#include "explain/plan_tree.h"

#include "base/vec.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char final_mark[] = "== Final Plan ==";
static const char initial_mark[] = "== Initial Plan ==";
static const char current_mark[] = "== Current Plan ==";
static const char size_mark[] = "sizeInBytes=";

static const struct {
    const char *name;
    double bytes;
} units[] = {{"B", 1},        {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30},
             {"TiB", 0x1p40}, {"PiB", 0x1p50}, {"EiB", 0x1p60}};

static double read_bytes(const char *text, size_t len)
{
    char word[48];
    char *unit = NULL;
    const char *at = NULL;
    (void)snprintf(word, sizeof word, "%.*s", 0, "");
    for (size_t i = 0; i + sizeof size_mark - 1 < len && at == NULL; i++)
        if (strncmp(text + i, size_mark, sizeof size_mark - 1) == 0)
            at = text + i + sizeof size_mark - 1;
    if (at == NULL)
        return (double)NAN;
    size_t left = len - (size_t)(at - text);
    (void)snprintf(word, sizeof word, "%.*s", (int)(left < sizeof word ? left : sizeof word - 1),
                   at);
    word[strcspn(word, ",)")] = '\0';
    double number = strtod(word, &unit);
    while (*unit == ' ')
        unit++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        /* A plan that does not know a size says 8 EiB. */
        if (strcmp(unit, units[i].name) == 0 && units[i].bytes < 0x1p60)
            return number * units[i].bytes;
    return (double)NAN;
}

/* What stands before a node's name: branches, blanks and the star of generated code. */
static size_t lead_of(const char *line, size_t len)
{
    size_t at = 0;
    while (at < len && strchr(" :+-*|", line[at]) != NULL)
        at++;
    return at;
}

static struct dyno_plan_node read_node(const char *line, size_t len)
{
    size_t lead = lead_of(line, len);
    struct dyno_plan_node node = {line + lead, len - lead, (int)lead, -1, read_bytes(line, len)};
    /* "* Sort" stands two columns to the right of where its branch begins. */
    if (lead >= 2 && line[lead - 2] == '*')
        node.depth -= 2;
    for (size_t i = lead; i + 1 < len; i++)
        if (line[i] == '(' && isdigit((unsigned char)line[i + 1]) && node.number < 0)
            node.number = (int)strtol(line + i + 1, NULL, 10);
    return node;
}

bool dyno_plan_node_is(const struct dyno_plan_node *node, const char *word)
{
    size_t len = strlen(word);
    return node->len >= len && strncmp(node->name, word, len) == 0 &&
           (node->len == len || !isalnum((unsigned char)node->name[len]));
}

bool dyno_plan_tree_read(const char *plan, struct dyno_plan_tree *out)
{
    struct dyno_vec trees[2] = {DYNO_VEC_INIT(struct dyno_plan_node),
                                DYNO_VEC_INIT(struct dyno_plan_node)};
    const char *line = strstr(plan, "== Physical Plan ==");
    size_t which = 0;
    *out = (struct dyno_plan_tree){.final_count = 0};
    line = line == NULL ? NULL : strchr(line, '\n');
    while (line != NULL && line[1] != '\0' && line[1] != '\n') {
        size_t len = strcspn(++line, "\n");
        struct dyno_plan_node node = read_node(line, len);
        if (node.len >= sizeof initial_mark - 1 &&
            strncmp(node.name, initial_mark, sizeof initial_mark - 1) == 0)
            which = 1;
        else if (strncmp(node.name, final_mark, sizeof final_mark - 1) != 0 &&
                 strncmp(node.name, current_mark, sizeof current_mark - 1) != 0 && node.len > 0)
            dyno_vec_push(&trees[which], &node);
        line = line[len] == '\0' ? NULL : line + len;
    }
    out->final = dyno_vec_take(&trees[0], &out->final_count);
    out->initial = dyno_vec_take(&trees[1], &out->initial_count);
    return out->final_count > 0 || out->initial_count > 0;
}

void dyno_plan_tree_deinit(struct dyno_plan_tree *tree)
{
    free(tree->final);
    free(tree->initial);
    *tree = (struct dyno_plan_tree){.final_count = 0};
}

void dyno_plan_side_bytes(const struct dyno_plan_tree *tree, size_t at, double sizes[2])
{
    const struct dyno_plan_node *join = &tree->final[at];
    int child_depth = -1;
    int side = -1;
    for (size_t i = at + 1; i < tree->final_count && tree->final[i].depth > join->depth; i++) {
        const struct dyno_plan_node *node = &tree->final[i];
        if (child_depth < 0)
            child_depth = node->depth;
        side += node->depth == child_depth ? 1 : 0;
        if (side >= 0 && side < 2 && isfinite(node->bytes))
            sizes[side] = fmax(sizes[side], node->bytes);
    }
}

static int count_nodes(const struct dyno_plan_node *nodes, size_t count, const char *word)
{
    int found = 0;
    for (size_t i = 0; i < count; i++)
        found += dyno_plan_node_is(&nodes[i], word) ? 1 : 0;
    return found;
}

/* "(12) AQEShuffleRead", two lines on "Arguments: coalesced". */
static bool has_argument(const char *plan, const struct dyno_plan_node *node, const char *word)
{
    char head[64];
    (void)snprintf(head, sizeof head, "\n(%d) AQEShuffleRead", node->number);
    const char *at = node->number < 0 ? NULL : strstr(plan, head);
    const char *end = at == NULL ? NULL : strstr(at, "\n\n");
    const char *found = at == NULL ? NULL : strstr(at, "\nArguments: ");
    if (found == NULL || (end != NULL && found > end))
        return false;
    const char *line_end = strchr(found + 1, '\n');
    const char *place = strstr(found, word);
    return place != NULL && (line_end == NULL || place < line_end);
}

static int count_reads(const struct dyno_plan_tree *tree, const char *plan, const char *word)
{
    int count = 0;
    for (size_t i = 0; i < tree->final_count; i++)
        count += dyno_plan_node_is(&tree->final[i], "AQEShuffleRead") &&
                         has_argument(plan, &tree->final[i], word)
                     ? 1
                     : 0;
    return count;
}

static void add_change(struct dyno_plan_changes *out, const char *rule, int count, const char *what)
{
    size_t len = strlen(out->text);
    if (count <= 0)
        return;
    out->count++;
    (void)snprintf(out->text + len, sizeof out->text - len, "%s%s: %d %s", len > 0 ? "; " : "",
                   rule, count, what);
}

static int more_of(const struct dyno_plan_tree *tree, const char *word)
{
    return count_nodes(tree->final, tree->final_count, word) -
           count_nodes(tree->initial, tree->initial_count, word);
}

void dyno_plan_changes_find(const struct dyno_plan_tree *tree, const char *plan,
                            struct dyno_plan_changes *out)
{
    *out = (struct dyno_plan_changes){.count = 0};
    if (tree->initial_count > 0) {
        int sorts = -more_of(tree, "SortMergeJoin");
        add_change(out, "OptimizeSkewedJoin", count_reads(tree, plan, "skewed"),
                   "shuffle reads split");
        if (more_of(tree, "BroadcastHashJoin") > 0)
            add_change(out, "DynamicJoinSelection", sorts, "sort-merge to broadcast joins");
        if (more_of(tree, "ShuffledHashJoin") > 0)
            add_change(out, "DynamicJoinSelection", sorts, "sort-merge to hash joins");
        add_change(out, "OptimizeShuffleWithLocalRead", count_reads(tree, plan, "local"),
                   "shuffle reads made local");
        add_change(out, "CoalesceShufflePartitions", count_reads(tree, plan, "coalesced"),
                   "shuffle reads coalesced");
        add_change(out, "AQEPropagateEmptyRelation", more_of(tree, "EmptyRelation"),
                   "parts found empty");
    }
    if (out->count == 0)
        (void)snprintf(out->text, sizeof out->text, "none");
}
