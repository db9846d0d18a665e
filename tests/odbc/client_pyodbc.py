"""What pyodbc sees through the driver. usage: client_pyodbc.py CONNECTION_STRING"""
import datetime
import decimal
import sys
import threading
import time

import pyodbc


def check(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def expect_error(state, cursor, sql):
    try:
        cursor.execute(sql)
    except pyodbc.Error as error:
        check(error.args[0], state)
        return error
    raise AssertionError(f"'{sql}' did not fail")


def check_types(cursor):
    rows = cursor.execute("TYPES").fetchall()
    check(len(rows), 3)
    names = [column[0] for column in cursor.description]
    first = dict(zip(names, rows[0]))
    check(first["b"], True)
    check((first["ti"], first["si"], first["i"], first["bi"]), (7, -300, 70000, 5000000000))
    check((first["f"], first["d"]), (1.5, -2.25))
    check(first["s"], "z\u00fcrich")
    check(first["ts"], datetime.datetime(2024, 2, 29, 23, 59, 59, 123456))
    check(bytes(first["bin"]), b"ab\x01")
    check(first["dec"], decimal.Decimal("-12.345"))
    check(first["dt"], datetime.date(2024, 2, 29))
    check(first["vc"], "abc")
    check(set(rows[1]), {None})
    check(rows[2][4], -9223372036854775808)
    check(rows[2][7], "")


def check_parameters(cursor):
    values = ["it's ? \\ ${x} {d 'y'}", "z\u00fcrich \U0001f600", -5, 2**40, 1.5, True, None,
              decimal.Decimal("-12.50"), datetime.date(2024, 2, 29),
              datetime.datetime(2024, 2, 29, 1, 2, 3, 450000), b"a\x00'", datetime.time(1, 2, 3)]
    marks = ", ".join("?" * len(values))
    got = cursor.execute(f"ECHO {marks}", *values).fetchone()[0]
    check(got, "'it\\'s ? \\\\ \\u0024{x} {d \\'y\\'}', 'z\u00fcrich \U0001f600', -5, 1099511627776, "
               "1.5D, TRUE, NULL, -12.50BD, DATE '2024-02-29', TIMESTAMP '2024-02-29 01:02:03.45', "
               "X'610027', '01:02:03'")
    long = "x" * 200000
    check(cursor.execute("ECHO ?", long).fetchone()[0], f"'{long}'")
    cursor.executemany("ECHO ?", [(1,), (2,), (3,)])
    cursor.fast_executemany = True
    cursor.executemany("ECHO ?", [(1,), (2,), (3,)])
    cursor.fast_executemany = False


def check_fetch_styles(cursor):
    check(cursor.execute("ROWS 10").fetchval(), 0)
    check([row.id for row in cursor.execute("ROWS 10").fetchmany(4)], [0, 1, 2, 3])
    cursor.skip(2)
    check(cursor.fetchone().id, 6)
    check([row[0] for row in cursor], [7, 8, 9])
    check(cursor.fetchone(), None)
    check([column[0] for column in cursor.description], ["id", "half", "name", "note"])
    check(cursor.rowcount, -1)


def check_texts(cursor):
    check(cursor.execute("ECHO \U0001f600 z\u00fcrich").fetchone()[0], "\U0001f600 z\u00fcrich")
    check(len(cursor.execute("BIG 10000000").fetchone()[0]), 10000000)
    check(bytes(cursor.execute("CELL BINARY abc").fetchone()[0]), b"abc")


def check_catalog(cursor):
    check([row.table_name for row in cursor.tables()], ["stores", "transactions", "monthly"])
    check([row.column_name for row in cursor.columns(table="stores")], ["store_id", "name"])
    check(cursor.primaryKeys("stores").fetchall(), [])
    check(cursor.foreignKeys("stores").fetchall(), [])
    check(cursor.statistics("stores").fetchall(), [])
    check(cursor.procedures().fetchall(), [])
    check("STRING" in [row.type_name for row in cursor.getTypeInfo().fetchall()], True)


def check_cancel(connection):
    cursor = connection.cursor()
    timer = threading.Timer(0.3, cursor.cancel)
    timer.start()
    start = time.monotonic()
    expect_error("HY008", cursor, "SLEEP 20000")
    timer.join()
    if time.monotonic() - start > 5:
        raise AssertionError("cancelling took too long")


def check_timeout(connection):
    connection.timeout = 1
    expect_error("HYT00", connection.cursor(), "SLEEP 20000")
    connection.timeout = 0


def main():
    pyodbc.pooling = False
    connection = pyodbc.connect(sys.argv[1])
    check(connection.getinfo(pyodbc.SQL_DBMS_NAME), "Spark SQL")
    cursor = connection.cursor()
    check(cursor.execute("select 1").fetchone()[0], 1)
    check_types(cursor)
    rows = cursor.execute("ROWS 25000").fetchall()
    check(len(rows), 25000)
    check(rows[-1][0] - rows[0][0], 24999)
    error = expect_error("42S02", cursor, "select * from FAIL")
    if "[sparkdyno][Spark ODBC]" not in str(error):
        raise AssertionError(str(error))
    cursor.execute("ZERO")
    check(cursor.description, None)
    check_parameters(cursor)
    check_fetch_styles(cursor)
    check_texts(cursor)
    check_catalog(cursor)
    check_cancel(connection)
    check_timeout(connection)
    check(connection.cursor().execute("select 1").fetchone()[0], 1)
    connection.commit()
    connection.close()


main()
