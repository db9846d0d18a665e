"""What the tests of the program share: a folder of their own with a workload and a profile, a scripted server, the results."""
import contextlib
import pathlib
import sqlite3
import struct
import subprocess
import tempfile
import time
import unittest

# Of struct dyno_trial_header: `claimed`, which `done` follows.
HEADER_BYTES, CLAIMED_AT = 16384, 72


@contextlib.contextmanager
def fake_server(program, *options):
    """The scripted server on a free port, as (process, port)."""
    process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
    try:
        yield process, int(process.stdout.readline().split()[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def at_server(port):
    """The words that lead to a scripted server."""
    return ["--target", "hs2", "--host", "127.0.0.1", "--port", str(port), "--auth", "nosasl"]


class OwnFolder(unittest.TestCase):
    """`self.dir` holds w/workload.yaml, the queries' files w/NAME.sql and plain.conf, and goes with the test."""

    WORKLOAD = None
    QUERIES = {"one": "SELECT 1"}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.write("w/workload.yaml", self.WORKLOAD)
        for name, sql in self.QUERIES.items():
            self.write(f"w/{name}.sql", sql + "\n")
        self.write("plain.conf", "# nothing\n")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.dir / name).parent.mkdir(exist_ok=True)
        (self.dir / name).write_text(text, encoding="utf-8")

    def begin(self, *command, **options):
        """The command in the folder, both of its outputs kept."""
        return subprocess.Popen([str(word) for word in command], cwd=self.dir, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def finish(self, process, *codes, timeout=200):
        """(stdout, stderr) of a process that ends with one of the codes, 0 if none is named."""
        out, err = process.communicate(timeout=timeout)
        self.assertIn(process.returncode, codes or (0,), err + out)
        return out, err

    def query(self, sql, db="r.db"):
        """Rows of the results file, which is whole."""
        with contextlib.closing(sqlite3.connect(self.dir / db)) as connection:
            self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            return connection.execute(sql).fetchall()

    def generators(self):
        """The load processes that work for this folder."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = entry.read_bytes().split(b"\0")
                if b"generate" in words and str(self.dir).encode() in b" ".join(words):
                    found.append(int(entry.parent.name))
        return found

    def counters(self):
        """(claimed, done) of the trial file of each load process, in order of the shares."""
        found = []
        for path in self.trial_files():
            with contextlib.suppress(OSError, struct.error), path.open("rb") as file:
                found.append(struct.unpack_from("<QQ", file.read(HEADER_BYTES), CLAIMED_AT))
        return found

    def trial_files(self):
        return sorted((self.dir / "c/work").glob("*/trial-*.records"), key=lambda path: int(path.stem.split("-")[1]))

    def wait_for_load(self, generators, statements=1):
        """The trial files, once so many load processes have each done so many statements."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            counters = self.counters()
            if len(counters) == generators == len(self.generators()) and all(done >= statements for _, done in counters):
                return self.trial_files()
            time.sleep(0.05)
        self.fail(f"{generators} load processes did not send within 60 s: {self.counters()}")
