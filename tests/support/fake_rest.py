"""fake_rest.py: a REST server on loopback whose paths fail in known ways; prints its port, ends with its parent."""
import gzip
import http.server
import os
import sys
import threading
import time

BOMB_BYTES = 64 * 1024 * 1024


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, body, status=200, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def ok(self):
        self.reply(b'{"answer": 42}')

    def charset(self):
        self.reply(b'{"answer": 42}', kind="text/json;charset=utf-8")

    def html500(self):
        self.reply(b"<html>\x1b[31mServer Error</html>", 500, "text/html")

    def html200(self):
        self.reply(b"<html>Spark is starting up</html>", 200, "text/html")

    def absent(self):
        self.reply(b"no such app: x", 404, "text/plain")

    def redirect(self):
        self.reply(b"", 302, Location="/ok")

    def circle(self):
        self.reply(b"", 302, Location="/circle")

    def login(self):
        self.reply(b"", 302, Location=f"http://localhost:{self.server.server_port}/ok")

    def nowhere(self):
        self.reply(b"", 302)

    def truncate(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"answer": 4')
        self.close_connection = True

    def broken(self):
        self.reply(b'{"answer": [1, 2')

    def empty(self):
        self.reply(b"")

    def hangup(self):
        self.close_connection = True

    def slow(self):
        time.sleep(5)
        self.ok()

    def drip(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100")
        self.end_headers()
        for _ in range(50):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def bomb(self):
        body = gzip.compress(b"[" + b" " * BOMB_BYTES + b"]")
        self.reply(body, Content_Encoding="gzip")

    def applications(self):
        self.reply(b'[{"id": "old", "attempts": [{"startTimeEpoch": 1000}]},'
                   b' {"id": "new", "attempts": [{"startTimeEpoch": 2000}]}, {"id": 7}, 3]')

    def none(self):
        self.reply(b"[]")

    paths = {"/500html": html500, "/200html": html200, "/404": absent, "/302": redirect,
             "/circle": circle, "/302login": login, "/nowhere": nowhere, "/truncate": truncate,
             "/broken": broken, "/empty": empty, "/hangup": hangup, "/slow": slow, "/drip": drip,
             "/bomb": bomb, "/ok": ok, "/charset": charset, "/api/v1/applications": applications,
             "/none/api/v1/applications": none}

    def do_GET(self):
        handler = self.paths.get(self.path.split("?")[0], Handler.absent)
        try:
            handler(self)
        except (BrokenPipeError, ConnectionResetError):
            pass


def end_with_parent():
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=end_with_parent, daemon=True).start()
print(server.server_port, flush=True)
sys.stdout.close()
server.serve_forever()
