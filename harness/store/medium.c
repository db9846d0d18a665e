#include "store/medium.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "store/sql.h"
#include "store/store.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SMALLEST_DATABASE_BYTES 512

const char *dyno_medium_network_name(int64_t magic)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } networks[] = {
        {0x6969u, "NFS"},        {0x517bu, "SMB"},      {0xfe534d42u, "SMB"},
        {0xff534d42u, "CIFS"},   {0x5346414fu, "AFS"},  {0x00c36400u, "Ceph"},
        {0x0bd00bd0u, "Lustre"}, {0x47504653u, "GPFS"}, {0x7461636fu, "OCFS2"},
    };
    /* Some systems sign-extend the 32-bit number. */
    uint32_t low = (uint32_t)((uint64_t)magic & 0xffffffffu);
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        if (networks[i].magic == low)
            return networks[i].name;
    return NULL;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return dyno_xstrdup(".");
    return slash == path ? dyno_xstrdup("/") : dyno_xstrndup(path, (size_t)(slash - path));
}

static enum dyno_status check_folder(const char *folder, struct dyno_err *err)
{
    struct statfs info = {0};
    enum dyno_status status = dyno_dir_make(folder, err);
    if (status != DYNO_OK)
        return status;
    if (statfs(folder, &info) == 0) {
        const char *network = dyno_medium_network_name((int64_t)info.f_type);
        if (network != NULL)
            return dyno_err_set(err, DYNO_EENV,
                                "folder '%s' is on a network file system (%s), where the results "
                                "file could be damaged; name one on a local disk",
                                folder, network);
    }
    if (access(folder, W_OK | X_OK) != 0)
        return dyno_err_set(err, DYNO_EIO, "folder '%s' cannot be written: %s", folder,
                            strerror(errno));
    return DYNO_OK;
}

enum dyno_status dyno_medium_prepare(const char *path, struct dyno_err *err)
{
    struct stat info = {0};
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return dyno_err_set(err, DYNO_EIO, "'%s' is no regular file", path);
    char *folder = folder_of(path);
    enum dyno_status status = check_folder(folder, err);
    free(folder);
    if (status != DYNO_OK)
        return status;
    /* O_EXCL neither follows a link nor opens a file that somebody holds a lock on. SQLite gives
     * the files beside it the mode of this one. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0)
        (void)close(fd);
    else if (errno != EEXIST)
        return dyno_err_set(err, DYNO_EIO, "cannot make '%s': %s", path, strerror(errno));
    if (access(path, W_OK) != 0)
        return dyno_err_set(err, DYNO_EIO, "'%s' cannot be written: %s", path, strerror(errno));
    return DYNO_OK;
}

char *dyno_medium_uri(const char *path, const char *options)
{
    struct dyno_str uri;
    dyno_str_init(&uri, (size_t)PATH_MAX * 4);
    dyno_str_append(&uri, "file:");
    /* A path that begins with two slashes would read as a host name. */
    if (path[0] == '/')
        dyno_str_append(&uri, "//");
    for (const char *p = path; *p != '\0'; p++) {
        if (isalnum((unsigned char)*p) || strchr("/._-", *p) != NULL)
            dyno_str_append_char(&uri, *p);
        else
            dyno_str_appendf(&uri, "%%%02x", (unsigned)(unsigned char)*p);
    }
    dyno_str_append(&uri, "?");
    dyno_str_append(&uri, options);
    char *text = dyno_str_take(&uri);
    return text != NULL ? text : dyno_xstrdup("file:");
}

enum dyno_status dyno_medium_judge(const char *path, int64_t application_id, int64_t version,
                                   struct dyno_err *err)
{
    if (application_id != DYNO_STORE_APPLICATION_ID)
        return dyno_err_set(err, DYNO_EINPUT,
                            "'%s' is a database of another program and was left as it is", path);
    if (version > DYNO_STORE_VERSION)
        return dyno_err_set(err, DYNO_EINPUT,
                            "'%s' was written by a newer sparkdyno (schema %lld, this one knows "
                            "%d) and was left as it is; update sparkdyno or name another file",
                            path, (long long)version, DYNO_STORE_VERSION);
    if (version != DYNO_STORE_VERSION)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' has schema %lld, which no sparkdyno writes",
                            path, (long long)version);
    return DYNO_OK;
}

/** A journal or WAL beside the file may hold what the file itself lacks. */
static bool has_companion(const char *path)
{
    static const char *const endings[] = {"-wal", "-journal"};
    bool is_there = false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char *name = dyno_xasprintf("%s%s", path, endings[i]);
        struct stat info = {0};
        is_there = is_there || (stat(name, &info) == 0 && info.st_size > 0);
        free(name);
    }
    return is_there;
}

/** The two numbers of the header, as the bytes lie: no lock, no journal played back, nothing written. */
static enum dyno_status read_header(const char *path, int64_t *application_id, int64_t *version,
                                    struct dyno_err *err)
{
    sqlite3 *db = NULL;
    enum dyno_status status = DYNO_OK;
    char *uri = dyno_medium_uri(path, "mode=ro&immutable=1");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(uri, &db, flags, NULL);
    if (code != SQLITE_OK)
        status = dyno_sql_fail(db, code, path, err);
    if (status == DYNO_OK)
        status = dyno_sql_number(db, "PRAGMA application_id", 0, application_id, err);
    if (status == DYNO_OK)
        status = dyno_sql_number(db, "PRAGMA user_version", 0, version, err);
    (void)sqlite3_close(db);
    free(uri);
    return status;
}

enum dyno_status dyno_medium_inspect(const char *path, struct dyno_err *err)
{
    struct stat info = {0};
    int64_t application_id = 0;
    int64_t version = 0;
    struct dyno_err detail = DYNO_ERR_INIT;
    if (stat(path, &info) == 0 && info.st_size == 0)
        return DYNO_OK;
    /* SQLite would take so short a file for an empty database. */
    if (info.st_size < SMALLEST_DATABASE_BYTES)
        return dyno_err_set(err, DYNO_EIO, "'%s' is no SQLite database, or is cut short", path);
    enum dyno_status status = read_header(path, &application_id, &version, &detail);
    /* Half a file with a journal beside it is one that is being made, or was when its maker died: the
     * real open waits, or plays the journal back. The maker may also be done by now. */
    if (status != DYNO_OK && has_companion(path))
        return DYNO_OK;
    if (status != DYNO_OK)
        status = read_header(path, &application_id, &version, &detail);
    if (status == DYNO_OK)
        return dyno_medium_judge(path, application_id, version, err);
    return dyno_err_set(err, status, "'%s': %s", path, detail.message);
}
