#include "load/gate.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

void dyno_gate_init(struct dyno_gate *gate)
{
    pthread_condattr_t attr;
    memset(gate, 0, sizeof *gate);
    pthread_mutex_init(&gate->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&gate->arrived_more, &attr);
    pthread_cond_init(&gate->opened, NULL);
    pthread_condattr_destroy(&attr);
}

void dyno_gate_deinit(struct dyno_gate *gate)
{
    pthread_cond_destroy(&gate->arrived_more);
    pthread_cond_destroy(&gate->opened);
    pthread_mutex_destroy(&gate->lock);
}

void dyno_gate_arrive(struct dyno_gate *gate, enum dyno_gate_step step)
{
    pthread_mutex_lock(&gate->lock);
    gate->arrived[step]++;
    pthread_cond_signal(&gate->arrived_more);
    pthread_mutex_unlock(&gate->lock);
}

bool dyno_gate_pass(struct dyno_gate *gate, enum dyno_gate_step step)
{
    pthread_mutex_lock(&gate->lock);
    gate->arrived[step]++;
    pthread_cond_signal(&gate->arrived_more);
    while (!gate->is_open[step] && !gate->is_called_off)
        pthread_cond_wait(&gate->opened, &gate->lock);
    bool may_pass = !gate->is_called_off;
    pthread_mutex_unlock(&gate->lock);
    return may_pass;
}

bool dyno_gate_await(struct dyno_gate *gate, enum dyno_gate_step step, size_t count,
                     int64_t deadline_ns)
{
    struct timespec wake = {.tv_sec = deadline_ns / DYNO_NS_PER_S,
                            .tv_nsec = deadline_ns % DYNO_NS_PER_S};
    int waited = 0;
    pthread_mutex_lock(&gate->lock);
    while (gate->arrived[step] < count && waited != ETIMEDOUT &&
           (!gate->is_called_off || step == DYNO_GATE_GONE))
        waited = pthread_cond_timedwait(&gate->arrived_more, &gate->lock, &wake);
    bool have_all = gate->arrived[step] >= count;
    pthread_mutex_unlock(&gate->lock);
    return have_all;
}

void dyno_gate_open(struct dyno_gate *gate, enum dyno_gate_step step)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_open[step] = true;
    pthread_cond_broadcast(&gate->opened);
    pthread_mutex_unlock(&gate->lock);
}

void dyno_gate_call_off(struct dyno_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_called_off = true;
    pthread_cond_broadcast(&gate->opened);
    pthread_cond_signal(&gate->arrived_more);
    pthread_mutex_unlock(&gate->lock);
}

bool dyno_gate_is_called_off(struct dyno_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    bool is_called_off = gate->is_called_off;
    pthread_mutex_unlock(&gate->lock);
    return is_called_off;
}
