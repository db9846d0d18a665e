"""test_capacity.py PROGRAM FAKE_HS2 SCHEMA CHECKER: the capacity of a queue whose answer is known in closed form."""
import json
import math
import os
import subprocess
import sys

import own_folder
import side_by_side

PROGRAM, FAKE, SCHEMA, CHECKER = map(os.path.abspath, sys.argv[1:5])
del sys.argv[1:5]

WORKLOAD = """\
name: queue
description: one statement, exponential service
queries:
  - name: one
    sql: one.sql
load:
  arrival: poisson
  rate: 80
  sessions: 8
  warmup: 1
  measure: 700ms
"""
SERVICE_S, SLOTS, LIMIT_S = 0.010, 2, 0.060


def share_over(rate):
    """P(response > limit) of M/M/c in steady state."""
    load = rate * SERVICE_S
    if load >= SLOTS:
        return 1.0
    waits = load ** SLOTS / math.factorial(SLOTS) * SLOTS / (SLOTS - load)
    erlang = waits / (sum(load ** k / math.factorial(k) for k in range(SLOTS)) + waits)
    x, d = LIMIT_S / SERVICE_S, SLOTS - 1 - load
    return math.exp(-x) * (1 + erlang * (x if abs(d) < 1e-9 else (1 - math.exp(-x * d)) / d))


class Capacity(own_folder.OwnFolder):
    WORKLOAD = WORKLOAD

    def capacity(self, *words, service="10ms"):
        with own_folder.fake_server(FAKE, "--service", service, "--distribution", "exponential", "--slots", str(SLOTS)) as (_, port):
            return subprocess.run(
                [PROGRAM, "capacity", "w/workload.yaml", "./plain.conf", *own_folder.at_server(port), "--cores", str(SLOTS), "--db", "r.db",
                 "--cache-dir", "c", "--trial-warmup", "100ms", "--drain", "2s", *words],
                cwd=self.dir, capture_output=True, text=True, check=False, timeout=280)

    def test_rate_stays_below_the_closed_form(self):
        done = self.capacity("--slo", "p90 < 60ms, errors < 1 %", "--loads", "1,2,12", "--precision", "0.3", "--seed", "3", "--json")
        document = json.loads(done.stdout)
        (self.dir / "d.json").write_text(done.stdout, encoding="utf-8")
        subprocess.run([sys.executable, CHECKER, SCHEMA, "d.json"], cwd=self.dir, check=True)
        found = document["capacity"]
        self.assertEqual(found["restarts"], 3)
        self.assertEqual([p["sessions"] for p in found["curve"]], [1, 2, 12])
        purposes = dict(self.query("SELECT purpose, count(*) FROM step GROUP BY 1"))
        self.assertEqual(purposes["curve"], 9)
        self.assertGreaterEqual(purposes["search"], 2)
        for step in found["steps"]:
            # A step is accepted by its counts and by nothing else.
            if step["is_accepted"]:
                self.assertTrue(step["is_usable"] and step["violations"] < 0.1 * step["offered"])
        # Within a step of the search of what the closed form allows. A busy machine makes the server look slower, never faster.
        if found["rate_per_s"] is not None:
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertLess(share_over(found["rate_per_s"] / 1.3), 0.1)
            self.assertAlmostEqual(found["rate_per_core_per_s"], found["rate_per_s"] / SLOTS)
            self.assertEqual([r["basis"] for r in found["planning"]], ["measured"] + ["extrapolated"] * 4)
        else:
            self.assertEqual(done.returncode, 125, done.stderr)
        one, two, many = (p["throughput_per_s"] for p in found["curve"])
        # 100/s of each slot, and what chance adds in short windows.
        self.assertLess(one, 150)
        self.assertLess(many, 300)
        self.assertGreater(two, one)
        page = (self.dir / "report-1.html").read_text(encoding="utf-8")
        self.assertIn("How much load fits", page)
        shown = subprocess.run([PROGRAM, "show", "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True).stdout
        self.assertIn("closed loop: sessions", shown)
        self.assertLessEqual(shown.count("\n"), 40)

    def test_no_rate_is_said_and_none_tried_that_no_window_could_decide(self):
        # p90 takes 29 statements, 42 on average where arrivals are random: 42/s is the least that a second can decide.
        done = self.capacity("--slo", "p90 < 1ms", "--loads", "1", "--restarts", "1", "--max-window", "1s", "--json", service="200ms")
        self.assertEqual(done.returncode, 125, done.stderr)
        document = json.loads(done.stdout)
        found = document["capacity"]
        self.assertIsNone(found["rate_per_s"])
        self.assertIn("met p90 < 1ms at no rate", document["verdict"]["sentence"])
        self.assertIn("--max-window", document["verdict"]["sentence"])
        self.assertIn("provisional: 1 of at least 3 restarts", document["verdict"]["qualifiers"])
        tried = [s for s in found["steps"] if s["rate_per_s"] is not None]
        self.assertGreaterEqual(min(s["rate_per_s"] for s in tried), 41.9)
        for step in tried:
            self.assertLessEqual(step["window_s"], 1)
            self.assertTrue(step["is_decided"] or not step["is_usable"], step)

    def test_window_that_cannot_decide_is_refused_before_the_start(self):
        done = self.capacity("--slo", "p95 < 2s", "--rate", "0.5", "--measure", "5s", "--max-window", "25s")
        self.assertEqual(done.returncode, 2, done.stderr)
        for words in ("--max-window", "25 s holds 12 statements at 0.5/s", "p95 takes 59", "153 s", "--rate"):
            self.assertIn(words, done.stderr)
        self.assertFalse((self.dir / "r.db").exists())
        # Equal gaps leave nothing to chance: 59 are enough.
        done = self.capacity("--slo", "p95 < 2s", "--rate", "0.5", "--arrival", "constant", "--measure", "5s", "--max-window", "25s")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("118 s", done.stderr)


if __name__ == "__main__":
    side_by_side.main(at_once=2)
