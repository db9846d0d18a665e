"""A real Spark Thrift server for tests and benchmarks: with SparkServer(home) as server: ..."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class SparkServer:
    """Started on free loopback ports in a folder of its own; the whole process group ends with the block."""

    def __init__(self, home, auth="NOSASL", cores=2, memory="2g", conf=None, hive=None):
        self.home = pathlib.Path(home)
        self.auth, self.cores, self.memory, self.conf = auth, cores, memory, conf or {}
        self.hive = hive or {}

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dyno-spark-"))
        self.port, self.ui_port = free_port(), free_port()
        self.log = open(self.dir / "log", "wb")
        self.process = subprocess.Popen(self.command(), cwd=self.dir, env=self.environment(), stdout=self.log,
                                        stderr=self.log, start_new_session=True)
        self.rest_url = f"http://127.0.0.1:{self.ui_port}"
        self.wait_ready()
        return self

    def command(self):
        derby = f"jdbc:derby:memory:m{self.port};create=true"
        conf = {"spark.ui.port": self.ui_port, "spark.sql.warehouse.dir": self.dir / "warehouse",
                "spark.local.dir": self.dir / "local", "spark.ui.showConsoleProgress": "false",
                "spark.hadoop.javax.jdo.option.ConnectionURL": derby, **self.conf}
        command = [str(self.home / "bin/spark-submit"), "--class",
                   "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "--master", f"local[{self.cores}]",
                   "--driver-memory", self.memory]
        for key, value in conf.items():
            command += ["--conf", f"{key}={value}"]
        return command + ["spark-internal", *self.hive_conf()]

    def hive_conf(self):
        hive = {"hive.server2.thrift.port": self.port, "hive.server2.thrift.http.port": self.port,
                "hive.server2.thrift.bind.host": "127.0.0.1", "hive.server2.authentication": self.auth,
                "hive.server2.logging.operation.log.location": self.dir / "operation_logs", **self.hive}
        return [word for key, value in hive.items() for word in ("--hiveconf", f"{key}={value}")]

    def environment(self):
        conf_dir = self.dir / "conf"
        conf_dir.mkdir()
        return dict(os.environ, SPARK_HOME=str(self.home), SPARK_NO_DAEMONIZE="1", SPARK_LOCAL_IP="127.0.0.1",
                    SPARK_CONF_DIR=str(conf_dir))

    def wait_ready(self, limit_s=180):
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    time.sleep(1)
                    return
            time.sleep(0.2)
        tail = (self.dir / "log").read_text(errors="replace")[-2000:]
        self.__exit__(None, None, None)
        raise RuntimeError(f"the server did not come up:\n{tail}")

    def cpu_s(self):
        """CPU seconds that the server's JVM has used so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def odbc(self, driver):
        keys = "AuthMech=0;ThriftTransport=0" if self.auth == "NOSASL" else "AuthMech=3;ThriftTransport=1;UID=me;PWD=x"
        return f"Driver={driver};Host=127.0.0.1;Port={self.port};{keys}"

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            try:
                self.process.wait(20)
                if number == signal.SIGTERM:
                    continue
            except subprocess.TimeoutExpired:
                continue
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
