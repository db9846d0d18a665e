"""The files of the project, for the checks beside this one."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tracked(*patterns):
    """Files that git knows (or would add), relative to the root."""
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
                         cwd=ROOT, capture_output=True, text=True, check=False)
    if out.returncode == 0:
        names = out.stdout.split("\n")
    else:
        names = [str(p.relative_to(ROOT)) for pattern in patterns for p in ROOT.rglob(pattern)]
    return sorted({ROOT / n for n in names if n and (ROOT / n).is_file()})


def c_files(top="harness"):
    return [p for p in tracked("*.c", "*.h") if p.relative_to(ROOT).parts[0] == top]


def without_comments_and_strings(text):
    """Same line numbers, but nothing left of comments and of what stands in quotes."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def finish(problems):
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problem(s)")
    raise SystemExit(1 if problems else 0)
