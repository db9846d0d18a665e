"""test_gate.py PROGRAM FAKE_HS2 SCHEMA: nightly runs against a scripted server, gated and looked at over time."""
import json
import os
import re
import subprocess
import sys

import own_folder
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


class Gate(own_folder.OwnFolder):
    WORKLOAD = WORKLOAD

    def program(self, *words, code=0, **env):
        return self.finish(self.begin(PROGRAM, *words, "--db", "r.db", env={**os.environ, **env}), code)

    def night(self, service):
        with own_folder.fake_server(FAKE, "--service", service) as (_, port):
            self.program("run", "w/workload.yaml", "./plain.conf", "--trials", "3", *own_folder.at_server(port),
                         "--cache-dir", "c", "--trial-warmup", "100ms")

    def test_baseline_gate_and_trend(self):
        self.night("20ms")
        self.program("baseline", "set", "main")
        self.assertIn("main", self.program("baseline", "list")[0])
        self.night("20ms")
        summary = self.dir / "summary.md"
        # Twice as slow passes here: two runs of the same server on a busy machine.
        out, err = self.program("gate", "--baseline", "main", "--tolerance", "1", "--junit", "ok.xml", GITHUB_STEP_SUMMARY=str(summary))
        self.assertRegex(out, r"^passed: nightly under plain, experiment 2 against main, experiment 1")
        self.assertIn("RESULT verdict=passed exit=0 experiment=2", err)
        self.assertIn("### sparkdyno: passed", summary.read_text(encoding="utf-8"))
        self.night("200ms")
        out, err = self.program("gate", "3", "--base", "1", "--tolerance", "1", "--junit", "bad.xml", "--markdown", "bad.md", "--json", code=99)
        document = json.loads(out)
        self.assertEqual((document["verdict"], document["base"], document["experiment"]), ("regression", 1, 3))
        self.assertGreater(next(i["ratio"] for i in document["items"] if i["metric"] == "response_mean"), 3)
        for name in ("ok.xml", "bad.xml"):
            subprocess.run(["xmllint", "--noout", "--schema", SCHEMA, name], cwd=self.dir, check=True, capture_output=True)
        self.assertIn('<failure message="', (self.dir / "bad.xml").read_text(encoding="utf-8"))
        self.assertIn("**regression**", (self.dir / "bad.md").read_text(encoding="utf-8"))
        series = json.loads(self.program("trend", "nightly", "--metric", "mean", "--json")[0])["series"]
        self.assertEqual([len(s["points"]) for s in series], [3])
        self.assertIn("nightly under plain, mean response: 3 experiments", self.program("trend", "--metric", "mean")[0])
        self.program("trend", "--html", "trend.html")
        page = (self.dir / "trend.html").read_text(encoding="utf-8")
        self.assertIn("nightly under plain, p50 response", page)
        self.assertFalse(re.search(r'(?:src|href)="https?:', page))
        self.assertIn("--html", self.program("trend", "--html", "nowhere/trend.html", code=1)[1])

    def test_what_cannot_be_judged(self):
        self.night("20ms")
        self.assertIn("there is no baseline 'main'", self.program("gate", "--baseline", "main", code=125)[1])
        self.assertIn("is not a judged comparison", self.program("gate", code=125)[1])
        self.assertIn("there is no history", self.program("trend", code=125)[1])
        self.assertIn("name one", self.program("gate", "--baseline", "a", "--base", "1", code=125)[1])
        self.assertIn("none of p50", self.program("trend", "--metric", "p98", code=2)[1])
        self.assertIn("usage: sparkdyno baseline", self.program("baseline", "rename", "a", code=2)[1])
        self.assertIn("a name holds letters", self.program("baseline", "set", "a b", code=2)[1])
        self.assertIn("no baseline 'x'", self.program("baseline", "remove", "x", code=2)[1])


if __name__ == "__main__":
    side_by_side.main(at_once=2)
