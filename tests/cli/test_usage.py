"""test_usage.py PROGRAM: what each wrong invocation says, and with which exit code. One row each."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]

# arguments, exit code, what stderr must match
WRONG = [
    ([], 2, r"Verbs:"),
    (["comapre"], 2, r"unknown verb 'comapre', did you mean 'compare'\?"),
    (["--bogus"], 2, r"unknown option '--bogus'"),
    (["help", "comapre"], 2, r"unknown verb 'comapre', did you mean 'compare'\?"),
    (["compare", "retail", "default", "aqe-off", "--blokcs=3"], 2, r"unknown option '--blokcs', did you mean '--blocks'\?"),
    (["compare"], 2, r"usage: sparkdyno compare \[options\] WORKLOAD BASE CANDIDATE"),
    (["compare", "retail", "default"], 2, r"usage: sparkdyno compare"),
    (["compare", "retail", "default", "default"], 2, r"set the same values: there is nothing to compare"),
    (["compare", "retial", "default", "aqe-off"], 2, r"retial.*did you mean 'retail'"),
    (["compare", "retail", "default", "aqe-of"], 2, r"aqe-of.*did you mean 'aqe-off'"),
    (["compare", "retail", "default", "aqe-off", "--blokcs", "3"], 2, r"unknown option '--blokcs', did you mean '--blocks'\?"),
    (["compare", "retail", "default", "aqe-off", "--blocks"], 2, r"--blocks needs a value: N"),
    (["compare", "retail", "default", "aqe-off", "--blocks", "0"], 2, r"--blocks: '0' is not a whole number from 1 to 1000"),
    (["compare", "retail", "default", "aqe-off", "--blocks", "2", "--starts", "3"], 2, r"3 starts are more than 2 blocks"),
    (["compare", "retail", "default", "aqe-off", "--json=1"], 2, r"--json takes no value"),
    (["compare", "retail", "default", "gc-parallel", "--connection", "DSN=x", "--dry-run"], 2, r"not ours to restart"),
    (["compare", "retail", "default", "aqe-off", "-x"], 2, r"unknown option '-x'"),
    (["compare", "retail", "default", "aqe-off", "--margin", "-1"], 2, r"--margin: '-1' is not a number from"),
    (["compare", "retail", "default", "aqe-off", "--margin", "5"], 2, r"--margin: '5' is not a number from 0\.0001 to 1"),
    (["compare", "retail", "default", "default", "--candidate-conf", "novalue"], 2, r"novalue"),
    (["compare", "retail", "default", "aqe-off", "--primary", "p95,p98"], 2, r"--primary: 'p98' is none of p50, p95, mean, suite"),
    (["capacity", "retail", "--slo", "fast"], 2, r"--slo: 'fast' is not an objective: write it as 'p95 < 2s"),
    (["capacity", "retail", "--loads", "1,x"], 2, r"--loads: 'x' is not a whole number"),
    (["aa"], 2, r"usage: sparkdyno aa"),
    (["aa", "retail", "--starts", "9", "--blocks", "8"], 2, r"9 starts are more than 8 blocks"),
    (["run", "retail", "--rate", "0"], 2, r"--rate: '0' is not a number from"),
    (["run", "retail", "--rate", "-3"], 2, r"--rate: '-3' is not a number from"),
    (["run", "retail", "--measure", "1 day"], 2, r"--measure: '1 day' is not a duration"),
    (["run", "retail", "--arrival", "possion"], 2, r"possion"),
    (["run", "retail", "--sessions", "0"], 2, r"--sessions: '0' is not a whole number from 1"),
    (["run", "retail", "--target", "jdbc"], 2, r"--target: .*jdbc"),
    (["run", "retail", "--kind", "yarn"], 2, r"--kind: 'yarn' is neither local nor cluster"),
    (["run", "retail", "--target", "null", "--connection", "DSN=x"], 2, r"--connection goes with --target odbc or hs2"),
    (["run", "retail", "--target", "hs2", "--connection", "DSN=x"], 2, r"--connection: 'DSN' names a data source of ODBC"),
    (["run", "retail", "--target", "hs2", "--connection", "Host=h;SSL=maybe"], 2, r"--connection: .*'SSL' has an invalid value"),
    (["run", "retail", "--target", "hs2", "--connection", "Host=h", "--host", "h"], 2, r"--host and --auth do not go with --connection"),
    (["run", "retail", "--host", "h"], 2, r"--host goes with --target hs2"),
    (["run", "retail", "--auth", "kerberos"], 2, r"--auth: 'kerberos' is neither nosasl nor plain"),
    (["run", "retail", "--on-failure", "explode"], 2, r"--on-failure: 'explode' is neither continue nor stop"),
    (["run", "retail", "--password-file", "/nowhere"], 2, r"--password-file: cannot open '/nowhere'"),
    (["run", "retail", "--rest-url", "http://x"], 2, r"--rest-url goes with"),
    (["run", "retail", "--target", "null", "--rest-url", "spark:4040"], 2, r"--rest-url: 'spark:4040' begins neither with http:// nor"),
    (["run", "retail", "--port", "10001"], 2, r"--port goes with --host"),
    (["run", "retail", "--connection", "DSN=x", "--port", "10001"], 2, r"--port goes with --host"),
    (["run", "retail", "--target", "null", "--html", "/nowhere/x.html"], 2, r"--html: the folder '/nowhere' cannot be written: No such"),
    (["run", "retail", "--target", "null", "--html", "tests"], 2, r"--html: 'tests' is a folder"),
    (["run", "retail", "--generators", "0"], 2, r"--generators: '0' is not a whole number from 1 to 1000"),
    (["generate", "--share", "4/3", "plan.json", "out"], 2, r"--share: '4' is not a whole number from 1 to 3"),
    (["run", "retail", "--spark-home", "/nowhere"], 3, r"no Spark at '/nowhere': correct --spark-home or SPARK_HOME"),
    (["run", "retail", "--spark-version", "9.9.9"], 3, r"scripts/spark 9\.9\.9"),
    (["run", "/nowhere/workload.yaml"], 2, r"/nowhere"),
    (["list", "--db", "/nowhere/x.db"], 2, r"/nowhere/x.db"),
    (["show", "nothing", "--db", "/nowhere/x.db"], 2, r"/nowhere/x.db"),
    (["generate", "/nowhere/plan.json", "/tmp/out"], 2, r"/nowhere/plan.json"),
    (["run", "retail", "--target", "null", "--event-log"], 2, r"--event-log has a managed server write one"),
    (["explain", "--db", "/nowhere/x.db"], 2, r"/nowhere/x.db"),
    (["explain", "--event-log", "/nowhere/log"], 2, r"there is no event log '/nowhere/log'"),
    (["explain", "--event-log", "README.md"], 2, r"README.md:1:1: no event log begins with these bytes"),
    (["explain", "--event-log", "tests"], 2, r"no rolled event log .* name one of: CMakeLists.txt"),
    (["explain", "3", "--event-log", "x"], 2, r"--event-log reads a log instead of an experiment"),
    (["explain", "--slowest", "-1"], 2, r"--slowest: '-1' is not a whole number from 0 to 1000"),
]


def run(arguments, **env):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60,
                          stdin=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **env})


class Usage(unittest.TestCase):
    def test_wrong_invocations(self):
        for arguments, code, pattern in WRONG:
            with self.subTest(arguments=arguments):
                done = run(arguments)
                self.assertRegex(done.stderr, re.compile(pattern))
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_no_java_and_java_too_old(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run(["run", "retail"], PATH=folder, JAVA_HOME="")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertRegex(done.stderr, r"(?i)java|spark")

    def test_java_home_that_depends_on_the_folder_is_refused_at_once(self):
        done = run(["run", "retail"], JAVA_HOME="jdk/java-17")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"JAVA_HOME is 'jdk/java-17'.*write it with its whole path")

    def test_help_is_there_for_every_verb(self):
        overview = run(["--help"])
        self.assertEqual(overview.returncode, 0)
        for verb in re.findall(r"^  (\w+) +\S", overview.stdout.split("Verbs:")[1], re.M):
            done = run([verb, "--help"])
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"Examples:\n  sparkdyno " + verb)
            self.assertEqual(run(["help", verb]).stdout, done.stdout)

    def test_version(self):
        self.assertRegex(run(["--version"]).stdout, r"^sparkdyno \d+\.\d+\.\d+\n$")

    def test_full_stdout_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write the result", done.stderr)

    def test_variables_stand_for_options_and_options_win(self):
        done = run(["compare", "retail", "default", "aqe-off", "--dry-run"], SPARKDYNO_BLOCKS="zero")
        self.assertEqual(done.returncode, 2)
        self.assertIn("variable SPARKDYNO_BLOCKS", done.stderr)
        done = run(["run", "retail", "--target", "null", "--dry-run", "--seed", "5"], SPARKDYNO_SEED="6")
        self.assertIn("seed 5", done.stdout)

    def test_secrets_of_a_connection_are_not_kept(self):
        for text in ("DSN=x;PWD=geheim", "DSN=x; pwd = geheim;A=b", "PWD={a}}geheim;x};DSN=x", "Auth_AccessToken=geheim;DSN=x",
                     "DSN=x;UID=u;SSLKeyPassword=geheim"):
            for words in (["--connection", text], ["--connection=" + text]):
                done = run(["run", "retail", *words, "--dry-run", "--json"])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("DSN=x", done.stdout)
                self.assertNotIn("geheim", done.stdout)

    def test_secrets_of_settings_are_not_kept(self):
        profile = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "keys.conf"
        profile.write_text("spark.hadoop.fs.s3a.secret.key geheim\nspark.app.name open\n")
        for words in (["--conf", "spark.ssl.keyPassword=geheim"], ["--conf=spark.ssl.keyPassword=geheim"],
                      ["--candidate-conf", "spark.authenticate.secret=geheim"], ["--base-conf=spark.my.token=geheim"]):
            for is_json in (["--json"], []):
                done = run(["compare", "retail", "default", str(profile), *words, "--dry-run", *is_json])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("geheim", done.stdout)
        self.assertIn("(redacted)", run(["run", "retail", "--conf", "spark.x.password=geheim", "--dry-run", "--json"]).stdout)

    def test_dry_run_repeats_for_a_seed(self):
        words = ["compare", "retail", "default", "default", "--conf", "spark.sql.adaptive.enabled=true",
                 "--candidate-conf", "spark.sql.shuffle.partitions=8", "--target", "null", "--dry-run", "--seed", "7"]
        first, second = run(words), run(words)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(first.stdout, second.stdout)
        self.assertNotEqual(first.stdout, run([*words[:-1], "8"]).stdout)

    def test_dry_run_says_what_differs_and_no_rate_of_a_closed_loop(self):
        words = ["compare", "retail", "default", "default", "--candidate-conf", "spark.sql.shuffle.partitions=8",
                 "--target", "null", "--dry-run"]
        plan = run(words).stdout
        self.assertRegex(plan, r"(?m)^  default$\n  default\+conf$")
        self.assertRegex(plan, r"(?m)^ +1 +1  default\+conf$")
        self.assertIn("statements/s", plan)
        closed = run([*words, "--arrival", "closed"]).stdout
        self.assertIn("Load: closed, 4 sessions", closed)
        self.assertNotIn("statements/s", closed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
