"""Run a test program against a PostgreSQL server of its own: in a folder of its own, on a socket in it.

usage: run_postgres.py TEST_PROGRAM

The connection string is in DYNO_TEST_POSTGRES. Exits with 77 where there is no server to start.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def find(program):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"))
    return found[-1] if found else shutil.which(program)


def as_user(folder):
    """PostgreSQL does not run as root: what goes before its commands there."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups"]


def main():
    initdb, pg_ctl = find("initdb"), find("pg_ctl")
    if initdb is None or pg_ctl is None:
        print("skipped: no PostgreSQL server is installed (package postgresql)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        prefix = as_user(folder)
        environment = dict(os.environ, LC_ALL="C.UTF-8", PGDATA=data)
        environment.pop("PGHOST", None)
        quiet = {"check": True, "env": environment, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run([*prefix, initdb, "-A", "trust", "-U", "test", "--no-sync"], **quiet)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([*prefix, pg_ctl, "-w", "-t", "30", "-l", os.path.join(folder, "log"), "-o",
                        options, "start"], **quiet)
        try:
            environment["DYNO_TEST_POSTGRES"] = \
                f"Driver=psqlodbcw.so;Servername={folder};Database=postgres;UID=test"
            return subprocess.run(sys.argv[1:2], env=environment, timeout=60).returncode
        finally:
            subprocess.run([*prefix, pg_ctl, "-w", "-t", "30", "-m", "immediate", "stop"], **quiet)


sys.exit(main())
