"""clients.py [--spark-home DIR] [--build DIR] [--rounds N] [--row-rounds N] [--peers LIST] [--beside DRIVER.so]

Our client beside its peers. Starts one real Spark, warms it up, and lets every client do the same work in turn, in
another order each round:
  trivial  SELECT 1 in a closed loop, 8 sessions, 10 s: statements/s, client CPU for each
  rows     1,000,000 rows of 8 mixed columns to the last one: seconds, client CPU, peak memory; and what the server
           takes for them when nobody decodes (peers/drain.py), with the ratio. The server is warm once ROW_WARMUP
           results have been read: it compiles and grows its heap for that long.
Prints medians as Markdown tables, those of seconds with their quartiles. 0 rounds leave a part out. --beside adds the
driver of another build, to see what a change has done. The Python peers (impyla, PyHive) are installed into .cache/bench-venv.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import trial  # noqa: E402  (the path comes first)
from spark_server import SparkServer  # noqa: E402  (the path comes first)

ROWS_SQL = ("SELECT id AS a, CAST(id % 1000 AS INT) AS b, id * 0.5D AS c, CAST(id % 100 AS DECIMAL(10,2)) AS d, "
            "concat('customer-', id % 5000) AS e, date_add(DATE'2024-01-01', CAST(id % 365 AS INT)) AS f, "
            "id % 2 = 0 AS g, concat('item ', id % 77) AS h FROM range(0, 1000000, 1, 2)")


ROW_WARMUP = 10


def venv_python():
    python = ROOT / ".cache/bench-venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        subprocess.run([str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "impyla==0.24.0",
                        "PyHive==0.7.0", "thrift", "thrift-sasl", "pure-sasl", "python-dateutil", "six"], check=True)
    return str(python)


class Ours:
    """`sparkdyno generate` through the ODBC driver, and the fetch benchmark for rows."""

    def __init__(self, build, kind, driver=None):
        self.build, self.kind, self.driver = build, kind, driver or build / "harness/odbc/libsparkodbc.so"

    def trivial(self, server, sessions, seconds):
        target = {"kind": self.kind, "connection": server.odbc(self.driver), "port": server.port}
        return trial.run(self.build, target, sessions, seconds)

    def rows(self, server):
        if self.kind != "odbc":
            return None
        run = subprocess.run([str(self.build / "tests/odbc/bench_odbc_fetch"), server.odbc(self.driver), ROWS_SQL],
                             check=True, capture_output=True, text=True)
        words = run.stdout.split()
        told = dict(zip(words[::2], map(float, words[1::2])))
        return {"rows": told["rows"], "seconds": told["execute_s"] + told["fetch_s"],
                "cpu_s": told["execute_cpu_s"] + told["fetch_cpu_s"], "rss_mb": told["max_rss_kib"] / 1024}


class Peer:
    """A client in a process of its own that prints one JSON line."""

    def __init__(self, command):
        self.command = command

    def run(self, server, *words):
        run = subprocess.run([*self.command(server), *map(str, words)], check=True, capture_output=True, text=True)
        return json.loads(run.stdout.strip().splitlines()[-1])

    def trivial(self, server, sessions, seconds):
        return self.run(server, "trivial", sessions, seconds)

    def rows(self, server):
        return self.run(server, "rows", ROWS_SQL)


class Drain(Peer):
    """What the server takes when nobody decodes: see peers/drain.py. It has no trivial statement to tell of."""

    def trivial(self, server, sessions, seconds):
        return None


def clients(args, home):
    peers = ROOT / "tests/bench/peers"
    python = venv_python() if {"impyla", "pyhive"} & set(args.peers) else ""
    everyone = {
        "sparkdyno odbc": Ours(args.build, "odbc"),
        "sparkdyno hs2": Ours(args.build, "hs2"),
        "impyla": Peer(lambda s: [python, str(peers / "client.py"), "impyla", str(s.port)]),
        "pyhive": Peer(lambda s: [python, str(peers / "client.py"), "pyhive", str(s.port)]),
        "server alone": Drain(lambda s: [sys.executable, str(peers / "drain.py"), str(s.port)]),
        "jdbc": Peer(lambda s: ["java", "-cp", f"{home}/jars/*", str(peers / "Jdbc.java"), str(s.port)]),
    }
    if args.beside:
        everyone["the other build"] = Ours(args.build, "odbc", args.beside)
    always = ("sparkdyno odbc", "sparkdyno hs2", "server alone", "the other build")
    return {name: client for name, client in everyone.items() if name in always or name in args.peers}


def median(runs, key):
    values = [run[key] for run in runs if run and key in run]
    return statistics.median(values) if values else float("nan")


def print_trivial(results):
    print("\n| SELECT 1, 8 sessions | statements/s | client CPU per statement, ms |\n|---|---|---|")
    for name, runs in results.items():
        if not any(runs):
            continue
        rate = statistics.median(r["statements"] / r["seconds"] for r in runs)
        cpu = statistics.median(1e3 * r["cpu_s"] / r["statements"] for r in runs)
        print(f"| {name} | {rate:.0f} | {cpu:.3f} |")


def told(runs, key):
    """Median and quartiles."""
    values = [run[key] for run in runs if run]
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def print_ratio(name, ours, alone):
    """In pairs of neighbours, and of all runs; far apart, they say that the server was not the same all the time."""
    pairs = sorted(one["seconds"] / other["seconds"] for one, other in zip(ours, alone))
    low, middle, high = statistics.quantiles(pairs, n=4) if len(pairs) > 1 else pairs * 3
    whole = median(ours, "seconds") / median(alone, "seconds")
    best = min(run["seconds"] for run in ours) / min(run["seconds"] for run in alone)
    print(f"{name} takes {middle:.2f} times the server's own time: median of {len(pairs)} pairs, quartiles {low:.2f} to "
          f"{high:.2f}, range {pairs[0]:.2f} to {pairs[-1]:.2f}; ratio of the medians {whole:.2f}, of the fastest {best:.2f}")


def print_rows(results, server_cpu):
    print("\n| 1,000,000 rows x 8 columns | seconds | client CPU s | peak memory MB | server CPU s |\n|---|---|---|---|---|")
    for name, runs in results.items():
        if any(runs):
            print(f"| {name} | {told(runs, 'seconds')} | {median(runs, 'cpu_s'):.3f} | {median(runs, 'rss_mb'):.0f} "
                  f"| {statistics.median(server_cpu[name]):.1f} |")
    print()
    for name in ("sparkdyno odbc", "the other build"):
        if name in results:
            print_ratio(name, results[name], results["server alone"])


def in_turn(names, turn):
    """Each name has every place; of two, both come first equally often."""
    names = names[turn % len(names):] + names[:turn % len(names)]
    return names if turn // len(names) % 2 == 0 else names[::-1]


def measure_rows(args, server, everyone):
    rows = {name: [] for name in everyone}
    server_cpu = {name: [] for name in everyone}
    for _ in range(ROW_WARMUP if args.row_rounds > 0 else 0):
        everyone["sparkdyno odbc"].rows(server)
        everyone["server alone"].rows(server)
    for turn in range(args.row_rounds):
        for name in in_turn(list(everyone), turn):
            before = server.cpu_s()
            rows[name].append(everyone[name].rows(server))
            server_cpu[name].append(server.cpu_s() - before)
    return rows, server_cpu


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spark-home", type=os.path.abspath, default=str(ROOT / ".spark/4.1.4"))
    parser.add_argument("--build", type=lambda s: pathlib.Path(s).resolve(), default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--row-rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--peers", type=lambda s: s.split(","), default=["impyla", "pyhive", "jdbc"])
    parser.add_argument("--beside", type=os.path.abspath)
    args = parser.parse_args()
    with SparkServer(args.spark_home) as server:
        everyone = clients(args, args.spark_home)
        if args.rounds > 0:
            everyone["sparkdyno odbc"].trivial(server, 8, 20)
        trivial = {name: [] for name in everyone}
        for turn in range(args.rounds):
            for name in in_turn(list(everyone), turn):
                trivial[name].append(everyone[name].trivial(server, 8, args.seconds))
        rows, server_cpu = measure_rows(args, server, everyone)
    if args.rounds > 0:
        print_trivial(trivial)
    if args.row_rounds > 0:
        print_rows(rows, server_cpu)


main()
