"""Files and functions stay small: .c at most 800 lines, .h 300, functions 80 lines and 6 parameters besides err."""
import re

from sources import ROOT, c_files, finish, without_comments_and_strings

# Entry points and operations whose signature somebody else has written.
FOREIGN = re.compile(r"^SQL[A-Z]")


def functions(text):
    """(name, parameters, first line, last line) of each function definition, by braces in column 0."""
    lines = without_comments_and_strings(text).split("\n")
    for i, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        head = i
        while head > 0 and lines[head - 1].strip() and not lines[head - 1].rstrip().endswith((";", "}")):
            head -= 1
        signature = " ".join(lines[head:i])
        match = re.search(r"(\w+)\s*\((.*)\)\s*$", signature, re.S)
        end = next((j for j in range(i, len(lines)) if lines[j].startswith("}")), i)
        if match:
            yield match.group(1), match.group(2), i + 1, end + 1


problems = []
for path in c_files("harness") + c_files("tests"):
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    count = text.count("\n")
    cap = 300 if path.suffix == ".h" else 800
    if count > cap:
        problems.append(f"{name}:1: {count} lines, at most {cap} are allowed")
    for function, parameters, first, last in functions(text):
        if last - first > 80:
            problems.append(f"{name}:{first}: {function} has {last - first} lines, at most 80 are allowed")
        flat = re.sub(r"\([^()]*\)|,\s*struct dyno_err \*err", "", parameters)
        if flat.count(",") + 1 > 6 and not FOREIGN.match(function) and path.parts[-3] == "harness":
            problems.append(f"{name}:{first}: {function} has {flat.count(',') + 1} parameters, at most 6 are allowed")
finish(problems)
