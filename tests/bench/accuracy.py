"""accuracy.py PART [--build DIR] [--target hs2|odbc] [--spark-home DIR]: how true are the numbers? Figures of docs/accuracy.md.

  frozen         a server that stands still for a second, beside what measurement without omission must show
  distributions  service times as we measured them, beside the server's own log
  rates          how late we send at 100, 1,000 and 5,000 statements/s, and whether gaps are exponential
  sigstop        a real Spark stopped for 3 s in a 30 s run: our response times, and a closed loop's beside them
Each part prints a Markdown table and takes at most 3 minutes. Nothing passes or fails.
"""
import argparse
import json
import math
import os
import pathlib
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import trial  # noqa: E402  (the path comes first)
from spark_server import SparkServer  # noqa: E402  (the path comes first)

NS = 1_000_000_000
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def nearest_rank(values, p):
    return sorted(values)[max(0, math.ceil(p * len(values) - 1e-9) - 1)]


def type7(values, p):
    ranked, place = sorted(values), (len(values) - 1) * p
    low = math.floor(place)
    return ranked[low] + (place - low) * (ranked[min(low + 1, len(ranked) - 1)] - ranked[low])


class Fake:
    """The scripted server; its options as words."""

    def __init__(self, build, *options):
        self.command = [str(build / "tests/support/fake_hs2"), *map(str, options)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


def target(args, port):
    driver = args.build / "harness/odbc/libsparkodbc.so"
    return {"kind": args.target, "port": port,
            "connection": f"Driver={driver};Host=127.0.0.1;Port={port};AuthMech=0;ThriftTransport=0"}


def wall_offset_ns():
    """Wall clock minus CLOCK_MONOTONIC, from the tightest of some readings."""
    readings = []
    for _ in range(50):
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        readings.append((after - before, wall - (before + after) // 2))
    return min(readings)[1]


def times(r):
    """Service, wait, lag and response of a record, as harness/load/record.h defines them."""
    ready = max(r.intended, r.claim)
    return r.done - r.send, ready - r.intended, r.send - ready, r.done - r.intended


def identities(records):
    """How many records break the sum rule, and sum of times less integral of the count, in ns, for service and response."""
    broken = sum(1 for r in records if sum(times(r)[:3]) != times(r)[3])
    gaps = []
    for begin in (lambda r: r.send, lambda r: r.intended):
        events = sorted([(begin(r), 1) for r in records] + [(r.done, -1) for r in records])
        integral = inside = 0
        before = events[0][0]
        for at, step in events:
            integral += inside * (at - before)
            inside, before = inside + step, at
        gaps.append(sum(r.done - begin(r) for r in records) - integral)
    return broken, gaps


def run_frozen(args, sessions, arrival):
    """Constant arrivals every 10 ms for 10 s, service 1 ms, no work from 5.0005 s on for a second."""
    with tempfile.TemporaryDirectory() as folder:
        offset = wall_offset_ns()
        epoch_ms = (time.time_ns() + 2 * NS) // 1_000_000
        base = epoch_ms * 1_000_000 - offset
        with Fake(args.build, "--service", "1ms", "--base", base, "--freeze", "5000.5ms,1s") as server:
            said = trial.plan(target(args, server.port), sessions, 10)
            said["load"].update(arrival=arrival, rate_per_s=100)
            process = trial.generate(args.build, said, folder, "--start-at", f"{epoch_ms / 1000:.3f}")
            process.wait(60)
        records, epoch = trial.records(pathlib.Path(folder) / "out")
        return records, (epoch - base) / 1e6


def exact(sessions, service_ms, freeze_ms):
    """The deterministic queue: response and service times in ms, and how many found no free session."""
    free = [0.0] * sessions
    response, service, waited = [], [], 0
    for i in range(1000):
        intended = 10.0 * i
        which = min(range(sessions), key=free.__getitem__)
        send = max(intended, free[which])
        waited += free[which] > intended
        done = send + service_ms
        if freeze_ms <= send < freeze_ms + 1000:
            done = freeze_ms + 1000 + service_ms
        elif send < freeze_ms < done:
            done += 1000
        free[which] = done
        response.append(done - intended)
        service.append(done - send)
    return response, service, waited


def figures(response, service):
    return [statistics.fmean(response), *(nearest_rank(response, p) for p in (0.9, 0.95, 0.99, 1)),
            statistics.fmean(service), nearest_rank(service, 0.99)]


def frozen(args):
    closed = [times(r)[3] / 1e6 for r in run_frozen(args, 1, "closed")[0]]
    names = ["response mean", "p90", "p95", "p99", "max", "service mean", "service p99"]
    print(f"| sessions | ms | {' | '.join(names)} | waited |\n|---|---|{'---|' * (len(names) + 1)}")
    for sessions in (1, 4, 110):
        shift_ms = math.inf
        while abs(shift_ms) > 1:
            records, shift_ms = run_frozen(args, sessions, "constant")
        service, _, _, response = zip(*map(times, records))
        own_ms = type7(service, 0.5) / 1e6
        seen = figures([x / 1e6 for x in response], [x / 1e6 for x in service])
        late = sum(1 for r in records if r.claim > r.intended)
        for name, service_ms, freeze_ms in (("service 1 ms", 1.0, 5000.5), (f"service {own_ms:.2f} ms", own_ms, 5000.5 - shift_ms)):
            *times_ms, waited = exact(sessions, service_ms, freeze_ms)
            truth = figures(*times_ms)
            print(f"| {sessions} | exact, {name} | {' | '.join(f'{x:.2f}' for x in truth)} | {waited} |")
        print(f"| | measured | {' | '.join(f'{x:.2f}' for x in seen)} | {late} |")
        print(f"| | against the second | {' | '.join(f'{100 * (x / y - 1):+.1f} %' for x, y in zip(seen, truth))} | |")
    print(f"| closed loop, 1 | measured, n {len(closed):,} | {statistics.fmean(closed):.2f} | "
          + " | ".join(f"{nearest_rank(closed, p):.2f}" for p in (0.9, 0.95, 0.99, 1)) + " | | | |")


def truth_log(path):
    """What the server says of each statement: received, start, end, told, fetched, by its number."""
    found = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        *numbers, outcome, text = line.split("\t", 6)
        match = re.match(r"/\* sparkdyno bench:(\d+) \*/", text)
        if match and outcome == "finished":
            found[int(match.group(1))] = tuple(map(int, numbers))
    return found


DISTRIBUTIONS = {"fixed": [], "uniform": ["--spread", "0.6"], "exponential": [], "lognormal": ["--sigma", "0.5"],
                 "bimodal": ["--slow-share", "0.1", "--slow-factor", "10"]}


def run_distribution(args, name, folder):
    log = pathlib.Path(folder) / "truth"
    with Fake(args.build, "--service", "8ms", "--distribution", name, "--seed", 3, "--log", log, *DISTRIBUTIONS[name]) as server:
        said = trial.plan(target(args, server.port), 32, 17)
        said["load"].update(arrival="poisson", rate_per_s=250, trial_warmup_ns=NS)
        if trial.generate(args.build, said, folder).wait(90) != 0:
            raise SystemExit("the load process failed")
    return trial.records(pathlib.Path(folder) / "out")[0], truth_log(log)


def distributions(args):
    print(f"| service time, {args.target} | n | ms | {' | '.join(QUANTILES)} |\n|---|---|---|{'---|' * len(QUANTILES)}")
    pairs, notes = [], []
    for name in DISTRIBUTIONS:
        with tempfile.TemporaryDirectory() as folder:
            records, truth = run_distribution(args, name, folder)
        ours = [r.done - r.send for r in records]
        known = [truth[r.seq] for r in records]
        served = [fetched - received for received, _, _, _, fetched in known]
        script = [end - received for received, _, end, _, _ in known]
        rows = [[type7(values, p) for p in QUANTILES.values()] for values in (script, served, ours)]
        for label, row_ns in zip((f"| {name} | {len(ours)} | script", "| | | server's log", "| | | measured"), rows):
            print(f"{label} | {' | '.join(f'{x / 1e6:.3f}' for x in row_ns)} |")
        print(f"| | | measured less log | {' | '.join(verdict(x, y) for x, y in zip(rows[2], rows[1]))} |")
        pairs += [x - y for x, y in zip(ours, served)]
        told = [told - end for _, _, end, told, _ in known]
        broken, gaps = identities(records)
        notes.append(f"{name}: sum rule broken by {broken} of {len(records)} records; sum of times less integral of the count: "
                     f"service {gaps[0]} ns, response {gaps[1]} ns; the server told of an end "
                     f"{type7(told, 0.5) / 1e3:.0f} us (p50), {type7(told, 0.99) / 1e3:.0f} us (p99) after it")
    print(f"\nMeasured less logged, statement by statement: p1 {type7(pairs, 0.01) / 1e6:.3f} ms, p50 {type7(pairs, 0.5) / 1e6:.3f}, "
          f"p99 {type7(pairs, 0.99) / 1e6:.3f}, p99.9 {type7(pairs, 0.999) / 1e6:.3f}, max {max(pairs) / 1e6:.3f}.\n\n" + "\n".join(f"- {note}" for note in notes))


def verdict(measured, real):
    within = abs(measured - real) <= max(0.01 * real, 0.2e6)
    return f"{(measured - real) / 1e6:+.3f} ({100 * (measured / real - 1):+.2f} %){'' if within else ' **over**'}"


WORKLOAD = """\
name: accuracy
description: one trivial statement
queries:
  - name: one
    sql: one.sql
load:
  arrival: poisson
  rate: 100
  sessions: 64
  warmup: 3
  measure: 20s
  timeout: 10s
"""


def run_rate(args, rate, folder):
    folder = pathlib.Path(folder)
    (folder / "workload.yaml").write_text(WORKLOAD, encoding="utf-8")
    (folder / "one.sql").write_text("SELECT 1\n", encoding="utf-8")
    (folder / "plain.conf").write_text("# nothing\n", encoding="utf-8")
    with Fake(args.build, "--service", "1ms") as server:
        at = (["--connection", target(args, server.port)["connection"]] if args.target == "odbc"
              else ["--host", "127.0.0.1", "--port", str(server.port), "--auth", "nosasl"])
        run = subprocess.run([str(args.build / "harness/cli/sparkdyno"), "run", "workload.yaml", "./plain.conf", "--target", args.target, *at,
                              "--db", "r.db", "--cache-dir", "c", "--trial-warmup", "2s", "--rate", str(rate), "--json"],
                             cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    if not (folder / "r.db").exists():
        raise SystemExit(run.stderr)
    with sqlite3.connect(folder / "r.db") as db:
        gates = {name: (value, limit, passed) for name, value, limit, passed in
                 db.execute("SELECT g.name, g.value, g.limit_value, g.is_passed FROM gate g JOIN trial t ON t.id = g.trial_id WHERE t.role = 'measure'")}
        rows = db.execute("SELECT r.intended_ns, r.claim_ns, r.send_ns FROM record r JOIN trial t ON t.id = r.trial_id "
                          "WHERE t.role = 'measure' AND r.phase = 1 AND r.send_ns >= 0").fetchall()
    return [send - max(intended, claim) for intended, claim, send in rows], gates


def rates(args):
    print("| statements/s | sent | lag p50 | lag p99 | lag p99.9 | lag max | gate generator_lag_p99 | gate arrivals (KS p) | machine's stalls p99.9 | failed gates |\n|" + "---|" * 10)
    for rate in (100, 1000, 5000):
        with tempfile.TemporaryDirectory() as folder:
            lags, gates = run_rate(args, rate, folder)
        lag = gates.get("generator_lag_p99", (math.nan, math.nan, 0))
        gap = gates.get("arrivals", (math.nan, math.nan, 0))
        failed = [f"{name} ({value:.3g}, limit {limit:.3g})" for name, (value, limit, passed) in gates.items() if not passed]
        print(f"| {rate:,} | {len(lags):,} | {' | '.join(f'{type7(lags, p) / 1e6:.3f} ms' for p in (0.5, 0.99, 0.999, 1))} "
              f"| {lag[0]:.3f} ms, {'passed' if lag[2] else 'failed'} | {gap[0]:.2g}, {'passed' if gap[2] else 'failed'} | {gates['generator_stalls'][0]:.3f} ms | {', '.join(failed) or 'none'} |")


def row(name, values_ms):
    return f"| {name} | {len(values_ms)} | " + " | ".join(f"{type7(values_ms, p):,.1f}" for p in (0.5, 0.95, 0.99, 0.999, 1)) + " |"


def sigstop(args):
    jdbc = ["java", "-cp", f"{args.spark_home}/jars/*", str(ROOT / "tests/bench/peers/Jdbc.java")]
    with SparkServer(args.spark_home) as server, tempfile.TemporaryDirectory() as folder:
        ours = {"kind": args.target, "port": server.port, "connection": server.odbc(args.build / "harness/odbc/libsparkodbc.so")}
        trial.run(args.build, ours, 4, 20)
        said = trial.plan(ours, 8, 30)
        said["load"].update(arrival="poisson", rate_per_s=20, trial_warmup_ns=2 * NS)
        peer = subprocess.Popen([*jdbc, str(server.port), "latency", "1", "30", "0"], stdout=subprocess.PIPE, text=True)
        time.sleep(3)
        mine = trial.generate(args.build, said, folder)
        time.sleep(14)
        os.killpg(server.process.pid, signal.SIGSTOP)
        time.sleep(3)
        os.killpg(server.process.pid, signal.SIGCONT)
        out, _ = peer.communicate(timeout=120)
        mine.wait(90)
        records, _ = trial.records(pathlib.Path(folder) / "out")
    service, _, _, response = zip(*map(times, records))
    closed = [ns / 1e6 for ns in json.loads(out.strip().splitlines()[-1])]
    print("| 30 s with 3 s of SIGSTOP, ms | n | p50 | p95 | p99 | p99.9 | max |\n|" + "---|" * 7)
    print(row(f"sparkdyno ({args.target}), open loop 20/s: response", [ns / 1e6 for ns in response]))
    print(row("the same statements: service", [ns / 1e6 for ns in service]))
    print(row("Hive JDBC, closed loop, 1 session", closed))


def main():
    parts = {"frozen": frozen, "distributions": distributions, "rates": rates, "sigstop": sigstop}
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=parts)
    parser.add_argument("--build", type=lambda s: pathlib.Path(s).resolve(), default=ROOT / "build/release")
    parser.add_argument("--target", choices=("hs2", "odbc"), default="odbc")
    parser.add_argument("--spark-home", type=os.path.abspath, default=str(ROOT / ".spark/4.1.4"))
    args = parser.parse_args()
    parts[args.part](args)


main()
