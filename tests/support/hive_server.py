"""A real Apache HiveServer2 for tests: with HiveServer(home) as server: ... (scripts/hive gets its jars)."""
import shutil

from spark_server import SparkServer

# What Hadoop and Hive of that age reach into, and Java 17 keeps shut.
OPENED = ("java.lang", "java.lang.reflect", "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.regex",
          "java.io", "java.net", "java.nio", "java.time", "sun.nio.ch")
LOG = "log4j.rootLogger=WARN,C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\n" \
      "log4j.appender.C.layout=org.apache.log4j.PatternLayout\nlog4j.appender.C.layout.ConversionPattern=%d %p %c{1} %m%n\n"


class HiveServer(SparkServer):
    """Its metastore lies in memory, statements run in the server itself; the rest is as of SparkServer."""

    def command(self):
        (self.dir / "log4j.properties").write_text(LOG, encoding="utf-8")
        command = [shutil.which("java"), f"-Xmx{self.memory}", "-XX:TieredStopAtLevel=1", "-Dhadoop.home.dir=/",
                   f"-Dlog4j.configuration=file:{self.dir}/log4j.properties", f"-Djava.io.tmpdir={self.dir}"]
        for package in OPENED:
            command += ["--add-opens", f"java.base/{package}=ALL-UNNAMED"]
        return [*command, "-cp", f"{self.home}/lib/*", "org.apache.hive.service.server.HiveServer2", *self.hive_conf()]

    def hive_conf(self):
        own = {"hive.server2.webui.port": 0, "hive.execution.engine": "mr", "hive.server2.enable.doAs": "false",
               "javax.jdo.option.ConnectionURL": f"jdbc:derby:memory:m{self.port};create=true",
               "javax.jdo.option.ConnectionDriverName": "org.apache.derby.jdbc.EmbeddedDriver",
               "datanucleus.schema.autoCreateAll": "true", "hive.metastore.schema.verification": "false",
               "hive.metastore.warehouse.dir": self.dir / "warehouse", "hive.metastore.uris": "",
               "hive.security.authorization.enabled": "false", "mapreduce.framework.name": "local",
               "hive.server2.tez.initialize.default.sessions": "false", "metastore.metadata.transformer.class": "",
               "hive.support.concurrency": "false", "hive.txn.manager": "org.apache.hadoop.hive.ql.lockmgr.DummyTxnManager",
               "hive.exec.scratchdir": self.dir / "scratch", "hive.exec.local.scratchdir": self.dir / "local",
               "hive.downloaded.resources.dir": self.dir / "resources", "hive.querylog.location": self.dir / "query_log"}
        words = [word for key, value in own.items() for word in ("--hiveconf", f"{key}={value}")]
        return words + super().hive_conf()

    def environment(self):
        return None
