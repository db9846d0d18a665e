"""tidy.py CLANG_TIDY BUILD_DIR: clang-tidy over harness/, on a compile database of clang's own."""
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from sources import ROOT, c_files, finish

tidy, build = sys.argv[1], pathlib.Path(sys.argv[2]) / "tidy"
subprocess.run(["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja", "-DCMAKE_C_COMPILER=clang",
                "-DBUILD_TESTING=OFF"], check=True, stdout=subprocess.DEVNULL)


def check(path):
    run = subprocess.run([tidy, "-p", str(build), "--quiet", str(path)], capture_output=True, text=True, check=False)
    found = re.findall(r"^(\S+:\d+:\d+: (?:error|warning): .*)$", run.stdout, re.M)
    # Signatures that the ODBC standard has written are not ours to mend, nor are the system's headers.
    foreign = re.compile(r"^/usr/|/odbc/api_.*(readability-non-const-parameter|readability-function-size)")
    return [line.replace(str(ROOT) + "/", "") for line in found if not foreign.search(line)]


sources = [p for p in c_files("harness") if p.suffix == ".c"]
with ThreadPoolExecutor(2) as pool:
    problems = sorted({line for lines in pool.map(check, sources) for line in lines})
finish(problems)
