#include "report/script.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "report/unit.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_NS INT64_C(50000000000)

void script_check(const char *program, const char *argument, const char *text)
{
    char dir[] = "/tmp/dyno_check_XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *path = dyno_path_join(dir, "report");
    char *complaints = dyno_path_join(dir, "complaints");
    char *program_path = dyno_path_join(DYNO_SOURCE_DIR, program);
    char *argument_path = dyno_path_join(DYNO_SOURCE_DIR, argument != NULL ? argument : "");
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_file_write(path, text, strlen(text), &err) != DYNO_OK)
        fail_msg("%s", err.message);
    const char *argv[] = {"python3", program_path, argument != NULL ? argument_path : path,
                          argument != NULL ? path : NULL, NULL};
    struct dyno_spawn_options options = {.argv = argv, .stdout_path = complaints};
    pid_t pid = 0;
    if (dyno_process_spawn(&options, &pid, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    struct dyno_exit end = dyno_process_wait(pid, dyno_now_ns() + TIMEOUT_NS);
    char *words = dyno_file_tail(complaints, 2000);
    if (end.is_running || end.code != 0)
        fail_msg("%s: %s", program, words);
    free(words);
    free(path);
    free(complaints);
    free(program_path);
    free(argument_path);
    assert_int_equal(dyno_dir_remove(dir, NULL), DYNO_OK);
}
