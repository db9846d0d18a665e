"""drain.py PORT rows SQL: the server's own time for a result, one JSON line.

The statement runs to its end; then the requests for all blocks lie ready in the server's socket, and their answers are
read as fast as they come, looked at by nobody. No client can be faster. NOSASL; blocks of 10,000 rows.
"""
import json
import resource
import socket
import struct
import sys
import time

BLOCK_ROWS, ROWS = 10000, 1000000
BOOL, I32, I64, STRING, STRUCT, STOP = 2, 8, 10, 11, 12, 0
FINISHED, FAILED = 2, (3, 4, 5, 6)


def field(number, kind, value):
    head = struct.pack(">bh", kind, number)
    if kind == STRING:
        return head + struct.pack(">i", len(value)) + value
    if kind == STRUCT:
        return head + value + b"\0"
    return head + struct.pack({BOOL: ">?", I32: ">i", I64: ">q"}[kind], value)


def message(name, *fields):
    body = field(1, STRUCT, b"".join(fields)) + b"\0"
    return struct.pack(">Ii", 0x80010001, len(name)) + name.encode() + struct.pack(">i", 1) + body


class Answer:
    """A message, value by value: {field number: value}, containers included."""

    def __init__(self, file):
        self.file = file

    def number(self, form):
        return struct.unpack(form, self.file.read(struct.calcsize(form)))[0]

    def text(self):
        return self.file.read(self.number(">i"))

    def value(self, kind):
        forms = {2: ">?", 3: ">b", 4: ">d", 6: ">h", 8: ">i", 10: ">q"}
        if kind in forms:
            return self.number(forms[kind])
        if kind == STRING:
            return self.text()
        if kind == STRUCT:
            return self.struct()
        if kind == 13:
            keys, values, count = self.number(">b"), self.number(">b"), self.number(">i")
            return [(self.value(keys), self.value(values)) for _ in range(count)]
        inner, count = self.number(">b"), self.number(">i")
        return [self.value(inner) for _ in range(count)]

    def struct(self):
        members = {}
        while (kind := self.number(">b")) != STOP:
            number = self.number(">h")
            members[number] = self.value(kind)
        return members

    def result(self):
        self.number(">I")
        self.text()
        self.number(">i")
        return self.struct()[0]


def put_identifier(handle):
    return field(1, STRUCT, field(1, STRING, handle[1][1]) + field(2, STRING, handle[1][2]))


def run(connection, sql):
    answers = Answer(connection.makefile("rb"))

    def call(name, *fields):
        connection.sendall(message(name, *fields))
        return answers.result()

    session = call("OpenSession", field(1, I32, 9), field(2, STRING, b"me"))[3]
    begin = time.monotonic()
    handle = call("ExecuteStatement", field(1, STRUCT, put_identifier(session)), field(2, STRING, sql.encode()), field(4, BOOL, True))[2]
    operation = field(1, STRUCT, put_identifier(handle) + field(2, I32, handle[2]) + field(3, BOOL, handle[3]))
    while (state := call("GetOperationStatus", operation)[2]) != FINISHED:
        if state in FAILED:
            sys.exit(f"the statement ended in state {state}")
    fetch = message("FetchResults", operation, field(2, I32, 0), field(3, I64, BLOCK_ROWS))
    connection.sendall(fetch * (ROWS // BLOCK_ROWS + 1) + message("CloseOperation", operation))
    total, buffer, tail = 0, memoryview(bytearray(1 << 20)), b""
    while b"CloseOperation" not in tail:
        count = connection.recv_into(buffer)
        if count == 0:
            sys.exit("the server closed the connection")
        total += count
        tail = tail[-200:] + bytes(buffer[max(0, count - 200):count])
    return time.monotonic() - begin, total


def main():
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    seconds, total = run(connection, sys.argv[3])
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"rows": ROWS, "seconds": seconds, "bytes": total, "cpu_s": used.ru_utime + used.ru_stime,
                      "rss_mb": used.ru_maxrss / 1024}))


main()
