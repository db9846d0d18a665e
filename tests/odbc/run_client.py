"""Run a client of the driver against a fake server, in an ODBCSYSINI folder of its own.

usage: run_client.py isql|iusql|pyodbc|perl|tcl FAKE_HS2 DRIVER [--update]

isql and iusql run isql/script.sql, and their output must be that of isql/<client>.expected; --update
writes it. Exits with 77 where the client is not there: isql, perl and tclsh are found on PATH, pyodbc in
the Python that runs this file or the one named by DYNO_PYTHON.
"""
import difflib
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))


def skip(what):
    print(f"skipped: {what} is not installed (scripts/lib.sh names its package)")
    return SKIPPED


def run_isql(program, environment):
    if shutil.which(program) is None:
        return skip(program)
    with open(os.path.join(HERE, "isql", "script.sql"), encoding="utf-8") as file:
        script = file.read()
    done = subprocess.run([program, "-v", "-b", "-d|", "-c", "fake"], input=script, env=environment,
                          capture_output=True, encoding="utf-8", errors="backslashreplace",
                          timeout=60)
    actual = done.stdout + "-- stderr\n" + done.stderr
    expected_path = os.path.join(HERE, "isql", program + ".expected")
    if "--update" in sys.argv:
        with open(expected_path, "w", encoding="utf-8") as file:
            file.write(actual)
    with open(expected_path, encoding="utf-8") as file:
        expected = file.read()
    sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), actual.splitlines(True),
                                               "expected", "actual"))
    return 0 if actual == expected else 1


def run_perl(environment):
    if shutil.which("perl") is None or \
            subprocess.run(["perl", "-MDBD::ODBC", "-e", "1"], capture_output=True).returncode != 0:
        return skip("Perl's DBD::ODBC")
    return subprocess.run(["perl", os.path.join(HERE, "client_perl.pl"), "fake"], env=environment,
                          timeout=60).returncode


def run_tcl(environment):
    probe = "package require tdbc::odbc; exit 0"
    if shutil.which("tclsh") is None or \
            subprocess.run(["tclsh"], input=probe, text=True, capture_output=True).stderr:
        return skip("Tcl's tdbc::odbc")
    return subprocess.run(["tclsh", os.path.join(HERE, "client_tcl.tcl"), "DSN=fake"],
                          env=environment, timeout=60).returncode


def run_pyodbc(environment):
    candidates = [environment.get("DYNO_PYTHON") or "", sys.executable,
                  os.path.join(HERE, "..", "..", ".venv", "bin", "python")]
    for python in candidates:
        if not python or not shutil.which(python):
            continue
        if subprocess.run([python, "-c", "import pyodbc"], capture_output=True).returncode == 0:
            return subprocess.run([python, os.path.join(HERE, "client_pyodbc.py"), "DSN=fake"],
                                  env=environment, timeout=60).returncode
    return skip("pyodbc")


def run(client, environment):
    if client in ("isql", "iusql"):
        return run_isql(client, environment)
    return {"pyodbc": run_pyodbc, "perl": run_perl, "tcl": run_tcl}[client](environment)


def main():
    client, fake, driver = sys.argv[1:4]
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
            return run(client, environment)
        finally:
            server.terminate()
            server.wait(timeout=10)


sys.exit(main())
