"""format.py CLANG_FORMAT: every C file is as clang-format would write it."""
import subprocess
import sys

from sources import ROOT, c_files, finish

problems = []
files = c_files("harness") + c_files("tests")
for i in range(0, len(files), 40):
    run = subprocess.run([sys.argv[1], "--dry-run", *map(str, files[i:i + 40])], capture_output=True, text=True, check=False)
    seen = {line.split(": warning:")[0] for line in run.stderr.split("\n") if ": warning:" in line}
    problems.extend(f"{p.replace(str(ROOT) + '/', '')}: not formatted" for p in sorted(seen))
finish(problems)
