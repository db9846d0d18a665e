#include "hs2/lookup.h"

#include "base/clock.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Who comes last frees it: the thread that looks up, or the one that waits. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t is_over; /* on CLOCK_MONOTONIC */
    pthread_t thread;       /* of the one that waits */
    bool is_done;           /* guarded by lock, as are the next three */
    bool is_abandoned;
    int code;
    struct addrinfo *list;
    char service[8];
    char host[]; /* constant, as is the service */
};

static int look_up(const char *host, const char *service, int flags, struct addrinfo **out)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    return getaddrinfo(host, service, &hints, out);
}

static void free_lookup(struct lookup *lookup)
{
    if (lookup->list != NULL)
        freeaddrinfo(lookup->list);
    (void)pthread_cond_destroy(&lookup->is_over);
    (void)pthread_mutex_destroy(&lookup->lock);
    free(lookup);
}

static void *run(void *ctx)
{
    struct lookup *lookup = ctx;
    struct addrinfo *list = NULL;
    int code = look_up(lookup->host, lookup->service, 0, &list);
    (void)pthread_mutex_lock(&lookup->lock);
    lookup->is_done = true;
    lookup->code = code;
    lookup->list = code == 0 ? list : NULL;
    bool is_mine = lookup->is_abandoned;
    (void)pthread_cond_signal(&lookup->is_over);
    (void)pthread_mutex_unlock(&lookup->lock);
    if (is_mine)
        free_lookup(lookup);
    return NULL;
}

static struct lookup *new_lookup(const char *host, const char *service)
{
    size_t host_bytes = strlen(host) + 1;
    struct lookup *lookup = calloc(1, sizeof *lookup + host_bytes);
    pthread_condattr_t clock;
    if (lookup == NULL)
        return NULL;
    memcpy(lookup->host, host, host_bytes);
    (void)snprintf(lookup->service, sizeof lookup->service, "%s", service);
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    /* Neither fails with glibc or musl, whose locks own nothing. */
    (void)pthread_mutex_init(&lookup->lock, NULL);
    (void)pthread_cond_init(&lookup->is_over, &clock);
    (void)pthread_condattr_destroy(&clock);
    return lookup;
}

/* Signals are the application's; its handlers are not run on this thread. */
static int start(struct lookup *lookup)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&lookup->thread, NULL, run, lookup);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

/* The thread returns into this code when nobody waits for it any more: a library that holds it has to stay. */
static void stay_loaded(void)
{
    Dl_info self;
    static const char here = 0;
    if (dladdr(&here, &self) != 0 && self.dli_fname != NULL)
        (void)dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

/*
 * Wait; DYNO_LOOKUP_LATE: the lookup is its thread's from here on. A thread that has answered is joined: it must
 * have left this code, and the lock, before either can go away.
 */
static int await(struct lookup *lookup, int64_t deadline_ns, struct addrinfo **out)
{
    const struct timespec until = {.tv_sec = (time_t)(deadline_ns / DYNO_NS_PER_S),
                                   .tv_nsec = (long)(deadline_ns % DYNO_NS_PER_S)};
    int waited = 0;
    (void)pthread_mutex_lock(&lookup->lock);
    while (!lookup->is_done && waited == 0)
        waited = pthread_cond_timedwait(&lookup->is_over, &lookup->lock, &until);
    bool is_done = lookup->is_done;
    lookup->is_abandoned = !is_done;
    int code = is_done ? lookup->code : DYNO_LOOKUP_LATE;
    if (is_done) {
        *out = lookup->list;
        lookup->list = NULL;
    } else {
        stay_loaded();
        (void)pthread_detach(lookup->thread);
    }
    (void)pthread_mutex_unlock(&lookup->lock);
    if (is_done) {
        (void)pthread_join(lookup->thread, NULL);
        free_lookup(lookup);
    }
    return code;
}

int dyno_lookup(const char *host, const char *service, int64_t deadline_ns, struct addrinfo **out)
{
    int code = look_up(host, service, AI_NUMERICHOST, out);
    if (code != EAI_NONAME)
        return code;
    struct lookup *lookup = new_lookup(host, service);
    if (lookup == NULL)
        return EAI_MEMORY;
    if (start(lookup) != 0) {
        free_lookup(lookup);
        return EAI_AGAIN;
    }
    return await(lookup, deadline_ns, out);
}
