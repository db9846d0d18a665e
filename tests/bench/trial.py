"""Trials of SELECT 1 by `sparkdyno generate`, and their records, for the benchmarks of this folder."""
import collections
import json
import pathlib
import resource
import struct
import subprocess
import tempfile

NS = 1_000_000_000
# Of a trial file, see harness/load/trial_file.h and record.h.
EPOCH_AT, BEGIN_AT, DONE_AT, HEADER_BYTES = 24, 40, 80, 16384
RECORD = struct.Struct("<Q8qQIHHBBB6s31x")
Record = collections.namedtuple("Record", "seq intended claim send exec first done rows bytes checksum session query attempt "
                                "phase outcome flags sqlstate")
MEASURE, OK = 1, 2


def plan(target, sessions, seconds):
    return {"version": 1, "tag": "bench", "seed": 1, "is_warmup": False, "want_checksum": False,
            "target": {"kind": "null", "connection": None, "host": "127.0.0.1", "port": 10000, "auth": "nosasl", "user": "me",
                       "password": "x", "schema": None, "fetch_rows": 10000, "null_service_ns": 0, **target},
            "settings": [], "queries": [{"name": "one", "sql": "SELECT 1", "weight": 1, "max_rows": 10}],
            "load": {"arrival": "closed", "rate_per_s": 1, "sessions": sessions, "think_kind": "fixed", "think_ns": 0,
                     "is_pinned": False, "visit": 0, "burst_on_ns": 0, "burst_off_ns": 0, "steps": [], "warmup_executions": 0, "warmup_max": 0,
                     "trial_warmup_ns": 0, "measure_ns": int(seconds * NS), "timeout_ns": 60 * NS, "drain_ns": 10 * NS}}


def run(build, target, sessions, seconds):
    """Statements done, seconds, and CPU seconds of the whole load process, its start included."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = pathlib.Path(folder) / "plan.json", pathlib.Path(folder) / "out"
        path.write_text(json.dumps(plan(target, sessions, seconds)), encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(build / "harness/cli/sparkdyno"), "generate", str(path), str(out)], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(out, "rb") as f:
            done = struct.unpack_from("<Q", f.read(DONE_AT + 16), DONE_AT)[0]
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"statements": done, "seconds": seconds, "cpu_s": cpu_s}


def records(path):
    """The statements of the measured window that ended well, in order of their intended times; and the epoch."""
    data = pathlib.Path(path).read_bytes()
    everything = map(Record._make, RECORD.iter_unpack(data[HEADER_BYTES:HEADER_BYTES + (len(data) - HEADER_BYTES) // RECORD.size * RECORD.size]))
    kept = [r for r in everything if r.phase == MEASURE and r.outcome == OK]
    return sorted(kept, key=lambda r: r.intended), struct.unpack_from("<q", data, EPOCH_AT)[0]


def generate(build, said, folder, *options):
    """Start the load process with this plan; its trial file will be `folder`/out."""
    path = pathlib.Path(folder) / "plan.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return subprocess.Popen([str(build / "harness/cli/sparkdyno"), "generate", *options, str(path), str(pathlib.Path(folder) / "out")])
