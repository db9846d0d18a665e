/* The fake HiveServer2 as a program: prints "PORT n" and serves until SIGINT or SIGTERM. */
#include "base/alloc.h"
#include "base/units.h"
#include "support/fake_hs2.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: fake_hs2 [--port N] [--sasl] [--user NAME --password TEXT]\n"
    "                [--http] [--tls-cert FILE --tls-key FILE] [--service DURATION]\n"
    "                [--distribution fixed|exponential|lognormal|uniform|bimodal] [--seed N]\n"
    "                [--sigma X] [--spread X] [--slow-share X] [--slow-factor X]\n"
    "                [--warmup EXTRA,COUNT] [--drift LOG_PER_SECOND]\n"
    "                [--restart-sigma X] [--restart-seed N]\n"
    "                [--slots N] [--base NS] [--freeze AT,FOR]... [--fail-every N]\n"
    "                [--long-poll DURATION] [--fault NAME] [--log FILE] [--effect KEY=VALUE[,KEY=VALUE]...,LOG]...\n"
    "durations: 250ms, 3s, 1m; AT counts from the server's start, or NS of CLOCK_MONOTONIC\n";

enum {
    MAX_FREEZES = 64,
    MAX_EFFECTS = 16
};

struct arguments {
    struct dyno_fake_hs2_options options;
    struct dyno_fake_freeze freezes[MAX_FREEZES];
    const char *effects[MAX_EFFECTS];
};

static enum dyno_status set_freeze(struct arguments *arguments, const char *text,
                                   struct dyno_err *err)
{
    size_t at = arguments->options.freeze_count;
    const char *comma = strchr(text, ',');
    if (comma == NULL || at == MAX_FREEZES)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is not AT,FOR, or there are too many", text);
    char *first = dyno_xstrndup(text, (size_t)(comma - text));
    enum dyno_status status = dyno_parse_duration_ns(first, &arguments->freezes[at].at_ns, err);
    free(first);
    if (status == DYNO_OK)
        status = dyno_parse_duration_ns(comma + 1, &arguments->freezes[at].for_ns, err);
    arguments->options.freeze_count = at + 1;
    return status;
}

static enum dyno_status set_distribution(struct dyno_fake_hs2_options *options, const char *text,
                                         struct dyno_err *err)
{
    static const char *const names[] = {"fixed", "exponential", "lognormal", "uniform", "bimodal"};
    for (int i = 0; i < 5; i++) {
        if (strcmp(text, names[i]) == 0) {
            options->distribution = (enum dyno_fake_distribution)i;
            return DYNO_OK;
        }
    }
    return dyno_err_set(err, DYNO_EINPUT, "'%s' is no distribution", text);
}

static enum dyno_status set_fault(struct dyno_fake_hs2_options *options, const char *text,
                                  struct dyno_err *err)
{
    int fault = dyno_fake_fault_of(text);
    if (fault < 0)
        return dyno_err_set(err, DYNO_EINPUT, "there is no fault '%s'", text);
    options->fault = (enum dyno_fake_fault)fault;
    return DYNO_OK;
}

/* "EXTRA,COUNT" */
static enum dyno_status set_warmup(struct dyno_fake_hs2_options *options, const char *text,
                                   struct dyno_err *err)
{
    const char *comma = strchr(text, ',');
    if (comma == NULL)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is not EXTRA,COUNT", text);
    char *first = dyno_xstrndup(text, (size_t)(comma - text));
    enum dyno_status status = dyno_parse_f64(first, 0, 1000, &options->warmup_extra, err);
    free(first);
    if (status == DYNO_OK)
        status = dyno_parse_f64(comma + 1, 1, 1e6, &options->warmup_count, err);
    return status;
}

/* What is a plain number; false: the option is another one. */
static bool set_number(int option, struct dyno_fake_hs2_options *options, const char *text,
                       enum dyno_status *status_out, struct dyno_err *err)
{
    const struct {
        int option;
        double min;
        double max;
        double *out;
    } numbers[] = {
        {'g', 0, 10, &options->sigma},         {'S', 0, 1, &options->spread},
        {'P', 0, 1, &options->slow_share},     {'F', 1, 1e6, &options->slow_factor},
        {'D', -10, 10, &options->drift_per_s}, {'R', 0, 10, &options->restart_sigma},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].option != option)
            continue;
        *status_out = dyno_parse_f64(text, numbers[i].min, numbers[i].max, numbers[i].out, err);
        return true;
    }
    return false;
}

static enum dyno_status set_count(int option, struct dyno_fake_hs2_options *options,
                                  const char *text, struct dyno_err *err)
{
    int64_t number = 0;
    int64_t max = option == 'p' ? 65535 : INT64_MAX;
    enum dyno_status status = dyno_parse_i64(text, 0, max, &number, err);
    if (option == 'p')
        options->port = (uint16_t)number;
    else if (option == 'e')
        options->seed = (uint64_t)number;
    else if (option == 'r')
        options->restart_seed = (uint64_t)number;
    else if (option == 'b')
        options->base_ns = number;
    else if (option == 'n')
        options->slots = (size_t)number;
    else
        options->fail_every = number;
    return status;
}

static enum dyno_status set_option(int option, const char *text, struct arguments *arguments,
                                   struct dyno_err *err)
{
    struct dyno_fake_hs2_options *options = &arguments->options;
    enum dyno_status status = DYNO_OK;
    if (set_number(option, options, text, &status, err))
        return status;
    switch (option) {
    case 's':
        options->is_sasl = true;
        return DYNO_OK;
    case 'h':
        options->is_http = true;
        return DYNO_OK;
    case 'u':
        options->user = text;
        return DYNO_OK;
    case 'w':
        options->password = text;
        return DYNO_OK;
    case 'c':
        options->tls_cert = text;
        return DYNO_OK;
    case 'k':
        options->tls_key = text;
        return DYNO_OK;
    case 'l':
        options->log_path = text;
        return DYNO_OK;
    case 't':
        return dyno_parse_duration_ns(text, &options->service_ns, err);
    case 'o':
        return dyno_parse_duration_ns(text, &options->long_poll_ns, err);
    case 'W':
        return set_warmup(options, text, err);
    case 'd':
        return set_distribution(options, text, err);
    case 'z':
        return set_freeze(arguments, text, err);
    case 'E':
        if (options->effect_count == MAX_EFFECTS)
            return dyno_err_set(err, DYNO_EINPUT, "there are over %d effects", MAX_EFFECTS);
        arguments->effects[options->effect_count++] = text;
        return DYNO_OK;
    case 'x':
        return set_fault(options, text, err);
    case '?':
        return dyno_err_set(err, DYNO_EINPUT, "wrong arguments");
    default:
        return set_count(option, options, text, err);
    }
}

static enum dyno_status parse(int argc, char **argv, struct arguments *arguments,
                              struct dyno_err *err)
{
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},
        {"sasl", no_argument, NULL, 's'},
        {"http", no_argument, NULL, 'h'},
        {"user", required_argument, NULL, 'u'},
        {"password", required_argument, NULL, 'w'},
        {"tls-cert", required_argument, NULL, 'c'},
        {"tls-key", required_argument, NULL, 'k'},
        {"service", required_argument, NULL, 't'},
        {"distribution", required_argument, NULL, 'd'},
        {"sigma", required_argument, NULL, 'g'},
        {"spread", required_argument, NULL, 'S'},
        {"slow-share", required_argument, NULL, 'P'},
        {"slow-factor", required_argument, NULL, 'F'},
        {"warmup", required_argument, NULL, 'W'},
        {"drift", required_argument, NULL, 'D'},
        {"restart-sigma", required_argument, NULL, 'R'},
        {"restart-seed", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 'e'},
        {"slots", required_argument, NULL, 'n'},
        {"base", required_argument, NULL, 'b'},
        {"freeze", required_argument, NULL, 'z'},
        {"fail-every", required_argument, NULL, 'f'},
        {"long-poll", required_argument, NULL, 'o'},
        {"fault", required_argument, NULL, 'x'},
        {"log", required_argument, NULL, 'l'},
        {"effect", required_argument, NULL, 'E'},
        {NULL, 0, NULL, 0},
    };
    arguments->options.freezes = arguments->freezes;
    arguments->options.effects = arguments->effects;
    for (;;) {
        int option = getopt_long(argc, argv, "", known, NULL);
        if (option < 0)
            return DYNO_OK;
        enum dyno_status status = set_option(option, optarg, arguments, err);
        if (status != DYNO_OK)
            return status;
    }
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.options = {.port = 0}};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2 *server = NULL;
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    enum dyno_status status = parse(argc, argv, &arguments, &err);
    if (status == DYNO_OK)
        status = dyno_fake_hs2_start(&arguments.options, &server, &err);
    if (status != DYNO_OK) {
        (void)fprintf(stderr, "fake_hs2: %s\n%s", err.message, USAGE);
        return 2;
    }
    (void)printf("PORT %u\n", (unsigned)dyno_fake_hs2_port(server));
    (void)fflush(stdout);
    int received = 0;
    (void)sigwait(&stops, &received);
    dyno_fake_hs2_stop(server);
    return 0;
}
