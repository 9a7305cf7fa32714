"""Athena's DDL, as far as `pg2athena ddl` prints it: read by a grammar of the tests' own, and applied to a catalog as Athena
applies it.

    athena = AthenaSql(glue.client)
    athena.run(text)        # each statement by itself, as Athena wants them

What is refused: what Athena refuses, as its user guide says: a statement of more than 262 144 bytes, two at once, a table or
partition that is there already or is missing, a column twice, dates in ADD COLUMNS and REPLACE COLUMNS. A partition that is
added has the columns that the table has at that moment, and keeps them.
"""
import copy
import re

from harness.glue import check

MOST_BYTES = 262_144

TOKEN = re.compile(r"""
    \s+ | --[^\n]*
  | (?P<name>`(?:[^`]|``)*`)
  | (?P<text>'(?:[^'\\]|\\.)*')
  | (?P<word>[A-Za-z_0-9]+)
  | (?P<mark>[(),.=<>:])
""", re.VERBOSE | re.DOTALL)

# Of Hive's unescapeSQLString.
ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "\0", "Z": "\x1a"}

STORED_AS_PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                  "Parameters": {"serialization.format": "1"}}}


class Refused(Exception):
    """Athena would not do it."""


def statements(sql: str) -> list[str]:
    """One by one, as a person splits them: a semicolon at a line's end is a statement's."""
    parts = re.split(r";\n", sql)
    assert not tokens(parts[-1]), f"the last statement has no end: {parts[-1]}"
    return [part.strip() for part in parts if tokens(part)]


def tokens(sql: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(sql):
        match = TOKEN.match(sql, at)
        if not match:
            raise Refused(f"no viable alternative at {sql[at:at + 40]!r}")
        at = match.end()
        if match.lastgroup == "name":
            found.append(("name", match["name"][1:-1].replace("``", "`")))
        elif match.lastgroup == "text":
            found.append(("text", ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else
                                             ESCAPED.get(escape[2], escape[2]), match["text"][1:-1])))
        elif match.lastgroup:
            found.append((match.lastgroup, match[match.lastgroup]))
    return found


class Statement:
    """Its tokens, taken one by one."""

    def __init__(self, sql: str):
        self.left = tokens(sql)

    def takes(self, *wanted: str) -> bool:
        """Whether these words or marks are next; then they are taken."""
        here = [text.upper() for kind, text in self.left[:len(wanted)] if kind in ("word", "mark")]
        if here != list(wanted):
            return False
        del self.left[:len(wanted)]
        return True

    def expect(self, *wanted: str) -> None:
        if not self.takes(*wanted):
            raise Refused(f"expected {' '.join(wanted)} at {self.left[:5]}")

    def a(self, kind: str) -> str:
        if not self.left or self.left[0][0] != kind:
            raise Refused(f"expected a {kind} at {self.left[:5]}")
        return self.left.pop(0)[1]

    def end(self) -> None:
        if self.left:
            raise Refused(f"extraneous input {self.left[:5]}")

    def table(self) -> tuple[str | None, str]:
        first = self.a("name")
        return (first, self.a("name")) if self.takes(".") else (None, first)

    def type(self) -> str:
        text, depth = self.a("word"), 0
        while self.left and self.left[0][0] in ("word", "mark"):
            kind, token = self.left[0]
            if depth == 0 and (token in ",)" or kind == "word"):
                break
            depth += token in "(<"
            depth -= token in ")>"
            text += self.left.pop(0)[1]
        return text

    def columns(self) -> list[dict]:
        self.expect("(")
        found = []
        while True:
            column = {"Name": self.a("name"), "Type": self.type()}
            if self.takes("COMMENT"):
                column["Comment"] = self.a("text")
            found.append(column)
            if not self.takes(","):
                break
        self.expect(")")
        return found

    def properties(self) -> dict[str, str]:
        self.expect("(")
        found = {}
        while True:
            name = self.a("text")
            self.expect("=")
            found[name] = self.a("text")
            if not self.takes(","):
                break
        self.expect(")")
        return found

    def partition(self) -> tuple[str, str]:
        self.expect("PARTITION", "(")
        name = self.a("name")
        self.expect("=")
        value = self.a("text")
        self.expect(")")
        return name, value


class AthenaSql:
    def __init__(self, glue_client, database: str = "shop"):
        self.glue = glue_client
        self.database = database    # the session's
        self.done: list[str] = []   # the statements so far, by their first words

    def run(self, sql: str, *, after_each=lambda: None) -> None:
        for statement in statements(sql):
            self.execute(statement)
            after_each()

    def execute(self, sql: str) -> None:
        if len(sql.encode()) > MOST_BYTES:
            raise Refused(f"the query string has {len(sql.encode())} bytes")
        statement = Statement(sql)
        if statement.takes("CREATE", "EXTERNAL", "TABLE"):
            self.create(statement)
        elif statement.takes("DROP", "TABLE"):
            database, name = statement.table()
            statement.end()
            self.glue.delete_table(DatabaseName=database or self.database, Name=name)
            self.done.append("DROP TABLE")
        else:
            statement.expect("ALTER", "TABLE")
            self.alter(statement)

    def create(self, statement: Statement) -> None:
        database, name = statement.table()
        table = {"Name": name, "TableType": "EXTERNAL_TABLE", "PartitionKeys": [],
                 "StorageDescriptor": {"Columns": statement.columns(), **copy.deepcopy(STORED_AS_PARQUET)}}
        if statement.takes("COMMENT"):
            table["Parameters"] = {"comment": statement.a("text")}
        if statement.takes("PARTITIONED", "BY"):
            table["PartitionKeys"] = statement.columns()
        statement.expect("STORED", "AS", "PARQUET", "LOCATION")
        table["StorageDescriptor"]["Location"] = statement.a("text")
        statement.expect("TBLPROPERTIES")
        table["Parameters"] = {**table.get("Parameters", {}), "EXTERNAL": "TRUE", **statement.properties()}
        statement.end()
        self._put("create_table", database, table)
        self.done.append("CREATE")

    def alter(self, statement: Statement) -> None:
        database, name = statement.table()
        place = {"DatabaseName": database or self.database, "TableName": name}
        table = self._table(place)
        storage = table["StorageDescriptor"]
        if statement.takes("ADD", "COLUMNS") or statement.left[0][1].upper() == "REPLACE":
            replaces = statement.takes("REPLACE", "COLUMNS")
            columns = statement.columns()
            if dates := [c["Name"] for c in columns if re.search(r"\bdate\b(?!:)", c["Type"])]:
                raise Refused(f"does not work for columns with the date datatype: {dates}")
            storage["Columns"] = columns if replaces else storage["Columns"] + columns
            self.done.append("REPLACE COLUMNS" if replaces else "ADD COLUMNS")
        elif statement.takes("SET", "LOCATION"):
            storage["Location"] = statement.a("text")
            self.done.append("SET LOCATION")
        elif statement.takes("SET", "TBLPROPERTIES"):
            table["Parameters"] = {**table["Parameters"], **statement.properties()}
            self.done.append("SET TBLPROPERTIES")
        else:
            self.alter_partitions(statement, place, table)
            return
        statement.end()
        self._put("update_table", place["DatabaseName"], table)

    def alter_partitions(self, statement: Statement, place: dict, table: dict) -> None:
        if statement.takes("ADD"):
            added = []
            while statement.left:
                value = self._value(statement, table)
                statement.expect("LOCATION")
                storage = {**table["StorageDescriptor"], "Location": statement.a("text")}
                added.append({"Values": [value], "StorageDescriptor": storage, "Parameters": {}})
            answer = self.glue.batch_create_partition(**place, PartitionInputList=added)
            if answer.get("Errors"):
                raise Refused(str(answer["Errors"]))
            self.done.append("ADD PARTITION")
        elif statement.takes("DROP"):
            while True:
                self.glue.delete_partition(**place, PartitionValues=[self._value(statement, table)])
                if not statement.takes(","):
                    break
            self.done.append("DROP PARTITION")
        else:
            values = [self._value(statement, table)]
            statement.expect("SET", "LOCATION")
            there = self.glue.get_partition(**place, PartitionValues=values)["Partition"]
            storage = {**there["StorageDescriptor"], "Location": statement.a("text")}
            self.glue.update_partition(**place, PartitionValueList=values, PartitionInput={
                "Values": values, "StorageDescriptor": storage, "Parameters": there.get("Parameters", {})})
            self.done.append("PARTITION SET LOCATION")
        statement.end()

    @staticmethod
    def _value(statement: Statement, table: dict) -> str:
        name, value = statement.partition()
        if [key["Name"] for key in table["PartitionKeys"]] != [name]:
            raise Refused(f"there is no partition column {name}")
        return value

    def _table(self, place: dict) -> dict:
        found = self.glue.get_table(DatabaseName=place["DatabaseName"], Name=place["TableName"])["Table"]
        return {key: found[key] for key in ("Name", "TableType", "PartitionKeys", "StorageDescriptor", "Parameters")}

    def _put(self, operation: str, database: str | None, table: dict) -> None:
        body = {"DatabaseName": database or self.database, "TableInput": table}
        check({"create_table": "CreateTable", "update_table": "UpdateTable"}[operation], body)
        getattr(self.glue, operation)(**body)
