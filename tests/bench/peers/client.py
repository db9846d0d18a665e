"""client.py impyla|pyhive PORT trivial SESSIONS SECONDS | rows SQL: one JSON line with what it took.

A peer of the ODBC target: SELECT 1 in a closed loop over threads, or one large result read to its end.
"""
import json
import resource
import sys
import threading
import time


def connect(kind, port):
    if kind == "impyla":
        from impala.dbapi import connect as open_impyla
        return open_impyla(host="127.0.0.1", port=port, auth_mechanism="NOSASL")
    from pyhive import hive
    return hive.Connection(host="127.0.0.1", port=port, auth="NOSASL")


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def trivial(kind, port, sessions, seconds):
    connections = [connect(kind, port) for _ in range(sessions)]
    counts = [0] * sessions
    deadline = time.monotonic() + seconds

    def loop(i):
        cursor = connections[i].cursor()
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1")
            cursor.fetchall()
            counts[i] += 1

    begin, cpu = time.monotonic(), cpu_s()
    threads = [threading.Thread(target=loop, args=(i,)) for i in range(sessions)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return {"statements": sum(counts), "seconds": time.monotonic() - begin, "cpu_s": cpu_s() - cpu}


def rows(kind, port, sql):
    cursor = connect(kind, port).cursor()
    cursor.arraysize = 10000
    begin, cpu, count = time.monotonic(), cpu_s(), 0
    cursor.execute(sql)
    while True:
        block = cursor.fetchmany(10000)
        if not block:
            break
        count += len(block)
    return {"rows": count, "seconds": time.monotonic() - begin, "cpu_s": cpu_s() - cpu,
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main():
    kind, port, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    result = (trivial(kind, port, int(sys.argv[4]), float(sys.argv[5])) if what == "trivial"
              else rows(kind, port, sys.argv[4]))
    print(json.dumps(result))


main()
