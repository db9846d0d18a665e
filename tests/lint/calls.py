"""Banned calls, and words that may stand in some rooms only."""
import re

from sources import ROOT, c_files, finish, without_comments_and_strings

BANNED = re.compile(r"\b(strcpy|strcat|strncpy|sprintf|vsprintf|strtok|atoi|atol|atof|gets|gmtime|localtime|"
                    r"asctime|ctime|rand|srand|random|gettimeofday|alloca|system|popen|setlocale)\s*\(")
EXITS = re.compile(r"\b(exit|_exit|abort)\s*\(")
PRINTS = re.compile(r"\b(printf|puts|putchar)\s*\(|\b(fprintf|fputs|fputc)\s*\([^;]*\b(stderr|stdout)\b")
VOLATILE = re.compile(r"\bvolatile\b")
ABORTING = re.compile(r"\bdyno_(x[cr]alloc|xcalloc|xrealloc|xstrdup|xstrndup|xasprintf|vec_)\w*\s*\(")
GLOBAL = re.compile(r"^(?:static\s+)?(?:struct\s+\w+|[a-z_]+\d*_t|int|char|bool|long|unsigned|double|_Atomic\S*|atomic_\w+)"
                    r"(?:\s+|\s*\*+\s*)\w+(?:\[[^]]*\])?\s*(?:=|;)")

# May end the process or print: out of memory in base/, the child between fork and exec.
EXIT_OK = {"harness/base/alloc.c", "harness/base/process.c"}
PRINT_OK = {"harness/base/alloc.c"}

problems = []
for path in c_files("harness"):
    name = str(path.relative_to(ROOT))
    room = name.split("/")[1]
    code = without_comments_and_strings(path.read_text(encoding="utf-8"))
    for number, line in enumerate(code.split("\n"), 1):
        def complain(text):
            problems.append(f"{name}:{number}: {text}")
        if match := BANNED.search(line):
            complain(f"{match.group(1)} is banned")
        if VOLATILE.search(line):
            complain("volatile is banned: use stdatomic")
        if room != "cli" and name not in EXIT_OK and EXITS.search(line):
            complain("only cli/ may end the process")
        if room != "cli" and name not in PRINT_OK and PRINTS.search(line):
            complain("only cli/ may print")
        if room in ("hs2", "odbc") and ABORTING.search(line):
            complain("the driver lives in other people's processes: no allocation that aborts")
        if room != "cli" and GLOBAL.match(line) and "const" not in line and path.suffix == ".c" and "extern" not in line:
            complain("no globals outside cli/")
finish(problems)
