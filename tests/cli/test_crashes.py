"""test_crashes.py PROGRAM FAULT_ODBC FAKE_HS2: load processes that drivers take down, or hold for ever."""
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

import own_folder

PROGRAM, DRIVER, FAKE = map(os.path.abspath, sys.argv[1:4])
del sys.argv[1:4]
# A sanitizer answers faults itself: the process then ends by an exit code and leaves no note.
HAS_OWN_SIGNALS = b"__asan_init" not in pathlib.Path(PROGRAM).read_bytes() and b"__tsan_init" not in pathlib.Path(PROGRAM).read_bytes()

WORKLOAD = """\
name: crashing
description: statements of a driver that fails
queries:
  - name: one
    sql: one.sql
load:
  arrival: poisson
  rate: 200
  sessions: 4
  warmup: 0
  measure: 1500ms
  timeout: 10s
"""
CRASHED, OK, EMPTY, RUNNING = 12, 2, 0, 1


fake_server = functools.partial(own_folder.fake_server, FAKE)


class Base(own_folder.OwnFolder):
    WORKLOAD = WORKLOAD

    def start(self, fault, *words):
        return self.begin(
            PROGRAM, "run", "w/workload.yaml", "./plain.conf", "--connection", f"Driver={DRIVER};{fault}", "--db", "r.db",
            "--cache-dir", "c", "--trial-warmup", "100ms", "--drain", "2s", *words,
            env={**os.environ, "ODBCSYSINI": str(self.dir), "ODBCINI": str(self.dir / "odbc.ini")})

    def run_program(self, fault, *words, code):
        return self.finish(self.start(fault, *words), code, timeout=120)

    def wait_for_standstill(self):
        """Until no statement has ended for a second, as all sessions hang."""
        end, since, before = time.monotonic() + 60, time.monotonic(), None
        while time.monotonic() < min(end, since + 1):
            counters = self.counters()
            if counters != before:
                since, before = time.monotonic(), counters
            time.sleep(0.05)

    def outcomes(self):
        return dict(self.query("SELECT outcome, count(*) FROM record GROUP BY outcome"))

    def check_identities(self):
        offered, started, completed, failed, censored = self.query(
            "SELECT offered, started, completed, failed, censored FROM trial WHERE role = 'measure'")[0]
        self.assertEqual(offered, completed + failed + censored)
        self.assertGreaterEqual(started, completed + failed)
        for intended, claim, send, done in self.query(
                "SELECT intended_ns, claim_ns, send_ns, done_ns FROM record WHERE outcome IN (2, 12)"):
            self.assertLessEqual(send, done)
            self.assertEqual(done - intended, max(0, claim - intended) + (send - max(intended, claim)) + (done - send))

    def gate(self, name):
        return self.query(f"SELECT value, is_passed, is_fatal, text FROM gate WHERE name = '{name}'")[0]



class Crashes(Base):
    def check_crash(self, fault, pattern):
        """Without a restart: what was recorded is kept, what was not sent is censored, the trial is marked."""
        out, err = self.run_program(fault, "--generator-restarts", "0", "--json", code=4)
        self.assertEqual(json.loads(out)["verdict"]["verdict"], "invalid")
        value, is_passed, is_fatal, text = self.gate("generator_crashes")
        self.assertEqual((value, is_passed, is_fatal), (1, 0, 1))
        self.assertRegex(text, pattern)
        self.assertRegex(err, pattern)
        self.assertEqual(self.query("SELECT state, is_valid FROM trial"), [("partial", 0)])
        found = self.outcomes()
        self.assertGreaterEqual(found[OK], 20)
        self.assertGreaterEqual(found[CRASHED], 1)
        self.assertLessEqual(found[CRASHED], 4)
        self.assertGreater(found[EMPTY], 20)
        self.assertNotIn(RUNNING, found)
        self.check_identities()
        self.assertEqual(self.query("SELECT count(*) FROM histogram WHERE outcome = 12 AND count > 0")[0][0] > 0,
                         self.query("SELECT count(*) FROM record WHERE outcome = 12 AND phase = 1")[0][0] > 0)

    def where(self, call, what):
        if not HAS_OWN_SIGNALS:
            return r"the generator (crashed|was ended)"
        return what + rf" inside {call} of session \d, statement \d+, query 'one'"

    def test_segfault_in_execute(self):
        self.check_crash("Call=execute;At=60;Fault=segv", self.where("execute", r"signal 11, .*\)"))

    def test_abort_in_fetch(self):
        self.check_crash("Call=fetch;At=90;Fault=abort", self.where("fetch", r"signal 6, .*\)"))

    def test_exit_in_execute(self):
        self.check_crash("Call=execute;At=60;Fault=exit", r"the driver ended the generator by exit\(\) inside execute of session \d")

    def test_stack_overflow_in_fetch(self):
        self.check_crash("Call=fetch;At=90;Fault=overflow", self.where("fetch", r"signal 11, .*\)"))

    def test_kill_in_execute_is_told_by_the_marks(self):
        self.check_crash("Call=execute;At=60;Fault=kill", r"signal 9, .*\); sessions inside calls:.* \d in execute")
        # How much CPU it took by then, nobody knows.
        self.assertEqual(self.query("SELECT name FROM gate WHERE name = 'generator_cpu'"), [])

    def test_silent_exit_is_told_by_the_marks(self):
        self.check_crash("Call=execute;At=60;Fault=_exit", r"ended by exit\(7\) from within; sessions inside calls:.* \d in execute")

    def test_another_goes_on_where_one_crashed(self):
        once = self.dir / "once"
        out, _ = self.run_program(f"Call=execute;At=60;Fault=segv;Once={once}", "--json", code=4)
        self.assertEqual(json.loads(out)["verdict"]["verdict"], "invalid")
        self.assertTrue(once.exists())
        self.assertEqual(self.gate("generator_crashes")[:2], (1, 0))
        self.assertEqual(self.query("SELECT state, is_valid FROM trial"), [("complete", 0)])
        found = self.outcomes()
        self.assertGreater(found[OK], 150)
        self.assertLessEqual(found[CRASHED], 4)
        self.assertEqual(found.get(EMPTY, 0), 0)
        self.check_identities()
        # The second one kept the epoch and the schedule: nothing was sent before it was due, nor twice.
        self.assertEqual(self.query("SELECT count(*) FROM record WHERE send_ns >= 0 AND send_ns < intended_ns"), [(0,)])
        self.assertEqual(self.query("SELECT count(*) - count(DISTINCT seq) FROM record"), [(0,)])

    def test_restarts_end_at_their_limit(self):
        self.run_program("Call=execute;At=40;Fault=abort", "--generator-restarts", "2", code=4)
        self.assertEqual(self.gate("generator_crashes")[0], 3)
        self.assertEqual(self.query("SELECT state FROM trial"), [("partial",)])
        self.assertEqual(self.outcomes()[OK] + self.outcomes()[CRASHED] > 100, True)
        self.check_identities()

    def test_closed_loop_goes_on_too(self):
        self.run_program(f"Call=fetch;At=200;Fault=segv;Once={self.dir / 'once'}", "--arrival", "closed", code=4)
        self.assertEqual(self.query("SELECT state FROM trial"), [("complete",)])
        self.assertGreater(self.outcomes()[OK], 300)
        self.check_identities()

    def test_crash_while_connecting_is_begun_anew(self):
        # The first connects are those of the set-up; the sessions of the trial come in a process of their own.
        self.run_program(f"Call=connect;At=3;Fault=segv;Once={self.dir / 'once'}", code=4)
        self.assertRegex(self.gate("generator_crashes")[3], r"inside connect of session \d" if HAS_OWN_SIGNALS else "crash|ended")
        self.assertEqual(self.query("SELECT state FROM trial"), [("complete",)])
        self.assertEqual(set(self.outcomes()), {OK})

    def test_crash_in_the_warm_up_ends_it(self):
        _, err = self.run_program("Call=execute;At=5;Fault=segv", "--warmup", "20", code=3)
        self.assertRegex(err, r"warm-up: the generator (crashed|was ended)")

    def test_driver_that_ignores_cancel_is_ended_and_counted(self):
        begin = time.monotonic()
        self.run_program("Call=execute;At=60;Fault=hang", "--timeout", "500ms", "--drain", "500ms", code=4)
        self.assertLess(time.monotonic() - begin, 60)
        self.assertEqual(self.gate("stuck_sessions")[:3], (1, 0, 1))
        self.assertEqual(self.outcomes()[RUNNING], 1)
        self.assertEqual(self.query("SELECT censored >= 1 FROM trial"), [(1,)])
        self.check_identities()

    def test_process_that_does_not_end_is_killed_and_counted(self):
        process = self.start("Call=execute;At=60;Fault=hang", "--measure", "600s", "--drain", "1s")
        self.wait_for_load(1, 60)
        stopped = self.generators()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=90)
        self.assertEqual(len(stopped), 1)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(self.generators(), [])
        self.assertGreaterEqual(self.gate("stuck_sessions")[0], 1)


class Several(Base):
    def run_shared(self, generators, db):
        with fake_server("--service", "2ms") as (_, port):
            done = subprocess.run(
                [PROGRAM, "run", "w/workload.yaml", "./plain.conf", *own_folder.at_server(port), "--seed", "5", "--db", db, "--cache-dir", "c", "--generators", str(generators),
                 "--warmup", "2", "--trial-warmup", "100ms", "--sessions", "6", "--json"],
                cwd=self.dir, text=True, capture_output=True, check=False, timeout=120)
        # A busy machine makes sends late, which some gate then says; that is none of these tests' business.
        self.assertIn(done.returncode, (0, 4), done.stderr + done.stdout)
        return json.loads(done.stdout)

    def test_three_are_the_same_statements_as_one(self):
        self.run_shared(1, "one.db")
        self.run_shared(3, "three.db")
        for sql in ("SELECT schedule_sha256, offered, started, completed, failed, censored, state FROM trial WHERE role = 'measure'",
                    "SELECT seq, query, intended_ns, phase, outcome FROM record JOIN trial ON trial.id = trial_id WHERE role = 'measure' ORDER BY seq",
                    "SELECT kind, second, sum(count) FROM histogram GROUP BY kind, second ORDER BY 1, 2"):
            one, three = self.query(sql, "one.db"), self.query(sql, "three.db")
            self.assertEqual(one, three)
            self.assertGreater(len(one), 0)
        self.assertEqual(len(self.query("SELECT DISTINCT session FROM record JOIN trial ON trial.id = trial_id WHERE role = 'measure'", "three.db")), 6)
        # Each share has its own sessions: entry i belongs to generator i modulo 3.
        self.assertEqual(self.query("SELECT count(*) FROM record JOIN trial ON trial.id = trial_id "
                                    "WHERE role = 'measure' AND seq % 3 <> session % 3", "three.db"), [(0,)])
        self.assertEqual(self.query("SELECT value FROM fact WHERE name = 'generators'", "three.db"), [("3 load processes share each trial",)])

    def test_closed_loop_is_shared(self):
        (self.dir / "w/workload.yaml").write_text(WORKLOAD.replace("poisson", "closed"), encoding="utf-8")
        self.run_shared(3, "three.db")
        self.assertEqual(self.query("SELECT state, offered > 100, offered - completed FROM trial WHERE role = 'measure'", "three.db"),
                         [("complete", 1, 0)])

    def test_crash_of_one_marks_the_trial(self):
        once = self.dir / "once"
        self.run_program(f"Call=execute;At=40;Fault=segv;Once={once}", "--generators", "2", "--generator-restarts", "0", code=4)
        self.assertEqual(self.gate("generator_crashes")[:2], (1, 0))
        found = self.outcomes()
        self.assertGreater(found[OK], 120)
        self.assertGreaterEqual(found[CRASHED], 1)
        self.assertGreater(found[EMPTY], 20)
        self.check_identities()
        # The other share came to its end: its entries were all sent.
        lost = {seq % 2 for seq, in self.query("SELECT seq FROM record WHERE outcome IN (0, 12)")}
        self.assertEqual(len(lost), 1)

    def test_one_that_cannot_connect_calls_the_others_off(self):
        begin = time.monotonic()
        _, err = self.run_program(f"Call=connect;At=2;Fault=segv;Once={self.dir / 'once'}", "--generators", "2",
                                  "--generator-restarts", "0", code=4)
        self.assertLess(time.monotonic() - begin, 60)
        self.assertRegex(err, r"the generator (crashed|was ended)")
        self.assertEqual(self.query("SELECT state, completed FROM trial"), [("partial", 0)])

    def test_share_without_records_is_named_and_the_others_kept(self):
        process = self.start("ServiceMs=2", "--generators", "3", "--measure", "5s")
        self.wait_for_load(3)[1].unlink()
        _, err = self.finish(process, 4, timeout=90)
        self.assertIn("no records were left by share 2 of 3", err)
        (state, is_valid, reason, offered, completed, censored), = self.query(
            "SELECT state, is_valid, reason, offered, completed, censored FROM trial WHERE role = 'measure'")
        self.assertEqual((state, is_valid, offered), ("partial", 0, completed + censored))
        self.assertIn("share 2 of 3", reason)
        self.assertEqual(self.query("SELECT DISTINCT seq % 3 FROM record WHERE outcome = 0"), [(1,)])
        self.assertEqual(self.query("SELECT count(*) FROM record WHERE outcome = 2 AND seq % 3 = 1"), [(0,)])
        self.assertGreater(completed, 400)
        self.check_identities()

    def test_stuck_sessions_count_once_where_one_process_is_killed(self):
        # Each share's only session hangs. One process cannot even be told; the other ends, and says so, before it is killed.
        process = self.start("Call=execute;At=20;Fault=hang", "--generators", "2", "--sessions", "2", "--measure", "600s", "--drain", "1s")
        self.wait_for_load(2)
        self.wait_for_standstill()
        os.kill(self.generators()[0], signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.finish(process, 130, timeout=90)
        self.assertEqual(self.gate("stuck_sessions")[:2], (2, 0))

    def test_ctrl_c_stops_all(self):
        process = self.start("ServiceMs=2", "--generators", "3", "--measure", "600s")
        self.wait_for_load(3, 50)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(self.generators(), [])
        self.assertGreater(self.outcomes()[OK], 100)

    def test_plan_says_how_many(self):
        out, _ = self.run_program("ServiceMs=2", "--generators", "3", "--dry-run", "--json", code=0)
        self.assertEqual(json.loads(out)["generators"], 3)
        _, err = self.run_program("ServiceMs=2", "--generators", "0", code=2)
        self.assertRegex(err, re.escape("--generators"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
