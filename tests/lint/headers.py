"""headers.py COMPILE_COMMANDS: each header compiles alone, and each function in it has a comment above."""
import json
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from sources import ROOT, c_files, finish

commands = json.load(open(sys.argv[1], encoding="utf-8"))
flags = {}
for command in commands:
    room = re.search(r"harness/(\w+)/", command["file"])
    if room:
        flags.setdefault(room.group(1), [w for w in shlex.split(command["command"])[1:]
                                         if w.startswith(("-I", "-D", "-isystem", "-std"))])


def compile_alone(path):
    room = path.relative_to(ROOT).parts[1]
    run = subprocess.run(["cc", "-x", "c", "-fsyntax-only", "-Wall", "-Werror", "-isystem", "/usr/include/cjson",
                          *flags.get(room, []), f"-I{ROOT}/harness", "-include", str(path), "/dev/null"],
                         capture_output=True, text=True, check=False)
    return [] if run.returncode == 0 else [f"{path.relative_to(ROOT)}:1: does not compile alone: {run.stderr.splitlines()[0]}"]


def undocumented(path):
    """Prototypes right after a blank line or a brace, without a comment; the words of release speak for themselves."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for i, line in enumerate(lines):
        if re.match(r"^[a-z].*\bdyno_\w+\(|^[a-z].*\bcli_\w+\(", line) and not line.startswith(("typedef", "extern")) \
                and not re.search(r"_(free|deinit|init|close|clear|name)\(", line):
            above = lines[i - 1].strip() if i else ""
            if above in ("", "{") or above.startswith("#"):
                yield f"{path.relative_to(ROOT)}:{i + 1}: a function without a comment above"


headers = [p for p in c_files("harness") if p.suffix == ".h"]
with ThreadPoolExecutor(2) as pool:
    problems = [problem for found in pool.map(compile_alone, headers) for problem in found]
for header in headers:
    if header.relative_to(ROOT).parts[1] != "cli" or header.name != "verbs.h":
        problems.extend(undocumented(header))
finish(problems)
