"""test_faults.py PROGRAM FAKE_HS2: bad surroundings. Each must name cause and cure, and lose nothing."""
import contextlib
import os
import signal
import subprocess
import time

import side_by_side
import test_experiment as base


def fill(folder):
    """Write until not another byte fits."""
    filler = os.open(folder / "filler", os.O_WRONLY | os.O_CREAT, 0o600)
    for size in (1 << 16, 1):
        with contextlib.suppress(OSError):
            while os.write(filler, bytes(size)) > 0:
                pass
    os.close(filler)


class Faults(base.Scripted):
    def wait_for(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"no {what} within {seconds} s")

    def wait_for_trial(self):
        self.wait_for(lambda: any((self.dir / "c/work").glob("*/trial-*.records")) and self.generators(), "trial")
        time.sleep(1)

    @contextlib.contextmanager
    def small_disk(self, name, size):
        (self.dir / name).mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(self.dir / name)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        try:
            yield self.dir / name
        finally:
            subprocess.run(["umount", "-l", str(self.dir / name)], check=True)

    def test_second_ctrl_c_does_not_wait_for_a_stuck_driver(self):
        with base.fake_server("--service", "5ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "600s", "--timeout", "600s")
            self.wait_for_trial()
            for pid in self.generators():
                os.kill(pid, signal.SIGSTOP)
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(self.generators(), [])
        self.assertEqual(self.query("SELECT state FROM trial"), [("partial",)])
        self.assertGreater(self.query("SELECT count(*) FROM record WHERE outcome = 2")[0][0], 10)

    def test_scratch_of_a_killed_one_is_removed_later(self):
        with base.fake_server("--service", "5ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "60s")
            self.wait_for_trial()
            process.kill()
            process.communicate()
            for words in (["list"], ["show"]):
                done = subprocess.run([base.PROGRAM, *words, "--db", "r.db"], cwd=self.dir, capture_output=True, text=True, check=True)
                self.assertRegex(done.stdout, r"(?i)interrupted")
                self.assertNotIn("still running", done.stdout)
            left = list((self.dir / "c/work").iterdir())
            self.assertEqual(len(left), 1)
            for note in left[0].glob("left-*.json"):
                note.unlink()
            self.run_program("run", port, "./plain.conf", "--warmup", "0", "--measure", "500ms")
            self.assertEqual(list((self.dir / "c/work").iterdir()), left, "a young folder may be one in the making")
            os.utime(left[0], (time.time() - 120, time.time() - 120))
            self.run_program("run", port, "./plain.conf", "--warmup", "0", "--measure", "500ms")
        self.assertEqual(list((self.dir / "c/work").iterdir()), [])

    def kill_in_trial(self, port, *words):
        process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "60s", *words)
        self.wait_for_trial()
        process.kill()
        process.communicate()
        self.wait_for(lambda: not self.generators(), "end of the generators")

    def run_once(self, port, db="r.db"):
        """A short run, once, for what it does beside: a busy machine may make its trial invalid (exit code 4)."""
        words = self.command("run", port, "./plain.conf", "--warmup", "0", "--measure", "500ms")
        words[words.index("r.db")] = db
        return self.finish(self.begin(*words), 0, 4)

    def test_records_that_cannot_be_read_stay_and_are_named(self):
        with base.fake_server("--service", "5ms") as (_, port):
            self.kill_in_trial(port)
            records, = (self.dir / "c/work").glob("*/trial-*.records")
            whole = records.read_bytes()
            records.write_bytes(b"something else" + whole[14:])
            for _ in range(2):
                _, err = self.run_once(port)
                self.assertRegex(err, rf"records that were left in '.*{records.parent.name}' could not be taken in: '.*{records.name}' is not a trial file")
                self.assertTrue(records.exists())
            records.write_bytes(whole)
            _, err = self.run_once(port)
            self.assertRegex(err, r"experiment 1 was cut off: \d+ records .* taken in")
        self.assertEqual(list((self.dir / "c/work").iterdir()), [])

    def test_trial_of_a_killed_one_is_taken_in_by_the_next(self):
        for words in ((), ("--generators", "2")):
            with self.subTest(words=words), base.fake_server("--service", "5ms") as (_, port):
                self.kill_in_trial(port, *words)
                other = [*self.command("run", port, "./plain.conf", "--warmup", "0", "--measure", "500ms")]
                other[other.index("r.db")] = "other.db"
                self.finish(self.begin(*other), 0, 4)
                self.assertEqual(len(list((self.dir / "c/work").iterdir())), 1, "it belongs to another results file")
                _, err = self.run_once(port)
                self.assertRegex(err, r"experiment \d+ was cut off: \d+ records .* taken in")
                self.assertEqual(list((self.dir / "c/work").iterdir()), [])
                (trial, state, is_valid, reason), = self.query(
                    "SELECT trial.id, trial.state, is_valid, trial.reason FROM trial JOIN experiment e ON e.id = experiment_id "
                    "WHERE e.state = 'interrupted' ORDER BY trial.id DESC LIMIT 1")
                self.assertEqual((state, is_valid), ("partial", 0))
                self.assertIn("taken in later", reason)
                found = dict(self.query(f"SELECT outcome, count(*) FROM record WHERE trial_id = {trial} GROUP BY outcome"))
                self.assertGreater(found[2], 10)
                offered, completed, failed, censored = self.query(
                    f"SELECT offered, completed, failed, censored FROM trial WHERE id = {trial}")[0]
                self.assertEqual(offered, completed + failed + censored)
                self.assertGreater(censored, 10)
                # Only once.
                _, err = self.run_once(port)
                self.assertNotIn("taken in", err)

    def test_new_folder_of_results_is_said_and_an_unreadable_file_is_named(self):
        with base.fake_server("--service", "5ms") as (_, port):
            words = self.command("run", port, "./plain.conf", "--warmup", "0", "--measure", "500ms")
            words[words.index("r.db")] = "new/er/r.db"
            _, err = self.finish(self.begin(*words), 0, 4)
        self.assertIn("making the folder 'new/er' for the results", err)
        (self.dir / "d.db").mkdir()
        (self.dir / "bad.db").write_bytes(b"SQLite format 3\0" + bytes(4000))
        for name, code in (("d.db", 2), ("bad.db", 1)):
            for verb in ("list", "show"):
                done = subprocess.run([base.PROGRAM, verb, "--db", name], cwd=self.dir, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(f"'{name}'", done.stderr)

    def test_third_ctrl_c_leaves_nobody_behind(self):
        with base.fake_server("--service", "5ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "600s", "--timeout", "600s")
            self.wait_for_trial()
            for pid in self.generators():
                os.kill(pid, signal.SIGSTOP)
            for _ in range(3):
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
            process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.wait_for(lambda: not self.generators(), "end of the generators", 10)

    def test_scratch_in_use_is_left_alone(self):
        with base.fake_server("--service", "5ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--warmup", "0", "--measure", "600s")
            self.wait_for_trial()
            used = list((self.dir / "c/work").iterdir())
            os.utime(used[0], (time.time() - 120, time.time() - 120))
            self.run_program("run", port, "./plain.conf", "--warmup", "0", "--measure", "500ms")
            self.assertEqual(list((self.dir / "c/work").iterdir()), used)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)

    def test_gate_of_settings_is_their_stored_proof(self):
        with base.fake_server("--service", "5ms") as (server, port):
            process = self.start("run", port, "./few.conf", "--warmup", "0", "--measure", "4s", "--drain", "1s")
            self.wait_for_trial()
            server.kill()
            _, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 4, err)
        self.assertEqual(self.query("SELECT count(*) FROM setting WHERE is_applied"), [(2,)])
        self.assertEqual(self.query("SELECT is_passed FROM gate WHERE name = 'settings_applied'"), [(1,)])

    def test_drivers_that_cannot_be_had_name_the_cure(self):
        (self.dir / "no.so").write_text("no library\n", encoding="utf-8")
        for connection, pattern in (("DSN=nosuch", r"DSN=nosuch.*odbcinst -j"), (f"Driver={self.dir}/no.so;Host=h", r"no\.so.*ldd")):
            done = subprocess.run([base.PROGRAM, "check", "w/workload.yaml", "./plain.conf", "--connection", connection, "--db", "r.db",
                                   "--cache-dir", "c"], cwd=self.dir, capture_output=True, text=True, check=False, timeout=60,
                                  env={**os.environ, "ODBCSYSINI": str(self.dir), "ODBCINI": str(self.dir / "odbc.ini")})
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
            self.assertRegex(done.stdout, pattern)

    def test_full_cache_disk_is_refused_before_anything_starts(self):
        with self.small_disk("c", "1m"), base.fake_server() as (_, port):
            out, err = self.run_program("run", port, "./plain.conf", code=3)
        self.assertEqual(out, "")
        self.assertRegex(err, r"only .* are free at .*c/work.*make room, or choose another --cache-dir")

    def test_full_results_disk_is_refused_before_anything_starts(self):
        with self.small_disk("m", "1m"), base.fake_server() as (_, port):
            words = self.command("run", port, "./plain.conf")
            words[words.index("r.db")] = "m/r.db"
            done = subprocess.run(words, cwd=self.dir, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"only .* are free at 'm'.*make room, or choose another --db")

    def test_cache_that_cannot_be_made_names_the_cure(self):
        (self.dir / "c").write_text("a file\n", encoding="utf-8")
        with base.fake_server() as (_, port):
            _, err = self.run_program("run", port, "./plain.conf", code=3)
        self.assertRegex(err, r"cache folder: .*c.*: choose a folder that can be written by --cache-dir")

    def test_disk_that_fills_up_during_a_run_names_the_cause(self):
        with self.small_disk("c", "80m") as disk, base.fake_server("--service", "5ms") as (_, port):
            process = self.start("run", port, "./plain.conf", "--trials", "2", "--warmup", "0", "--measure", "2s")
            self.wait_for_trial()
            fill(disk)
            _, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 3, err)
        self.assertRegex(err, r"cannot write '.*c/work/.*: No space left on device: make room, or choose another --cache-dir")
        self.assertEqual(self.query("SELECT state FROM experiment"), [("failed",)])
        self.assertEqual(self.query("SELECT state FROM trial"), [("complete",)])

    def test_trial_that_cannot_be_stored_keeps_its_files(self):
        with self.small_disk("m", "20m") as disk, base.fake_server("--service", "5ms") as (_, port):
            words = self.command("run", port, "./plain.conf", "--warmup", "0", "--measure", "3s")
            words[words.index("r.db")] = "m/r.db"
            process = subprocess.Popen(words, cwd=self.dir, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.wait_for_trial()
            fill(disk)
            out, err = process.communicate(timeout=90)
            self.assertEqual(process.returncode, 1, err)
            self.assertRegex(err, r"a trial could not be stored, its files are kept in '.*c/work/kept-")
            self.assertNotIn("still running", out + err)
            self.assertEqual(len(list((self.dir / "c/work").glob("kept-*/trial-*.records"))), 1)
            # Once there is room, the next one takes it in.
            (disk / "filler").unlink()
            _, err = self.run_once(port, "m/r.db")
            self.assertRegex(err, r"experiment 1 was cut off: \d+ records .* taken in")
            self.assertEqual(list((self.dir / "c/work").iterdir()), [])
            (state, completed), = self.query("SELECT state, completed FROM trial WHERE experiment_id = 1", "m/r.db")
            self.assertEqual(state, "partial")
            self.assertGreater(completed, 50)


if __name__ == "__main__":
    side_by_side.main(at_once=6)
