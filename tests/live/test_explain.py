"""test_explain.py PROGRAM SPARK_HOME: a real Spark is made to show what explain is to find.

One server, each statement of tests/live/signs under two profiles: with AQE, and without it and 8 partitions, so that
no stage is merged. What a finding says is held against what was provoked.
"""
import contextlib
import csv
import json
import os
import pathlib
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SPARK_HOME = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SIGNS = ROOT / "tests/live/signs"
# Those that leave least behind come first.
QUERIES = ("skewed_join", "many_partitions", "slow_task", "few_keys", "first_attempt_fails", "big_sort", "big_file",
           "big_result", "big_broadcast", "garbage")
GAP_S, TAIL_S = 1.6, 12
# Two tasks read a half each: a newline every MiB, and holes on the disk between them.
BIG_FILE_MIB = 2200
WITH_AQE, WITHOUT = "default+base-conf", "default+conf"
SETTINGS = ["--base-conf", "spark.sql.shuffle.partitions=16",
            "--candidate-conf", "spark.sql.adaptive.enabled=false", "--candidate-conf", "spark.sql.shuffle.partitions=8",
            "--conf", "spark.sql.autoBroadcastJoinThreshold=-1", "--conf", "spark.memory.fraction=0.02",
            # A task may fail and run again; the file is cut in two, not in pieces of 128 MiB.
            "--conf", "spark.master=local[2,4]", "--conf", "spark.sql.files.maxPartitionBytes=4g",
            # One thread collects, so that garbage costs what it is worth, on whatever machine.
            "--conf", "spark.driver.extraJavaOptions=-XX:+UseSerialGC"]


def run(*words, codes=(0,), timeout=500):
    done = subprocess.run([PROGRAM, *words], cwd=ROOT, text=True, capture_output=True, timeout=timeout, check=False)
    assert done.returncode in codes, f"exit code {done.returncode}: {done.stderr}{done.stdout}"
    return done.stdout


def make_big_file(path):
    with open(path, "wb") as f:
        for mib in range(1, BIG_FILE_MIB + 1):
            f.seek(mib * (1 << 20) - 1)
            f.write(b"\n")


def make_workload(folder):
    """The signs, and a query of a file whose place is known only now."""
    shutil.copytree(SIGNS, folder / "signs")
    make_big_file(folder / "big.txt")
    (folder / "signs/big_file.sql").write_text(f"SELECT count(*) FROM text.`file:{folder}/big.txt`\n", encoding="utf-8")
    path = folder / "signs/workload.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("queries:\n", "queries:\n  - {name: big_file, sql: big_file.sql}\n"), encoding="utf-8")
    return folder / "signs"


class Explained(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="dyno-live-")
        cls.folder = pathlib.Path(cls.place.name)
        cls.db = cls.folder / "results.db"
        cls.signs = make_workload(cls.folder)
        trace = cls.folder / "trace.csv"
        with open(trace, "w", newline="", encoding="utf-8") as f:
            rows = csv.writer(f)
            rows.writerow(["time", "session", "sql"])
            for i, name in enumerate((*QUERIES, "few_keys")):
                at = i * GAP_S + (TAIL_S if i == len(QUERIES) else 0)
                rows.writerow([at, f"session {i % 2}", (cls.signs / f"{name}.sql").read_text(encoding="utf-8").strip()])
        # One block decides nothing (125); on a busy machine the last statement may be cut off (4).
        run("compare", str(cls.signs), "default", "default", *SETTINGS, "--replay", str(trace), "--blocks", "1", "--starts", "1",
            "--warmup", "1", "--trial-warmup", "0s", "--cores", "2", "--driver-memory", "2g", "--event-log", "--spark-home", SPARK_HOME,
            "--cache-dir", str(cls.folder), "--db", str(cls.db), "--html", str(cls.folder / "report.html"), codes=(125, 4))

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def query(self, sql, *values):
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            return db.execute(sql, values).fetchall()

    def findings(self, arm, query, rule):
        return self.query(
            "SELECT f.trial_id, f.severity, f.value, f.evidence, f.example_seq, f.command FROM finding f JOIN trial t ON t.id = f.trial_id "
            "JOIN arm a ON a.id = t.arm_id LEFT JOIN query q ON q.experiment_id = t.experiment_id AND q.ordinal = f.query "
            "WHERE a.name = ? AND coalesce(q.name, '') = ? AND f.rule = ?", arm, query, rule)

    def finding(self, arm, query, rule):
        found = self.findings(arm, query, rule)
        seen = self.query("SELECT rule, evidence FROM finding") if not found else ""
        self.assertEqual(len(found), 1, f"{rule} of {query} under {arm}: {seen}")
        return found[0]

    def stage(self, trial, seq, evidence):
        """What is stored of the stage that the evidence names."""
        number = int(evidence.split(":")[0].removeprefix("stage "))
        rows = self.query("SELECT tasks, shuffle_read_bytes, run_ms, is_critical FROM stage WHERE trial_id = ? AND seq = ? AND stage_id = ?",
                          trial, seq, number)
        self.assertEqual(len(rows), 1, evidence)
        return rows[0]

    def test_every_statement_is_found_in_sparks_numbers(self):
        for completed, joined in self.query("SELECT completed, joined FROM trial WHERE role = 'measure'"):
            self.assertGreaterEqual(completed, len(QUERIES))
            self.assertGreaterEqual(joined, 0.99 * completed)
        self.assertEqual(self.query("SELECT DISTINCT source FROM account"), [("eventlog",)])
        self.assertEqual(self.query("SELECT text FROM warning WHERE code = 'collection_incomplete'"), [])

    def test_accounts_add_up(self):
        parts = [row[1] for row in self.query("SELECT * FROM pragma_table_info('account')") if row[1].endswith("_ns")]
        rows = self.query(f"SELECT {' + '.join(parts)}, r.done_ns - r.intended_ns, unaccounted_ns FROM account a "
                          "JOIN record r USING (trial_id, seq) WHERE r.phase = 1 AND r.outcome = 2")
        self.assertGreaterEqual(len(rows), 2 * len(QUERIES))
        for told, response, unaccounted in rows:
            self.assertEqual(told, response)
            self.assertLess(unaccounted, 0.1 * response)

    def test_skewed_join(self):
        trial, severity, ratio, evidence, seq, _ = self.finding(WITHOUT, "skewed_join", "data_skew")
        self.assertGreater(ratio, 2)
        self.assertIn(severity, ("warning", "severe"))
        tasks, read, _, _ = self.stage(trial, seq, evidence)
        self.assertEqual(tasks, 8)
        largest = max(row[0] for row in self.query("SELECT shuffle_read_bytes FROM stage WHERE trial_id = ? AND seq = ?", trial, seq))
        self.assertEqual(read, largest, "the join's stage is the one that reads most")

    def test_broadcast_that_was_switched_off(self):
        _, severity, ratio, evidence, _, _ = self.finding(WITH_AQE, "skewed_join", "broadcast_missed")
        self.assertGreater(ratio, 100)
        self.assertEqual(severity, "severe")
        self.assertRegex(evidence, r"a sort-merge join of [0-9.]+ KiB with [0-9.]+ KiB")

    def test_too_many_partitions(self):
        trial, severity, per_core, evidence, seq, _ = self.finding(WITHOUT, "many_partitions", "small_partitions")
        self.assertEqual((severity, per_core), ("severe", 150))
        self.assertEqual(self.stage(trial, seq, evidence)[0], 300)
        self.finding(WITHOUT, "many_partitions", "scheduling_delay")
        _, _, share, evidence, _, _ = self.finding(WITHOUT, "few_keys", "empty_partitions")
        self.assertGreaterEqual(share, 75)
        self.assertRegex(evidence, r"stage \d+: [67] of 8 tasks read no row")

    def test_spill(self):
        for arm in (WITH_AQE, WITHOUT):
            trial, _, spilled, evidence, seq, _ = self.finding(arm, "big_sort", "spill")
            self.assertGreater(spilled, 8 << 20)
            self.assertIn("to disk", evidence)
            self.assertEqual(self.query("SELECT spill_disk_bytes >= ? FROM spark_statement WHERE trial_id = ? AND seq = ?", spilled, trial, seq), [(1,)])
        self.assertEqual(self.findings(WITHOUT, "slow_task", "spill"), [])

    def test_large_result(self):
        _, _, size, _, _, _ = self.finding(WITHOUT, "big_result", "driver_results")
        self.assertGreater(size, 64 << 20)

    def test_task_that_sleeps(self):
        for rule in ("straggler", "low_cpu"):
            self.assertEqual(self.finding(WITHOUT, "slow_task", rule)[1], "severe")
        self.assertRegex(self.finding(WITHOUT, "slow_task", "straggler")[3], r"slowest of 8 tasks \d{3,} ms")
        self.assertEqual(self.findings(WITHOUT, "slow_task", "data_skew"), [])

    def test_task_that_fails_once(self):
        for arm in (WITH_AQE, WITHOUT):
            _, severity, share, evidence, _, _ = self.finding(arm, "first_attempt_fails", "failed_tasks")
            self.assertEqual(severity, "warning")
            self.assertGreater(share, 5)
            self.assertRegex(evidence, r"^1 of (9|10) tasks failed$")
            self.assertEqual(self.findings(arm, "few_keys", "failed_tasks"), [])

    def test_partitions_too_large(self):
        for arm in (WITH_AQE, WITHOUT):
            trial, _, size, evidence, seq, _ = self.finding(arm, "big_file", "large_partitions")
            self.assertGreater(size, 1 << 30)
            self.assertLess(size, BIG_FILE_MIB << 20)
            self.assertRegex(evidence, r"the largest of 2 tasks read 1\d\d\d MiB")
            self.assertEqual(self.stage(trial, seq, evidence)[0], 2)

    def test_broadcast_too_large(self):
        # Only AQE's plan says how large it was.
        _, _, size, evidence, _, _ = self.finding(WITH_AQE, "big_broadcast", "broadcast_large")
        self.assertGreater(size, 100 << 20)
        self.assertRegex(evidence, r"a broadcast of \d{3}\.\d MiB")
        self.assertEqual(self.findings(WITH_AQE, "skewed_join", "broadcast_large"), [])

    def test_garbage(self):
        for arm in (WITH_AQE, WITHOUT):
            trial, _, share, evidence, seq, _ = self.finding(arm, "garbage", "gc")
            self.assertGreater(share, 10)
            gc, task = re.match(r"(\d+) of (\d+) ms of task time", evidence).groups()
            told = self.query("SELECT sum(run_ms), sum(gc_ms) FROM stage WHERE trial_id = ? AND seq = ?", trial, seq)[0]
            self.assertAlmostEqual(int(task), told[0], delta=1)
            self.assertAlmostEqual(int(gc), told[1], delta=1)

    def test_memory_that_is_full(self):
        for arm in (WITH_AQE, WITHOUT):
            _, _, share, evidence, _, _ = self.finding(arm, "", "memory")
            self.assertGreater(share, 85)
            self.assertRegex(evidence, r"\d+ of \d+ MiB for execution and storage in the fullest executor")

    def test_cache_that_nobody_reads(self):
        found = self.findings(WITH_AQE, "", "cache_unused") + self.findings(WITHOUT, "", "cache_unused")
        self.assertGreaterEqual(len(found), 1)
        self.assertRegex(found[0][3], r"1 cached table of [0-9.]+ KiB")

    def test_plan_that_aqe_changes(self):
        _, severity, changes, evidence, _, _ = self.finding(WITH_AQE, "few_keys", "plan_changed")
        self.assertEqual((severity, changes), ("note", 1))
        self.assertIn("CoalesceShufflePartitions", evidence)
        self.assertEqual(self.findings(WITHOUT, "few_keys", "plan_changed"), [])
        plans = dict(self.query("SELECT a.name, p.text FROM plan p JOIN arm a ON a.id = p.arm_id JOIN query q ON q.ordinal = p.query "
                                "WHERE q.name = 'few_keys'"))
        for words in ("== Final Plan ==", "AQEShuffleRead", "== Initial Plan =="):
            self.assertIn(words, plans[WITH_AQE])
        self.assertNotIn("AdaptiveSparkPlan", plans[WITHOUT])
        html = (self.folder / "report.html").read_text(encoding="utf-8")
        self.assertIn("<mark>", html[html.index("Plans side by side"):])

    def test_every_advice_can_be_measured(self):
        rows = self.query("SELECT DISTINCT rule, command FROM finding WHERE command <> ''")
        self.assertGreaterEqual(len({rule for rule, _ in rows}), 14)
        for rule, command in rows:
            words = shlex.split(command)
            self.assertEqual(words[:3], ["sparkdyno", "compare", str(self.signs)], rule)
            with self.subTest(command=command):
                run(*words[1:], "--dry-run", "--spark-home", SPARK_HOME)

    def test_json_obeys_its_schema(self):
        path = self.folder / "explanation.json"
        path.write_text(run("explain", "--db", str(self.db), "--slowest", "5", "--json"), encoding="utf-8")
        check = [sys.executable, str(ROOT / "tests/report/check_schema.py"), str(ROOT / "docs/explain.schema.json"), str(path)]
        done = subprocess.run(check, text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        document = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(document["account"]["by_event_log"], document["account"]["statements"])
        self.assertEqual(len(document["statements"]), 5)
        for statement in document["statements"]:
            self.assertEqual(sum(statement["parts_ns"].values()), statement["response_ns"])
            self.assertTrue(any(stage["is_critical"] for stage in statement["stages"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
