"""Install the driver alone into a folder, register it there with odbcinst, and connect by its name.

usage: install_driver.py CMAKE BUILD_FOLDER FAKE_HS2
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def main():
    cmake, build, fake = sys.argv[1:]
    if shutil.which("odbcinst") is None or shutil.which("isql") is None:
        print("skipped: odbcinst and isql are not installed (package unixodbc)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "prefix")
        done = subprocess.run([cmake, "--install", build, "--component", "odbc", "--prefix", prefix],
                              check=True, capture_output=True, text=True)
        line = re.search(r"odbcinst -i -d -f (\S+)", done.stdout)
        assert line, done.stdout
        with open(line.group(1), encoding="utf-8") as file:
            template = file.read()
        installed = glob.glob(prefix + "/**/odbc/libsparkodbc.so", recursive=True)
        assert len(installed) == 1 and installed[0] in template, (installed, template)
        environment = dict(os.environ, ODBCSYSINI=folder, ODBCINI=os.path.join(folder, "user.ini"))
        environment.pop("ODBCINSTINI", None)
        subprocess.run(line.group(0).split(), check=True, env=environment, capture_output=True)
        listed = subprocess.run(["odbcinst", "-q", "-d"], env=environment, capture_output=True,
                                text=True, check=True).stdout
        assert "[Spark ODBC]" in listed, listed
        server = subprocess.Popen([fake], stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().split()[1]
            text = f"Driver=Spark ODBC;Host=127.0.0.1;Port={port};AuthMech=0"
            answer = subprocess.run(["isql", "-k", text, "-b"], input="SELECT 1\n", env=environment,
                                    capture_output=True, text=True, timeout=60)
            assert "1" in answer.stdout.split(), answer
        finally:
            server.terminate()
            server.wait(timeout=10)
    return 0


sys.exit(main())
