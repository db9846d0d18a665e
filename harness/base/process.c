#include "base/process.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_STAT ((size_t)1 << 16)

extern char **environ;

static bool names_same_variable(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");
    return strncmp(a, b, len) == 0 && b[len] == '=';
}

/* Our environment with `add` joined in; the caller frees the array only. */
static const char **merge_environment(const char *const *add)
{
    size_t own = 0;
    size_t extra = 0;
    while (environ[own] != NULL)
        own++;
    while (add != NULL && add[extra] != NULL)
        extra++;
    const char **merged = dyno_xcalloc(own + extra + 1, sizeof *merged);
    size_t count = 0;
    for (size_t i = 0; i < own; i++) {
        bool is_replaced = false;
        for (size_t k = 0; k < extra; k++)
            is_replaced = is_replaced || names_same_variable(add[k], environ[i]);
        if (!is_replaced)
            merged[count++] = environ[i];
    }
    for (size_t k = 0; k < extra; k++)
        merged[count++] = add[k];
    return merged;
}

static int redirect(const char *path, int fd)
{
    int flags = path == NULL ? O_RDWR : O_WRONLY | O_CREAT | O_APPEND;
    int opened = open(path == NULL ? "/dev/null" : path, flags, 0644);
    int copied = opened < 0 ? -1 : dup2(opened, fd);
    if (opened >= 0 && opened != fd)
        close(opened);
    return copied;
}

/* In the child: only calls that are safe after fork. The errno of a failure goes up the pipe. */
static void run_child(const struct dyno_spawn_options *o, const char *path, const char **env,
                      int report_fd)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (o->dies_with_parent)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool is_ready = redirect(NULL, 0) >= 0 && redirect(o->stdout_path, 1) >= 0;
    if (is_ready && o->stderr_path != NULL)
        is_ready = redirect(o->stderr_path, 2) >= 0;
    else if (is_ready)
        is_ready = dup2(1, 2) >= 0;
    if (is_ready && (o->cwd == NULL || chdir(o->cwd) == 0)) {
        union {
            const char *const *from;
            char *const *to;
        } argv = {.from = o->argv}, envp = {.from = env};
        execve(path, argv.to, envp.to);
    }
    int cause = errno;
    ssize_t ignored = write(report_fd, &cause, sizeof cause);
    _exit(ignored == (ssize_t)sizeof cause ? 127 : 126);
}

static enum dyno_status read_child_report(int fd, const char *program, pid_t pid,
                                          struct dyno_err *err)
{
    int cause = 0;
    ssize_t n = read(fd, &cause, sizeof cause);
    while (n < 0 && errno == EINTR)
        n = read(fd, &cause, sizeof cause);
    if (n != (ssize_t)sizeof cause)
        return DYNO_OK;
    (void)waitpid(pid, NULL, 0);
    return dyno_err_set(err, DYNO_EENV, "cannot run '%s': %s", program, strerror(cause));
}

enum dyno_status dyno_process_spawn(const struct dyno_spawn_options *options, pid_t *pid_out,
                                    struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    const char **env = NULL;
    int report[2] = {-1, -1};
    pid_t pid = -1;
    char *path = dyno_process_find(options->argv[0]);
    if (path == NULL)
        return dyno_err_set(err, DYNO_EENV, "program '%s' was not found", options->argv[0]);
    if (pipe(report) != 0) {
        status = dyno_err_set(err, DYNO_EENV, "cannot make a pipe: %s", strerror(errno));
        goto done;
    }
    (void)fcntl(report[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(report[1], F_SETFD, FD_CLOEXEC);
    env = merge_environment(options->env_add);
    pid = fork();
    if (pid == 0)
        run_child(options, path, env, report[1]);
    if (pid < 0) {
        status = dyno_err_set(err, DYNO_EENV, "cannot fork: %s", strerror(errno));
        goto done;
    }
    (void)setpgid(pid, pid);
    close(report[1]);
    report[1] = -1;
    status = read_child_report(report[0], options->argv[0], pid, err);
    if (status == DYNO_OK)
        *pid_out = pid;
done:
    if (report[0] >= 0)
        close(report[0]);
    if (report[1] >= 0)
        close(report[1]);
    free(env);
    free(path);
    return status;
}

struct dyno_exit dyno_process_poll(pid_t pid)
{
    int state = 0;
    pid_t got = waitpid(pid, &state, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return (struct dyno_exit){.is_running = true};
    if (got < 0)
        return (struct dyno_exit){.code = -1};
    if (WIFSIGNALED(state))
        return (struct dyno_exit){.code = -1, .signal = WTERMSIG(state)};
    return (struct dyno_exit){.code = WEXITSTATUS(state)};
}

struct dyno_exit dyno_process_wait(pid_t pid, int64_t deadline_ns)
{
    struct dyno_exit result = dyno_process_poll(pid);
    while (result.is_running && dyno_now_ns() < deadline_ns) {
        dyno_sleep_ns(5 * DYNO_NS_PER_MS);
        result = dyno_process_poll(pid);
    }
    return result;
}

void dyno_process_signal_group(pid_t pid, int signal)
{
    if (pid > 1)
        (void)kill(-pid, signal);
}

/* The parent in /proc/PID/stat, behind the name, which may hold anything. */
static pid_t parent_of(const char *pid)
{
    char *path = dyno_xasprintf("/proc/%s/stat", pid);
    char *text = NULL;
    size_t len = 0;
    pid_t parent = 0;
    if (dyno_file_read(path, MAX_STAT, &text, &len, NULL) == DYNO_OK) {
        const char *end = strrchr(text, ')');
        if (end != NULL && strlen(end) > 4)
            parent = (pid_t)strtol(end + 4, NULL, 10);
    }
    free(text);
    free(path);
    return parent;
}

void dyno_process_kill_children(void)
{
    char **names = NULL;
    size_t count = 0;
    if (dyno_dir_list("/proc", &names, &count, NULL) != DYNO_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        pid_t pid = (pid_t)strtol(names[i], NULL, 10);
        if (pid > 1 && parent_of(names[i]) == getpid())
            dyno_process_signal_group(pid, SIGKILL);
        free(names[i]);
    }
    free(names);
}

struct dyno_exit dyno_process_stop_group(pid_t pid, int64_t grace_ns)
{
    dyno_process_signal_group(pid, SIGTERM);
    struct dyno_exit result = dyno_process_wait(pid, dyno_now_ns() + grace_ns);
    /* The leader may be gone while others of its group live on. */
    dyno_process_signal_group(pid, SIGKILL);
    if (result.is_running)
        result = dyno_process_wait(pid, dyno_now_ns() + 10 * DYNO_NS_PER_S);
    return result;
}

uint64_t dyno_process_start_ticks(pid_t pid)
{
    char path[64];
    char *text = NULL;
    size_t len = 0;
    unsigned long long ticks = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (dyno_file_read(path, 4096, &text, &len, NULL) != DYNO_OK)
        return 0;
    /* The name in brackets may hold anything, so count fields from the last bracket. */
    char *field = strrchr(text, ')');
    for (int i = 0; field != NULL && i < 20; i++)
        field = strchr(field + 1, ' ');
    if (field != NULL)
        ticks = strtoull(field, NULL, 10);
    free(text);
    return ticks;
}

bool dyno_process_is_alive(pid_t pid, uint64_t start_ticks)
{
    char path[64];
    char *text = NULL;
    size_t len = 0;
    if (start_ticks == 0 || dyno_process_start_ticks(pid) != start_ticks)
        return false;
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (dyno_file_read(path, 4096, &text, &len, NULL) != DYNO_OK)
        return false;
    const char *bracket = strrchr(text, ')');
    bool is_alive = bracket != NULL && strlen(bracket) > 2 && strchr("ZXx", bracket[2]) == NULL;
    free(text);
    return is_alive;
}

char *dyno_process_find(const char *program)
{
    if (strchr(program, '/') != NULL)
        return access(program, X_OK) == 0 ? dyno_xstrdup(program) : NULL;
    const char *path = getenv("PATH");
    if (path == NULL)
        path = "/usr/local/bin:/usr/bin:/bin";
    while (*path != '\0') {
        size_t len = strcspn(path, ":");
        char *candidate = dyno_xasprintf("%.*s/%s", (int)len, path, program);
        if (len > 0 && access(candidate, X_OK) == 0 && dyno_file_exists(candidate))
            return candidate;
        free(candidate);
        path += len;
        if (*path == ':')
            path++;
    }
    return NULL;
}
