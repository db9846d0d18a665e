#include "target/doubt.h"

/* The level at which unixODBC takes one lock of the whole process around each call. */
#define LEVEL_PROCESS 3

size_t dyno_target_doubts(const struct dyno_manager_facts *facts,
                          struct dyno_doubt out[DYNO_DOUBTS_MAX])
{
    const struct {
        bool applies;
        struct dyno_doubt doubt;
    } all[] = {
        {facts->threading_level == LEVEL_PROCESS && facts->sessions > 1,
         {"driver_serialised",
          "the driver manager runs one call at a time in the whole process (Threading = 3): sessions "
          "wait for each other; set Threading = 0 in odbcinst.ini"}},
        {facts->is_traced,
         {"driver_traced",
          "the driver manager traces every call (Trace = Yes): latencies are inflated, and passwords "
          "may stand in the trace; set Trace = No in odbcinst.ini"}},
        {facts->is_pooled,
         {"driver_pooled",
          "the driver manager pools connections (Pooling = Yes): connect times mean nothing; set "
          "Pooling = No in odbcinst.ini"}},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].applies)
            out[count++] = all[i].doubt;
    }
    return count;
}
