"""clients.py [--spark-home DIR] [--build DIR] [--rounds N] [--peers LIST]: our client beside its peers.

Starts one real Spark, warms it up, and lets every client do the same work in turn, rounds times:
  trivial  SELECT 1 in a closed loop, 8 sessions, 10 s: statements/s, client CPU for each
  rows     1,000,000 rows of 8 mixed columns to the last one: seconds, client CPU, peak memory; and what the server
           takes for them when nobody decodes (peers/drain.py), with the ratio
Prints medians as a Markdown table. The Python peers (impyla, PyHive) are installed into .cache/bench-venv.
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


def venv_python():
    python = ROOT / ".cache/bench-venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        subprocess.run([str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "impyla==0.24.0",
                        "PyHive==0.7.0", "thrift", "thrift-sasl", "pure-sasl", "python-dateutil", "six"], check=True)
    return str(python)


class Ours:
    """`sparkdyno generate` through the ODBC driver, and the fetch benchmark for rows."""

    def __init__(self, build, kind):
        self.build, self.kind = build, kind

    def trivial(self, server, sessions, seconds):
        target = {"kind": self.kind, "connection": server.odbc(self.build / "harness/odbc/libsparkodbc.so"), "port": server.port}
        return trial.run(self.build, target, sessions, seconds)

    def rows(self, server):
        if self.kind != "odbc":
            return None
        run = subprocess.run([str(self.build / "tests/odbc/bench_odbc_fetch"),
                              server.odbc(self.build / "harness/odbc/libsparkodbc.so"), ROWS_SQL],
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
    always = ("sparkdyno odbc", "sparkdyno hs2", "server alone")
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


def print_rows(results, server_cpu):
    print("\n| 1,000,000 rows x 8 columns | seconds | client CPU s | peak memory MB | server CPU s |\n|---|---|---|---|---|")
    for name, runs in results.items():
        if any(runs):
            print(f"| {name} | {median(runs, 'seconds'):.2f} | {median(runs, 'cpu_s'):.3f} | {median(runs, 'rss_mb'):.0f} "
                  f"| {statistics.median(server_cpu[name]):.1f} |")
    ratios = [ours["seconds"] / alone["seconds"] for ours, alone in zip(results["sparkdyno odbc"], results["server alone"])]
    print(f"\nsparkdyno odbc takes {statistics.median(ratios):.2f} times the server's own time "
          f"(median of {len(ratios)} rounds: {', '.join(f'{ratio:.2f}' for ratio in ratios)})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spark-home", type=os.path.abspath, default=str(ROOT / ".spark/4.1.4"))
    parser.add_argument("--build", type=lambda s: pathlib.Path(s).resolve(), default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--row-rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--peers", type=lambda s: s.split(","), default=["impyla", "pyhive", "jdbc"])
    args = parser.parse_args()
    with SparkServer(args.spark_home) as server:
        everyone = clients(args, args.spark_home)
        everyone["sparkdyno odbc"].trivial(server, 8, 20)
        trivial = {name: [] for name in everyone}
        rows = {name: [] for name in everyone}
        server_cpu = {name: [] for name in everyone}
        for _ in range(args.rounds):
            for name, client in everyone.items():
                trivial[name].append(client.trivial(server, 8, args.seconds))
        everyone["sparkdyno odbc"].rows(server)
        for _ in range(args.row_rounds):
            for name, client in everyone.items():
                before = server.cpu_s()
                rows[name].append(client.rows(server))
                server_cpu[name].append(server.cpu_s() - before)
    print_trivial(trivial)
    print_rows(rows, server_cpu)


main()
