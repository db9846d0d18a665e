"""test_shares.py PROGRAM FAKE_HS2: a trial of several machines, from its plan into the results; the example Job is what it says:
its command lines, run as pods would, are what the tests run."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shlex
import sqlite3
import struct
import sys
import unittest

import yaml

import own_folder

PROGRAM, FAKE = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
JOB_FILE = (ROOT / "docs/generate-job.yaml").read_text(encoding="utf-8")
JOB = yaml.safe_load(JOB_FILE)
SHARES = 3
WORKLOAD = """\
name: shared
description: statements of the scripted server
queries:
  - name: one
    sql: one.sql
    weight: 3
  - name: rows
    sql: rows.sql
load:
  arrival: poisson
  rate: 30
  sessions: 12
  warmup: 3
  measure: 2s
  timeout: 10s
"""
STATEMENTS = ("SELECT seq, query, intended_ns, phase, outcome, row_count FROM record JOIN trial ON trial.id = trial_id "
              "WHERE role = 'measure' ORDER BY seq")


def commands_of_the_job():
    """The lines that its head names: the one that writes the plan, and the one that takes the files in."""
    found = [shlex.split(line[1:].strip()) for line in JOB_FILE.splitlines() if re.match(r"# {5}sparkdyno ", line)]
    return [words[1:] for words in found]


class Job(unittest.TestCase):
    def test_job_is_indexed_and_has_as_many_pods_as_shares(self):
        spec = JOB["spec"]
        self.assertEqual((JOB["kind"], JOB["apiVersion"]), ("Job", "batch/v1"))
        self.assertEqual(spec["completionMode"], "Indexed")
        self.assertEqual((spec["completions"], spec["parallelism"]), (SHARES, SHARES))
        # A pod that is started again would send its share late and twice.
        self.assertEqual((spec["backoffLimit"], spec["template"]["spec"]["restartPolicy"]), (0, "Never"))
        container, = spec["template"]["spec"]["containers"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        self.assertEqual(mounted, {volume["name"] for volume in spec["template"]["spec"]["volumes"]})


class Shares(own_folder.OwnFolder):
    WORKLOAD = WORKLOAD
    QUERIES = {"one": "SELECT 1", "rows": "ROWS 2000"}

    def setUp(self):
        super().setUp()
        self.write("few.conf", "# few partitions\nspark.sql.shuffle.partitions 8\n")
        os.symlink(PROGRAM, self.dir / "sparkdyno")
        stack = contextlib.ExitStack()
        _, self.port = stack.enter_context(own_folder.fake_server(FAKE, "--service", "20ms"))
        self.addCleanup(stack.close)

    def run_program(self, *words, code=0):
        return self.finish(self.begin(PROGRAM, *words), *(code if isinstance(code, tuple) else (code,)), timeout=60)

    def write_plan(self, *options, code=0):
        _, *job_options = commands_of_the_job()[0]
        self.assertEqual(job_options[-2:], ["--write-plan", "plan.json"])
        return self.run_program("run", "w/workload.yaml", "./few.conf", *own_folder.at_server(self.port), "--cache-dir", "c", "--db", "r.db",
                                "--trial-warmup", "200ms", "--seed", "13", *job_options[-2:], *options, code=code)

    def run_pods(self):
        """What the Job does, with a begin that is near; returns that in ms."""
        container, = JOB["spec"]["template"]["spec"]["containers"]
        start = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)).replace(microsecond=0)
        said = {item["name"]: item["value"] for item in container["env"]}
        self.assertEqual(set(said), {"START_AT", "SHARED"})
        datetime.datetime.fromisoformat(said["START_AT"].replace("Z", "+00:00"))
        said.update(START_AT=start.strftime("%Y-%m-%dT%H:%M:%SZ"), SHARED=str(self.dir))
        pods = [self.begin(*container["command"], *container["args"],
                           env={**os.environ, **said, "JOB_COMPLETION_INDEX": str(i), "PATH": f"{self.dir}:{os.environ['PATH']}"})
                for i in range(SHARES)]
        for pod in pods:
            self.finish(pod, 0, timeout=60)
        return int(start.timestamp() * 1000)

    def take_in(self, code=(0, 4)):
        # A busy machine makes sends late, which some gate then says; that is none of these tests' business.
        return self.run_program(*commands_of_the_job()[1], code=code)

    def show(self, db):
        return json.loads(self.run_program("show", "--db", db, "--json")[0])

    def test_shares_of_machines_are_one_trial_in_the_results(self):
        out, _ = self.write_plan()
        self.assertRegex(out, r"generate --share 1/3 --start-at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ plan.json 1.records")
        self.assertIn("generate --merge --plan plan.json --db r.db trial.records 1.records 2.records 3.records", out)
        self.assertFalse((self.dir / "r.db").exists(), "nothing is stored yet")
        self.assertEqual(os.stat(self.dir / "plan.json").st_mode & 0o777, 0o600)
        begin_ms = self.run_pods()
        self.run_program("generate", "plan.json", "alone.records")
        _, err = self.take_in()
        self.assertRegex(err, r"RESULT verdict=(valid|invalid) exit=\d experiment=1")
        self.run_program("generate", "--merge", "--plan", "plan.json", "--db", "one.db", "all.records", "alone.records", code=(0, 4))
        self.assertEqual(self.query(STATEMENTS, "one.db"), self.query(STATEMENTS, "results.db"))
        columns = "schedule_sha256, offered, started, completed, failed, censored, state, seed"
        self.assertEqual(*(self.query(f"SELECT {columns} FROM trial", db) for db in ("one.db", "results.db")))
        one, three = self.show("one.db"), self.show("results.db")
        for document in (one, three):
            self.assertEqual((document["experiment"]["kind"], document["experiment"]["state"]), ("run", "finished"))
        # How long the server's 20 ms took depends on what else the machine does; the quantile is that of the records, wherever they came from.
        for db, document in (("one.db", one), ("results.db", three)):
            times = [row[0] for row in self.query("SELECT done_ns - intended_ns FROM record WHERE phase = 1 AND outcome = 2 ORDER BY 1", db)]
            middle = len(times) // 2
            self.assertGreaterEqual(times[0], 20e6)
            self.assertLessEqual(times[middle - 2], document["arms"][0]["response"]["p50_ns"])
            self.assertGreaterEqual(times[middle + 1], document["arms"][0]["response"]["p50_ns"])
        self.check_how_shares_began(begin_ms)
        self.check_clocks_of_two_machines()
        self.check_like_any_other()

    def check_how_shares_began(self, begin_ms):
        rows = self.query("SELECT share, host, epoch_wall_ms, late_ns, clock_offset_us, clock_error_us, statements FROM share ORDER BY share",
                          "results.db")
        self.assertEqual([row[0] for row in rows], [1, 2, 3])
        self.assertEqual({row[1] for row in rows}, {os.uname().nodename})
        self.assertEqual(sum(row[6] for row in rows), self.query("SELECT count(*) FROM record WHERE outcome <> 0", "results.db")[0][0])
        for _, _, epoch_ms, late_ns, _, error_us, _ in rows:
            self.assertLessEqual(abs(epoch_ms - begin_ms - late_ns / 1e6), 500)
            self.assertGreaterEqual(error_us, -1)
        (value, limit), = self.query("SELECT value, limit_value FROM gate WHERE name = 'shares_begin'", "results.db")
        self.assertEqual((value, limit), (max(row[2] for row in rows) - min(row[2] for row in rows), 20))

    def check_clocks_of_two_machines(self):
        kernel = pathlib.Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
        told = (self.dir / "1.records").read_bytes()
        self.assertEqual(told.count(kernel), 1)
        (self.dir / "far.records").write_bytes(told.replace(kernel, kernel[::-1]))
        self.run_program("generate", "--merge", "--plan", "plan.json", "--db", "two.db", "two.records", "0.records", "far.records", "2.records",
                         code=(0, 4))
        rows = self.query("SELECT epoch_wall_ms + clock_offset_us / 1e3, clock_error_us / 1e3, is_clock_synced FROM share ORDER BY share",
                          "two.db")
        are_known = all(error >= 0 and is_synced for _, error, is_synced in rows)
        spread = max(abs(rows[1][0] - row[0]) for row in (rows[0], rows[2]))
        (value, limit, is_passed, text), = self.query("SELECT value, limit_value, is_passed, text FROM gate WHERE name = 'shares_begin'", "two.db")
        self.assertGreaterEqual(value, spread - 0.01)
        self.assertEqual(is_passed, int(are_known and value <= limit))
        self.assertEqual("not all clocks of the 2 machines are synchronised" in text, spread <= limit and not are_known)
        facts = dict(self.query("SELECT name, value FROM fact WHERE topic = 'load'", "two.db"))
        self.assertRegex(facts["generators"], r"^3 shares on 2 machines, begun within \d+ ms.*" + ("clocks$" if are_known else "not all are synchronised$"))

    def check_like_any_other(self):
        facts = dict(self.query("SELECT topic || '.' || name, value FROM fact", "results.db"))
        self.assertRegex(facts["load.generators"], r"^3 shares on 1 machine, begun within \d+ ms")
        # Whose machine wrote the plan says nothing of those that ran it.
        self.assertEqual([key for key in facts if key.startswith("host.")], [])
        self.assertIn("planned on.cores", facts)
        self.assertEqual(self.query("SELECT count(*) FROM fingerprint WHERE environment <> ''", "results.db"), [(1,)])
        self.assertEqual((facts["driver.target"], facts["driver.server"]), ("hs2", "Spark SQL"))
        self.assertEqual(self.query("SELECT key, asked, is_applied FROM setting", "results.db"), [("spark.sql.shuffle.partitions", "8", 1)])
        self.assertEqual(self.query("SELECT is_passed FROM gate WHERE name = 'settings_applied'", "results.db"), [(1,)])
        out, _ = self.run_program("list", "--db", "results.db")
        self.assertIn("run shared few", out)
        self.run_program("report", "--db", "results.db", "-o", "report.html")
        self.assertIn("3 shares on 1 machine", (self.dir / "report.html").read_text(encoding="utf-8"))
        # Once is enough.
        _, err = self.take_in(code=2)
        self.assertIn("taken in before: experiment 1", err)
        self.assertEqual(self.query("SELECT count(*) FROM experiment", "results.db"), [(1,)])

    def share(self, k, plan="plan.json"):
        self.run_program("generate", "--share", f"{k}/2", plan, f"{k}.records")

    def test_what_does_not_belong_together_is_refused(self):
        self.write_plan("--measure", "300ms")
        (self.dir / "plan.json").rename(self.dir / "other.json")
        self.write_plan("--measure", "300ms")
        self.share(1)
        self.share(2, "other.json")
        (self.dir / "2.records").rename(self.dir / "foreign.records")
        self.share(2)
        into = ("--plan", "plan.json", "--db", "r.db")
        for files, options, pattern in (
                (("1.records", "foreign.records"), into, r"'foreign.records' is not a share of the plan 'plan.json'"),
                (("1.records", "foreign.records"), (), r"'foreign.records' is of another plan than the first"),
                (("1.records",), into, r"no file of share 2 of 2"),
                (("1.records", "2.records", "1.records"), into, r"is share 1 of 2, and so is '1.records'"),
                (("1.records", "2.records"), into[2:], r"need --plan"),
                (("1.records", "2.records", "out.records"), (), r"both the result and a share")):
            _, err = self.run_program("generate", "--merge", *options, "out.records", *files, code=2)
            self.assertRegex(err, pattern)
        self.assertFalse((self.dir / "r.db").exists())
        words = ("generate", "--merge", *into, "out.records", "1.records", "2.records")
        self.run_program(*words, code=(0, 4))
        with contextlib.closing(sqlite3.connect(self.dir / "r.db")) as db:
            db.execute("DELETE FROM trial")
            db.execute("PRAGMA user_version = 999")
            db.commit()
        before = (self.dir / "r.db").read_bytes()
        _, err = self.run_program(*words, code=2)
        self.assertRegex(err, r"'r.db'.*newer")
        self.assertEqual((self.dir / "r.db").read_bytes(), before)

    def test_incomplete_trial_is_shown_and_not_judged(self):
        self.write_plan("--measure", "500ms")
        self.share(1)
        out, _ = self.run_program("generate", "--merge", "--plan", "plan.json", "--incomplete", "--db", "r.db", "out.records", "1.records", code=4)
        self.assertIn("no records were left by share 2 of 2", out)
        self.assertEqual(self.query("SELECT state, is_valid, offered = completed + censored, censored > 3 FROM trial"), [("partial", 0, 1, 1)])

    def test_plan_that_cannot_be_handed_out_is_refused(self):
        for options, pattern in ((("--trials", "2"), "one trial"), (("--generators", "2"), "--generators"), (("--warmup", "5"), "--trial-warmup"),
                                 (("--dry-run",), "do not go with it")):
            _, err = self.write_plan(*options, code=2)
            self.assertRegex(err, pattern)
        self.write("few.conf", "spark.sql.shuffle.partitons 8\n")
        _, err = self.write_plan(code=2)
        self.assertRegex(err, "did you mean 'spark.sql.shuffle.partitions'")
        self.assertFalse((self.dir / "plan.json").exists())

    def statements(self, path):
        """(seq, intended) of all records."""
        content = path.read_bytes()
        _, _, record_bytes, capacity = struct.unpack_from("<8sIIQ", content)
        records = content[len(content) - capacity * record_bytes:]
        return [struct.unpack_from("<Qq", records, i * record_bytes) for i in range(capacity)]

    def test_files_can_be_put_together_without_results(self):
        self.write_plan("--measure", "300ms")
        self.share(1)
        self.share(2)
        self.run_program("generate", "plan.json", "alone.records")
        self.run_program("generate", "--merge", "out.records", "1.records", "2.records")
        self.assertEqual(self.statements(self.dir / "out.records"), self.statements(self.dir / "alone.records"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
