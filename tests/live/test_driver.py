"""test_driver.py DRIVER SPARK_HOME: the ODBC driver on a real Spark by isql and pyodbc, NOSASL and SASL PLAIN.

Exit code 77 where pyodbc cannot be imported: run it with the Python of .venv (see scripts/test).
"""
import datetime
import decimal
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
from spark_server import SparkServer  # noqa: E402  (the path comes first)

DRIVER, SPARK_HOME = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]

TYPES = """SELECT true AS t, CAST(1 AS TINYINT) AS i8, CAST(-2 AS SMALLINT) AS i16, 3 AS i32, 4L AS i64, 1.5D AS f64,
    CAST('12345678901234567890.12' AS DECIMAL(38,2)) AS d, DATE'2024-02-29' AS day,
    TIMESTAMP'2024-02-29 12:34:56.789' AS moment, 'grüße 𝄞' AS s, CAST('ab' AS BINARY) AS b, array(1, 2) AS a,
    CAST(NULL AS STRING) AS n"""


class Driver:
    """The tests; the classes below run them with each way of logging in."""

    auth = ""

    @classmethod
    def setUpClass(cls):
        pyodbc.pooling = False
        cls.server = SparkServer(SPARK_HOME, auth=cls.auth)
        cls.server.__enter__()
        cls.connection = pyodbc.connect(cls.server.odbc(DRIVER), autocommit=True)

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()
        cls.server.__exit__(None, None, None)

    def test_types(self):
        row = self.connection.execute(TYPES).fetchone()
        self.assertEqual(list(row[:6]), [True, 1, -2, 3, 4, 1.5])
        self.assertEqual(row.d, decimal.Decimal("12345678901234567890.12"))
        self.assertEqual(row.day, datetime.date(2024, 2, 29))
        self.assertEqual(row.moment, datetime.datetime(2024, 2, 29, 12, 34, 56, 789000))
        self.assertEqual((row.s, row.b, row.a, row.n), ("grüße 𝄞", b"ab", "[1,2]", None))

    def test_parameters_arrive_as_they_were(self):
        texts = ["it's", "'; SELECT 2 --", "\\", "\\'", "\\u0041 \\101 \\n", "${spark.app.name} ${env:HOME} $x{", "r'x'",
                 "/* ? */ -- ?", 'say "x" `y`', "two\nlines\ttab\rreturn", "a\0b", "gr\u00fc\u00dfe \U0001d11e", "%_", "", " ", "?"]
        values = [*texts, 0, -5, 2**31 - 1, -2**31, 2**63 - 1, -2**63, 1.5, 1e308, 5e-324, float("inf"), True, False,
                  decimal.Decimal("-12345678901234567890.123"), datetime.date(2024, 2, 29), datetime.date(1500, 1, 1),
                  datetime.datetime(2024, 2, 29, 12, 34, 56, 789123), b"", b"\x00'\xff", None]
        for value in values:
            row = self.connection.execute("SELECT ? AS value, ?-? AS zero", value, -7, -7).fetchone()
            self.assertEqual(row.value, value)
            self.assertEqual(row.zero, 0)
        got = self.connection.execute("SELECT " + ", ".join("?" * len(values)), *values).fetchone()
        self.assertEqual(list(got), values)

    def test_many_sets_of_parameters(self):
        cursor = self.connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS filled")
        cursor.execute("CREATE TABLE filled (a INT, b STRING) USING parquet")
        cursor.executemany("INSERT INTO filled VALUES (?, ?)", [(1, "one"), (2, "it's two"), (3, None)])
        rows = cursor.execute("SELECT a, b FROM filled WHERE a >= ? ORDER BY a LIMIT ?", 2, 2).fetchall()
        self.assertEqual([tuple(row) for row in rows], [(2, "it's two"), (3, None)])
        cursor.execute("DROP TABLE filled")

    def test_escapes(self):
        row = self.connection.execute("SELECT {d '2024-02-29'}, {ts '2024-02-29 01:02:03'}, {fn ucase('a}')}, "
                                      "'{d}%' LIKE '{d}!%' {escape '!'}").fetchone()
        self.assertEqual(list(row), [datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 1, 2, 3), "A}", True])

    def test_large_result(self):
        rows = self.connection.execute("SELECT id, concat('x', id) FROM range(50000)").fetchall()
        self.assertEqual(sum(row[0] for row in rows), 50000 * 49999 // 2)
        self.assertTrue(all(row[1] == f"x{row[0]}" for row in rows))

    def test_long_string_is_whole(self):
        text = self.connection.execute("SELECT repeat('abcdefghij', 100000)").fetchval()
        self.assertEqual(len(text), 1000000)

    def test_results_without_columns_are_legal(self):
        cursor = self.connection.cursor()
        cursor.execute("CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1 AS a")
        cursor.execute("CACHE TABLE cached AS SELECT id FROM range(100)")
        self.assertEqual(cursor.execute("SELECT count(*) FROM cached").fetchval(), 100)
        cursor.execute("UNCACHE TABLE cached")

    def test_errors_carry_states(self):
        for sql, state in (("SELECT * FROM no_such_table", "42S02"), ("SELEC 1", "42000")):
            with self.assertRaises(pyodbc.Error) as caught:
                self.connection.execute(sql)
            self.assertEqual(caught.exception.args[0], state)

    def test_cancel_from_another_thread(self):
        # A cancel during the analysis of a cold server's first statement does not reach its jobs.
        cursor = self.connection.cursor()
        cursor.execute("SELECT count(*) FROM range(10) WHERE sqrt(id) > hash(id)").fetchall()
        threading.Timer(4, cursor.cancel).start()
        begin = time.monotonic()
        with self.assertRaises(pyodbc.Error) as caught:
            cursor.execute("SELECT count(*) FROM range(100000000000) WHERE sqrt(id) > hash(id)")
        self.assertEqual(caught.exception.args[0], "HY008")
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(self.connection.execute("SELECT 2").fetchval(), 2)

    def test_cancel_at_0_to_5_ms(self):
        """Whatever the moment, the statement ends one way or the other, and the connection is good afterwards."""
        sql = "SELECT count(*) FROM range(20000000) WHERE sqrt(id) > hash(id)"
        states = []
        for i in range(12):
            cursor = self.connection.cursor()
            timer = threading.Timer(i % 6 / 1000, cursor.cancel)
            timer.start()
            try:
                cursor.execute(sql).fetchall()
                states.append("00000")
            except pyodbc.Error as error:
                states.append(error.args[0])
            timer.join()
            self.assertEqual(self.connection.execute(f"SELECT {i}").fetchval(), i)
        self.assertLessEqual(set(states), {"00000", "HY008"}, states)
        self.assertIn("HY008", states)

    def test_catalog(self):
        cursor = self.connection.cursor()
        cursor.execute("CREATE TABLE IF NOT EXISTS catalogued (a INT, b STRING) USING parquet")
        self.assertIn("catalogued", [row.table_name for row in cursor.tables(table="catalogued")])
        self.assertEqual([row.column_name for row in cursor.columns(table="catalogued")], ["a", "b"])

    def test_isql(self):
        with tempfile.TemporaryDirectory() as folder:
            keys = self.server.odbc(DRIVER).replace(";", "\n")
            pathlib.Path(folder, "odbc.ini").write_text(f"[spark]\n{keys}\n", encoding="utf-8")
            pathlib.Path(folder, "odbcinst.ini").write_text("", encoding="utf-8")
            env = dict(os.environ, ODBCSYSINI=folder, ODBCINI=f"{folder}/odbc.ini")
            done = subprocess.run(["isql", "-v", "-b", "-d,", "spark"], input="SELECT 6 * 7 AS answer, 'x' AS y\n",
                                  env=env, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.stdout.strip(), "42,x", done.stderr)


class NoSasl(Driver, unittest.TestCase):
    auth = "NOSASL"


class Plain(Driver, unittest.TestCase):
    auth = "NONE"


if __name__ == "__main__":
    unittest.main(verbosity=2)
