"""AWS Glue as the tests have it: moto keeps the catalog, and this front before it refuses what the real one refuses and moto
doesn't, and breaks what a test names.

    with Glue(moto, access_key, secret_key) as glue:
        glue.add(Refuse("ConcurrentModificationException"), operation="UpdateTable")
        ...  # the program, with glue.environment
        assert glue.seen("UpdateTable")

What is refused: what AWS's own model of the service (in botocore) has no place for, or that is too long or has characters
that its patterns don't; names in upper case; types that Athena doesn't know; a VersionId that isn't the table's; partitions
with more or fewer values than the table has keys; requests that aren't signed for Glue. Partitions are listed in pages.
"""
import contextlib
import dataclasses
import json
import re
import threading
import typing
import urllib.error
import urllib.request

import botocore.credentials
import botocore.session
import botocore.validate

from harness.fault_rule import Rule
from harness.moto_server import Moto
from harness.servers import Asked, Reply, serve
from harness.signature_judge import objections

MODEL = botocore.session.get_session().get_service_model("glue")
REGION = "us-east-1"

BASE_TYPE = r"(?:boolean|tinyint|smallint|int|bigint|float|double|decimal\(\d+,\d+\)|string|binary|date|timestamp)"
FIELD = r"[a-z0-9_]+:"


@dataclasses.dataclass(frozen=True)
class Refuse:
    """Glue answers so, and does nothing."""
    code: str
    status: int = 400
    message: str = "by the tests' Glue"


@dataclasses.dataclass(frozen=True)
class Lose:
    """The connection ends without an answer: after the request had its effect, or before."""
    after_effect: bool = True


@dataclasses.dataclass(frozen=True)
class Meanwhile:
    """Something else happens before Glue looks at the request; or in its place, and then there is no answer."""
    action: typing.Callable[[], None]
    in_its_place: bool = False


@dataclasses.dataclass(frozen=True)
class Partly:
    """Of a batch of partitions so many are done; of each other one the answer, which is 200, says this code."""
    done: int
    code: str


Fault = Refuse | Lose | Meanwhile | Partly

# Where a batch has its partitions, and what an error of one of them calls its values.
BATCHES = {"BatchCreatePartition": ("PartitionInputList", "PartitionValues"),
           "BatchUpdatePartition": ("Entries", "PartitionValueList"),
           "BatchDeletePartition": ("PartitionsToDelete", "PartitionValues")}


def values_of(entry: dict) -> list[str]:
    """Of a batch's partition."""
    return entry.get("Values") or entry.get("PartitionValueList") or []


@dataclasses.dataclass
class Call:
    operation: str
    input: dict
    status: int = 0


class Refused(Exception):
    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def is_type(text: str) -> bool:
    """Whether Athena knows it as a column's type."""
    # From the inside: what is a base type is replaced until nothing but one is left.
    while not re.fullmatch(BASE_TYPE, text):
        shorter = re.sub(rf"array<{BASE_TYPE}>|map<{BASE_TYPE},{BASE_TYPE}>|struct<{FIELD}{BASE_TYPE}(?:,{FIELD}{BASE_TYPE})*>",
                         "int", text)
        if shorter == text:
            return False
        text = shorter
    return True


def complaints(shape, value, where: str) -> typing.Iterator[str]:
    """What a value's lengths and characters are that its shape doesn't allow. (botocore checks the rest.)"""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from complaints(shape.members[name], member, f"{where}.{name}")
    elif shape.type_name == "list":
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{where} has {len(value)}, and {shape.metadata['max']} are the most"
        for i, member in enumerate(value):
            yield from complaints(shape.member, member, f"{where}[{i}]")
    elif shape.type_name == "map":
        for name, member in value.items():
            yield from complaints(shape.key, name, f"{where} key")
            yield from complaints(shape.value, member, f"{where}[{name}]")
    elif shape.type_name == "string":
        if len(value.encode()) > shape.metadata.get("max", len(value.encode())):
            yield f"{where} has {len(value.encode())} bytes, and {shape.metadata['max']} are the most"
        # The single-line pattern: no control characters but the tab; the other one has line breaks, too.
        pattern = shape.metadata.get("pattern", "")
        allowed = "\t" + ("\r\n" if r"\r\n" in pattern else "")
        if pattern and any(character < " " and character not in allowed or character in "\ufffe\uffff" for character in value):
            yield f"{where} has characters that aren't taken: {value!r}"


def check(operation: str, body: dict) -> None:
    shape = MODEL.operation_model(operation).input_shape
    report = botocore.validate.ParamValidator().validate(body, shape)
    wrong = [report.generate_report()] if report.has_errors() else list(complaints(shape, body, operation))
    table = body.get("TableInput", {})
    names = [body.get("DatabaseName", ""), body.get("Name", ""), body.get("TableName", ""), table.get("Name", "")]
    described = [table.get("StorageDescriptor", {}).get("Columns", []) + table.get("PartitionKeys", [])]
    for entry in body.get(BATCHES.get(operation, ("",))[0], []):
        partition = entry.get("PartitionInput", entry)
        described.append(partition.get("StorageDescriptor", {}).get("Columns", []))
        if operation == "BatchUpdatePartition" and partition["Values"] != entry["PartitionValueList"]:
            wrong.append(f"{entry['PartitionValueList']} would become {partition['Values']}")
    for columns in described:
        names += [c["Name"] for c in columns]
        wrong += [f"two columns are {name}" for name in {c["Name"] for c in columns}
                  if sum(c["Name"] == name for c in columns) > 1]
        wrong += [f"{c['Name']}: no type {c['Type']}" for c in columns if not is_type(c["Type"])]
    wrong += [f"{name} has upper case" for name in names if name != name.lower()]
    if wrong:
        raise Refused("InvalidInputException", "; ".join(wrong))


class Glue:
    def __init__(self, moto: Moto, access_key: str, secret_key: str):
        self.moto = moto
        self.credentials = botocore.credentials.Credentials(access_key, secret_key)     # of who may ask
        self.client = moto.client("glue", REGION)     # moto's own: past this front
        self.calls: list[Call] = []
        self.rules: list[Rule] = []
        self.page = 1000     # partitions in an answer of GetPartitions
        self.lock = threading.Lock()

    def __enter__(self) -> "Glue":
        self.stack = contextlib.ExitStack()
        self.server = self.stack.enter_context(serve(self.answer))
        return self

    def __exit__(self, *error) -> None:
        self.stack.close()
        for database in self.client.get_databases()["DatabaseList"]:
            self.client.delete_database(Name=database["Name"])

    # For tests

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL_GLUE": self.server.url}

    def add(self, fault: Fault, operation: str, nth: int = 1, times: int | None = 1) -> Rule:
        rule = Rule(fault, lambda call: call.operation == operation, nth, times)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()
        self.calls.clear()

    def seen(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    def table(self, database: str, name: str) -> dict | None:
        with contextlib.suppress(self.client.exceptions.EntityNotFoundException):
            return self.client.get_table(DatabaseName=database, Name=name)["Table"]
        return None

    def columns(self, database: str, name: str) -> dict[str, str]:
        return {c["Name"]: c["Type"] for c in self.table(database, name)["StorageDescriptor"]["Columns"]}

    def run_id(self, database: str, name: str) -> str:
        return self.table(database, name)["Parameters"]["pg2athena.run_id"]

    def partitions(self, database: str, name: str) -> dict[str, dict]:
        """The StorageDescriptors of those that are registered, by value."""
        found = self.client.get_partitions(DatabaseName=database, TableName=name)["Partitions"]
        return {partition["Values"][0]: partition["StorageDescriptor"] for partition in found}

    # What it does

    def answer(self, asked: Asked) -> Reply:
        call = Call(asked.headers["x-amz-target"].removeprefix("AWSGlue."), json.loads(asked.body))
        fault = None
        with self.lock:
            self.calls.append(call)
            fault = next((rule.fault for rule in self.rules if rule.takes(call)), None)
            reply = self.reply(call, asked, fault)
        call.status = reply.status
        return reply

    def reply(self, call: Call, asked: Asked, fault: Fault | None) -> Reply:
        if isinstance(fault, Refuse):
            return Reply(fault.status, json.dumps({"__type": fault.code, "Message": fault.message}))
        if isinstance(fault, Meanwhile):
            fault.action()
        if fault == Lose(after_effect=False) or isinstance(fault, Meanwhile) and fault.in_its_place:
            return Reply(lost=True)
        try:
            if wrong := objections(asked, self.server.url, self.credentials, "glue", REGION):
                raise Refused("IncompleteSignatureException", "; ".join(wrong))
            check(call.operation, call.input)
            self.check_version(call)
            self.check_values(call)
        except Refused as refused:
            return Reply(400, json.dumps({"__type": refused.code, "Message": str(refused)}))
        reply = self.batch_in_part(call, asked, fault) if isinstance(fault, Partly) else self.forward(asked, asked.body)
        if call.operation == "GetPartitions" and reply.status == 200:
            reply = self.paged(call, reply)
        return Reply(lost=True) if isinstance(fault, Lose) else reply

    def batch_in_part(self, call: Call, asked: Asked, fault: Partly) -> Reply:
        entries, values = BATCHES[call.operation]
        done, failed = call.input[entries][:fault.done], call.input[entries][fault.done:]
        errors = [{values: values_of(entry), "ErrorDetail": {"ErrorCode": fault.code, "ErrorMessage": "by the tests' Glue"}}
                  for entry in failed]
        if done:
            reply = self.forward(asked, json.dumps({**call.input, entries: done}).encode())
            errors += json.loads(reply.body).get("Errors", [])
        return Reply(200, json.dumps({"Errors": errors}), {"Content-Type": "application/x-amz-json-1.1"})

    def paged(self, call: Call, reply: Reply) -> Reply:
        everything = json.loads(reply.body)["Partitions"]
        begin = int(call.input.get("NextToken", "0"))
        end = begin + self.page
        answer = {"Partitions": everything[begin:end], **({"NextToken": str(end)} if end < len(everything) else {})}
        if call.input.get("ExcludeColumnSchema"):
            for partition in answer["Partitions"]:
                partition["StorageDescriptor"].pop("Columns", None)
        return Reply(200, json.dumps(answer), {"Content-Type": "application/x-amz-json-1.1"})

    def check_version(self, call: Call) -> None:
        if call.operation != "UpdateTable" or "VersionId" not in call.input:
            return
        table = self.table(call.input["DatabaseName"], call.input["TableInput"]["Name"])
        if table and table["VersionId"] != call.input["VersionId"]:
            raise Refused("ConcurrentModificationException", f"the table has version {table['VersionId']}")

    def check_values(self, call: Call) -> None:
        entries, _ = BATCHES.get(call.operation, ("", ""))
        table = self.table(call.input["DatabaseName"], call.input["TableName"]) if entries else None
        for entry in call.input.get(entries, []) if table else []:
            if len(values_of(entry)) != len(table["PartitionKeys"]):
                raise Refused("InvalidInputException", "The number of partition keys do not match the number of partition values")

    def forward(self, asked: Asked, body: bytes) -> Reply:
        request = urllib.request.Request(self.moto.url, data=body, method="POST", headers={
            name: asked.headers[name] for name in ("content-type", "x-amz-target", "authorization", "x-amz-date")})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Reply(answer.status, answer.read(), {"Content-Type": "application/x-amz-json-1.1"})
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), {"Content-Type": "application/x-amz-json-1.1"})
