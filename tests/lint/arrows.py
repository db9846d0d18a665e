"""Who may include whom: the map of harness/README.md, read from there."""
import re

from sources import ROOT, c_files, finish

rooms = {}
for line in (ROOT / "harness/README.md").read_text(encoding="utf-8").split("\n"):
    match = re.match(r"\|\s*`(\w+)/`\s*\|[^|]*\|\s*([^|]*?)\s*\|", line)
    if match:
        rooms[match.group(1)] = set(re.findall(r"\w+", match.group(2))) - {"nothing"}

problems = []
if len(rooms) < 10:
    problems.append("harness/README.md:1: the map of rooms was not found")
for path in c_files("harness"):
    room = path.relative_to(ROOT).parts[1]
    name = path.relative_to(ROOT)
    if room not in rooms:
        problems.append(f"{name}:1: room '{room}' is not on the map in harness/README.md")
        continue
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        match = re.match(r'#\s*include\s+"(\w+)/', line)
        if match and match.group(1) != room and match.group(1) not in rooms[room]:
            problems.append(f"{name}:{number}: {room}/ may not use {match.group(1)}/")
finish(problems)
