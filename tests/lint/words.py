"""No unfinished marks, no history in comments, no paths of a machine, no file without an end of line."""
import re

from sources import ROOT, finish, tracked

MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
HISTORY = re.compile(r"\b(Author|Created by|Modified by|Copyright \(c\))\b")
PATHS = re.compile(r"(?<![\w.])/(work|home)/\w")
HOSTS = re.compile(r"\b(pypi\.org|pythonhosted\.org|maven\.org|repo1\.|deb\.debian\.org|npmjs\.org|github\.com/\w+/\w+/releases)\b")

problems = []
for path in tracked("*"):
    name = path.relative_to(ROOT)
    if name.parts[0] in ("LICENSE",) or name.parts[:2] == ("tests", "data") or name.name == "words.py":
        continue
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        continue
    if text and not text.endswith("\n"):
        problems.append(f"{name}:1: the last line has no end")
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, what in ((MARKS, "an unfinished mark"), (HISTORY, "history belongs to git"),
                              (PATHS, "a path of one machine"), (HOSTS, "a registry's host name")):
            if pattern.search(line):
                problems.append(f"{name}:{number}: {what}")
        if line != line.rstrip() and path.suffix != ".md":
            problems.append(f"{name}:{number}: blanks at the end of the line")
finish(problems)
