"""test_freeze.py PROGRAM SPARK_HOME: a real Spark that stands still for 3 s is seen in response times, not in the median of service."""
import math
import os
import pathlib
import signal
import sys
import tempfile
import time
import unittest

PROGRAM, SPARK_HOME = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/bench")]
import trial  # noqa: E402  (the paths come first)
from spark_server import SparkServer  # noqa: E402  (the paths come first)

BUILD = pathlib.Path(PROGRAM).parents[2]
FROZEN_S = 3


def quantile(values, p):
    return sorted(values)[math.ceil(p * len(values)) - 1]


class Freeze(unittest.TestCase):
    def test_stopped_server_shows_in_response_times(self):
        with SparkServer(SPARK_HOME) as server, tempfile.TemporaryDirectory() as folder:
            target = {"kind": "hs2", "port": server.port}
            trial.run(BUILD, target, 2, 6)
            said = trial.plan(target, 8, 14)
            said["load"].update(arrival="constant", rate_per_s=5, trial_warmup_ns=trial.NS, drain_ns=60 * trial.NS)
            process = trial.generate(BUILD, said, folder)
            time.sleep(6)
            os.killpg(server.process.pid, signal.SIGSTOP)
            try:
                time.sleep(FROZEN_S)
            finally:
                os.killpg(server.process.pid, signal.SIGCONT)
            self.assertEqual(process.wait(100), 0)
            records, _ = trial.records(pathlib.Path(folder) / "out")
        self.assertEqual(len(records), 70)
        response = [(r.done - r.intended) / trial.NS for r in records]
        service = [(r.done - r.send) / trial.NS for r in records]
        # 15 of the 70 statements are due meanwhile; the first of them waits for all of it.
        self.assertGreater(quantile(response, 0.99), FROZEN_S - 1)
        self.assertGreater(sum(1 for x in response if x > 1), 7)
        # At most the statements of the sessions were under way: most of the service times know nothing of it.
        self.assertLess(quantile(service, 0.5), quantile(response, 0.99) / 2)


unittest.main()
