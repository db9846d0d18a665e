"""test_external.py PROGRAM SPARK_HOME: a Spark that somebody else started: its event log and its Prometheus endpoints are read, and an
interrupted trial leaves nothing behind on it.

The server writes its log as 4.x does by default, rolled and packed, and has every endpoint switched on.
"""
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
import urllib.request

PROGRAM, SPARK_HOME = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from spark_server import SparkServer  # noqa: E402  (the path comes first)

SINK = "spark.metrics.conf.*.sink.prometheusServlet"
# A statement of minutes: each row waits, in a task of its own.
LONG = "SELECT max(length(slept)) FROM (SELECT reflect('java.lang.Thread', 'sleep', 2000L) AS slept FROM range(0, 400, 1, 400))"
SHORT = "SELECT id % 7 AS k, count(*) AS n FROM range(0, 100000, 1, 4) GROUP BY id % 7"
WORKLOAD = """name: {name}
queries:
  - {{name: only, sql: only.sql}}
load: {{arrival: closed, sessions: 1, warmup: {warmup}, measure: 4s}}
"""


class External(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="dyno-live-")
        cls.folder = pathlib.Path(cls.place.name)
        cls.logs = cls.folder / "logs"
        cls.logs.mkdir()
        for name, sql, warmup in (("short", SHORT, 2), ("long", LONG, 0)):
            (cls.folder / name).mkdir()
            (cls.folder / name / "only.sql").write_text(sql + "\n", encoding="utf-8")
            (cls.folder / name / "workload.yaml").write_text(WORKLOAD.format(name=name, warmup=warmup), encoding="utf-8")
        conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file:{cls.logs}", "spark.eventLog.rolling.enabled": "true",
                "spark.eventLog.compress": "true", "spark.eventLog.compression.codec": "zstd", "spark.ui.prometheus.enabled": "true",
                f"{SINK}.class": "org.apache.spark.metrics.sink.PrometheusServlet", f"{SINK}.path": "/metrics/prometheus",
                # The one that is read by default is moved away.
                "spark.metrics.conf.*.sink.servlet.path": "/metrics/elsewhere"}
        cls.server = SparkServer(SPARK_HOME, conf=conf)
        cls.addClassCleanup(cls.place.cleanup)
        cls.enterClassContext(cls.server)

    def words(self, name, *more, log=None):
        return [PROGRAM, "run", str(self.folder / name), "default", "--target", "hs2", "--host", "127.0.0.1", "--port",
                str(self.server.port), "--auth", "nosasl", "--rest-url", self.server.rest_url, "--event-log-path",
                str(log or self.logs), "--trial-warmup", "1s", "--db", str(self.folder / f"{name}.db"), "--html",
                str(self.folder / f"{name}.html"), "--cache-dir", str(self.folder / "cache"), *more]

    def run_words(self, words, timeout=200):
        return subprocess.run(words, cwd=ROOT, text=True, capture_output=True, timeout=timeout, check=False)

    def query(self, name, sql):
        with contextlib.closing(sqlite3.connect(self.folder / f"{name}.db")) as db:
            return db.execute(sql).fetchall()

    def running_jobs(self):
        base = f"{self.server.rest_url}/api/v1/applications"
        with urllib.request.urlopen(base, timeout=20) as answer:
            app = json.load(answer)[0]["id"]
        with urllib.request.urlopen(f"{base}/{app}/jobs?status=running", timeout=20) as answer:
            return json.load(answer)

    def test_log_and_endpoints_are_read(self):
        done = self.run_words(self.words("short"))
        # Another test may run beside this one and make sends late, which a gate then says.
        self.assertIn(done.returncode, (0, 4), done.stderr + done.stdout)
        (joined, completed), = self.query("short", "SELECT joined, completed FROM trial WHERE role = 'measure'")
        self.assertGreater(completed, 3)
        self.assertGreaterEqual(joined, 0.99 * completed)
        sources = dict(self.query("short", "SELECT source, count(*) FROM account GROUP BY source"))
        self.assertGreaterEqual(sources["eventlog"], 0.9 * sum(sources.values()), sources)
        # /metrics/json/ answers with 404: what stands in for it counted the jobs.
        (least, most), = self.query("short", "SELECT min(value), max(value) FROM counter c JOIN trial t ON t.id = c.trial_id "
                                             "WHERE role = 'measure' AND source = 'listenerbus' AND name = 'all_jobs'")
        self.assertGreaterEqual(most - least, completed)
        warned = [text for _, text in self.query("short", "SELECT code, text FROM warning")]
        self.assertEqual([text for text in warned if "differ" in text or "log" in text], [])

    def test_logs_that_are_not_the_servers(self):
        other = self.folder / "other"
        other.mkdir()
        (other / "app-1").write_text('{"Event":"SparkListenerApplicationStart","App Name":"x","App ID":"app-1","Timestamp":1}\n', encoding="utf-8")
        for log, words in ((other, "holds no event log of application 'local-"), (other / "app-1", "is of application 'app-1', the server is"),
                           (self.folder / "nowhere", "there is no event log"), (ROOT / "README.md", "no event log begins with these bytes")):
            with self.subTest(log=log):
                done = self.run_words(self.words("short", log=log))
                self.assertIn(done.returncode, (2, 3), done.stderr)
                self.assertIn(words, done.stderr)

    def interrupt(self, name, ending, *more):
        process = subprocess.Popen(self.words(name, "--drain", "1s", *more), cwd=ROOT, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            deadline = time.monotonic() + 100
            while not any("sparkdyno x" in job.get("description", "") for job in self.running_jobs()):
                self.assertIsNone(process.poll(), "it ended by itself")
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)
            ending(process)
            return process.communicate(timeout=120)[0]
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def assert_nothing_runs(self):
        deadline = time.monotonic() + 10
        while self.running_jobs() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual([job["jobId"] for job in self.running_jobs()], [])

    def test_interrupted_trial_leaves_no_job(self):
        said = self.interrupt("long", lambda process: process.send_signal(signal.SIGINT), "--measure", "60s")
        self.assert_nothing_runs()
        self.assertNotIn("still run on the server and could not be ended", said)
        self.assertEqual(self.query("long", "SELECT state FROM trial WHERE role = 'measure'"), [("partial",)])
        self.assertEqual(self.query("long", "SELECT text FROM warning WHERE code = 'jobs_remain'"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
