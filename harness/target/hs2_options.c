#include "target/hs2_options.h"

#include <string.h>
#include <strings.h>

static enum dyno_status parse_auth(const char *name, enum dyno_hs2_auth *out, struct dyno_err *err)
{
    *out = DYNO_HS2_AUTH_NOSASL;
    if (name == NULL || strcmp(name, "nosasl") == 0)
        return DYNO_OK;
    *out = DYNO_HS2_AUTH_PLAIN;
    if (strcmp(name, "plain") == 0)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT, "'%s' is not a way to log in; allowed: nosasl, plain",
                        name);
}

/* A data source is the driver manager's, and so is what it names. */
static enum dyno_status check_key(const char *key, struct dyno_err *err)
{
    bool is_source = strcasecmp(key, "DSN") == 0 || strcasecmp(key, "FileDSN") == 0;
    if (is_source)
        return dyno_err_set(
            err, DYNO_EINPUT,
            "'%s' names a data source of ODBC: the native client wants Host and Port", key);
    if (dyno_hs2_settings_knows(key))
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EINPUT,
                        "'%s' is no key of the native client; those of a connection are in "
                        "docs/connect.md",
                        key);
}

static enum dyno_status read_connection(struct dyno_hs2_target_options *options, const char *text,
                                        struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_pairs_parse(&options->pairs, text, err);
    for (size_t i = 0; status == DYNO_OK && i < options->pairs.count; i++)
        status = check_key(options->pairs.items[i].key, err);
    if (status == DYNO_OK)
        status = dyno_hs2_settings_read(&options->settings, &options->pairs, err);
    if (status == DYNO_OK)
        options->with = dyno_hs2_settings_options(&options->settings);
    return status;
}

enum dyno_status dyno_hs2_target_options_init(struct dyno_hs2_target_options *options,
                                              const struct dyno_target_config *config,
                                              struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    *options = (struct dyno_hs2_target_options){.with = {.host = NULL}};
    dyno_hs2_pairs_init(&options->pairs);
    dyno_hs2_settings_init(&options->settings);
    if (config->connection != NULL) {
        status = read_connection(options, config->connection, err);
    } else {
        options->with = (struct dyno_hs2_options){.host = config->host,
                                                  .port = config->port,
                                                  .user = config->user,
                                                  .password = config->password};
        status = parse_auth(config->auth, &options->with.auth, err);
    }
    if (config->schema != NULL)
        options->with.schema = config->schema;
    return status;
}

void dyno_hs2_target_options_deinit(struct dyno_hs2_target_options *options)
{
    dyno_hs2_settings_deinit(&options->settings);
    dyno_hs2_pairs_deinit(&options->pairs);
}
