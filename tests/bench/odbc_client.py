"""The driver beside the native client, in turn, against the scripted server in a process of its own.

usage: odbc_client.py BUILD_FOLDER [ROUNDS]

Prints medians of ROUNDS (15) rounds, with their quartiles: client CPU and rate of a trivial statement with 8 and 32
sessions, natively (the same calls in the same writes), by the driver without a driver manager, and through
unixODBC, each round in another order, with what they cost more than the native client of their round; rows/s into bound arrays, from rows that lie ready in the server; then
the memory of 2,000 open connections, and 10,000 connects.
"""
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

SESSIONS, SECONDS, ROWS = ("8", "32"), "1", "10000000"


def number(text, pattern):
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"no '{pattern}' in: {text}")
    return float(match.group(1))


def told(values):
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{middle:,.1f} ({low:,.1f} to {high:,.1f})"


def print_statements(run, commands, rounds):
    for sessions in SESSIONS:
        cpu = {name: [] for name in commands}
        rate = {name: [] for name in commands}
        for turn in range(rounds):
            names = list(commands)
            for name in names[turn % 3:] + names[:turn % 3]:
                text = run(*commands[name](sessions))
                cpu[name].append(number(text, r"([\d.]+) us of CPU"))
                rate[name].append(number(text, r"([\d.]+) statements/s"))
        for name in commands:
            more = told([100 * (ours / native - 1) for ours, native in zip(cpu[name], cpu["native"])])
            print(f"{sessions} sessions, {name}: {told(cpu[name])} us of client CPU a statement, {more} % more; "
                  f"{told(rate[name])} statements/s", flush=True)


def print_rows(run, build, text, rounds):
    runs = [run(f"{build}/tests/odbc/bench_odbc_fetch", text, f"SAME {ROWS}", "10000") for _ in range(rounds)]
    wall = [float(ROWS) / number(one, r"fetch_s ([\d.]+)") / 1e6 for one in runs]
    cpu = [float(ROWS) / number(one, r"fetch_cpu_s ([\d.]+)") / 1e6 for one in runs]
    print(f"{ROWS} rows into bound arrays: {told(wall)} million rows/s, {told(cpu)} million a second of client CPU; {runs[0]}")


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bench, client = f"{build}/tests/bench", f"{build}/tests/bench/bench_odbc_client"
    server = subprocess.Popen([f"{build}/tests/support/fake_hs2"], stdout=subprocess.PIPE, text=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, ODBCSYSINI=folder, ODBCINI=f"{folder}/odbc.ini")

        def run(*words):
            return subprocess.run(words, env=environment, capture_output=True, text=True,
                                  check=True).stdout.strip()

        try:
            port = server.stdout.readline().split()[1]
            text = (f"Driver={build}/harness/odbc/libsparkodbc.so;Host=127.0.0.1;Port={port};AuthMech=0")
            print_statements(run, {
                "native": lambda sessions: (f"{bench}/bench_statements", sessions, SECONDS, port),
                "driver alone": lambda sessions: (f"{bench}/bench_odbc_direct", "statements", text, sessions, SECONDS),
                "driver manager": lambda sessions: (client, "statements", text, sessions, SECONDS)}, rounds)
            print_rows(run, build, text, rounds)
            print("driver alone:", run(f"{bench}/bench_odbc_direct", "connections", text, "2000"))
            print("driver manager:", run(client, "connections", text, "2000"))
            print(run(client, "churn", text, "10000"))
        finally:
            server.terminate()
            server.wait(timeout=10)


main()
