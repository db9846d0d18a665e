/** The verbs of the program. Each takes the words after its name and returns the exit code. */
#ifndef DYNO_CLI_VERBS_H
#define DYNO_CLI_VERBS_H

#include "cli/options.h"

int cli_run(int argc, char **argv);
int cli_compare(int argc, char **argv);
int cli_aa(int argc, char **argv);
int cli_rank(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_capacity(int argc, char **argv);
int cli_trend(int argc, char **argv);
int cli_gate(int argc, char **argv);
int cli_baseline(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_show(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_generate(int argc, char **argv);
int cli_explain(int argc, char **argv);

extern const struct cli_verb cli_verb_run;
extern const struct cli_verb cli_verb_compare;
extern const struct cli_verb cli_verb_aa;
extern const struct cli_verb cli_verb_rank;
extern const struct cli_verb cli_verb_check;
extern const struct cli_verb cli_verb_capacity;
extern const struct cli_verb cli_verb_trend;
extern const struct cli_verb cli_verb_gate;
extern const struct cli_verb cli_verb_baseline;
extern const struct cli_verb cli_verb_list;
extern const struct cli_verb cli_verb_show;
extern const struct cli_verb cli_verb_report;
extern const struct cli_verb cli_verb_generate;
extern const struct cli_verb cli_verb_explain;

#endif
