#include "base/file.h"

#include "base/alloc.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static enum dyno_status errno_status(void)
{
    return errno == ENOENT || errno == ENOTDIR ? DYNO_ENOTFOUND : DYNO_EIO;
}

static enum dyno_status read_all(int fd, const char *path, char *buf, size_t size, size_t *len_out,
                                 struct dyno_err *err)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, buf + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return dyno_err_set(err, DYNO_EIO, "cannot read '%s': %s", path, strerror(errno));
        if (n == 0)
            break;
        len += (size_t)n;
    }
    buf[len] = '\0';
    *len_out = len;
    return DYNO_OK;
}

enum dyno_status dyno_file_read(const char *path, size_t max_bytes, char **out, size_t *len_out,
                                struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    char *buf = NULL;
    size_t room = 0;
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return dyno_err_set(err, errno_status(), "cannot open '%s': %s", path, strerror(errno));
    if (fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) {
        status = dyno_err_set(err, DYNO_EIO, "cannot read '%s': not a file", path);
        goto done;
    }
    if (info.st_size < 0 || (uint64_t)info.st_size > max_bytes) {
        status = dyno_err_set(err, DYNO_ELIMIT, "'%s' has %lld bytes, at most %zu are allowed",
                              path, (long long)info.st_size, max_bytes);
        goto done;
    }
    /* Files of /proc and pipes say that they are empty: one byte more than allowed tells of too many. */
    room = info.st_size > 0 ? (size_t)info.st_size : max_bytes + 1;
    buf = dyno_xcalloc(room + 1, 1);
    status = read_all(fd, path, buf, room, len_out, err);
    if (status == DYNO_OK && *len_out > max_bytes)
        status = dyno_err_set(err, DYNO_ELIMIT,
                              "'%s' has over %zu bytes, which is the most that is allowed", path,
                              max_bytes);
    if (status == DYNO_OK) {
        *out = buf;
        buf = NULL;
    }
done:
    free(buf);
    close(fd);
    return status;
}

static enum dyno_status write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return DYNO_EIO;
        bytes += n;
        len -= (size_t)n;
    }
    return DYNO_OK;
}

static enum dyno_status write_renamed(const char *path, const char *bytes, size_t len, mode_t mode,
                                      struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    char *temporary = dyno_xasprintf("%s.%ld.tmp", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0 || write_all(fd, bytes, len) != DYNO_OK)
        status = DYNO_EIO;
    if (fd >= 0 && close(fd) != 0)
        status = DYNO_EIO;
    if (status == DYNO_OK && rename(temporary, path) != 0)
        status = DYNO_EIO;
    if (status != DYNO_OK) {
        (void)dyno_err_set(err, status, "cannot write '%s': %s", path, strerror(errno));
        (void)unlink(temporary);
    }
    free(temporary);
    return status;
}

enum dyno_status dyno_file_write(const char *path, const char *bytes, size_t len,
                                 struct dyno_err *err)
{
    return write_renamed(path, bytes, len, 0644, err);
}

enum dyno_status dyno_file_write_private(const char *path, const char *bytes, size_t len,
                                         struct dyno_err *err)
{
    return write_renamed(path, bytes, len, 0600, err);
}

char *dyno_file_tail(const char *path, size_t max_bytes)
{
    char *buf = dyno_xcalloc(max_bytes + 1, 1);
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return buf;
    off_t size = lseek(fd, 0, SEEK_END);
    bool is_cut = size > (off_t)max_bytes;
    (void)lseek(fd, is_cut ? size - (off_t)max_bytes : 0, SEEK_SET);
    if (read_all(fd, path, buf, max_bytes, &len, NULL) != DYNO_OK)
        buf[0] = '\0';
    close(fd);
    char *newline = is_cut ? strchr(buf, '\n') : NULL;
    if (newline != NULL)
        memmove(buf, newline + 1, strlen(newline + 1) + 1);
    return buf;
}

bool dyno_file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool dyno_dir_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

enum dyno_status dyno_dir_make(const char *path, struct dyno_err *err)
{
    char *copy = dyno_xstrdup(path);
    enum dyno_status status = DYNO_OK;
    for (char *p = copy + 1; status == DYNO_OK; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(copy, 0755) != 0 && !dyno_dir_exists(copy))
            status =
                dyno_err_set(err, DYNO_EIO, "cannot make folder '%s': %s", copy, strerror(errno));
        *p = kept;
        if (kept == '\0')
            break;
    }
    free(copy);
    return status;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

enum dyno_status dyno_dir_remove(const char *path, struct dyno_err *err)
{
    if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EIO, "cannot remove '%s': %s", path, strerror(errno));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum dyno_status dyno_dir_list(const char *path, char ***names_out, size_t *count_out,
                               struct dyno_err *err)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return dyno_err_set(err, errno_status(), "cannot open folder '%s': %s", path,
                            strerror(errno));
    struct dyno_vec names = DYNO_VEC_INIT(char *);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *name = dyno_xstrdup(entry->d_name);
        dyno_vec_push(&names, &name);
    }
    closedir(dir);
    if (names.len > 1)
        qsort(names.items, names.len, sizeof(char *), compare_names);
    *names_out = dyno_vec_take(&names, count_out);
    return DYNO_OK;
}

int dyno_dir_lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int64_t dyno_dir_free_bytes(const char *path)
{
    struct statvfs info;
    if (statvfs(path, &info) != 0)
        return -1;
    return (int64_t)(info.f_bavail * info.f_frsize);
}

char *dyno_path_join(const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0')
        return dyno_xstrdup(name);
    size_t len = strlen(dir);
    return dyno_xasprintf("%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

char *dyno_path_absolute(const char *path)
{
    char cwd[PATH_MAX];
    if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
        return dyno_xstrdup(path);
    return dyno_path_join(cwd, path);
}

char *dyno_path_of_self(void)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    return len < 0 ? NULL : dyno_xstrndup(path, (size_t)len);
}
