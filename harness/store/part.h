/** The parts of a statement's response time. */
#ifndef DYNO_STORE_PART_H
#define DYNO_STORE_PART_H

/** In the order in which a statement goes through them, and of the columns of table account. */
enum dyno_part {
    DYNO_PART_SESSION_WAIT,  /**< all sessions were busy */
    DYNO_PART_GENERATOR_LAG, /**< our own lateness */
    DYNO_PART_SERVER_QUEUE,  /**< sent, until the server began with it; event log only */
    DYNO_PART_PLANNING,      /**< analysis and planning; by REST with the server queue in it */
    DYNO_PART_SCHEDULING,    /**< a stage waits for cores, or for the driver to launch its tasks */
    DYNO_PART_DESERIALIZE,   /**< of tasks */
    DYNO_PART_COMPUTE,       /**< what tasks ran besides the parts named here; spilling is in it */
    DYNO_PART_GC,            /**< while tasks ran */
    DYNO_PART_SHUFFLE_FETCH, /**< tasks waited for shuffle blocks */
    DYNO_PART_SHUFFLE_WRITE, /**< tasks wrote shuffle files */
    DYNO_PART_RESULT,        /**< results of tasks: serialised, fetched by the driver */
    DYNO_PART_DRIVER,        /**< the driver worked before, between and after jobs */
    DYNO_PART_FETCH,         /**< the client fetched the rows */
    DYNO_PART_UNACCOUNTED,   /**< nothing explains it */
    DYNO_PARTS
};

/** "session_wait", ...: as stored and in JSON. */
const char *dyno_part_name(enum dyno_part part);

/** "session wait", ...: as shown. */
const char *dyno_part_label(enum dyno_part part);

#endif
