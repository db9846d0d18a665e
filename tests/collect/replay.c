#include "collect/replay.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATIENCE_NS (20 * DYNO_NS_PER_S)

void replay_control(const struct replay *fake, const char *control)
{
    assert_int_equal(dyno_file_write(fake->control_path, control, strlen(control), NULL), DYNO_OK);
}

static void wait_for_port(struct replay *fake, const char *port_path)
{
    char *port = NULL;
    size_t len = 0;
    int64_t deadline_ns = dyno_now_ns() + PATIENCE_NS;
    while (dyno_file_read(port_path, 64, &port, &len, NULL) != DYNO_OK) {
        assert_true(dyno_now_ns() < deadline_ns);
        dyno_sleep_ns(5 * DYNO_NS_PER_MS);
    }
    fake->url = dyno_xasprintf("http://127.0.0.1:%s", port);
    free(port);
}

void replay_start(struct replay *fake, const char *version, const char *control)
{
    char template[] = "/tmp/replay_XXXXXX";
    assert_non_null(mkdtemp(template));
    fake->folder = dyno_xstrdup(template);
    fake->control_path = dyno_path_join(template, "control");
    replay_control(fake, control);
    char *port_path = dyno_path_join(template, "port");
    char *log_path = dyno_path_join(template, "stderr");
    char *data = dyno_xasprintf("%s/rest/%s", DYNO_TEST_DATA, version);
    const char *const argv[] = {"python3",
                                DYNO_SOURCE_DIR "/tests/support/replay_rest.py",
                                data,
                                port_path,
                                fake->control_path,
                                NULL};
    struct dyno_spawn_options options = {
        .argv = argv, .stdout_path = log_path, .dies_with_parent = true};
    assert_int_equal(dyno_process_spawn(&options, &fake->pid, NULL), DYNO_OK);
    wait_for_port(fake, port_path);
    free(port_path);
    free(log_path);
    free(data);
}

size_t replay_count(const struct replay *fake, const char *text)
{
    char *path = dyno_xasprintf("%s.log", fake->control_path);
    char *log = NULL;
    size_t len = 0;
    size_t count = 0;
    if (dyno_file_read(path, 16 * 1024 * 1024, &log, &len, NULL) == DYNO_OK) {
        for (const char *at = strstr(log, text); at != NULL; at = strstr(at, text)) {
            count++;
            at = strchr(at, '\n');
        }
    }
    free(log);
    free(path);
    return count;
}

void replay_stop(struct replay *fake)
{
    (void)dyno_process_stop_group(fake->pid, DYNO_NS_PER_S);
    assert_int_equal(dyno_dir_remove(fake->folder, NULL), DYNO_OK);
    free(fake->folder);
    free(fake->control_path);
    free(fake->url);
}
