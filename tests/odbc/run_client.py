"""Run a client of the driver against a fake server, in an ODBCSYSINI folder of its own.

usage: run_client.py isql|pyodbc FAKE_HS2 DRIVER

Exits with 77 where the client is not there: isql is found on PATH, pyodbc in the Python that runs
this file or the one named by DYNO_PYTHON.
"""
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))


def run_isql(environment):
    if shutil.which("isql") is None:
        return SKIPPED
    script = "select 1\nFAIL\nTYPES\nZERO\nselect 1\n"
    done = subprocess.run(["isql", "-v", "-b", "-d|", "fake"], input=script, env=environment,
                          capture_output=True, text=True, timeout=60)
    text = done.stdout + done.stderr
    faults = []
    if done.stdout.splitlines().count("1") != 2:
        faults.append("'select 1' did not answer 1 twice")
    if "S0002" not in text and "42S02" not in text:
        faults.append("no SQLSTATE for a missing table")
    if "|z\u00fcrich|" not in text or "|5000000000|" not in text:
        faults.append("TYPES lacks its values")
    if faults:
        print("\n".join(faults), text, sep="\n")
    return 1 if faults else 0


def run_pyodbc(environment):
    candidates = [environment.get("DYNO_PYTHON") or "", sys.executable,
                  os.path.join(HERE, "..", "..", ".venv", "bin", "python")]
    for python in candidates:
        if not python or not shutil.which(python):
            continue
        if subprocess.run([python, "-c", "import pyodbc"], capture_output=True).returncode == 0:
            return subprocess.run([python, os.path.join(HERE, "client_pyodbc.py"), "DSN=fake"],
                                  env=environment, timeout=60).returncode
    return SKIPPED


def main():
    client, fake, driver = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([fake], stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().split()[1]
            with open(os.path.join(folder, "odbcinst.ini"), "w", encoding="utf-8") as file:
                file.write(f"[Spark ODBC]\nDriver={driver}\nThreading=0\n")
            with open(os.path.join(folder, "odbc.ini"), "w", encoding="utf-8") as file:
                file.write("[fake]\nDriver=Spark ODBC\nHost=127.0.0.1\nAuthMech=0\n"
                           f"Port={port}\n")
            environment = dict(os.environ, ODBCSYSINI=folder,
                               ODBCINI=os.path.join(folder, "none.ini"), LC_ALL="C.UTF-8")
            environment.pop("ODBCINSTINI", None)
            return run_isql(environment) if client == "isql" else run_pyodbc(environment)
        finally:
            server.terminate()
            server.wait(timeout=10)


sys.exit(main())
