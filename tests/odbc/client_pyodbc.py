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
    check([row.table_name for row in cursor.tables()], ["stores", "transactions", "monthly"])
    check([row.column_name for row in cursor.columns(table="stores")], ["store_id", "name"])
    check_cancel(connection)
    check_timeout(connection)
    check(connection.cursor().execute("select 1").fetchone()[0], 1)
    connection.commit()
    connection.close()


main()
