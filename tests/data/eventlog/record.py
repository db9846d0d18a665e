"""record.py SPARK_HOME OUT: what Spark's REST interface and its event log say of the same statements.

Starts a Thrift server, runs statements.sql by beeline, keeps REST's answers and the log. What belongs to the
machine (user, host, folders, the environment event) is left out; white space is Spark's.
"""
import getpass
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
from spark_server import SparkServer  # noqa: E402

QUANTILES = "quantiles=0.0,0.25,0.5,0.75,0.95,1.0"
PATHS = {"jobs": "/jobs", "stages": "/stages?details=false&withSummaries=true&" + QUANTILES,
         "sql": "/sql?details=false&planDescription=true&offset=0&length=500", "executors": "/executors"}
LEFT_OUT = ("SparkListenerEnvironmentUpdate", "SparkListenerResourceProfileAdded", "SparkListenerBlockManagerAdded",
            "SparkListenerExecutorAdded")
BULKY = re.compile(r"^(spark\.(?!job|sql\.execution\.|sql\.adaptive|sql\.shuffle)|__|rdd\.)")


def get(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def scrub(text, folder):
    for word, stand_in in ((str(folder), "/tmp/spark"), (str(ROOT), "/src"), (f'"{getpass.getuser()}"', '"lab"')):
        text = text.replace(word, stand_in)
    return re.sub(rf"\b{re.escape(socket.gethostname())}\b", "host", text)


def slim(line):
    """The line with stack traces and machine settings emptied; every key keeps its place."""
    event = json.loads(line)
    if event["Event"] in LEFT_OUT:
        return None
    if isinstance(event.get("Properties"), dict):
        event["Properties"] = {k: v for k, v in event["Properties"].items() if not BULKY.match(k)}
    for stage in event.get("Stage Infos", []) + [event.get("Stage Info", {})]:
        if stage:
            stage["Details"] = ""
            stage["RDD Info"] = []
    if "details" in event:
        event["details"] = ""
    event.get("modifiedConfigs", {}).clear()
    return json.dumps(event, separators=(",", ":"))


def main(home, out):
    out.mkdir(parents=True, exist_ok=True)
    statements = pathlib.Path(__file__).with_name("statements.sql")
    with tempfile.TemporaryDirectory(prefix="dyno-log-") as logs:
        conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file:{logs}",
                "spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false",
                "spark.app.name": "recorded"}
        with SparkServer(home, conf=conf) as server:
            subprocess.run([str(pathlib.Path(home) / "bin/beeline"), "-n", "lab", "-u",
                            f"jdbc:hive2://127.0.0.1:{server.port}/;auth=noSasl", "--force=true", "-f", str(statements)],
                           check=False, timeout=240, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(3)
            base = server.rest_url + "/api/v1/applications"
            app = json.loads(get(base))[0]["id"]
            folder = server.dir
            for name, path in PATHS.items():
                answer = json.loads(scrub(get(f"{base}/{app}{path}"), folder))
                for entry in answer:
                    entry.update({"details": ""} if "details" in entry else {})
                (out / f"{name}.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")
        log = next(pathlib.Path(logs).glob(app + "*"))
        lines = [slim(line) for line in scrub(log.read_text(), folder).splitlines()]
    text = "".join(line + "\n" for line in lines if line)
    subprocess.run(["zstd", "-q", "-19", "-f", "-o", str(out / "log.zstd")], input=text.encode(), check=True)
    print(f"{out}: {len(text)} bytes of log")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
