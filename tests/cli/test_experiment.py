"""test_experiment.py PROGRAM FAKE_HS2: whole experiments against a server with scripted times and faults."""
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import own_folder
import side_by_side

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM, FAKE = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]

WORKLOAD = """\
name: scripted
description: statements of the scripted server
queries:
  - name: one
    sql: one.sql
    weight: 3
  - name: rows
    sql: rows.sql
load:
  arrival: poisson
  rate: 40
  sessions: 4
  warmup: 3
  measure: 2s
  timeout: 10s
"""


# A load that a busy machine cannot push out of its gates.
CALM = ("--arrival", "closed", "--sessions", "1", "--measure", "500ms")


fake_server = functools.partial(own_folder.fake_server, FAKE)


class Scripted(own_folder.OwnFolder):
    """Runs the program against the scripted server."""

    WORKLOAD = WORKLOAD
    QUERIES = {"one": "SELECT 1", "rows": "ROWS 2000"}

    def setUp(self):
        super().setUp()
        self.write("few.conf", "# few partitions\nspark.sql.shuffle.partitions 8\nspark.sql.adaptive.enabled false\n")

    def command(self, verb, port, *words):
        return [PROGRAM, verb, "w/workload.yaml", *words, *own_folder.at_server(port), "--db", "r.db", "--cache-dir", "c", "--trial-warmup", "200ms"]

    def start(self, verb, port, *words):
        return self.begin(*self.command(verb, port, *words))

    def run_program(self, verb, port, *words, code=0):
        before = {path: path.read_bytes() for path in self.dir.glob("r.db*")}
        for _ in range(6):
            process = self.start(verb, port, *words)
            out, err = process.communicate(timeout=120)
            # On a busy machine the generator is late and says so, rightly: no answer for these tests.
            if code in (None, process.returncode) or "itself sent late" not in out:
                break
            for path in self.dir.glob("r.db*"):
                path.unlink()
            for path, content in before.items():
                path.write_bytes(content)
        if code is not None:
            self.assertEqual(process.returncode, code, err + out)
        return out, err


class Experiment(Scripted):
    def test_run_measures_what_the_server_did(self):
        log = self.dir / "truth"
        with fake_server("--service", "20ms", "--log", str(log)) as (_, port):
            out, err = self.run_program("run", port, "./plain.conf", "--json", "--seed", "11")
        document = json.loads(out)
        self.assertEqual(document["schema_version"], 1)
        self.assertRegex(err, r"RESULT verdict=valid exit=0 experiment=1")
        offered, completed, failed, censored = self.query(
            "SELECT offered, completed, failed, censored FROM trial WHERE role = 'measure'")[0]
        self.assertEqual(offered, completed)
        self.assertEqual((failed, censored), (0, 0))
        self.assertGreater(offered, 40)
        rows = self.query("SELECT intended_ns, claim_ns, send_ns, done_ns FROM record WHERE outcome = 2 AND send_ns >= 0")
        for intended, claim, send, done in rows:
            wait, lag = max(0, claim - intended), send - max(intended, claim)
            self.assertEqual(done - intended, wait + lag + (done - send))
            self.assertGreaterEqual(done - send, 20e6)
        self.assertEqual(self.query("SELECT count(*) FROM record WHERE outcome = 2 AND query = 1 AND row_count <> 2000"), [(0,)])

    def test_compare_finds_nothing_where_nothing_is(self):
        with fake_server("--service", "20ms") as (_, port):
            out, err = self.run_program("compare", port, "./plain.conf", "./few.conf", "--blocks", "6", "--starts", "1",
                                        "--measure", "1s", "--margin", "1", "--json", code=0)
        verdict = json.loads(out)["verdict"]
        self.assertEqual(verdict["verdict"], "equivalent", err)
        self.assertEqual(self.query("SELECT count(*) FROM trial WHERE role = 'measure'"), [(12,)])
        self.assertEqual(self.query("SELECT DISTINCT is_applied FROM setting"), [(1,)])

    def test_aa_stores_noise_that_compare_uses(self):
        with fake_server("--service", "20ms", "--distribution", "lognormal", "--sigma", "0.2") as (_, port):
            out, err = self.run_program("aa", port, "./plain.conf", "--blocks", "8", "--starts", "4", "--margin", "1", "--json",
                                        *CALM)
            document = json.loads(out)
            self.assertEqual(document["verdict"]["verdict"], "valid", err)
            # Both arms have the same name: their tags say which is which.
            subprocess.run([PROGRAM, "show", "--hdr", "aa.hlog", "--db", "r.db"], cwd=self.dir, check=True, capture_output=True)
            lines = (self.dir / "aa.hlog").read_text(encoding="utf-8").split("\n")
            arms = {line.split(",")[0].split(".")[0] for line in lines if line.startswith("Tag=")}
            self.assertEqual(arms, {"Tag=plain-base", "Tag=plain-candidate"})
            self.assertEqual(document["experiment"]["kind"], "aa")
            noise = self.query("SELECT metric, starts, floor > 0, sd_between IS NOT NULL FROM noise WHERE query = -1 AND metric = 'response_mean'")
            self.assertEqual(noise, [("response_mean", 4, 1, 1)])
            words = ("./plain.conf", "./few.conf", "--blocks", "8", "--starts", "4", *CALM)
            out, _ = self.run_program("compare", port, *words, "--plan", "--detect", "3", "--json")
            plan = json.loads(out)
            self.assertEqual(plan["noise_experiment"], 1)
            self.assertTrue(all(m["blocks_needed"] >= 6 for m in plan["metrics"]), plan)
            self.assertEqual(self.query("SELECT count(*) FROM experiment"), [(1,)])
            # A margin that is smaller than the noise gives way to it.
            out, err = self.run_program("compare", port, *words, "--margin", "0.0001", "--primary", "mean", "--json", code=None)
        contrast, = [c for c in json.loads(out)["contrasts"] if c["is_primary"]]
        floor, = self.query("SELECT exp(floor) - 1 FROM noise WHERE query = -1 AND metric = 'response_mean'")[0]
        self.assertAlmostEqual(contrast["margin_ratio"], floor, 6)
        self.assertRegex(err, r"smallest effect that this can see: mean \d")
        self.assertIn("the noise floor of experiment 1", out)

    def test_plan_without_noise_says_how_to_get_it(self):
        with fake_server() as (_, port):
            _, err = self.run_program("compare", port, "./plain.conf", "./few.conf", "--plan", code=125)
        self.assertRegex(err, r"no noise is stored.*sparkdyno aa")

    def test_early_stop_ends_when_the_bets_have_won(self):
        (self.dir / "slow.conf").write_text("# slow\nspark.sql.shuffle.partitions 7\n", encoding="utf-8")
        with fake_server("--service", "20ms") as (_, port):
            out, _ = self.run_program("compare", port, "./plain.conf", "./slow.conf", "--blocks", "8", "--starts", "1", "--early-stop",
                                      "--primary", "mean", "--margin", "1", "--json", *CALM, code=0)
        document = json.loads(out)
        self.assertEqual(document["verdict"]["verdict"], "equivalent")
        self.assertEqual(len([c for c in document["contrasts"] if c["is_primary"]]), 1)
        self.assertEqual(self.query("SELECT is_early_stop, primary_metrics FROM experiment"), [(1, "response_mean")])

    def test_few_blocks_never_decide(self):
        with fake_server("--service", "5ms") as (_, port):
            out, _ = self.run_program("compare", port, "./plain.conf", "./few.conf", "--blocks", "2", "--starts", "1",
                                      "--measure", "500ms", "--json", code=125)
        self.assertEqual(json.loads(out)["verdict"]["verdict"], "inconclusive")

    def test_unknown_setting_ends_it_before_load(self):
        (self.dir / "typo.conf").write_text("# typo\nspark.sql.shuffle.partition 8\n", encoding="utf-8")
        with fake_server() as (_, port):
            _, err = self.run_program("compare", port, "./plain.conf", "./typo.conf", "--blocks", "2", "--starts", "1", code=2)
        self.assertRegex(err, r"spark\.sql\.shuffle\.partition\b.*did you mean 'spark\.sql\.shuffle\.partitions'")
        self.assertEqual(self.query("SELECT count(*) FROM record"), [(0,)])

    def test_static_difference_is_refused_on_an_external_server(self):
        (self.dir / "kryo.conf").write_text("# kryo\nspark.serializer org.apache.spark.serializer.KryoSerializer\n", encoding="utf-8")
        with fake_server() as (_, port):
            _, err = self.run_program("compare", port, "./plain.conf", "./kryo.conf", code=2)
        self.assertIn("not ours to restart", err)

    def test_failing_query_ends_the_warm_up(self):
        self.write("w/one.sql", "SELECT FAIL\n")
        with fake_server() as (_, port):
            _, err = self.run_program("run", port, "./plain.conf", code=2)
        self.assertRegex(err, r"query 'one' of workload 'scripted' failed in the warm-up")

    def test_failures_under_load_make_the_trial_invalid(self):
        with fake_server("--fail-every", "5") as (_, port):
            out, _ = self.run_program("run", port, "./plain.conf", "--warmup", "0", "--json", code=4)
        self.assertEqual(json.loads(out)["verdict"]["verdict"], "invalid")
        self.assertEqual(self.query("SELECT DISTINCT sqlstate FROM record WHERE outcome = 3"), [("XX000",)])
        self.assertEqual(self.query("SELECT is_passed FROM gate WHERE name = 'errors'"), [(0,)])

    def test_refused_port_and_silent_server(self):
        with fake_server() as (process, port):
            process.kill()
            process.wait()
            begin = time.monotonic()
            _, err = self.run_program("run", port, "./plain.conf", "--warmup", "0", code=3)
            self.assertLess(time.monotonic() - begin, 30)
        self.assertRegex(err, rf"127\.0\.0\.1.*{port}|refused")

    def test_server_that_dies_leaves_a_partial_trial(self):
        with fake_server("--service", "5ms") as (server, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "6s", "--drain", "1s", "--on-failure", "stop")
            self.wait_for_load(1, 30)
            server.kill()
            _, err = process.communicate(timeout=120)
        self.assertNotEqual(process.returncode, 0, err)
        self.assertGreater(self.query("SELECT count(*) FROM record WHERE outcome = 2")[0][0], 20)
        self.assertEqual(self.query("SELECT is_valid FROM trial WHERE role = 'measure'"), [(0,)])
        self.assertGreater(self.query("SELECT count(*) FROM record WHERE outcome IN (6, 7)")[0][0], 0)

    def test_ctrl_c_once_keeps_and_marks(self):
        with fake_server("--service", "5ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "60s")
            self.wait_for_load(1, 30)
            process.send_signal(signal.SIGINT)
            begin = time.monotonic()
            _, err = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(self.query("SELECT state FROM experiment"), [("interrupted",)])
        self.assertEqual(self.query("SELECT state FROM trial"), [("partial",)])
        self.assertGreater(self.query("SELECT count(*) FROM record WHERE outcome = 2")[0][0], 20)
        # What was not sent any more has not failed.
        done = subprocess.run([PROGRAM, "show", "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True)
        self.assertRegex(done.stdout, r"(?m)^  plain +only +\d+ +0 ")
        self.assertRegex(done.stdout, r"\d+ more were not sent, or not finished")
        self.assertRegex(done.stdout, r"(?m)^  one +\d+ +0 ")

    def test_killed_supervisor_is_seen_by_the_next(self):
        with fake_server("--service", "20ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "60s")
            self.wait_for_load(1)
            process.kill()
            process.communicate()
            end = time.monotonic() + 30
            while self.generators() and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(self.generators(), [])
            self.run_program("run", port, "./plain.conf", "--warmup", "0", "--measure", "1s")
        self.assertEqual(self.query("SELECT state FROM experiment ORDER BY id"), [("interrupted",), ("finished",)])

    def test_list_show_report_read_what_was_stored(self):
        with fake_server("--service", "20ms") as (_, port):
            self.run_program("run", port, "./plain.conf", "--measure", "500ms")
        for words, pattern in ((["list"], r"scripted"), (["show"], r"valid"), (["show", "1", "--json"], r'"schema_version":\s*1')):
            done = subprocess.run([PROGRAM, *words, "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True)
            self.assertRegex(done.stdout, pattern)
        subprocess.run([PROGRAM, "report", "-o", "x.html", "--db", "r.db"], cwd=self.dir, check=True, capture_output=True)
        html = (self.dir / "x.html").read_text(encoding="utf-8")
        self.assertIn("Content-Security-Policy", html)
        self.assertFalse(re.search(r'(?:src|href)="https?:', html))
        # What is typed wins over the environment.
        for words, is_colored in ((["show"], True), (["show", "--no-color"], False)):
            done = subprocess.run([PROGRAM, *words, "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True,
                                  env={**os.environ, "FORCE_COLOR": "1"})
            self.assertEqual("\033[" in done.stdout, is_colored)
        done = subprocess.run([PROGRAM, "show", "7", "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)

    def test_hdr_log_holds_every_completed_statement(self):
        with fake_server("--service", "5ms") as (_, port):
            self.run_program("run", port, "./plain.conf", "--measure", "1500ms")
        subprocess.run([PROGRAM, "show", "--hdr", "x.hlog", "--db", "r.db"], cwd=self.dir, check=True, capture_output=True)
        lines = (self.dir / "x.hlog").read_text(encoding="utf-8").split("\n")
        self.assertIn("#[Histogram log format version 1.3]", lines)
        tags = {line.split(",")[0] for line in lines if line.startswith("Tag=")}
        self.assertEqual(tags, {f"Tag=plain.{query}.{kind}" for query in ("one", "rows") for kind in ("response", "service")})
        for kind in ("response", "service"):
            self.assertEqual(self.query(f"SELECT sum(count) FROM histogram WHERE kind = '{kind}'"),
                             self.query("SELECT completed FROM trial WHERE role = 'measure'"))
        self.assertEqual(self.query("SELECT min(min_ns), max(max_ns) FROM histogram WHERE kind = 'response'"),
                         self.query("SELECT min(done_ns - intended_ns), max(done_ns - intended_ns) FROM record r "
                                    "JOIN trial t ON t.id = r.trial_id WHERE phase = 1 AND outcome = 2 AND role = 'measure'"))

    def test_null_target_needs_no_server(self):
        done = subprocess.run([PROGRAM, "run", "w/workload.yaml", "./plain.conf", "--target", "null", "--arrival", "closed",
                               "--sessions", "1", "--measure", "500ms", "--warmup", "0", "--db", "r.db", "--cache-dir", "c",
                               "--null-service", "100us"], cwd=self.dir, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(self.query("SELECT completed FROM trial WHERE role = 'measure'")[0][0], 1000)

    def test_json_of_each_verb_obeys_the_schema(self):
        common = ["--target", "null", "--null-service", "5ms", "--db", "r.db", "--cache-dir", "c", "--quiet", "--json", "--warmup", "2",
                  "--trial-warmup", "100ms", "--measure", "500ms"]
        closed = ["--arrival", "closed", "--sessions", "2"]
        for words in (["run", *closed], ["aa", "--blocks", "2", *closed],
                      ["capacity", "--loads", "1,2", "--restarts", "1", "--max-window", "1s", "--rate", "20", "--slo", "p50 < 1s, errors < 1 %"]):
            with self.subTest(words[0]):
                done = subprocess.run([PROGRAM, words[0], "w/workload.yaml", "./plain.conf", *words[1:], *common], cwd=self.dir,
                                      capture_output=True, text=True, check=False, timeout=120)
                (self.dir / "document.json").write_text(done.stdout, encoding="utf-8")
                self.assertEqual(json.loads(done.stdout)["experiment"]["kind"], words[0])
                obeys = subprocess.run([sys.executable, ROOT / "tests/report/check_schema.py", ROOT / "docs/report.schema.json",
                                        self.dir / "document.json"], capture_output=True, text=True, check=False)
                self.assertEqual(obeys.returncode, 0, obeys.stdout)


if __name__ == "__main__":
    os.environ.pop("SPARK_HOME", None)
    side_by_side.main(at_once=4)
