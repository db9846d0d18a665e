/** The text of a physical plan as Spark prints it ("formatted"): its nodes, before and after AQE. */
#ifndef DYNO_EXPLAIN_PLAN_TREE_H
#define DYNO_EXPLAIN_PLAN_TREE_H

#include <stdbool.h>
#include <stddef.h>

/** A line of the tree; texts are borrowed from the plan. */
struct dyno_plan_node {
    const char *name; /**< without the codegen star: "SortMergeJoin Inner (14)" */
    size_t len;
    int depth;    /**< column of its name */
    int number;   /**< in brackets; -1: none */
    double bytes; /**< of a query stage's statistics; NAN if not told */
};

struct dyno_plan_tree {
    struct dyno_plan_node *final; /**< what ran; the only tree if AQE is off */
    size_t final_count;
    struct dyno_plan_node *initial; /**< what was planned at first; none without AQE */
    size_t initial_count;
};

/** False if the text holds no tree. */
bool dyno_plan_tree_read(const char *plan, struct dyno_plan_tree *out);
void dyno_plan_tree_deinit(struct dyno_plan_tree *tree);

/** Does the node's name begin with this word? */
bool dyno_plan_node_is(const struct dyno_plan_node *node, const char *word);

/** The sizes of what the two sides of join `at` read: of the largest query stage below each; NAN. */
void dyno_plan_side_bytes(const struct dyno_plan_tree *tree, size_t at, double sizes[2]);

/** What AQE did to the plan, rule by rule. */
struct dyno_plan_changes {
    int count;
    char text[200]; /**< "OptimizeSkewedJoin: 1 shuffle read; ..."; "none" */
};
void dyno_plan_changes_find(const struct dyno_plan_tree *tree, const char *plan,
                            struct dyno_plan_changes *out);

#endif
