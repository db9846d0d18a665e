"""options.py PROGRAM: every verb and option of --help stands in the man page, and no other does."""
import re
import subprocess
import sys

from sources import ROOT, finish

program = sys.argv[1]
man = (ROOT / "docs/sparkdyno.1").read_text(encoding="utf-8").replace("\\-", "-")


def text_of(*words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


problems = []
known = set()
verbs = re.findall(r"^  (\w+) +\S", text_of("--help").split("Verbs:")[1], re.M)
for verb in verbs:
    if f".SS {verb}" not in man:
        problems.append(f"docs/sparkdyno.1:1: verb {verb} is not described")
    for option in re.findall(r"^\s+(?:-\w, |    )?--([a-z-]+)", text_of(verb, "--help"), re.M):
        known.add(option)
        if f"--{option}" not in man:
            problems.append(f"docs/sparkdyno.1:1: option --{option} of {verb} is not described")
for option in sorted(set(re.findall(r"--([a-z][a-z-]+)", man)) - known - {"version", "help"}):
    problems.append(f"docs/sparkdyno.1:1: --{option} is described but does not exist")
finish(problems)
