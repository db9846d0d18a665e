#!/usr/bin/env python3
"""Write golden.h: messages encoded by Apache Thrift's own Python library, to check our codec against.

Not part of the build. Needs the packages thrift and PyHive (for its generated TCLIService):

    pip install thrift==0.16.0 six && pip install --no-deps PyHive==0.7.0
    python3 make_golden.py > golden.h
"""
from TCLIService import TCLIService, ttypes as t
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

GUID = bytes(range(16))
SECRET = bytes(range(16, 32))
CALL, REPLY, EXCEPTION = 1, 2, 3


def message(kind, name, seqid, body):
    buffer = TMemoryBuffer()
    protocol = TBinaryProtocol(buffer, strictRead=True, strictWrite=True)
    protocol.writeMessageBegin(name, kind, seqid)
    body.write(protocol)
    protocol.writeMessageEnd()
    return buffer.getvalue()


def handle_id():
    return t.THandleIdentifier(guid=GUID, secret=SECRET)


def session():
    return t.TSessionHandle(sessionId=handle_id())


def operation():
    return t.TOperationHandle(operationId=handle_id(), operationType=0, hasResultSet=True)


def ok():
    return t.TStatus(statusCode=0, infoMessages=["seen"])


def primitive(kind, **qualifiers):
    values = {k: t.TTypeQualifierValue(i32Value=v) for k, v in qualifiers.items()}
    entry = t.TPrimitiveTypeEntry(type=kind, typeQualifiers=t.TTypeQualifiers(values) if values else None)
    return t.TTypeDesc(types=[t.TTypeEntry(primitiveEntry=entry)])


def column_desc(name, position, kind, **qualifiers):
    return t.TColumnDesc(columnName=name, typeDesc=primitive(kind, **qualifiers), position=position)


def requests():
    yield "open_session_request", message(CALL, "OpenSession", 1, TCLIService.OpenSession_args(t.TOpenSessionReq(
        client_protocol=10, username="alice", password="secret",
        configuration={"use:database": "sales", "set:hiveconf:spark.sql.shuffle.partitions": "4"})))
    yield "close_session_request", message(CALL, "CloseSession", 2, TCLIService.CloseSession_args(
        t.TCloseSessionReq(session())))
    yield "get_info_request", message(CALL, "GetInfo", 3, TCLIService.GetInfo_args(
        t.TGetInfoReq(session(), 18)))
    yield "execute_request", message(CALL, "ExecuteStatement", 4, TCLIService.ExecuteStatement_args(
        t.TExecuteStatementReq(session(), "SELECT 'z\u00fcrich'", None, True, 7)))
    yield "status_request", message(CALL, "GetOperationStatus", 5, TCLIService.GetOperationStatus_args(
        t.TGetOperationStatusReq(operation())))
    yield "fetch_request", message(CALL, "FetchResults", 6, TCLIService.FetchResults_args(
        t.TFetchResultsReq(operation(), 0, 10000, None)))
    yield "get_tables_request", message(CALL, "GetTables", 7, TCLIService.GetTables_args(
        t.TGetTablesReq(session(), None, "sal%", "t_", ["TABLE", "VIEW"])))
    yield "get_columns_request", message(CALL, "GetColumns", 8, TCLIService.GetColumns_args(
        t.TGetColumnsReq(session(), None, "default", None, "id")))


def replies():
    yield "open_session_reply", message(REPLY, "OpenSession", 1, TCLIService.OpenSession_result(
        t.TOpenSessionResp(ok(), 10, session(), {"a": "b"})))
    yield "execute_reply", message(REPLY, "ExecuteStatement", 4, TCLIService.ExecuteStatement_result(
        t.TExecuteStatementResp(ok(), operation())))
    yield "status_error_reply", message(REPLY, "GetOperationStatus", 5, TCLIService.GetOperationStatus_result(
        t.TGetOperationStatusResp(ok(), 5, "42P01", 17, "first line\nsecond line\n\tat a.b.C(C.java:1)\n\tat d")))
    yield "metadata_reply", message(REPLY, "GetResultSetMetadata", 6, TCLIService.GetResultSetMetadata_result(
        t.TGetResultSetMetadataResp(ok(), t.TTableSchema([
            column_desc("id", 1, 4),
            column_desc("price", 2, 15, precision=12, scale=3),
            column_desc("code", 3, 18, characterMaximumLength=7),
            t.TColumnDesc("list", t.TTypeDesc([t.TTypeEntry(arrayEntry=t.TArrayTypeEntry(1)),
                                              t.TTypeEntry(primitiveEntry=t.TPrimitiveTypeEntry(3))]), 4, "c"),
        ]))))
    columns = [
        t.TColumn(boolVal=t.TBoolColumn([True, False, True], b"\x04")),
        t.TColumn(byteVal=t.TByteColumn([7, -128, 0], b"")),
        t.TColumn(i16Val=t.TI16Column([-300, 32767, 0], b"\x04")),
        t.TColumn(i32Val=t.TI32Column([70000, -2147483648, 0], b"\x04")),
        t.TColumn(i64Val=t.TI64Column([5000000000, -9223372036854775808, 0], b"\x04")),
        t.TColumn(doubleVal=t.TDoubleColumn([1.5, -1e308, 0.0], b"\x04")),
        t.TColumn(stringVal=t.TStringColumn(["z\u00fcrich", "", ""], b"\x04")),
        t.TColumn(binaryVal=t.TBinaryColumn([b"\x00\xff", b"", b"x"], b"")),
    ]
    yield "fetch_reply", message(REPLY, "FetchResults", 7, TCLIService.FetchResults_result(
        t.TFetchResultsResp(ok(), False, t.TRowSet(0, [], columns))))
    yield "fetch_empty_reply", message(REPLY, "FetchResults", 8, TCLIService.FetchResults_result(
        t.TFetchResultsResp(ok(), False, t.TRowSet(3, [], []))))
    from thrift.Thrift import TApplicationException
    yield "exception_reply", message(EXCEPTION, "GetInfo", 9, TApplicationException(1, "Invalid method name: 'GetInfo'"))


def main():
    print("/* Written by make_golden.py with Apache Thrift 0.16.0: do not edit. */")
    print("#ifndef DYNO_TEST_HS2_GOLDEN_H\n#define DYNO_TEST_HS2_GOLDEN_H\n\n#include <stdint.h>\n")
    print("/* clang-format off */")
    for name, data in list(requests()) + list(replies()):
        print(f"static const uint8_t GOLDEN_{name.upper()}[] = {{")
        for i in range(0, len(data), 16):
            print("    " + " ".join(f"0x{b:02x}," for b in data[i:i + 16]))
        print("};")
    print("/* clang-format on */\n\n#endif")


main()
