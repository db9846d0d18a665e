"""test_shares.py PROGRAM: the example Job is what it says: its command lines, run as pods would, make up one trial."""
import datetime
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import yaml

PROGRAM = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
import trial  # noqa: E402  pylint: disable=wrong-import-position

SHARES = 3


class Shares(unittest.TestCase):
    def setUp(self):
        self.job = yaml.safe_load((ROOT / "docs/generate-job.yaml").read_text(encoding="utf-8"))

    def test_job_is_indexed_and_has_as_many_pods_as_shares(self):
        spec = self.job["spec"]
        self.assertEqual((self.job["kind"], self.job["apiVersion"]), ("Job", "batch/v1"))
        self.assertEqual(spec["completionMode"], "Indexed")
        self.assertEqual((spec["completions"], spec["parallelism"]), (SHARES, SHARES))
        # A pod that is started again would send its share late and twice.
        self.assertEqual((spec["backoffLimit"], spec["template"]["spec"]["restartPolicy"]), (0, "Never"))
        container, = spec["template"]["spec"]["containers"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        self.assertEqual(mounted, {volume["name"] for volume in spec["template"]["spec"]["volumes"]})

    def test_its_pods_together_are_one_generator(self):
        container, = self.job["spec"]["template"]["spec"]["containers"]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            os.symlink(PROGRAM, folder / "sparkdyno")
            plan = trial.plan({}, 6, 1)
            plan["load"].update(arrival="poisson", rate_per_s=200)
            (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
            start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
            start = start.replace(microsecond=0)
            said = {item["name"]: item["value"] for item in container["env"]}
            self.assertEqual(set(said), {"START_AT", "SHARED"})
            datetime.datetime.fromisoformat(said["START_AT"].replace("Z", "+00:00"))
            said.update(START_AT=start.strftime("%Y-%m-%dT%H:%M:%SZ"), SHARED=name)
            pods = [subprocess.Popen(container["command"] + container["args"], stderr=subprocess.PIPE, text=True,
                                     env={**os.environ, **said, "JOB_COMPLETION_INDEX": str(i), "PATH": f"{name}:{os.environ['PATH']}"})
                    for i in range(SHARES)]
            for pod in pods:
                _, err = pod.communicate(timeout=60)
                self.assertEqual(pod.returncode, 0, err)
            for command in (["generate", str(folder / "plan.json"), str(folder / "alone.records")],
                            ["generate", "--merge", str(folder / "trial.records")] +
                            [str(folder / f"{i}.records") for i in range(SHARES)]):
                subprocess.run([PROGRAM, *command], check=True, timeout=60)
            self.assertEqual(self.statements(folder / "trial.records"), self.statements(folder / "alone.records"))
            epochs = {self.epoch_ms(folder / f"{i}.records") for i in range(SHARES)}
            self.assertLessEqual(max(epochs) - min(epochs), 2)
            self.assertLessEqual(abs(min(epochs) - int(start.timestamp() * 1000)), 2)

    def header(self, path):
        with open(path, "rb") as file:
            magic, _, record_bytes, capacity, _, epoch_wall_ms = struct.unpack("<8sIIQqq", file.read(40))
        self.assertEqual(magic, b"DYNOTRL\0")
        return record_bytes, capacity, epoch_wall_ms

    def epoch_ms(self, path):
        return self.header(path)[2]

    def statements(self, path):
        """(seq, intended) of all records."""
        record_bytes, capacity, _ = self.header(path)
        content = path.read_bytes()
        records = content[len(content) - capacity * record_bytes:]
        return [struct.unpack_from("<Qq", records, i * record_bytes) for i in range(capacity)]


if __name__ == "__main__":
    unittest.main(verbosity=2)
