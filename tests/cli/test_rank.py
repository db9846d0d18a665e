"""test_rank.py PROGRAM FAKE_HS2: whole rankings against a server whose settings have known effects."""
import functools
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

import own_folder
import side_by_side

PROGRAM, FAKE = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]

WORKLOAD = """\
name: scripted
description: statements of the scripted server
queries:
  - name: one
    sql: one.sql
  - name: rows
    sql: rows.sql
load:
  arrival: closed
  sessions: 2
  warmup: 3
  measure: 300ms
  timeout: 10s
"""

AQE, PARTITIONS, BROADCAST, SPLIT = (
    "spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions", "spark.sql.autoBroadcastJoinThreshold",
    "spark.sql.files.maxPartitionBytes")


def factor(name, key, low, high):
    return f"  - name: {name}\n    setting: {key}\n    low: {low}\n    high: {high}\n    why: a test\n"


FACTORS = "factors:\n" + factor("aqe", AQE, '"false"', '"true"') + factor("partitions", PARTITIONS, 8, 200) + \
    factor("broadcast", BROADCAST, -1, "10m") + factor("split", SPLIT, "4m", "128m")
# AQE off is slow, many partitions cost something, and twice as much again with AQE off: main effects of -1.2 and 1.0, and an
# interaction of -0.7, which is over ten times the noise of a trial here.
EFFECTS = ["--effect", f"{AQE}=false,0.5", "--effect", f"{PARTITIONS}=200,0.3", "--effect", f"{AQE}=false,{PARTITIONS}=200,1.4"]


fake_server = functools.partial(own_folder.fake_server, FAKE, "--service", "6ms")


class Rank(own_folder.OwnFolder):
    WORKLOAD = WORKLOAD
    QUERIES = {"one": "SELECT 1", "rows": "ROWS 20"}

    def setUp(self):
        super().setUp()
        self.write("f.yaml", FACTORS)

    def start(self, *words):
        return self.begin(PROGRAM, "rank", *words, "--db", "r.db", "--cache-dir", "c")

    def rank(self, port, *words):
        return self.start("w/workload.yaml", "f.yaml", "--base", "./plain.conf", *own_folder.at_server(port),
                          "--trial-warmup", "50ms", *words)

    def test_known_effects_are_found_confirmed_and_written(self):
        with fake_server(*EFFECTS) as (_, port):
            out, err = self.finish(self.rank(port, "--replicates", "1", "--default-runs", "1", "--seed", "5", "--confirm-blocks", "2",
                                             "--write-profile", "best.conf", "--json", "--verbose"), 125)
        document = json.loads(out)
        rank = document["rank"]
        self.assertEqual(document["verdict"]["verdict"], "ranked", err)
        self.assertEqual(self.query("SELECT count(*) FROM trial WHERE role = 'measure' AND experiment_id = 1"), [(17,)])
        overall = [e for e in rank["effects"] if e["query"] is None and e["metric"] == "response_mean"]
        found = {e["name"]: e for e in overall if e["verdict"] == "found"}
        # Truth: 0.30, 2.7 and 0.50; the server's other work dilutes it a little.
        self.assertLessEqual({"aqe", "partitions", "aqe x partitions"}, set(found), err + out)
        order = [e["name"] for e in overall if e["is_main"]]
        self.assertEqual(order[:2], ["aqe", "partitions"])
        self.assertTrue(0.25 < found["aqe"]["ratio"] < 0.50, found["aqe"])
        self.assertTrue(1.8 < found["partitions"]["ratio"] < 3.2, found["partitions"])
        together = found["aqe x partitions"]
        self.assertEqual(together["chain"], "AB")
        self.assertTrue(0.42 < together["ratio"] < 0.75, together)
        self.assertLess(together["first_at_high_second"], together["first_at_low_second"])
        self.assertEqual(self.query("SELECT DISTINCT is_applied FROM setting"), [(1,)])
        # The best: AQE stays on, which the server does by itself, and few partitions are set.
        profile = (self.dir / "best.conf").read_text(encoding="utf-8")
        self.assertRegex(profile, rf"(?m)^{re.escape(PARTITIONS)} 8$")
        self.assertRegex(profile, rf"(?m)^{re.escape(AQE)} true$")
        self.assertEqual(self.query("SELECT kind, state FROM experiment ORDER BY id"), [("rank", "finished"), ("compare", "finished")])
        self.assertEqual(rank["confirm_experiment"], 2)
        # Where the time went adds up: 17 windows of 300 ms and 50 ms before each are in it, and nothing is counted twice.
        time_of = rank["time"]
        self.assertAlmostEqual(sum(time_of[k] for k in ("starts_s", "warmup_s", "measured_s", "besides_s")), time_of["total_s"], 6)
        self.assertGreater(time_of["measured_s"], 17 * 0.35)
        self.assertTrue(0 < time_of["proof_s"] <= time_of["besides_s"] + 0.01, time_of)
        print("besides: %.3f s for each of 17 trials, without the proof" % ((time_of["besides_s"] - time_of["proof_s"]) / 17))
        # Two blocks never decide.
        self.assertEqual(rank["confirm_verdict"], "inconclusive", out)
        for words, pattern in ((["show", "1"], "RANKED"), (["list"], "rank scripted")):
            done = subprocess.run([PROGRAM, *words, "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True)
            self.assertRegex(done.stdout, pattern)
        text = subprocess.run([PROGRAM, "show", "1", "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True).stdout
        self.assertLessEqual(len(text.splitlines()), 40)
        html = (self.dir / "report-1.html").read_text(encoding="utf-8")
        self.assertIn("What each setting does", html)
        self.assertFalse(re.search(r'(?:src|href)="https?:', html))

    def test_interrupted_ranking_is_resumed_and_folded(self):
        # Four settings in 8 rows have chains, as six in 16.
        with fake_server(*EFFECTS) as (_, port):
            process = self.rank(port, "--runs", "8", "--replicates", "1", "--default-runs", "0", "--seed", "3", "--no-confirm")
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and not self.measured():
                time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130)
            self.assertEqual(self.query("SELECT state FROM experiment"), [("interrupted",)])
            before = self.measured()
            out, err = self.finish(self.start("--resume", "1", "--json"))
            self.assertIn(json.loads(out)["verdict"]["verdict"], ("ranked", "nothing-found"), err)
            self.assertEqual(self.query("SELECT count(*), min(state) FROM experiment"), [(1, "finished")])
            # The start that was cut off was run again whole.
            self.assertEqual(self.measured(), 8 + before)
            self.assertEqual(self.query("SELECT count(*) FROM (SELECT DISTINCT block, arm_id FROM trial WHERE role = 'measure' AND is_valid)"), [(8,)])
            self.assertIn("AB + CD", {e["chain"] for e in json.loads(out)["rank"]["effects"]})
            _, err = self.finish(self.start("--resume", "1", "--measure", "1s"), 2)
            self.assertIn("its load is not the one", err)
            out, err = self.finish(self.start("--resume", "1", "--fold", "aqe", "--json"))
            self.assertEqual(self.measured(), 16 + before)
            self.write("f.yaml", FACTORS.replace("high: 200", "high: 300"))
            _, err = self.finish(self.start("--resume", "1"), 2)
            self.assertIn("its design is not the one", err)
            _, err = self.finish(self.start("--resume", "9"), 2)
            self.assertIn("there is no experiment 9", err)
        rank = json.loads(out)["rank"]
        self.assertEqual((rank["runs"], rank["base_runs"], rank["fold"]), (16, 8, ""))
        effects = {e["chain"]: e for e in rank["effects"] if e["query"] is None and e["metric"] == "response_mean"}
        # The fold has split the chain: AB stands alone now.
        self.assertIn("AB", effects)
        self.assertLess(effects["A"]["ratio"], 0.7)
        self.assertGreater(effects["B"]["ratio"], 1.4)

    def measured(self):
        try:
            return self.query("SELECT count(*) FROM trial WHERE role = 'measure' AND state = 'complete'")[0][0]
        except sqlite3.OperationalError:
            return 0

    def test_faults_are_told_before_anything_starts(self):
        cases = {
            FACTORS.replace("high: 200", "high: 8"): r"f\.yaml:10:11: levels '8' and '8'",
            FACTORS.replace("name: split", "name: aqe"): r"f\.yaml:\d+:11: there are two factors 'aqe'",
            FACTORS.replace(SPLIT, "spark.memory.fractoin"): r"f\.yaml:\d+:14: Spark does not know .* did you mean",
            "factors:\n" + "".join(factor(f"f{i}", f"spark.sql.x{i}", 1, 2) for i in range(13)): r"f\.yaml:63:14: too many factors: 13",
        }
        for text, pattern in cases.items():
            self.write("f.yaml", text)
            _, err = self.finish(self.rank(1, "--dry-run"), 2)
            self.assertRegex(err, pattern)
        self.assertFalse((self.dir / "r.db").exists())

    def test_setting_that_the_server_does_not_know_is_named_with_its_file(self):
        self.write("f.yaml", FACTORS.replace(SPLIT, "spark.sql.files.maxPartitionByte"))
        with fake_server() as (_, port):
            _, err = self.finish(self.rank(port), 2)
        self.assertRegex(err, r"f\.yaml:18:14: .*does not know 'spark\.sql\.files\.maxPartitionByte'.*did you mean")
        self.assertEqual(self.query("SELECT count(*) FROM record"), [(0,)])

    def test_dry_run_prints_the_design(self):
        out, _ = self.finish(self.start("w/workload.yaml", "aqe", "partitioning", "--target", "null", "--dry-run"))
        _, err = self.finish(self.start("w/workload.yaml", "memory", "--target", "null", "--dry-run"), 2)
        self.assertIn("needs a server start", err)
        self.assertIn("resolution IV", out)
        self.assertRegex(out, r"AB \+ ")
        self.assertRegex(out, r"Runs: \d+ trials .* in \d+ server starts")
        document = json.loads(self.finish(self.start("w/workload.yaml", "f.yaml", "--target", "null", "--dry-run", "--json"))[0])
        self.assertEqual(len(document["rank"]["chains"]), 15)
        self.assertEqual(len(document["arms"]), 17)


if __name__ == "__main__":
    os.environ.pop("SPARK_HOME", None)
    side_by_side.main(at_once=6)
