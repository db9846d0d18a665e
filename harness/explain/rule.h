/**
 * Rules: what is looked for in a statement, from when on it counts, what to try then, and how to find out
 * whether that helps. One table (rule.c); what each rule measures stands in rule_<noun>.c.
 */
#ifndef DYNO_EXPLAIN_RULE_H
#define DYNO_EXPLAIN_RULE_H

#include "explain/time_account.h"
#include "explain/trace.h"
#include "spark/setting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A statement as a rule sees it. */
struct dyno_rule_case {
    const struct dyno_trace *trace;
    const struct dyno_time_account *account;
    int64_t cores; /**< that run tasks; 0: not known */
};

#define DYNO_EVIDENCE_BYTES 200

/** What a rule found. `value` NAN: the rule does not apply to this statement. */
struct dyno_rule_value {
    double value;
    char evidence[DYNO_EVIDENCE_BYTES]; /**< which stage, which numbers */
};

typedef void (*dyno_rule_fn)(const struct dyno_rule_case *c, struct dyno_rule_value *out);

struct dyno_rule {
    const char *name;  /**< "data_skew": as stored and in JSON */
    const char *title; /**< "data skew" */
    const char *unit;  /**< "x", "%", "bytes" or "changes" */
    double threshold;  /**< a value over it is a finding */
    double severe;     /**< over this it is a severe one; INFINITY: only ever a note */
    const char *what;  /**< what the value is */
    const char *advice;
    const char *profile;  /**< measures the advice beside the profile 'default'; NULL: none */
    const char *conf;     /**< the settings that do, beside any other profile: "K=V K=V" */
    const char *other;    /**< those to try where all of `conf` is in force already; NULL: none */
    dyno_rule_fn measure; /**< NULL: of the server (explain/server_rule.h), not of statements */
};

/** All rules; static. */
const struct dyno_rule *dyno_rules(size_t *count_out);

/** The rule with this name; NULL if there is none. */
const struct dyno_rule *dyno_rule_find(const char *name);

/** Where a statement ran, as words for a command line. Borrowed. */
struct dyno_rule_place {
    const char *workload; /**< name or folder */
    const char *profile;  /**< name or file */
    const char *options;  /**< quoted for a shell: the arm's other settings, the scale; "" */
    bool has_settings;    /**< `options` sets what a profile sets, too */
    const struct dyno_setting *settings; /**< that were in force there */
    size_t setting_count;
    const char *hidden; /**< names of settings that `options` leaves out, as secrets; "" */
};

/** The command that would measure the rule's advice there, "" if all that it asks for is in force; the caller
 *  frees. A shell's comment at its end names the settings that whoever runs it must add. */
char *dyno_rule_command(const struct dyno_rule *rule, const struct dyno_rule_place *place);

/** Set the evidence. */
void dyno_rule_tell(struct dyno_rule_value *out, double value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** Did the stage take a part of the statement's time that is worth a word? */
int dyno_rule_is_worth(const struct dyno_rule_case *c, const struct dyno_stage_cost *stage);

/* What the rules of the table measure; see there. */
void dyno_rule_data_skew(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_straggler(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_failed_tasks(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_small_partitions(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_large_partitions(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_empty_partitions(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_spill(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_gc(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_driver_results(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_low_cpu(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_scheduling(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_shuffle_write(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_broadcast_missed(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_broadcast_large(const struct dyno_rule_case *c, struct dyno_rule_value *out);
void dyno_rule_plan_changed(const struct dyno_rule_case *c, struct dyno_rule_value *out);

#endif
