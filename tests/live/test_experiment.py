"""test_experiment.py PROGRAM SPARK_HOME: the main job on a real Spark."""
import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, SPARK_HOME = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHORT = ["--scale", "0.01", "--warmup", "2", "--trial-warmup", "1s", "--measure", "8s"]
# Few enough tasks that a slow machine completes statements in every window.
GENTLE = ["--arrival", "closed", "--sessions", "2", "--conf", "spark.sql.shuffle.partitions=16"]


def java_processes(folder):
    """Spark processes whose command line names the folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes()
            if b"java" in words and str(folder).encode() in words:
                found.append(int(entry.parent.name))
    return found


class RealSpark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory(prefix="dyno-live-")

    @classmethod
    def tearDownClass(cls):
        left = java_processes(cls.cache.name)
        cls.cache.cleanup()
        assert not left, f"servers were left behind: {left}"

    def setUp(self):
        self.db = pathlib.Path(self.cache.name) / f"{self.id().split('.')[-1]}.db"

    def start(self, *words):
        command = [PROGRAM, *words, "--spark-home", SPARK_HOME, "--cache-dir", self.cache.name, "--db", str(self.db)]
        return subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_program(self, *words, code):
        process = self.start(*words)
        out, err = process.communicate(timeout=400)
        self.assertEqual(process.returncode, code, err + out)
        return out, err

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            return db.execute(sql).fetchall()

    def check_explained(self):
        """Every statement is found in Spark's numbers, and little of its time is unaccounted for."""
        rows = self.query("SELECT completed, joined FROM trial WHERE role = 'measure' AND is_valid = 1")
        self.assertTrue(rows)
        for completed, joined in rows:
            self.assertGreaterEqual(joined, 0.99 * completed)
        for name, unaccounted, response in self.query(
                "SELECT q.name, sum(c.unaccounted_ns), sum(r.done_ns - r.intended_ns) FROM account c JOIN record r USING (trial_id, seq) "
                "JOIN trial t ON t.id = r.trial_id JOIN query q ON q.experiment_id = t.experiment_id AND q.ordinal = r.query "
                "WHERE t.role = 'measure' AND r.phase = 1 AND r.outcome = 2 GROUP BY 1"):
            self.assertLess(unaccounted, 0.1 * response, name)

    def test_compare_session_settings_in_one_start(self):
        out, _ = self.run_program("compare", "retail", "default", "aqe-off", "--blocks", "2", "--starts", "1", *SHORT,
                                  *GENTLE, "--json", code=125)
        document = json.loads(out)
        self.assertEqual(document["verdict"]["verdict"], "inconclusive")
        self.assertEqual(self.query("SELECT count(*), count(DISTINCT app_id) FROM start"), [(1, 1)])
        self.assertEqual(self.query("SELECT asked, applied, is_applied FROM setting WHERE key = 'spark.sql.adaptive.enabled'"),
                         [("false", "false", 1)])
        self.assertEqual(self.query("SELECT count(*), sum(is_applied) FROM setting"), [(3, 3)])
        for completed, joined, is_valid in self.query("SELECT completed, joined, is_valid FROM trial WHERE role = 'measure'"):
            self.assertGreater(completed, 0)
            self.assertGreaterEqual(joined, 0.9 * completed)
            self.assertEqual(is_valid, 1)
        tasks = dict(self.query(
            "SELECT a.name, avg(s.tasks) FROM spark_statement s JOIN trial t ON t.id = s.trial_id JOIN arm a ON a.id = t.arm_id "
            "WHERE t.role = 'measure' GROUP BY 1"))
        self.assertGreater(tasks["aqe-off"], 3 * tasks["default"])
        plans = dict(self.query("SELECT a.name, group_concat(p.text) FROM plan p JOIN arm a ON a.id = p.arm_id GROUP BY 1"))
        self.assertIn("AdaptiveSparkPlan", plans["default"])
        self.assertNotIn("AdaptiveSparkPlan", plans["aqe-off"])
        self.check_explained()

    def test_compare_static_settings_with_a_start_for_each_trial(self):
        self.run_program("compare", "skewed-groupby", "default", "serializer-kryo", "--blocks", "1", *SHORT, *GENTLE, code=125)
        self.assertEqual(self.query("SELECT count(*), count(DISTINCT app_id) FROM start"), [(2, 2)])
        self.assertEqual(self.query("SELECT key, source, is_applied FROM setting WHERE key = 'spark.serializer'"), [("spark.serializer", "/environment", 1)])

    def test_caches_are_proved(self):
        self.run_program("run", "caching", *SHORT, *GENTLE, code=0)
        facts = dict(self.query("SELECT name, value FROM fact WHERE name LIKE 'cached %'"))
        self.assertGreaterEqual(len(facts), 5)
        self.check_explained()

    def test_settings_that_spark_does_not_know(self):
        for setting, pattern in (("spark.sql.shuffle.partition=8", "did you mean 'spark.sql.shuffle.partitions'"),
                                 ("spark.memory.fractoin=0.5", "did you mean 'spark.memory.fraction'"),
                                 ("spark.sql.shuffle.partitions=-5", "spark.sql.shuffle.partitions")):
            with self.subTest(setting=setting):
                self.db.unlink(missing_ok=True)
                # With this seed the base comes first: the candidate's start would only be the second one.
                _, err = self.run_program("compare", "retail", "default", "default", "--candidate-conf", setting,
                                          "--blocks", "1", "--seed", "1", *SHORT, code=2)
                self.assertIn(pattern, err)
                self.assertEqual(self.query("SELECT count(*) FROM record WHERE phase = 1"), [(0,)])

    def test_server_that_cannot_start_says_why(self):
        begin = time.monotonic()
        _, err = self.run_program("run", "retail", "--conf", "spark.driver.extraJavaOptions=-XX:+NoSuchFlagAtAll", *SHORT, code=3)
        self.assertIn("NoSuchFlagAtAll", err)
        self.assertLess(time.monotonic() - begin, 60)

    def test_level_that_cannot_start_a_server_is_told_and_loses_nothing(self):
        # With this seed the base comes first; the other arm's server ends before it listens.
        _, err = self.run_program("compare", "skewed-groupby", "default", "default", "--candidate-conf", "spark.memory.fraction=7.5",
                                  "--blocks", "1", "--seed", "1", *SHORT[:-1], "3s", *GENTLE, code=3)
        for text in (err, *self.query("SELECT sentence FROM verdict")[0]):
            self.assertRegex(text.replace("\n", " "), r"start 2, profile 'default\+.*with spark\.memory\.fraction=7\.5: .*")
        self.assertEqual(self.query("SELECT state, is_valid FROM trial WHERE role = 'measure'"), [("complete", 1)])
        self.assertEqual(self.query("SELECT verdict FROM verdict"), [("invalid",)])

    def test_server_killed_in_a_trial_and_the_next_trial_goes_on(self):
        process = self.start("run", "retail", "--trials", "2", *SHORT[:-1], "15s", *GENTLE)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (self.db.exists() and self.query("SELECT 1 FROM trial WHERE role = 'warmup'")):
            time.sleep(0.5)
        time.sleep(4)
        for pid in java_processes(self.cache.name):
            os.kill(pid, signal.SIGKILL)
        _, err = process.communicate(timeout=300)
        states = self.query("SELECT state, is_valid FROM trial WHERE role = 'measure' ORDER BY id")
        self.assertEqual(states, [("partial", 0), ("complete", 1)], err)
        self.assertEqual([row[0] for row in self.query("SELECT state FROM start ORDER BY id")], ["failed", "stopped"])

    def test_killed_program_leaves_a_server_that_the_next_start_ends(self):
        process = self.start("run", "retail", *SHORT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not java_processes(self.cache.name):
            time.sleep(0.2)
        time.sleep(3)
        left = java_processes(self.cache.name)
        process.kill()
        process.communicate()
        self.assertTrue(left)
        self.run_program("check", "retail", code=0)
        self.assertFalse(set(left) & set(java_processes(self.cache.name)))


class Cluster(RealSpark):
    """The standalone cluster on loopback; the tests of the class above are not run again."""

    def test_run_on_a_cluster(self):
        self.run_program("run", "skewed-groupby", "--kind", "cluster", "--cores", "2", *SHORT, *GENTLE, code=0)
        self.assertEqual(self.query("SELECT count(*) FROM trial WHERE role = 'measure' AND is_valid = 1"), [(1,)])


def suite(names):
    loaded = unittest.TestSuite()
    for name in names:
        loaded.addTest((Cluster if "cluster" in name else RealSpark)(name))
    return loaded


if __name__ == "__main__":
    every = [n for n in unittest.TestLoader().getTestCaseNames(RealSpark)] + ["test_run_on_a_cluster"]
    chosen = [n for n in every if not sys.argv[1:] or any(word in n for word in sys.argv[1:])]
    result = unittest.TextTestRunner(verbosity=2).run(suite(chosen))
    sys.exit(not result.wasSuccessful())
