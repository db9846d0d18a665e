"""test_cells.py DRIVER SPARK_HOME: the cells of a result by pyodbc with our driver, by impyla and by the Hive JDBC driver.

Each cell is fetched by all three and compared with what stands here, after the rules of `normal` below, which
docs/odbc.md tells to users. Exit code 77 where pyodbc, impyla or a Java compiler is missing (see scripts/test).
"""
import base64
import datetime
import decimal
import hashlib
import math
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

try:
    import pyodbc
    from impala.dbapi import connect as impala_connect
except ImportError:
    sys.exit(77)
if shutil.which("javac") is None:
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from spark_server import SparkServer  # noqa: E402  (the path comes first)

DRIVER, SPARK_HOME = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]

INF = float("inf")
LONGEST = "0123456789abcd\U0001d11e" * 655360  # 10 MB and more in UTF-8
DAY, SECOND = "1582-10-15", "2024-02-29 12:34:56"

# A kind: the cells of one type, as SQL and as the value that they must have.
INTEGERS = [("TINYINT", 2**7), ("SMALLINT", 2**15), ("INT", 2**31), ("BIGINT", 2**63)]
CELLS = {
    "boolean": [("true", True), ("false", False), ("CAST(NULL AS BOOLEAN)", None)],
    "float": [("CAST(%s AS FLOAT)" % sql, value) for sql, value in [
        ("'NaN'", math.nan), ("'Infinity'", INF), ("'-Infinity'", -INF), ("-0.0D", -0.0), ("0", 0.0), ("1.5", 1.5),
        ("0.1", 0.1), ("'1.4E-45'", 1.4e-45), ("'1.17549435E-38'", 1.17549435e-38), ("'3.4028235E38'", 3.4028235e38),
        ("'-3.4028235E38'", -3.4028235e38), ("NULL", None)]],
    "double": [("CAST('%s' AS DOUBLE)" % sql, float(sql)) for sql in (
        "NaN", "Infinity", "-Infinity", "-0.0", "0", "0.1", "1E23", "4.9E-324", "2.225073858507201E-308",
        "2.2250738585072014E-308", "1.7976931348623157E308", "-1.7976931348623157E308", "9007199254740993",
        "123456789.12345679")] + [("CAST(NULL AS DOUBLE)", None)],
    "decimal": [("CAST('%s' AS DECIMAL(%d,%d))" % (text, precision, scale), decimal.Decimal(text))
                for text, precision, scale in [
        ("9" * 38, 38, 0), ("-" + "9" * 38, 38, 0), ("0", 38, 0), ("0." + "9" * 38, 38, 38), ("-0." + "0" * 37 + "1", 38, 38),
        ("9" * 20 + "." + "9" * 18, 38, 18), ("1.00", 10, 2), ("-0.01", 10, 2), ("0.00", 3, 2), ("12345678901234567890.12", 38, 2),
        ("9", 1, 0), ("0.000001", 10, 6), ("0.0000000", 12, 7), ("0.0000001", 12, 7)]] + [("CAST(NULL AS DECIMAL(38,10))", None)],
    "date": [("DATE'%s'" % text, datetime.date.fromisoformat(text)) for text in (
        "0001-01-01", "0004-02-29", "0100-02-28", "1000-01-01", "1500-02-28", "1582-10-04", "1582-10-15", "1582-12-31", "1600-02-29", "1883-11-18",
        "1899-12-31", "1969-12-31", "1970-01-01", "2000-02-29", "2024-12-31", "2038-01-19", "9999-12-31")] + [("CAST(NULL AS DATE)", None)],
    "string": [("'%s'" % text, text) for text in (
        "", " ", "  two  ", "grüße", "日本語", "\U0001d11e", "a\U0001f468\u200d\U0001f469b", "e\u0301", "\ufeffbom", "\U0010ffff", "two\nlines\r\ttab", "%_?")]
        + [("concat('a', chr(0), 'b')", "a\0b"), ("chr(0)", "\0"), ("repeat('x', 255)", "x" * 255), ("repeat('x', 256)", "x" * 256),
           ("repeat('\U0001d11e', 5000)", "\U0001d11e" * 5000), ("CAST('ab' AS CHAR(4))", "ab"), ("CAST('ab' AS VARCHAR(4))", "ab"),
           ("CAST(NULL AS STRING)", None)],
    "binary": [("X'%s'" % value, bytes.fromhex(value)) for value in ("", "00", "ff00ff", "27005c", "c3a4", "e282")]
        + [("CAST(repeat('q', 40000) AS BINARY)", b"q" * 40000), ("CAST(NULL AS BINARY)", None)],
    "interval": [("INTERVAL '1-2' YEAR TO MONTH", "1-2"), ("INTERVAL '-178956970-7' YEAR TO MONTH", "-178956970-7"),
                 ("INTERVAL '0' YEAR", "0-0"), ("INTERVAL '5' MONTH", "0-5"), ("CAST(NULL AS INTERVAL YEAR TO MONTH)", None),
                 ("INTERVAL '1 02:03:04.000005' DAY TO SECOND", "1 02:03:04.000005000"), ("INTERVAL '-1 02:03:04' DAY TO SECOND", "-1 02:03:04.000000000"),
                 ("INTERVAL '106751991 04:00:54.775807' DAY TO SECOND", "106751991 04:00:54.775807000"), ("INTERVAL '3' HOUR", "0 03:00:00.000000000"),
                 ("CAST(NULL AS INTERVAL DAY TO SECOND)", None)],
    "nested": [("array(1, NULL, 3)", "[1,null,3]"), ("array()", "[]"), ("array('a', '\"', NULL)", '["a","\"",null]'), ("map('k', 1.50BD)", '{"k":1.50}'),
               ("map(1, array(DATE'2024-02-29'))", "{1:[2024-02-29]}"), ("named_struct('a', 1, 'b', 'x\U0001d11e')", '{"a":1,"b":"x\U0001d11e"}'),
               ("array(named_struct('t', TIMESTAMP_NTZ'2024-02-29 12:34:56'))", '[{"t":2024-02-29 12:34:56}]'),
               ("CAST(NULL AS ARRAY<INT>)", None), ("CAST(NULL AS MAP<STRING,INT>)", None), ("CAST(NULL AS STRUCT<a:INT>)", None), ("NULL", None)],
}
CELLS["integer"] = [("CAST('%d' AS %s)" % (value, name), value) for name, bound in INTEGERS for value in (-bound, -1, 0, bound - 1)]
CELLS["integer"] += [("CAST(NULL AS %s)" % name, None) for name, _ in INTEGERS]

MOMENTS = ["0001-01-01 00:00:00", "1500-02-28 23:59:59.999999", "1582-10-04 12:00:00", "1582-10-15 00:00:00", "1883-11-18 11:59:59", "1969-12-31 23:59:59.999999",
           "1970-01-01 00:00:00", "2024-02-29 12:34:56.789", "2024-02-29 12:34:56.000001", "2024-03-10 03:30:00", "2024-11-03 01:30:00", "9999-12-31 23:59:59.999999"]
# The same instant in each zone: text and instant differ by the zone's offset, whole minutes or not.
INSTANTS = {"UTC": "2024-02-29 12:34:56", "America/New_York": "2024-02-29 07:34:56", "Asia/Kathmandu": "2024-02-29 18:19:56",
            "Pacific/Apia": "2024-03-01 01:34:56", "+05:45": "2024-02-29 18:19:56"}


def moment(text):
    return None if text is None else datetime.datetime.fromisoformat(text)


def normal(value):
    """A kind and a text, the same for each client that means the same value.

    - A float is its value, -0.0 and 0.0 apart, NaN equal to itself; FLOAT travels as DOUBLE and is compared as the FLOAT nearest to it.
    - A moment has six digits of a second, without a zone: it is the text that the session's zone gave it.
    - Intervals and nested values are texts, as Spark's Thrift server sends them. impyla 0.24 does not know the types of
      intervals and fails on them, and gives arrays as bytes (see Impyla).
    - A long text is told by its length and its digest.
    """
    if value is None:
        return ("null", "")
    if isinstance(value, bool):
        return ("boolean", str(value).lower())
    if isinstance(value, int):
        return ("integer", str(value))
    if isinstance(value, float):
        return ("float", "nan" if math.isnan(value) else value.hex())
    if isinstance(value, decimal.Decimal):
        return ("decimal", format(value, "f"))
    if isinstance(value, datetime.datetime):
        return ("moment", value.isoformat(" ", "microseconds"))
    if isinstance(value, datetime.date):
        return ("date", value.isoformat())
    if isinstance(value, (bytes, bytearray)):
        return ("binary", value.hex())
    if len(value) > 100000:
        return ("text", f"{len(value)} {hashlib.sha256(value.encode()).hexdigest()}")
    return ("text", value)


class Odbc:
    def __init__(self, server):
        pyodbc.pooling = False
        self.connection = pyodbc.connect(server.odbc(DRIVER), autocommit=True)

    def rows(self, sql):
        cursor = self.connection.execute(sql)
        return [tuple(map(normal, row)) for row in cursor.fetchall()] if cursor.description else []

    def close(self):
        self.connection.close()


class Impyla:
    def __init__(self, server):
        self.connection = impala_connect(host="127.0.0.1", port=server.port, auth_mechanism="NOSASL")
        self.cursor = self.connection.cursor(convert_types=True)

    cannot = {"interval"}

    def rows(self, sql):
        self.cursor.execute(sql)
        if not self.cursor.description:
            return []
        arrays = {i for i, column in enumerate(self.cursor.description) if column[1] == "ARRAY"}
        return [tuple(normal(cell.decode() if i in arrays and cell is not None else cell) for i, cell in enumerate(row))
                for row in self.cursor.fetchall()]

    def close(self):
        self.cursor.close()
        self.connection.close()


JAVA_KINDS = {"b": lambda text: text == "true", "i": int, "f": float, "d": decimal.Decimal, "D": datetime.date.fromisoformat,
              "T": moment, "x": bytes.fromhex, "s": str}


class Jdbc:
    """Cells.java in a JVM of its own, in UTC: java.sql.Timestamp knows no hour that its own zone leaves out."""

    def __init__(self, server):
        self.folder = server.dir / "cells"
        subprocess.run(["javac", "-d", str(self.folder), str(HERE / "Cells.java")], check=True)
        self.process = subprocess.Popen(["java", "-Duser.timezone=UTC", "-Xmx1g", "-cp", f"{self.folder}:{SPARK_HOME}/jars/*", "Cells", str(server.port)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def cell(text):
        if text == "0":
            return normal(None)
        return normal(JAVA_KINDS[text[0]](base64.b64decode(text[1:]).decode()))

    def rows(self, sql):
        print(base64.b64encode(sql.encode()).decode(), file=self.process.stdin, flush=True)
        rows = []
        for line in self.process.stdout:
            if line == "\n":
                return rows
            rows.append(tuple(map(self.cell, line.split())))
        raise RuntimeError("the JDBC client ended early")

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


class Cells(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = SparkServer(SPARK_HOME, hive={})
        cls.server.__enter__()
        cls.clients = {"odbc": Odbc(cls.server), "impyla": Impyla(cls.server), "jdbc": Jdbc(cls.server)}

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients.values():
            client.close()
        cls.server.__exit__(None, None, None)

    def check(self, cells, kind=None):
        """Each cell in a column of its own: its value, NULL, and its value again."""
        values = ", ".join(f"{sql} AS c{i}" for i, (sql, _) in enumerate(cells))
        nulls = ", ".join(f"CASE WHEN k = 1 THEN NULL ELSE c{i} END" for i in range(len(cells)))
        sql = f"SELECT {nulls} FROM (SELECT {values}) CROSS JOIN (SELECT explode(array(0, 1, 2)) AS k) ORDER BY k"
        wanted = tuple(normal(value) for _, value in cells)
        null = (normal(None),) * len(cells)
        for name, client in self.clients.items():
            if kind in getattr(client, "cannot", ()):
                continue
            rows = client.rows(sql)
            self.assertEqual(len(rows), 3, name)
            for row, right in zip(rows, (wanted, null, wanted)):
                for (text, _), got, want in zip(cells, row, right):
                    with self.subTest(client=name, cell=text[:60]):
                        self.assertEqual(got, want)

    def test_kinds(self):
        for name, cells in CELLS.items():
            with self.subTest(kind=name):
                self.check(cells, kind=name)

    def test_moments_in_session_time_zones(self):
        for zone, text in INSTANTS.items():
            for client in self.clients.values():
                client.rows(f"SET spark.sql.session.timeZone={zone}")
            cells = [(f"TIMESTAMP'{at}'", moment(at)) for at in MOMENTS if (zone, at) != ("Pacific/Apia", "1883-11-18 11:59:59")]
            cells += [("CAST(NULL AS TIMESTAMP)", None), ("TIMESTAMP'2024-02-29 12:34:56Z'", moment(text)), ("timestamp_micros(1709210096000001)", moment(text + ".000001"))]
            cells += [(f"TIMESTAMP_NTZ'{at}'", moment(at)) for at in [*MOMENTS, "2024-03-10 02:30:00"]] + [("CAST(NULL AS TIMESTAMP_NTZ)", None)]
            with self.subTest(zone=zone):
                self.check(cells)

    def test_long_strings(self):
        sql = f"SELECT repeat('{LONGEST[:15]}', 655360), repeat('z', 10485760), CAST(NULL AS STRING)"
        right = (normal(LONGEST), normal("z" * 10485760), normal(None))
        for name, client in self.clients.items():
            self.assertEqual(client.rows(sql), [right], name)

    def test_many_rows(self):
        """Blocks, their borders and their null bitmaps: 25,000 rows with NULLs at different distances."""
        sql = ("SELECT id, IF(id % 7 = 0, NULL, id * 0.5D), IF(id % 11 = 0, NULL, concat('x', id)), IF(id > 9990, NULL, CAST(id AS DECIMAL(20,3))), "
               "IF(id % 13 = 0, NULL, date_add(DATE'0001-01-01', CAST(id AS INT))), IF(id % 3 = 0, NULL, id % 2 = 0) FROM range(0, 25000, 1, 1)")
        first = None
        for name, client in self.clients.items():
            rows = client.rows(sql)
            self.assertEqual(len(rows), 25000, name)
            first = first or rows
            self.assertTrue(rows == first, name)
        self.assertEqual(first[13][4], normal(None))
        self.assertEqual(first[9991][:4], tuple(map(normal, (9991, 4995.5, "x9991", None))))


if __name__ == "__main__":
    unittest.main(verbosity=2)
