#include "store/part.h"

static const struct {
    const char *name;
    const char *label;
} parts[DYNO_PARTS] = {
    [DYNO_PART_SESSION_WAIT] = {"session_wait", "session wait"},
    [DYNO_PART_GENERATOR_LAG] = {"generator_lag", "generator lag"},
    [DYNO_PART_SERVER_QUEUE] = {"server_queue", "server queue"},
    [DYNO_PART_PLANNING] = {"planning", "analysis and planning"},
    [DYNO_PART_SCHEDULING] = {"scheduling", "scheduler delay"},
    [DYNO_PART_DESERIALIZE] = {"deserialize", "task deserialization"},
    [DYNO_PART_COMPUTE] = {"compute", "compute"},
    [DYNO_PART_GC] = {"gc", "garbage collection"},
    [DYNO_PART_SHUFFLE_FETCH] = {"shuffle_fetch", "shuffle fetch wait"},
    [DYNO_PART_SHUFFLE_WRITE] = {"shuffle_write", "shuffle write"},
    [DYNO_PART_RESULT] = {"result", "result serialization"},
    [DYNO_PART_DRIVER] = {"driver", "driver between jobs"},
    [DYNO_PART_FETCH] = {"fetch", "result fetch"},
    [DYNO_PART_UNACCOUNTED] = {"unaccounted", "unaccounted"},
};

const char *dyno_part_name(enum dyno_part part)
{
    return parts[part].name;
}

const char *dyno_part_label(enum dyno_part part)
{
    return parts[part].label;
}
