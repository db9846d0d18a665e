"""test_hive.py DRIVER HOME SPARKDYNO: the driver and the program on an Apache HiveServer2, the other implementation of the protocol.

It says other things than Spark: names without SQL's usual ones (_c0), statements with no result set at all, whose columns must not
be asked for, 08S01 for whatever fails while it runs, zones behind timestamps, hasMoreRows (which it sets, as Spark, to false), handles
that are known only after the status. Tables work, on a metastore in memory. Not to be had here, by Hive's own nature: BINARY literals
(X'00', so parameters of SQL_BINARY fail with 42000), named catalogs, SQLSTATEs for other errors than 42000, 42S02, 08S01 and HY000.

Exit code 77 where pyodbc cannot be imported: run it with the Python of .venv (see scripts/test).
"""
import ctypes
import datetime
import decimal
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

try:
    import pyodbc
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hive_server import HiveServer  # noqa: E402  (the path comes first)

DRIVER, HOME, SPARKDYNO = map(os.path.abspath, sys.argv[1:4])
del sys.argv[1:4]

SLEEP = "SELECT reflect('java.lang.Thread', 'sleep', {}L)"
TYPES = """SELECT true AS t, CAST(1 AS TINYINT) AS i8, CAST(-2 AS SMALLINT) AS i16, 3 AS i32, 4L AS i64, CAST(1.5 AS FLOAT) AS f32,
    2.5D AS f64, CAST('-12345678901234567890.12' AS DECIMAL(38,2)) AS d, DATE'2024-02-29' AS day, DATE'0001-01-01' AS first_day,
    TIMESTAMP'2024-02-29 12:34:56.789' AS moment, 'grüße 𝄞' AS s, CAST('ab' AS BINARY) AS b, CAST('abc' AS VARCHAR(10)) AS v,
    CAST('abc' AS CHAR(5)) AS c, INTERVAL '1-2' YEAR TO MONTH AS ym, INTERVAL '1 02:03:04.5' DAY TO SECOND AS ds, array(1, 2) AS a,
    map('k', 1) AS m, named_struct('x', 1, 'y', 'z') AS st, create_union(0, 1, 'x') AS u, CAST('NaN' AS DOUBLE) AS nan,
    CAST('-Infinity' AS DOUBLE) AS inf, CAST('2024-02-29 12:00:00 UTC' AS TIMESTAMP WITH LOCAL TIME ZONE) AS zoned"""
VALUES = [True, 1, -2, 3, 4, 1.5, 2.5, decimal.Decimal("-12345678901234567890.12"), datetime.date(2024, 2, 29), datetime.date(1, 1, 1),
          datetime.datetime(2024, 2, 29, 12, 34, 56, 789000), "grüße 𝄞", b"ab", "abc", "abc  ", "1-2", "1 02:03:04.500000000", "[1,2]",
          '{"k":1}', '{"x":1,"y":"z"}', "{0:1}"]
NUMBERS = "(SELECT posexplode(split(space({}), ' ')) AS (id, x)) numbers"


class Async:
    """A statement with SQL_ATTR_ASYNC_ENABLE, which pyodbc has not, by the driver manager's own functions."""

    ENV, DBC, STMT, NTS, STILL_EXECUTING = 1, 2, 3, -3, 2

    def __init__(self, connection):
        self.odbc = ctypes.CDLL("libodbc.so.2")
        self.env, self.dbc, self.stmt = (ctypes.c_void_p() for _ in range(3))
        self.check(self.odbc.SQLAllocHandle(self.ENV, None, ctypes.byref(self.env)))
        self.check(self.odbc.SQLSetEnvAttr(self.env, 200, ctypes.c_void_p(3), 0))
        self.check(self.odbc.SQLAllocHandle(self.DBC, self.env, ctypes.byref(self.dbc)))
        self.check(self.odbc.SQLDriverConnect(self.dbc, None, connection.encode(), self.NTS, None, 0, None, 0))
        self.check(self.odbc.SQLAllocHandle(self.STMT, self.dbc, ctypes.byref(self.stmt)))
        self.check(self.odbc.SQLSetStmtAttr(self.stmt, 4, ctypes.c_void_p(1), 0))

    @staticmethod
    def check(rc):
        assert rc in (0, 1), rc

    def execute(self, sql):
        """The last return code, and how often it was to be asked again."""
        asked, rc = 0, self.STILL_EXECUTING
        while rc == self.STILL_EXECUTING:
            rc = ctypes.c_short(self.odbc.SQLExecDirect(self.stmt, sql.encode(), self.NTS)).value
            asked += 1
        return rc, asked

    def cell(self):
        text, size = ctypes.create_string_buffer(64), ctypes.c_ssize_t()
        self.check(self.odbc.SQLFetch(self.stmt))
        self.check(self.odbc.SQLGetData(self.stmt, 1, 1, text, ctypes.c_ssize_t(64), ctypes.byref(size)))
        return text.value.decode()

    def close(self):
        self.odbc.SQLFreeHandle(self.STMT, self.stmt)
        self.odbc.SQLDisconnect(self.dbc)
        self.odbc.SQLFreeHandle(self.DBC, self.dbc)
        self.odbc.SQLFreeHandle(self.ENV, self.env)


class Hive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        pyodbc.pooling = False
        cls.server = HiveServer(HOME, auth="NONE", memory="900m")
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.connection = pyodbc.connect(cls.server.odbc(DRIVER) + ";RowsFetchedPerBlock=1000", autocommit=True)
        cls.addClassCleanup(cls.connection.close)

    def fails(self, sql, state, words=""):
        with self.assertRaises(pyodbc.Error) as caught:
            self.connection.execute(sql).fetchall()
        self.assertEqual(caught.exception.args[0], state, caught.exception.args)
        self.assertIn(words, caught.exception.args[1])

    def test_it_says_who_it_is(self):
        self.assertEqual(self.connection.getinfo(pyodbc.SQL_DBMS_NAME), "Apache Hive")
        self.assertEqual(self.connection.getinfo(pyodbc.SQL_DBMS_VER), "4.0.1")
        self.assertEqual(self.connection.execute("SELECT 1").fetchval(), 1)

    def test_wrong_ways_in(self):
        for keys, state, words in (("AuthMech=0", "08S01", "authentication PLAIN"), ("UID=me;Schema=nosuch", "HY000", "nosuch"),
                                   ("UID=me;SSL=1", "08001", "TLS")):
            with self.assertRaises(pyodbc.Error) as caught:
                pyodbc.connect(f"Driver={DRIVER};Host=127.0.0.1;Port={self.server.port};{keys}", autocommit=True)
            self.assertEqual(caught.exception.args[0], state, caught.exception.args)
            self.assertIn(words, caught.exception.args[1])

    def test_types(self):
        row = self.connection.execute(TYPES).fetchone()
        self.assertEqual(list(row[:len(VALUES)]), VALUES)
        self.assertTrue(math.isnan(row.nan))
        self.assertEqual(row.inf, -math.inf)
        self.assertIsInstance(row.zoned, datetime.datetime)

    def test_every_type_can_be_null(self):
        names = ["BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "STRING", "DECIMAL(10,2)", "DATE", "TIMESTAMP",
                 "BINARY", "VARCHAR(3)", "CHAR(3)"]
        nulls = self.connection.execute("SELECT NULL, " + ", ".join(f"CAST(NULL AS {name})" for name in names)).fetchone()
        self.assertEqual(list(nulls), [None] * (len(names) + 1))

    def test_many_blocks_and_their_nulls(self):
        rows = self.connection.execute(
            f"SELECT id, CAST(id / 2 AS DECIMAL(10,1)), if(id % 7 = 0, NULL, concat('name-', id)) FROM {NUMBERS.format(24999)}").fetchall()
        self.assertEqual([row[0] for row in rows], list(range(25000)))
        self.assertTrue(all(row[1] == decimal.Decimal(row[0]) / 2 for row in rows))
        self.assertTrue(all(row[2] == (None if row[0] % 7 == 0 else f"name-{row[0]}") for row in rows))
        self.assertEqual(self.connection.execute("SELECT 1 AS a LIMIT 0").fetchall(), [])
        self.assertEqual(len(self.connection.execute("SELECT repeat('abcdefghij', 100000)").fetchval()), 1000000)

    def test_statements_without_a_result_set(self):
        for sql in ("SET hive.query.name=dyno", "USE default", "CREATE TEMPORARY MACRO twice(x INT) x + x"):
            self.assertIsNone(self.connection.cursor().execute(sql).description, sql)
        self.assertEqual(self.connection.execute("SELECT twice(21)").fetchval(), 42)
        self.assertEqual(self.connection.execute("SET hive.query.name").fetchval(), "hive.query.name=dyno")
        with pyodbc.connect(self.server.odbc(DRIVER) + ";SSP_hive.query.name=ours", autocommit=True) as other:
            self.assertEqual(other.execute("SET hive.query.name").fetchval(), "hive.query.name=ours")

    def test_tables_and_the_catalog(self):
        cursor = self.connection.cursor()
        cursor.execute("CREATE TABLE prices (a INT COMMENT 'first', b VARCHAR(7), c DECIMAL(10,2), d TIMESTAMP, e ARRAY<INT>)")
        cursor.execute("INSERT INTO prices SELECT 1, 'x', 1.5, TIMESTAMP'2024-02-29 01:02:03', array(1)")
        self.assertEqual(list(cursor.execute("SELECT a, b, c, d, e FROM prices").fetchone()),
                         [1, "x", decimal.Decimal("1.50"), datetime.datetime(2024, 2, 29, 1, 2, 3), "[1]"])
        self.assertEqual(cursor.execute("SELECT count(*) FROM prices WHERE a = ?", 1).fetchval(), 1)
        found = [(row.table_schem, row.table_name, row.table_type) for row in cursor.tables(table="pri%")]
        self.assertEqual(found, [("default", "prices", "TABLE")])
        columns = [(row.column_name, row.data_type, row.column_size, row.ordinal_position) for row in cursor.columns(table="prices")]
        self.assertEqual(columns, [("a", pyodbc.SQL_INTEGER, 10, 1), ("b", pyodbc.SQL_VARCHAR, 7, 2), ("c", pyodbc.SQL_DECIMAL, 10, 3),
                                   ("d", pyodbc.SQL_TYPE_TIMESTAMP, 26, 4), ("e", pyodbc.SQL_VARCHAR, 255, 5)])
        self.assertIn("default", [row.table_schem for row in cursor.tables(catalog="", schema="%", table="")])
        self.assertIn("TABLE", [row.table_type for row in cursor.tables(catalog="", schema="", table="", tableType="%")])
        self.assertIn("DECIMAL", [row.type_name for row in cursor.getTypeInfo()])
        self.assertEqual(cursor.primaryKeys("prices").fetchall(), [])
        cursor.execute("DROP TABLE prices")

    def test_parameters(self):
        values = ["it's", "\\", "${system:user.name}", "'; SELECT 2 --", "a\0b", "grüße 𝄞", "?", "", 0, -5, 2**63 - 1, 1.5, True,
                  decimal.Decimal("-12.5"), datetime.date(1500, 1, 1), datetime.datetime(2024, 2, 29, 12, 34, 56, 789123), None]
        got = self.connection.execute("SELECT " + ", ".join("?" * len(values)), *values).fetchone()
        self.assertEqual(list(got), values)

    def test_errors_carry_states(self):
        self.fails("SELECT * FROM no_such_table", "42S02", "no_such_table")
        self.fails("SELEC 1", "42000", "ParseException")
        self.fails("SELECT no_such_function(1)", "42000", "no_such_function")
        # Hive says 08S01, which would be a lost connection: this one goes on.
        self.fails(f"SELECT count(*) FROM {NUMBERS.format(9)} WHERE assert_true(id < 0) IS NULL", "HY000")
        self.assertEqual(self.connection.execute("SELECT 5").fetchval(), 5)

    def test_cancel_from_another_thread(self):
        cursor = self.connection.cursor()
        timer = threading.Timer(0.5, cursor.cancel)
        timer.start()
        begin = time.monotonic()
        with self.assertRaises(pyodbc.Error) as caught:
            cursor.execute(SLEEP.format(30000)).fetchall()
        timer.join()
        self.assertEqual(caught.exception.args[0], "HY008")
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(self.connection.execute("SELECT 2").fetchval(), 2)

    def test_timeout(self):
        with pyodbc.connect(self.server.odbc(DRIVER), autocommit=True) as connection:
            connection.timeout = 1
            begin = time.monotonic()
            with self.assertRaises(pyodbc.Error) as caught:
                connection.execute(SLEEP.format(30000)).fetchall()
            self.assertEqual(caught.exception.args[0], "HYT00")
            self.assertLess(time.monotonic() - begin, 20)
            connection.timeout = 0
            self.assertEqual(connection.execute("SELECT 3").fetchval(), 3)

    def test_asynchronous_statement(self):
        statement = Async(self.server.odbc(DRIVER))
        rc, asked = statement.execute(SLEEP.format(300))
        self.assertEqual(rc, 0)
        self.assertGreater(asked, 1)
        self.assertEqual(statement.cell(), "null")
        statement.close()

    def test_the_program_checks_and_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "one.sql").write_text("SELECT 1\n", encoding="utf-8")
            pathlib.Path(folder, "rows.sql").write_text(f"SELECT id FROM {NUMBERS.format(99)}\n", encoding="utf-8")
            pathlib.Path(folder, "workload.yaml").write_text(
                "name: hive\ndescription: statements that any HiveServer2 knows\nqueries:\n  - {name: one, sql: one.sql, max_rows: 1}\n"
                "  - {name: rows, sql: rows.sql, max_rows: 1000}\n"
                "load: {arrival: closed, sessions: 2, warmup: 2, measure: 3s, timeout: 30s}\n", encoding="utf-8")
            common = [folder, "--db", f"{folder}/results.db", "--cache-dir", f"{folder}/cache", "--quiet", "--json"]
            native = ["--target", "hs2", "--auth", "plain", "--user", "me", "--host", "127.0.0.1", "--port", str(self.server.port)]
            self.program("check", *common, *native)
            self.program("check", *common, "--connection", self.server.odbc(DRIVER))
            done = self.program("run", *common, "--connection", self.server.odbc(DRIVER), "--trial-warmup", "1s",
                                "--html", f"{folder}/report.html")
        arm = json.loads(done)["arms"][0]
        self.assertGreater(arm["completed"], 0)
        self.assertEqual(arm["failed"], 0)

    def program(self, *words):
        done = subprocess.run([SPARKDYNO, *words], capture_output=True, text=True, check=False, timeout=120)
        self.assertIn(done.returncode, (0, 4) if words[0] == "run" else (0,), done.stdout + done.stderr)
        return done.stdout


class NoSasl(unittest.TestCase):
    def test_raw_protocol(self):
        pyodbc.pooling = False
        with HiveServer(HOME, auth="NOSASL", memory="600m") as server:
            with pyodbc.connect(server.odbc(DRIVER), autocommit=True) as connection:
                rows = connection.execute(f"SELECT id FROM {NUMBERS.format(2999)}").fetchall()
                self.assertEqual([row[0] for row in rows], list(range(3000)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
