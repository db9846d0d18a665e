"""The driver beside the native client, in turn, against the scripted server in a process of its own.

usage: odbc_client.py BUILD_FOLDER [ROUNDS]

Prints medians of ROUNDS (5) rounds: client CPU of a trivial statement with 8 sessions, natively and by
ODBC; rows/s into bound arrays; then the memory of 2,000 open connections, and 10,000 connects.
"""
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

SESSIONS, SECONDS = "8", "2"


def number(text, pattern):
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"no '{pattern}' in: {text}")
    return float(match.group(1))


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
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
            native, odbc, rows = [], [], []
            for _ in range(rounds):
                native.append(number(run(f"{bench}/bench_statements", SESSIONS, SECONDS, port),
                                     r"([\d.]+) us of CPU"))
                odbc.append(number(run(client, "statements", text, SESSIONS, SECONDS),
                                   r"([\d.]+) us of CPU"))
                print(f"native {native[-1]} us, odbc {odbc[-1]} us", flush=True)
            middle = statistics.median
            print(f"median of {rounds}: native {middle(native):.1f} us, odbc {middle(odbc):.1f} us of "
                  f"client CPU a statement, {100 * (middle(odbc) / middle(native) - 1):.0f} % more")
            print(run(f"{build}/tests/odbc/bench_odbc_fetch", text, "ROWS 1000000", "1000"))
            print(run(client, "connections", text, "2000"))
            print(run(client, "churn", text, "10000"))
        finally:
            server.terminate()
            server.wait(timeout=10)


main()
