#include "collect/root.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SESSION "spark-session-"
#define ROOT    "-execution-root-id-"

/* Anybody may tag jobs, so the whole form counts. */
static int64_t root_of_tag(const char *tag)
{
    if (tag == NULL || strncmp(tag, SESSION, strlen(SESSION)) != 0)
        return -1;
    const char *at = strstr(tag, ROOT);
    if (at == NULL || !isdigit((unsigned char)at[strlen(ROOT)]))
        return -1;
    char *end = NULL;
    errno = 0;
    long long id = strtoll(at + strlen(ROOT), &end, 10);
    return errno == 0 && *end == '\0' ? id : -1;
}

int64_t dyno_root_of_job(const cJSON *job)
{
    const cJSON *tag = NULL;
    int64_t root = -1;
    cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(job, "jobTags"))
    {
        int64_t id = root_of_tag(cJSON_GetStringValue(tag));
        if (id >= 0 && root >= 0 && id != root)
            return -1;
        root = id >= 0 ? id : root;
    }
    return root;
}
