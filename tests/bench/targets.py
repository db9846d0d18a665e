"""targets.py [--build DIR] [--rounds N] [--seconds S]: the generator on each kind of target.

A closed loop of SELECT 1 on the null target (one session) and on the scripted server in a process of its own (8 and
32 sessions), through the native client and through the ODBC driver. Prints medians as a Markdown table.
"""
import argparse
import pathlib
import statistics
import subprocess

import trial

ROOT = pathlib.Path(__file__).resolve().parents[2]


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def against_fake(args, kind, sessions):
    with subprocess.Popen([str(args.build / "tests/support/fake_hs2")], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = int(server.stdout.readline().split()[1])
            driver = args.build / "harness/odbc/libsparkodbc.so"
            target = {"kind": kind, "port": port, "connection": f"Driver={driver};Host=127.0.0.1;Port={port};AuthMech=0;ThriftTransport=0"}
            before = cpu_s(server.pid)
            return {**trial.run(args.build, target, sessions, args.seconds), "server_cpu_s": cpu_s(server.pid) - before}
        finally:
            server.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=lambda s: pathlib.Path(s).resolve(), default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    args = parser.parse_args()
    cases = {("null", 1): lambda: {**trial.run(args.build, {"kind": "null"}, 1, args.seconds), "server_cpu_s": 0}}
    for kind in ("hs2", "odbc"):
        for sessions in (8, 32):
            cases[(kind, sessions)] = lambda k=kind, s=sessions: against_fake(args, k, s)
    runs = {case: [] for case in cases}
    for _ in range(args.rounds):
        for case, measure in cases.items():
            runs[case].append(measure())
    print("| target, sessions | statements/s | client CPU per statement, us | server CPU per statement, us |\n|---|---|---|---|")
    for (kind, sessions), results in runs.items():
        rate = statistics.median(r["statements"] / r["seconds"] for r in results)
        client = statistics.median(1e6 * r["cpu_s"] / r["statements"] for r in results)
        server = statistics.median(1e6 * r["server_cpu_s"] / r["statements"] for r in results)
        print(f"| {kind}, {sessions} | {rate:,.0f} | {client:.2f} | {server:.2f} |")


main()
