-- The results of sparkdyno: one file, one writer at a time. PRAGMA user_version holds the version.
-- Times ending in _ns are nanoseconds (of a monotonic clock, since the trial's epoch), _ms milliseconds,
-- _utc text like 2026-11-21T12:00:00.123Z.

CREATE TABLE experiment (
    id             INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('run', 'compare', 'aa', 'capacity', 'rank')),
    name           TEXT NOT NULL,              -- "compare retail aqe-off default"
    state          TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'failed')),
    reason         TEXT NOT NULL DEFAULT '',   -- why it failed or was interrupted
    seed           TEXT NOT NULL,              -- decimal
    margin         REAL NOT NULL,              -- practical margin as a ratio, 0.05
    blocks_planned INTEGER NOT NULL,
    starts_planned INTEGER NOT NULL,
    is_shared      INTEGER NOT NULL,           -- arms share server starts
    primary_metrics TEXT NOT NULL DEFAULT '',  -- declared before the run, "response_p95,response_mean"; '': all
    is_early_stop  INTEGER NOT NULL DEFAULT 0, -- judged by the e-process, which may end it early
    plan_json      TEXT NOT NULL,
    plan_sha256    TEXT NOT NULL,
    tool_version   TEXT NOT NULL,
    created_utc    TEXT NOT NULL,
    finished_utc   TEXT NOT NULL DEFAULT '',
    owner_pid      INTEGER NOT NULL,
    owner_ticks    TEXT NOT NULL               -- start time of the owner: pid reuse is seen
);

-- Facts of host, Java, Spark, driver, driver manager: what a sceptic asks for.
CREATE TABLE fact (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    topic         TEXT NOT NULL,               -- host | spark | driver | workload | load
    name          TEXT NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (experiment_id, topic, name)
);

CREATE TABLE arm (
    id            INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,            -- 0 base (or the only one), 1 candidate; rank: 1.. its rows
    role          TEXT NOT NULL CHECK (role IN ('only', 'base', 'candidate', 'row')),
    name          TEXT NOT NULL,
    comment       TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    UNIQUE (experiment_id, ordinal)
);

CREATE TABLE query (
    id            INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    name          TEXT NOT NULL,
    sql           TEXT NOT NULL,
    weight        REAL NOT NULL,
    UNIQUE (experiment_id, ordinal)
);

CREATE TABLE start (
    id            INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    arm_id        INTEGER REFERENCES arm (id), -- NULL: shared by several arms
    state         TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'failed')),
    reason        TEXT NOT NULL DEFAULT '',
    app_id        TEXT NOT NULL DEFAULT '',
    spark_version TEXT NOT NULL DEFAULT '',
    ready_ms      REAL,                        -- NULL: an external server
    reach_ms      REAL,                        -- until the first statement was answered, ready_ms included
    proof_ms      REAL,                        -- settings proved
    attach_ms     REAL,                        -- data attached and proved
    warmup_ms     REAL,
    started_utc   TEXT NOT NULL,
    ended_utc     TEXT NOT NULL DEFAULT '',    -- '': it runs, or its process was killed
    UNIQUE (experiment_id, ordinal)
);

-- Proof that each setting of each arm took effect in a start.
CREATE TABLE setting (
    start_id       INTEGER NOT NULL REFERENCES start (id) ON DELETE CASCADE,
    arm_id         INTEGER NOT NULL REFERENCES arm (id) ON DELETE CASCADE,
    key            TEXT NOT NULL,
    scope          TEXT NOT NULL CHECK (scope IN ('session', 'static')),
    asked          TEXT NOT NULL,
    applied        TEXT,
    server_default TEXT,
    source         TEXT NOT NULL,              -- 'SET' | '/environment'
    is_applied     INTEGER NOT NULL,
    complaint      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (start_id, arm_id, key)
);

CREATE TABLE trial (
    id                 INTEGER PRIMARY KEY,
    experiment_id      INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    role               TEXT NOT NULL CHECK (role IN ('warmup', 'measure')),
    block              INTEGER,                -- NULL: a warm-up
    position           INTEGER,
    arm_id             INTEGER NOT NULL REFERENCES arm (id),
    start_id           INTEGER NOT NULL REFERENCES start (id),
    state              TEXT NOT NULL CHECK (state IN ('complete', 'partial')),
    reason             TEXT NOT NULL DEFAULT '', -- why it is partial
    tag                TEXT NOT NULL,
    seed               TEXT NOT NULL,
    started_utc        TEXT NOT NULL,
    epoch_wall_ms      INTEGER NOT NULL,
    measure_begin_ns   INTEGER NOT NULL,
    measure_end_ns     INTEGER NOT NULL,
    offered            INTEGER NOT NULL,
    started            INTEGER NOT NULL,
    completed          INTEGER NOT NULL,
    failed             INTEGER NOT NULL,
    censored           INTEGER NOT NULL,
    joined             INTEGER NOT NULL DEFAULT 0, -- statements found again in Spark's own numbers
    is_valid           INTEGER NOT NULL,
    generator_cpu_ns   INTEGER NOT NULL,
    generator_rss      INTEGER NOT NULL,
    schedule_sha256    TEXT NOT NULL DEFAULT '' -- of all intended times, sessions and queries; '' in a closed loop
);
CREATE INDEX trial_by_experiment ON trial (experiment_id, role, block);

-- Of a trial whose shares were run on machines of their own and put together: how each began.
CREATE TABLE share (
    trial_id        INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    share           INTEGER NOT NULL,          -- from 1
    host            TEXT NOT NULL,
    kernel          TEXT NOT NULL,             -- id of the running kernel: one id, one machine
    epoch_wall_ms   INTEGER NOT NULL,          -- its begin by its own wall clock
    late_ns         INTEGER NOT NULL,          -- after the time that was agreed on
    clock_offset_us INTEGER NOT NULL,          -- that its kernel was still taking out of the wall clock
    clock_error_us  INTEGER NOT NULL,          -- bound of its error, as the kernel states it; -1: unknown
    is_clock_synced INTEGER NOT NULL,
    statements      INTEGER NOT NULL,          -- that ended there, however
    PRIMARY KEY (trial_id, share)
) WITHOUT ROWID;

CREATE TABLE record (
    trial_id    INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    query       INTEGER NOT NULL,              -- query.ordinal
    session     INTEGER NOT NULL,
    phase       INTEGER NOT NULL,              -- 0 warm-up, 1 measured
    outcome     INTEGER NOT NULL,              -- enum dyno_outcome
    intended_ns INTEGER NOT NULL,
    claim_ns    INTEGER NOT NULL,
    send_ns     INTEGER NOT NULL,
    exec_ns     INTEGER NOT NULL,
    first_ns    INTEGER NOT NULL,
    done_ns     INTEGER NOT NULL,
    row_count   INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    checksum    TEXT NOT NULL DEFAULT '',      -- hexadecimal; '' if none was taken
    sqlstate    TEXT NOT NULL DEFAULT '',
    attempt     INTEGER NOT NULL,
    flags       INTEGER NOT NULL,
    PRIMARY KEY (trial_id, seq)
) WITHOUT ROWID;

-- What Spark says about a statement, joined by its comment tag and job group.
CREATE TABLE spark_statement (
    trial_id            INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    seq                 INTEGER NOT NULL,
    execution_id        INTEGER,               -- NULL: no /sql entry found
    jobs                INTEGER NOT NULL,
    stages              INTEGER NOT NULL,      -- that ran; skipped ones apart
    skipped_stages      INTEGER NOT NULL,
    tasks               INTEGER NOT NULL,
    failed_tasks        INTEGER NOT NULL,
    execution_ms        REAL,                  -- /sql duration
    job_ms              REAL NOT NULL,         -- union of the jobs' times
    run_ms              REAL NOT NULL,         -- sums over tasks from here on
    cpu_ms              REAL NOT NULL,
    gc_ms               REAL NOT NULL,
    deserialize_ms      REAL NOT NULL,
    scheduler_delay_ms  REAL,                  -- sum over tasks, estimated as stage mean x tasks
    shuffle_read_bytes  INTEGER NOT NULL,
    shuffle_write_bytes INTEGER NOT NULL,
    shuffle_fetch_ms    REAL NOT NULL,
    spill_memory_bytes  INTEGER NOT NULL,
    spill_disk_bytes    INTEGER NOT NULL,
    input_bytes         INTEGER NOT NULL,
    input_records       INTEGER NOT NULL,
    output_bytes        INTEGER NOT NULL,
    peak_memory_bytes   INTEGER NOT NULL,
    task_max_ms         REAL,                  -- of the stage with the largest task
    task_median_ms      REAL,                  -- of that stage
    skew_ratio          REAL,                  -- max / median there; NULL under 2 tasks
    PRIMARY KEY (trial_id, seq)
) WITHOUT ROWID;

-- Where the response time of a statement went: the parts add up to done_ns - intended_ns.
CREATE TABLE account (
    trial_id         INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    seq              INTEGER NOT NULL,
    source           TEXT NOT NULL,            -- rest | eventlog | none
    session_wait_ns  INTEGER NOT NULL,
    generator_lag_ns INTEGER NOT NULL,
    server_queue_ns  INTEGER NOT NULL,         -- by REST it is in planning_ns
    planning_ns      INTEGER NOT NULL,
    scheduling_ns    INTEGER NOT NULL,         -- the critical path of stages from here on
    deserialize_ns   INTEGER NOT NULL,
    compute_ns       INTEGER NOT NULL,
    gc_ns            INTEGER NOT NULL,
    shuffle_fetch_ns INTEGER NOT NULL,
    shuffle_write_ns INTEGER NOT NULL,
    result_ns        INTEGER NOT NULL,         -- up to here
    driver_ns        INTEGER NOT NULL,
    fetch_ns         INTEGER NOT NULL,
    unaccounted_ns   INTEGER NOT NULL,
    PRIMARY KEY (trial_id, seq)
) WITHOUT ROWID;

-- The stages of the slowest statements of a trial. Times are ms since the statement was sent.
CREATE TABLE stage (
    trial_id            INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    seq                 INTEGER NOT NULL,
    stage_id            INTEGER NOT NULL,
    attempt             INTEGER NOT NULL,
    job_id              INTEGER NOT NULL,      -- -1: not told
    submit_ms           REAL,
    complete_ms         REAL,
    is_critical         INTEGER NOT NULL,      -- on the critical path
    tasks               INTEGER NOT NULL,
    failed_tasks        INTEGER NOT NULL,
    empty_tasks         INTEGER NOT NULL,
    run_ms              REAL NOT NULL,
    cpu_ms              REAL NOT NULL,
    gc_ms               REAL NOT NULL,
    delay_ms            REAL,
    input_bytes         INTEGER NOT NULL,
    shuffle_read_bytes  INTEGER NOT NULL,
    shuffle_write_bytes INTEGER NOT NULL,
    spill_disk_bytes    INTEGER NOT NULL,
    task_median_ms      REAL,
    task_max_ms         REAL,
    PRIMARY KEY (trial_id, seq, stage_id, attempt)
) WITHOUT ROWID;

-- What Spark's numbers say of a trial, with evidence and with the command that would measure the advice.
CREATE TABLE finding (
    trial_id    INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    rule        TEXT NOT NULL,                 -- data_skew | spill | ...
    query       INTEGER NOT NULL,              -- query.ordinal; -1: the server
    severity    TEXT NOT NULL CHECK (severity IN ('severe', 'warning', 'note')),
    title       TEXT NOT NULL,
    value       REAL NOT NULL,                 -- median of the statements over the threshold
    threshold   REAL NOT NULL,
    unit        TEXT NOT NULL,
    what        TEXT NOT NULL,                 -- what the value is
    statements  INTEGER NOT NULL,              -- over the threshold
    judged      INTEGER NOT NULL,              -- that the rule applies to
    example_seq INTEGER NOT NULL,              -- the worst one; -1: none
    evidence    TEXT NOT NULL,
    advice      TEXT NOT NULL,
    command     TEXT NOT NULL,
    PRIMARY KEY (trial_id, rule, query)
);

-- One plan text for each arm and query, the last one seen with jobs.
CREATE TABLE plan (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    arm_id        INTEGER NOT NULL REFERENCES arm (id) ON DELETE CASCADE,
    query         INTEGER NOT NULL,
    execution_id  INTEGER NOT NULL,
    text          TEXT NOT NULL,
    PRIMARY KEY (experiment_id, arm_id, query)
);

CREATE TABLE error_sample (
    trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    query    INTEGER NOT NULL,
    outcome  INTEGER NOT NULL,
    sqlstate TEXT NOT NULL,
    text     TEXT NOT NULL
);

-- Samples over a trial: t_ns since its epoch; a value taken before or after it has t_ns < 0 or at the end.
CREATE TABLE counter (
    trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    source   TEXT NOT NULL,                    -- host | executors | listenerbus | storage
    name     TEXT NOT NULL,
    t_ns     INTEGER NOT NULL,
    value    REAL NOT NULL
);
CREATE INDEX counter_by_trial ON counter (trial_id, source, name, t_ns);

-- Sums over a trial's statements, written with it, so that who reads a long experiment need not read them all.
CREATE TABLE trial_sum (
    trial_id         INTEGER PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
    last_done_ns     INTEGER NOT NULL,         -- 0: nothing ended
    accounts         INTEGER NOT NULL,         -- measured statements that ended well and have an account
    by_log           INTEGER NOT NULL,         -- of those, told by the event log
    session_wait_ns  INTEGER NOT NULL,         -- the parts of account, added up over them
    generator_lag_ns INTEGER NOT NULL,
    server_queue_ns  INTEGER NOT NULL,
    planning_ns      INTEGER NOT NULL,
    scheduling_ns    INTEGER NOT NULL,
    deserialize_ns   INTEGER NOT NULL,
    compute_ns       INTEGER NOT NULL,
    gc_ns            INTEGER NOT NULL,
    shuffle_fetch_ns INTEGER NOT NULL,
    shuffle_write_ns INTEGER NOT NULL,
    result_ns        INTEGER NOT NULL,
    driver_ns        INTEGER NOT NULL,
    fetch_ns         INTEGER NOT NULL,
    unaccounted_ns   INTEGER NOT NULL
);

-- How the statements of each query ended, and the extremes of what they returned.
CREATE TABLE outcome_sum (
    trial_id       INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    query          INTEGER NOT NULL,           -- query.ordinal
    phase          INTEGER NOT NULL,           -- as in record
    outcome        INTEGER NOT NULL,
    sqlstate       TEXT NOT NULL,
    statements     INTEGER NOT NULL,
    min_rows       INTEGER NOT NULL,
    max_rows       INTEGER NOT NULL,
    first_checksum TEXT,                       -- in the order of texts; NULL: none was taken
    last_checksum  TEXT,
    PRIMARY KEY (trial_id, query, phase, outcome, sqlstate)
) WITHOUT ROWID;

-- Spark's numbers of the measured statements that ended well, added up; NULL where none of them is known.
CREATE TABLE spark_sum (
    trial_id              INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    query                 INTEGER NOT NULL,    -- query.ordinal
    statements            INTEGER NOT NULL,
    execution_known       INTEGER NOT NULL,    -- statements behind the sums that may be NULL in spark_statement
    scheduler_delay_known INTEGER NOT NULL,
    task_max_known        INTEGER NOT NULL,
    task_median_known     INTEGER NOT NULL,
    skew_known            INTEGER NOT NULL,
    jobs                  INTEGER NOT NULL,
    stages                INTEGER NOT NULL,
    skipped_stages        INTEGER NOT NULL,
    tasks                 INTEGER NOT NULL,
    failed_tasks          INTEGER NOT NULL,
    execution_ms          REAL,
    job_ms                REAL NOT NULL,
    run_ms                REAL NOT NULL,
    cpu_ms                REAL NOT NULL,
    gc_ms                 REAL NOT NULL,
    deserialize_ms        REAL NOT NULL,
    scheduler_delay_ms    REAL,
    shuffle_read_bytes    INTEGER NOT NULL,
    shuffle_write_bytes   INTEGER NOT NULL,
    shuffle_fetch_ms      REAL NOT NULL,
    spill_memory_bytes    INTEGER NOT NULL,
    spill_disk_bytes      INTEGER NOT NULL,
    input_bytes           INTEGER NOT NULL,
    input_records         INTEGER NOT NULL,
    output_bytes          INTEGER NOT NULL,
    peak_memory_bytes     INTEGER NOT NULL,
    task_max_ms           REAL,
    task_median_ms        REAL,
    skew_ratio            REAL,
    PRIMARY KEY (trial_id, query)
) WITHOUT ROWID;

-- Latencies of statements that have ended, for each query, outcome and second of the measured window (of the
-- intended start): HdrHistogram, encoding V2, compressed. Several rows of one key are parts of one histogram.
CREATE TABLE histogram (
    trial_id   INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    query      INTEGER NOT NULL,              -- query.ordinal
    outcome    INTEGER NOT NULL,              -- as in record
    kind       TEXT NOT NULL CHECK (kind IN ('response', 'service')),
    second     INTEGER NOT NULL,              -- since the trial's epoch
    count      INTEGER NOT NULL,
    overflow   INTEGER NOT NULL,              -- over 1 day: in no bucket
    min_ns     INTEGER,                       -- exact; NULL if all are over the range
    max_ns     INTEGER,
    payload    BLOB NOT NULL
);
CREATE INDEX histogram_by_trial ON histogram (trial_id, kind, query, second);

-- Did the service times of a warm-up become steady? By MSER-5, for each query.
CREATE TABLE warmup (
    trial_id    INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    query       INTEGER NOT NULL,              -- query.ordinal
    executions  INTEGER NOT NULL,              -- that ended well
    truncated   INTEGER NOT NULL,              -- of those, how many were still warm-up
    is_steady   INTEGER NOT NULL,
    before_ns   REAL,                          -- mean service time of the first five
    after_ns    REAL,                          -- and of what remains
    PRIMARY KEY (trial_id, query)
);

CREATE TABLE gate (
    trial_id    INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    value       REAL,
    limit_value REAL,
    unit        TEXT NOT NULL,
    is_fatal    INTEGER NOT NULL,              -- failing it makes the trial invalid
    is_passed   INTEGER NOT NULL,
    text        TEXT NOT NULL,                 -- what it means and what to do
    PRIMARY KEY (trial_id, name)
);

CREATE TABLE contrast (
    experiment_id  INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    metric         TEXT NOT NULL,              -- response_p50 | response_p95 | response_mean | response_suite
    query          INTEGER NOT NULL,           -- query.ordinal; -1: over all
    blocks         INTEGER NOT NULL,           -- with a value in both arms
    base_value     REAL,                       -- ns, geometric mean over blocks
    candidate_value REAL,
    log_ratio      REAL,                       -- mean of ln(candidate / base)
    sd             REAL,
    ci_low         REAL,                       -- of the log ratio, 95 %
    ci_high        REAL,
    ci90_low       REAL,                       -- 90 %, for equivalence
    ci90_high      REAL,
    p_t            REAL,
    p_sign_flip    REAL,
    mde            REAL,                       -- smallest log ratio this run could have seen (80 % power)
    is_primary     INTEGER NOT NULL DEFAULT 0, -- of the family that the verdict comes from
    df             REAL,                       -- degrees of freedom of the t interval
    p_adjusted     REAL,                       -- Holm (primary), Benjamini-Hochberg (the rest)
    p_equivalence  REAL,                       -- two one-sided tests against the margin
    margin         REAL,                       -- log ratio: the larger of the asked margin and the noise floor
    hl             REAL,                       -- Hodges-Lehmann estimate and its exact 95 % interval
    hl_low         REAL,
    hl_high        REAL,
    sd_within      REAL,                       -- of the log ratio within a server start
    sd_between     REAL,                       -- and between starts; NULL where it cannot be told
    e_value        REAL,                       -- of the anytime-valid e-process
    verdict        TEXT NOT NULL,              -- better|worse|equivalent|inconclusive|invalid
    reason         TEXT NOT NULL,
    PRIMARY KEY (experiment_id, metric, query)
);

-- A ranking: its design, its factors, and the effects that were found. Rows of the design are arms.
CREATE TABLE design (
    experiment_id INTEGER PRIMARY KEY REFERENCES experiment (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL CHECK (kind IN ('factorial', 'plackett-burman')),
    runs          INTEGER NOT NULL,            -- rows, with both halves of a foldover
    base_runs     INTEGER NOT NULL,            -- rows of one half
    replicates    INTEGER NOT NULL,
    resolution    INTEGER NOT NULL,            -- 0: all effects can be told apart
    splits        INTEGER NOT NULL,            -- free columns that starts are confounded with
    default_runs  INTEGER NOT NULL,            -- of the base profile in each replicate
    metric        TEXT NOT NULL,               -- the one that decides, declared beforehand
    best          TEXT NOT NULL DEFAULT '',    -- JSON: what the predicted best profile sets
    best_ns       REAL,                        -- predicted
    default_ns    REAL,                        -- measured under the base profile; NULL: not run
    fold          TEXT NOT NULL DEFAULT '',    -- the factor whose fold would split the chain that matters
    confirm_id    INTEGER REFERENCES experiment (id) ON DELETE SET NULL,
    profile_path  TEXT NOT NULL DEFAULT ''     -- where the best profile was written
);

CREATE TABLE factor (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,            -- 0 is factor A
    name          TEXT NOT NULL,
    settings      TEXT NOT NULL,               -- JSON list of keys
    low           TEXT NOT NULL,
    high          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('session', 'static')),
    why           TEXT NOT NULL,
    design_column INTEGER NOT NULL,
    PRIMARY KEY (experiment_id, ordinal)
) WITHOUT ROWID;

-- One contrast of the design. Numbers are logarithms of ratios, high against low.
CREATE TABLE effect (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    metric        TEXT NOT NULL,
    query         INTEGER NOT NULL,            -- query.ordinal; -1: over all
    design_column INTEGER NOT NULL,
    chain         TEXT NOT NULL,               -- all effects that it may be: "A", "AB + CD"
    stratum       TEXT NOT NULL CHECK (stratum IN ('between', 'within')),
    factor        INTEGER,                     -- whose main effect it is
    estimate      REAL NOT NULL,
    se            REAL,
    df            REAL,
    ci_low        REAL,                        -- 95 %
    ci_high       REAL,
    limit_value   REAL,                        -- what it must exceed to be found among all contrasts
    p             REAL,                        -- alone
    share         REAL,                        -- of the sum of squares of all contrasts
    top           REAL,                        -- share of draws among the first three main effects
    place_low     INTEGER NOT NULL,            -- 90 % of its places by size lie here; 0: no main effect
    place_high    INTEGER NOT NULL,
    verdict       TEXT NOT NULL,               -- found|possible|not found|open
    PRIMARY KEY (experiment_id, metric, query, design_column)
) WITHOUT ROWID;

CREATE TABLE effect_error (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    metric        TEXT NOT NULL,
    query         INTEGER NOT NULL,
    stratum       TEXT NOT NULL,
    method        TEXT NOT NULL CHECK (method IN ('replicates', 'lenth')),
    contrasts     INTEGER NOT NULL,
    replicates    INTEGER NOT NULL,
    se            REAL,                        -- of an effect; Lenth: the pseudo standard error
    df            REAL,
    margin        REAL,                        -- half-width of one 95 % interval
    limit_value   REAL,                        -- the same for all contrasts together
    PRIMARY KEY (experiment_id, metric, query, stratum)
) WITHOUT ROWID;

-- Spark's counters per statement at the two levels of each factor.
CREATE TABLE factor_counter (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    factor        INTEGER NOT NULL,
    counter       TEXT NOT NULL,               -- a column of spark_statement
    low           REAL,
    high          REAL,
    correlation   REAL,                        -- with log latency over all trials; the same for all factors
    PRIMARY KEY (experiment_id, factor, counter)
) WITHOUT ROWID;

-- The statistic of a trial that went into the effects.
CREATE TABLE trial_value (
    trial_id INTEGER NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    metric   TEXT NOT NULL,
    value_ns REAL NOT NULL,
    PRIMARY KEY (trial_id, metric)
) WITHOUT ROWID;

CREATE TABLE verdict (
    experiment_id INTEGER PRIMARY KEY REFERENCES experiment (id) ON DELETE CASCADE,
    verdict       TEXT NOT NULL,
    sentence      TEXT NOT NULL,               -- the answer in one sentence
    qualifiers    TEXT NOT NULL,               -- "on one server start", "provisional": JSON list
    exit_code     INTEGER NOT NULL
);

CREATE TABLE warning (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    trial_id      INTEGER REFERENCES trial (id) ON DELETE CASCADE,
    code          TEXT NOT NULL,
    text          TEXT NOT NULL                -- cause, meaning, what to do
);

-- What an experiment is comparable by: equal values mean like with like. SHA-256 of the parts.
CREATE TABLE fingerprint (
    experiment_id INTEGER PRIMARY KEY REFERENCES experiment (id) ON DELETE CASCADE,
    workload      TEXT NOT NULL,               -- queries, tables, scale
    load          TEXT NOT NULL,               -- arrivals, sessions, window
    profile       TEXT NOT NULL,               -- of the base, or the only arm
    environment   TEXT NOT NULL                -- machine, Spark, Java, driver
);
CREATE INDEX fingerprint_by_parts ON fingerprint (workload, load, environment, profile);

-- What an A/A experiment (a profile against itself) left as noise.
CREATE TABLE noise (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    metric        TEXT NOT NULL,
    query         INTEGER NOT NULL,            -- query.ordinal; -1: over all
    blocks        INTEGER NOT NULL,
    starts        INTEGER NOT NULL,
    is_shared     INTEGER NOT NULL,            -- arms shared starts: what session settings are compared by
    log_ratio     REAL NOT NULL,
    sd            REAL NOT NULL,               -- of the log ratio of a block
    sd_within     REAL,
    sd_between    REAL,
    floor         REAL,                        -- smallest margin, as a log ratio, at which it was equivalent to itself;
                                               -- NULL from fewer than three server starts
    PRIMARY KEY (experiment_id, metric, query)
);

-- What else moved the numbers than the arms: looked for in every comparison.
CREATE TABLE disturbance (
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    metric        TEXT NOT NULL,
    name          TEXT NOT NULL,               -- drift | order | carry_over
    estimate      REAL,                        -- log ratio: first to last block, second to first place, ...
    p             REAL,
    is_seen       INTEGER NOT NULL,            -- p below 1 % after Holm
    text          TEXT NOT NULL,
    PRIMARY KEY (experiment_id, metric, name)
);

-- Experiments with a name that gates compare with.
CREATE TABLE baseline (
    name          TEXT PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    set_utc       TEXT NOT NULL
);

-- A step of a capacity experiment: the load that one of its trials offered.
CREATE TABLE step (
    trial_id   INTEGER PRIMARY KEY REFERENCES trial (id) ON DELETE CASCADE,
    restart    INTEGER NOT NULL,               -- from 0
    purpose    TEXT NOT NULL CHECK (purpose IN ('curve', 'search', 'retest')),
    sessions   INTEGER NOT NULL,
    rate_per_s REAL,                           -- NULL: closed loop
    window_ns  INTEGER NOT NULL
);

-- What a capacity experiment found: one JSON document, described by $defs/capacity of docs/report.schema.json.
CREATE TABLE capacity (
    experiment_id INTEGER PRIMARY KEY REFERENCES experiment (id) ON DELETE CASCADE,
    document      TEXT NOT NULL
);
