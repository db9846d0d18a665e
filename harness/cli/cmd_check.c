#include "base/clock.h"
#include "base/units.h"
#include "cli/bench_options.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/version.h"
#include "load/self.h"
#include "spark/rest.h"

#include <stdio.h>
#include <string.h>

const struct cli_verb cli_verb_check = {
    .name = "check",
    .arguments = "[WORKLOAD [PROFILE [PROFILE]]]",
    .summary = "preflight: would a run work here? No load is generated",
    .description =
        "Reads workload and profiles, looks at disk, limits and clock, starts (or reaches) the server,\n"
        "connects through the driver, and proves every setting of the profiles.\n",
    .examples = "  sparkdyno check\n"
                "  sparkdyno check retail default gc-parallel\n"
                "  sparkdyno check --self\n"
                "  sparkdyno check --connection 'DSN=prod' --rest-url http://spark:4040\n",
    .options = cli_check_options,
    .min_words = 0,
    .max_words = 3};

struct check_output {
    cJSON *steps; /* NULL: text */
    struct cli_terminal *terminal;
};

static void print_step(void *ctx, bool is_ok, const char *what, const char *detail)
{
    struct check_output *output = ctx;
    cli_terminal_end_line(output->terminal);
    if (output->steps == NULL) {
        (void)printf("%-4s  %-20s %s\n", is_ok ? "ok" : "FAIL", what, detail);
        (void)fflush(stdout);
        return;
    }
    cJSON *step = cJSON_CreateObject();
    cJSON_AddBoolToObject(step, "ok", is_ok);
    dyno_json_add_string(step, "step", what);
    dyno_json_add_string(step, "detail", detail);
    cJSON_AddItemToArray(output->steps, step);
}

static void print_json(cJSON *steps, bool is_ok)
{
    cJSON *document = cJSON_CreateObject();
    dyno_json_add_i64(document, "schema_version", 1);
    cJSON_AddBoolToObject(document, "ok", is_ok);
    cJSON_AddItemToObject(document, "steps", steps);
    char *text = cJSON_Print(document);
    (void)printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(document);
}

/* The floor under every figure: no server is needed for it. */
static int check_self(const struct cli_bench_options *options, struct cli_terminal *terminal)
{
    struct check_output output = {.steps = options->wants_json ? cJSON_CreateArray() : NULL,
                                  .terminal = terminal};
    struct dyno_self self;
    struct dyno_err err = DYNO_ERR_INIT;
    char detail[160];
    char text[4][32];
    enum dyno_status status = dyno_self_measure(options->cache_dir, &self, &err);
    if (status != DYNO_OK) {
        cJSON_Delete(output.steps);
        cli_terminal_error(terminal, "%s", err.message);
        return cli_exit_of(status);
    }
    (void)snprintf(detail, sizeof detail,
                   "%.0f statements/s from one session, %.0f ns each: stay under a fifth of it",
                   self.statements_per_s, self.statement_ns);
    print_step(&output, true, "null target", detail);
    bool is_punctual = self.lag_p99_ns < DYNO_NS_PER_MS;
    (void)snprintf(detail, sizeof detail, "p99 %s at 1000 statements/s (limit 1 ms)",
                   dyno_format_duration(self.lag_p99_ns, text[0], sizeof text[0]));
    print_step(&output, is_punctual, "generator lag", detail);
    (void)snprintf(detail, sizeof detail, "a sleep of 1 ms ends late by p50 %s, p99 %s, max %s",
                   dyno_format_duration(self.nap_p50_ns, text[1], sizeof text[1]),
                   dyno_format_duration(self.nap_p99_ns, text[2], sizeof text[2]),
                   dyno_format_duration(self.nap_max_ns, text[3], sizeof text[3]));
    print_step(&output, true, "timer", detail);
    bool is_slow_clock =
        strcmp(self.clock_source, "hpet") == 0 || strcmp(self.clock_source, "acpi_pm") == 0;
    (void)snprintf(detail, sizeof detail, "%s, %.0f ns to read",
                   self.clock_source[0] != '\0' ? self.clock_source : "unknown source",
                   self.clock_read_ns);
    print_step(&output, !is_slow_clock, "clock", detail);
    bool is_ok = is_punctual && !is_slow_clock;
    if (output.steps != NULL)
        print_json(output.steps, is_ok);
    return is_ok ? CLI_EXIT_OK : cli_exit_of(DYNO_EENV);
}

static int check_all(struct cli_bench *bench, const struct cli_bench_options *options,
                     struct cli_terminal *terminal)
{
    static struct cli_signals signals;
    struct check_output output = {.steps = options->wants_json ? cJSON_CreateArray() : NULL,
                                  .terminal = terminal};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_log log = cli_terminal_log(terminal);
    bench->experiment.log = &log;
    bench->experiment.stop = &signals.stop;
    bench->experiment.on_progress = cli_terminal_progress;
    bench->experiment.progress_ctx = terminal;
    enum dyno_status status = cli_signals_start(&signals, &err);
    if (status == DYNO_OK)
        status = dyno_rest_global_init(&err);
    if (status == DYNO_OK)
        status = dyno_experiment_check(&bench->experiment, print_step, &output, &err);
    cli_terminal_end_line(terminal);
    if (output.steps != NULL)
        print_json(output.steps, status == DYNO_OK);
    else if (status == DYNO_OK)
        (void)printf("\nAll is ready. Next, with the same profiles and server: sparkdyno %s %s\n",
                     bench->arm_count > 1 ? "compare" : "run", bench->workload.name);
    bench->experiment.log = NULL;
    int signal = atomic_load(&signals.last_signal);
    return signal != 0 ? 128 + signal : cli_exit_of(status);
}

int cli_check(int argc, char **argv)
{
    struct cli_bench_options options;
    struct cli_words words = {.count = 0};
    struct cli_terminal terminal;
    struct cli_bench bench;
    struct dyno_err err = DYNO_ERR_INIT;
    int code = CLI_EXIT_OK;
    memset(&bench, 0, sizeof bench);
    cli_bench_options_defaults(&options);
    enum dyno_status status =
        cli_options_parse(&cli_verb_check, argc, argv, &options, &words, &err);
    cli_terminal_init(&terminal, options.is_quiet ? -1 : options.verbosity, options.no_color);
    if (status == DYNO_OK && words.wants_help) {
        cli_options_help(&cli_verb_check, stdout);
        goto done;
    }
    if (status == DYNO_OK && options.is_self) {
        code = check_self(&options, &terminal);
        goto done;
    }
    if (status == DYNO_OK)
        status = cli_bench_init(&bench, "check", &options, &words, &err);
    bench.experiment.tool_version = CLI_VERSION;
    if (status == DYNO_OK)
        code = check_all(&bench, &options, &terminal);
    else {
        cli_terminal_error(&terminal, "%s", err.message);
        code = cli_exit_of(status);
    }
done:
    cli_bench_deinit(&bench);
    cli_terminal_deinit(&terminal);
    int closed = cli_output_close();
    return closed != CLI_EXIT_OK ? closed : code;
}
