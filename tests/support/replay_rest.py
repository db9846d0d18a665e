"""A stand-in for Spark's REST API: serves recorded documents, with growth, eviction and faults.

usage: replay_rest.py DATA_DIR PORT_FILE CONTROL_FILE

The port goes to PORT_FILE once it listens. CONTROL_FILE is read for every request: JSON with any of
  jobs, executions  only ids below are listed (the server's growth); default all
  retained          only so many of the newest jobs, stages, executions are listed
  copies            the recorded jobs, stages and executions are repeated so many times with new ids
  running           ids of jobs that run until they are ended by a POST to /jobs/job/kill/
  kill              whether such a POST does anything (true)
  prometheus        whether the Prometheus endpoints are there (false)
                    or "beside": then /executors and /metrics/json/ are those of the same minute
  differ            added to each of their values
  no_json           /metrics/json/ and /executors answer with a page
  dropped           listener events dropped so far
  queue             events that wait
  mode              ok | 500 | html | redirect | truncate | slow | mutate | gone | bomb | bomb_text
  seconds           delay of mode slow
  seed              of mode mutate: one value in twenty turns into something of another type
  only              the mode holds for paths that contain this text
Requests are appended to CONTROL_FILE + ".log".
"""
import copy
import functools
import gzip
import json
import os
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

DATA, PORT_FILE, CONTROL = sys.argv[1:4]
KILLED = set()
STRANGE = [None, True, "strange", -1, 1e300, 0.5, [], {}, [[["deep"]]], {"a": {"b": 1}}]


def read(name):
    with open(os.path.join(DATA, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


DOCS = {name: read(name) for name in ("applications", "jobs", "stages", "sql", "executors", "metrics",
                                      "storage_rdd", "plan")}
# Id of a list's documents, and the members that hold ids of which list.
REPEATED = {
    "jobs": ("jobId", {"jobId": "jobs", "stageIds": "stages"}),
    "stages": ("stageId", {"stageId": "stages"}),
    "sql": ("id", {"id": "sql", "runningJobIds": "jobs", "successJobIds": "jobs",
                   "failedJobIds": "jobs"}),
}
SPANS = {name: 1 + max(d[key] for d in DOCS[name]) for name, (key, _) in REPEATED.items()}


def control():
    try:
        with open(CONTROL, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def shift(document, key, by):
    if key in document:
        value = document[key]
        document[key] = [v + by for v in value] if isinstance(value, list) else value + by


@functools.lru_cache(maxsize=None)
def repeated(name, copies):
    """The recorded documents so many times, ascending by id, each copy with new ids and job groups."""
    id_key, refs = REPEATED[name]
    base = sorted(DOCS[name], key=lambda d: d[id_key])
    result = []
    for i in range(copies):
        for document in base:
            fresh = copy.deepcopy(document)
            for key, source in refs.items():
                shift(fresh, key, i * SPANS[source])
            if i > 0 and "jobGroup" in fresh:
                fresh["jobGroup"] += f"-{i}"
            result.append(fresh)
    return result


class World:
    """What the server would list now."""

    def __init__(self, c):
        copies = c.get("copies", 1)
        retained = c.get("retained", 1 << 30)
        jobs = [dict(j) for j in repeated("jobs", copies) if j["jobId"] < c.get("jobs", 1 << 30)]
        known = {s for j in jobs for s in j["stageIds"]}
        for job in jobs:
            if job["jobId"] in c.get("running", []) and job["jobId"] not in KILLED:
                job["status"] = "RUNNING"
        executions = repeated("sql", copies)
        executions = [e for e in executions if e["id"] < c.get("executions", 1 << 30)]
        self.all_jobs = 1 + max([j["jobId"] for j in jobs], default=-1)
        self.jobs = jobs[-retained:]
        self.stages = [s for s in repeated("stages", copies) if s["stageId"] in known][-retained:]
        self.executions = executions[-retained:]


def metrics(c, world):
    document = copy.deepcopy(DOCS["metrics"])
    for key, value in document["gauges"].items():
        if key.endswith("DAGScheduler.job.allJobs"):
            value["value"] = world.all_jobs
        if key.endswith("queue.appStatus.size"):
            value["value"] = c.get("queue", 0)
    for key, value in document["counters"].items():
        if key.endswith("queue.appStatus.numDroppedEvents"):
            value["count"] = c.get("dropped", 0)
    return document


def list_jobs(parts, query, world):
    if len(parts) > 1:
        return next((j for j in world.jobs if str(j["jobId"]) == parts[1]), None)
    wanted = [s.upper() for s in query.get("status", [])]
    return [j for j in reversed(world.jobs) if not wanted or j["status"] in wanted]


def list_stages(parts, query, world):
    stages = [s for s in reversed(world.stages)
              if len(parts) == 1 or str(s["stageId"]) == parts[1]]
    if query.get("withSummaries") != ["true"]:
        stages = [{k: v for k, v in s.items() if not k.endswith("Distributions")} for s in stages]
    return stages if stages or len(parts) == 1 else None


def list_executions(parts, query, world):
    if len(parts) == 1:
        offset = int(query.get("offset", ["0"])[0])
        length = int(query.get("length", ["20"])[0])
        return world.executions[offset:offset + length]
    if query.get("planDescription") != ["false"] and int(parts[1]) == DOCS["plan"]["id"]:
        return DOCS["plan"]
    return next((e for e in world.executions if str(e["id"]) == parts[1]), None)


LISTS = {"jobs": list_jobs, "stages": list_stages, "sql": list_executions}


def answer(path, query, c):
    """The document, or None for 404."""
    app = "/api/v1/applications/" + DOCS["applications"][0]["id"] + "/"
    fixed = {"/api/v1/applications": "applications", app + "executors": "executors",
             app + "storage/rdd": "storage_rdd"}
    if path in fixed:
        return DOCS[fixed[path]]
    if path == "/metrics/json/":
        return metrics(c, World(c))
    parts = path[len(app):].split("/")
    if path.startswith(app) and parts[0] in LISTS:
        return LISTS[parts[0]](parts, query, World(c))
    return None


def read_text(name, differ):
    """The recorded text of a Prometheus endpoint; with every value moved by `differ`."""
    with open(os.path.join(DATA, name + ".prom"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    moved = (f"{line.rpartition(' ')[0]} {float(line.rpartition(' ')[2]) + differ}" for line in lines)
    return "\n".join(moved if differ else lines).encode() + b"\n"


TEXTS = {"/metrics/prometheus/": "metrics", "/metrics/executors/prometheus": "executors"}


def mutate(value, rng):
    if rng.random() < 0.05:
        return rng.choice(STRANGE)
    if isinstance(value, dict):
        return {k: mutate(v, rng) for k, v in value.items()}
    if isinstance(value, list):
        return [mutate(v, rng) for v in value]
    return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: without this each answer waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def reply(self, code, kind, body, headers=(), cut=0):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:len(body) - cut])
        self.close_connection = cut > 0

    def fault(self, mode, c):
        """Answers in a mode that needs no document; whether it did."""
        if mode == "slow":
            time.sleep(c.get("seconds", 1))
        elif mode == "500":
            self.reply(500, "text/html", b"<html>\x1b[31mno</html>")
        elif mode == "html":
            self.reply(200, "text/html", b"<html>log in</html>")
        elif mode == "redirect":
            self.reply(302, "text/html", b"", [("Location", "http://127.0.0.1:9/login")])
        elif mode == "gone":
            self.reply(404, "text/plain", b"no such app")
        elif mode == "bomb":
            self.reply(200, "application/json", gzip.compress(b" " * (100 << 20)),
                       [("Content-Encoding", "gzip")])
        elif mode == "bomb_text":
            self.reply(200, "text/plain", gzip.compress(b" " * (100 << 20)), [("Content-Encoding", "gzip")])
        return mode in ("500", "html", "redirect", "gone", "bomb", "bomb_text")

    def do_GET(self):
        c = control()
        with open(CONTROL + ".log", "a", encoding="utf-8") as log:
            log.write(self.path + "\n")
        mode = c.get("mode", "ok") if c.get("only", "") in self.path else "ok"
        if self.fault(mode, c):
            return
        url = urlparse(self.path)
        if url.path in TEXTS and c.get("prometheus"):
            self.reply(200, "text/plain;charset=utf-8", read_text(TEXTS[url.path], c.get("differ", 0)))
            return
        beside = {"executors": "executors_beside", "json": "metrics_beside"}.get(url.path.strip("/").rpartition("/")[2])
        if c.get("prometheus") == "beside" and beside:
            self.reply(200, "application/json", json.dumps(read(beside)).encode())
            return
        if c.get("no_json") and url.path.endswith(("/metrics/json/", "/executors")):
            # As a proxy would that lets only some paths through.
            self.reply(200, "text/html", b"<html>jobs</html>")
            return
        document = answer(url.path, parse_qs(url.query), c)
        if document is None:
            self.reply(404, "text/plain", b"unknown")
            return
        if mode == "mutate":
            document = mutate(document, random.Random(f"{c.get('seed', 0)}{self.path}"))
        body = json.dumps(document).encode()
        self.reply(200, "application/json", body, cut=len(body) // 2 if mode == "truncate" else 0)


    def do_POST(self):
        c = control()
        with open(CONTROL + ".log", "a", encoding="utf-8") as log:
            log.write("POST " + self.path + "\n")
        if c.get("only", "-") in self.path and self.fault(c.get("mode", "ok"), c):
            return
        url = urlparse(self.path)
        if url.path != "/jobs/job/kill/" or not c.get("kill", True):
            self.reply(405, "text/plain", b"no")
            return
        KILLED.add(int(parse_qs(url.query)["id"][0]))
        self.reply(302, "text/html", b"", [("Location", "/jobs/")])


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with open(PORT_FILE + ".new", "w", encoding="utf-8") as file:
        file.write(str(server.server_address[1]))
    os.rename(PORT_FILE + ".new", PORT_FILE)
    server.serve_forever()


main()
