#include "explain/plan_tree.h"
#include "explain/rule.h"

#include <math.h>
#include <stddef.h>

#define SMALL_SIDE_BYTES (100.0 * 1024.0 * 1024.0)
#define LARGE_SIDE_BYTES (1024.0 * 1024.0)

void dyno_rule_broadcast_missed(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    struct dyno_plan_tree tree;
    if (c->trace->plan == NULL || !dyno_plan_tree_read(c->trace->plan, &tree))
        return;
    for (size_t i = 0; i < tree.final_count; i++) {
        double sizes[2] = {(double)NAN, (double)NAN};
        if (!dyno_plan_node_is(&tree.final[i], "SortMergeJoin"))
            continue;
        dyno_plan_side_bytes(&tree, i, sizes);
        double small = fmin(sizes[0], sizes[1]);
        double large = fmax(sizes[0], sizes[1]);
        if (isnan(sizes[0]) || isnan(sizes[1]) || small >= SMALL_SIDE_BYTES ||
            large < LARGE_SIDE_BYTES)
            continue;
        double ratio = large / (small > 1 ? small : 1);
        if (isnan(out->value) || ratio > out->value)
            dyno_rule_tell(out, ratio, "a sort-merge join of %.1f KiB with %.1f KiB", small / 1024,
                           large / 1024);
    }
    dyno_plan_tree_deinit(&tree);
}

void dyno_rule_broadcast_large(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    struct dyno_plan_tree tree;
    if (c->trace->plan == NULL || !dyno_plan_tree_read(c->trace->plan, &tree))
        return;
    for (size_t i = 0; i < tree.final_count; i++) {
        const struct dyno_plan_node *node = &tree.final[i];
        if (dyno_plan_node_is(node, "BroadcastQueryStage") && isfinite(node->bytes) &&
            (isnan(out->value) || node->bytes > out->value))
            dyno_rule_tell(out, node->bytes, "a broadcast of %.1f MiB", node->bytes / 1048576);
    }
    dyno_plan_tree_deinit(&tree);
}

void dyno_rule_plan_changed(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    struct dyno_plan_tree tree;
    struct dyno_plan_changes changes;
    if (c->trace->plan == NULL || !dyno_plan_tree_read(c->trace->plan, &tree))
        return;
    dyno_plan_changes_find(&tree, c->trace->plan, &changes);
    if (tree.initial_count > 0)
        dyno_rule_tell(out, (double)changes.count, "%s", changes.text);
    dyno_plan_tree_deinit(&tree);
}
