"""Athena as the tests have it: the operations by which it is asked, over what Glue has and what DuckDB reads of the store.

    with Athena(glue, minio) as athena:
        athena.add(Refuse("TooManyRequestsException"), "StartQueryExecution")
        ...  # the program, with athena.environment
        assert athena.seen("StartQueryExecution")

A query waits, runs and ends; what is asked is checked against AWS's own model of the service (in botocore). It reads the
files that are below the table's location when it begins, as Athena does, whatever else their folder has.
"""
import contextlib
import dataclasses
import json
import re
import tempfile
import threading
import typing
import urllib.parse

import botocore.session
import botocore.validate
import duckdb

from harness.fault_rule import Rule
from harness.glue import Glue, Refuse
from harness.minio import Minio
from harness.servers import Asked, Reply, serve

MODEL = botocore.session.get_session().get_service_model("athena")


@dataclasses.dataclass(frozen=True)
class Fail:
    """A query ends so."""
    reason: str


@dataclasses.dataclass
class Call:
    operation: str
    input: dict


@dataclasses.dataclass
class Query:
    states: list[str]
    reason: str = ""
    row: tuple = ()


class Athena:
    def __init__(self, glue: Glue, minio: Minio):
        self.glue, self.minio = glue, minio
        self.calls: list[Call] = []
        self.rules: list[Rule] = []
        self.queries: dict[str, Query] = {}
        self.tokens: dict[str, str] = {}    # ClientRequestToken → query
        self.lock = threading.Lock()

    def __enter__(self) -> "Athena":
        self.stack = contextlib.ExitStack()
        self.server = self.stack.enter_context(serve(self.answer))
        return self

    def __exit__(self, *error) -> None:
        self.stack.close()

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL_ATHENA": self.server.url}

    def add(self, fault, operation: str = "StartQueryExecution", nth: int = 1, times: int | None = 1) -> None:
        self.rules.append(Rule(fault, lambda call: call.operation == operation, nth, times))

    def seen(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    # What it does

    def answer(self, asked: Asked) -> Reply:
        call = Call(asked.headers["x-amz-target"].removeprefix("AmazonAthena."), json.loads(asked.body))
        with self.lock:
            self.calls.append(call)
            fault = next((rule.fault for rule in self.rules if rule.takes(call)), None)
            if isinstance(fault, Refuse):
                return Reply(fault.status, json.dumps({"__type": fault.code, "Message": fault.message}))
            shape = MODEL.operation_model(call.operation).input_shape
            wrong = botocore.validate.ParamValidator().validate(call.input, shape)
            assert not wrong.has_errors(), wrong.generate_report()
            answer: typing.Callable = getattr(self, call.operation)
            return Reply(200, json.dumps(answer(call.input, fault)))

    def StartQueryExecution(self, asked: dict, fault) -> dict:
        token = asked["ClientRequestToken"]
        if token not in self.tokens:
            id = self.tokens[token] = f"query-{len(self.queries)}"
            if isinstance(fault, Fail):
                self.queries[id] = Query(["QUEUED", "FAILED"], reason=fault.reason)
            else:
                self.queries[id] = self.run(asked["QueryString"])
        return {"QueryExecutionId": self.tokens[token]}

    def GetQueryExecution(self, asked: dict, _fault) -> dict:
        query = self.queries[asked["QueryExecutionId"]]
        state = query.states.pop(0) if len(query.states) > 1 else query.states[0]
        status = {"State": state} | ({"StateChangeReason": query.reason} if state == "FAILED" else {})
        return {"QueryExecution": {"QueryExecutionId": asked["QueryExecutionId"], "Status": status}}

    def GetQueryResults(self, asked: dict, _fault) -> dict:
        query = self.queries[asked["QueryExecutionId"]]
        rows = [[f"_col{i}" for i in range(len(query.row))], map(str, query.row)]
        return {"ResultSet": {"Rows": [{"Data": [{"VarCharValue": value} for value in row]} for row in rows]}}

    def StopQueryExecution(self, asked: dict, _fault) -> dict:
        self.queries[asked["QueryExecutionId"]].states = ["CANCELLED"]
        return {}

    def run(self, sql: str) -> Query:
        select, database, name = re.fullmatch(r'(SELECT .*) FROM "([^"]+)"\."([^"]+)"', sql).groups()
        table = self.glue.table(database, name)
        if table is None:
            return Query(["FAILED"], reason=f"TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{database}.{name}' does not exist")
        location = urllib.parse.urlsplit(table["StorageDescriptor"]["Location"])
        client = self.minio.client()
        listed = client.list_objects_v2(Bucket=location.netloc, Prefix=location.path.lstrip("/")).get("Contents", [])
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            for number, entry in enumerate(listed):
                client.download_file(location.netloc, entry["Key"], f"{folder}/{number}.parquet")
            try:
                row = connection.execute(f"{select} FROM read_parquet('{folder}/*.parquet', union_by_name = true)").fetchone()
            except duckdb.Error:
                return Query(["QUEUED", "RUNNING", "FAILED"], reason="HIVE_BAD_DATA: Not valid Parquet file: 'a value'")
        return Query(["QUEUED", "RUNNING", "SUCCEEDED"], row=row)
