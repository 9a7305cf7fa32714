"""The declarative file of types, tests/types/cases.toml: what stands in it is said at its top."""
import dataclasses
import re
import tomllib

from harness.paths import ROOT

FILE = ROOT / "tests" / "types" / "cases.toml"
ATHENA_RANGE = re.compile(r"range<([^>]*)>")
PARQUET_RANGE = re.compile(r"RANGE<([^>]*)>")


@dataclasses.dataclass(frozen=True)
class Column:
    """A column that is exported, and what has to arrive."""
    type: str
    parquet: str
    athena: str
    values: tuple[str, ...]          # SQL expressions
    arriving: tuple[str, ...] = ()   # SQL of what has to arrive, for each value; empty: the value itself
    as_form: str | None = None
    trim: bool = False

    @property
    def is_default(self) -> bool:
        return self.as_form is None and not self.trim

    @property
    def label(self) -> str:
        return self.type + (f" as {self.as_form}" if self.as_form else "") + (" trimmed" if self.trim else "")


@dataclasses.dataclass(frozen=True)
class Unrepresentable:
    """A value that its column can't hold, and what each policy makes of it."""
    type: str
    value: str
    says: str
    as_form: str | None
    null: str | None
    clamp: str | None
    clamp_fails: bool
    string: str      # the column's type under `string`

    @property
    def label(self) -> str:
        return f"{self.value} in {self.type}" + (f" as {self.as_form}" if self.as_form else "")


def rows() -> list[dict]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))["type"]


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def columns() -> list[Column]:
    return [column_of(entry) for row in rows() for entry in row["columns"]]


def column_of(entry: dict) -> Column:
    type = entry["type"]
    values = tuple(f"{literal(value)}::{type}" for value in entry.get("values", [])) + tuple(entry.get("expressions", []))
    arriving = ()
    if "compared_with" in entry:
        arriving = tuple(f"(SELECT {entry['compared_with']} FROM (SELECT {value}) AS s (v))" for value in values)
    if "wire" in entry:
        values = tuple(rf"'\x{wire}'::{type}" for wire, _ in entry["wire"])
        arriving = tuple(f"'{there}'::real[]" if there.startswith("{") else rf"'\x{there}'::bytea"
                         for _, there in entry["wire"])
    return Column(type, written_out(entry["parquet"]), written_out(entry["athena"]), values, arriving, entry.get("as"),
                  entry.get("trim", False))


def written_out(text: str) -> str:
    """range<int> and RANGE<INT32> stand for the struct that a range becomes, which is long."""
    return PARQUET_RANGE.sub(
        r"group {lower \1, upper \1, lower_inc BOOLEAN NOT NULL, upper_inc BOOLEAN NOT NULL, empty BOOLEAN NOT NULL}",
        ATHENA_RANGE.sub(r"struct<lower:\1,upper:\1,lower_inc:boolean,upper_inc:boolean,empty:boolean>", text))


def unrepresentable() -> list[Unrepresentable]:
    return [Unrepresentable(entry["type"], entry["value"], entry["says"], entry.get("as"),
                            null_or(entry.get("null", "NULL")), null_or(entry.get("clamp", "NULL")),
                            entry.get("clamp", "error") == "error",
                            written_out(entry.get("string", "BYTE_ARRAY STRING")))
            for row in rows() for entry in row.get("unrepresentable", [])]


def null_or(value: str) -> str | None:
    return None if value == "NULL" else value
