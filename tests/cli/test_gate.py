"""test_gate.py PROGRAM FAKE_HS2 SCHEMA: nightly runs against a scripted server, gated and looked at over time."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import side_by_side

PROGRAM, FAKE, SCHEMA = map(os.path.abspath, sys.argv[1:4])
del sys.argv[1:4]

WORKLOAD = """\
name: nightly
description: one statement
queries:
  - name: one
    sql: one.sql
load:
  arrival: closed
  sessions: 1
  warmup: 1
  measure: 500ms
"""


class Gate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        (self.dir / "w").mkdir()
        (self.dir / "w/workload.yaml").write_text(WORKLOAD, encoding="utf-8")
        (self.dir / "w/one.sql").write_text("SELECT 1\n", encoding="utf-8")
        (self.dir / "plain.conf").write_text("# nothing\n", encoding="utf-8")

    def tearDown(self):
        self.folder.cleanup()

    def program(self, *words, code=0, **env):
        done = subprocess.run([PROGRAM, *words, "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=False,
                              timeout=120, env={**os.environ, **env})
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def night(self, service):
        server = subprocess.Popen([FAKE, "--service", service], stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().split()[1]
            self.program("run", "w/workload.yaml", "./plain.conf", "--trials", "3", "--target", "hs2", "--host", "127.0.0.1",
                         "--port", port, "--auth", "nosasl", "--cache-dir", "c", "--trial-warmup", "100ms")
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    def test_baseline_gate_and_trend(self):
        self.night("20ms")
        self.program("baseline", "set", "main")
        self.assertIn("main", self.program("baseline", "list").stdout)
        self.night("20ms")
        summary = self.dir / "summary.md"
        # Twice as slow passes here: two runs of the same server on a busy machine.
        done = self.program("gate", "--baseline", "main", "--tolerance", "1", "--junit", "ok.xml", GITHUB_STEP_SUMMARY=str(summary))
        self.assertRegex(done.stdout, r"^passed: nightly under plain, experiment 2 against main, experiment 1")
        self.assertIn("RESULT verdict=passed exit=0 experiment=2", done.stderr)
        self.assertIn("### sparkdyno: passed", summary.read_text(encoding="utf-8"))
        self.night("200ms")
        done = self.program("gate", "3", "--base", "1", "--tolerance", "1", "--junit", "bad.xml", "--markdown", "bad.md", "--json", code=99)
        document = json.loads(done.stdout)
        self.assertEqual((document["verdict"], document["base"], document["experiment"]), ("regression", 1, 3))
        self.assertGreater(next(i["ratio"] for i in document["items"] if i["metric"] == "response_mean"), 3)
        for name in ("ok.xml", "bad.xml"):
            subprocess.run(["xmllint", "--noout", "--schema", SCHEMA, name], cwd=self.dir, check=True, capture_output=True)
        self.assertIn('<failure message="', (self.dir / "bad.xml").read_text(encoding="utf-8"))
        self.assertIn("**regression**", (self.dir / "bad.md").read_text(encoding="utf-8"))
        series = json.loads(self.program("trend", "nightly", "--metric", "mean", "--json").stdout)["series"]
        self.assertEqual([len(s["points"]) for s in series], [3])
        self.assertIn("nightly under plain, mean response: 3 experiments", self.program("trend", "--metric", "mean").stdout)
        self.program("trend", "--html", "trend.html")
        page = (self.dir / "trend.html").read_text(encoding="utf-8")
        self.assertIn("nightly under plain, p50 response", page)
        self.assertFalse(re.search(r'(?:src|href)="https?:', page))
        self.assertIn("--html", self.program("trend", "--html", "nowhere/trend.html", code=1).stderr)

    def test_what_cannot_be_judged(self):
        self.night("20ms")
        self.assertIn("there is no baseline 'main'", self.program("gate", "--baseline", "main", code=125).stderr)
        self.assertIn("is not a judged comparison", self.program("gate", code=125).stderr)
        self.assertIn("there is no history", self.program("trend", code=125).stderr)
        self.assertIn("name one", self.program("gate", "--baseline", "a", "--base", "1", code=125).stderr)
        self.assertIn("none of p50", self.program("trend", "--metric", "p98", code=2).stderr)
        self.assertIn("usage: sparkdyno baseline", self.program("baseline", "rename", "a", code=2).stderr)
        self.assertIn("a name holds letters", self.program("baseline", "set", "a b", code=2).stderr)
        self.assertIn("no baseline 'x'", self.program("baseline", "remove", "x", code=2).stderr)


if __name__ == "__main__":
    side_by_side.main(at_once=2)
