"""Captures what servers send of values: src/types/wire_fixtures.txt. Called by scripts/capture-wire-fixtures.

The form of that file is what src/types/wire_fixtures.cpp reads: blocks with an empty line between them, `key: value`
lines, comments. A block with a type's description goes before the values of that type.
"""
import contextlib
import dataclasses
import io
import json
import pathlib
import struct
import subprocess
import sys

import psycopg2

from harness.cluster import Cluster
from harness.paths import ROOT

VALUES = ROOT / "src/types/wire_fixture_values.txt"
FIXTURES = ROOT / "src/types/wire_fixtures.txt"
DEFAULT_SERVER = "15"
HEAD = f"""\
# Values as PostgreSQL's COPY sends them in its binary form. Made by scripts/capture-wire-fixtures from
# {VALUES.name}; read by wire_fixtures.h.
#
# A type: what it is called, and its description (types::PgType, without what has its default).
# A value: the SQL, what the type's output function prints (format('%s', …), as a JSON string), and the bytes.
"""
SECTION = "# == "


@dataclasses.dataclass
class Section:
    name: str
    server: str
    statements: list[str] = dataclasses.field(default_factory=list)
    types: list[tuple[str, list[str]]] = dataclasses.field(default_factory=list)


def read_values(file: pathlib.Path) -> list[Section]:
    sections = []
    for line in file.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if not line or word == "#":
            continue
        if word == "section":
            name, _, server = rest.partition(" server ")
            sections.append(Section(name, server or DEFAULT_SERVER))
        elif word == "sql":
            sections[-1].statements.append(rest)
        elif word == "type":
            sections[-1].types.append((rest, []))
        elif line.startswith("  "):
            sections[-1].types[-1][1].append(line.strip())
        else:
            raise ValueError(f"{file}: {line}")
    return sections


class Catalog:
    """Descriptions of types, from pg_catalog: one query a fact, so that it can't be wrong where the program is."""

    def __init__(self, cursor):
        self._cursor = cursor

    def _one(self, sql: str, *parameters):
        self._cursor.execute(sql, parameters)
        row = self._cursor.fetchone()
        return row and (row[0] if len(row) == 1 else row)

    def describe(self, oid: int, typmod: int) -> dict:
        name, sent = self._one("SELECT format_type(%s, %s)", oid, typmod), 0
        while True:
            typtype, base, base_typmod = self._one(
                "SELECT typtype::text, typbasetype, typtypmod FROM pg_type WHERE oid = %s", oid)
            if typtype != "d":
                break
            sent = sent or oid
            oid, typmod = base, base_typmod
        described = {"name": name, "oid": oid}
        if typmod != -1:
            described["typmod"] = typmod
        type_name, delimiter, has_send = self._one(
            "SELECT typname, typdelim::text, typsend::oid <> 0 FROM pg_type WHERE oid = %s", oid)
        described["type_name"] = type_name
        extension = self._one("SELECT extname FROM pg_extension WHERE oid = (SELECT refobjid FROM pg_depend WHERE objid = %s"
                              " AND classid = 'pg_type'::regclass AND deptype = 'e')", oid)
        element = self._one("SELECT oid FROM pg_type WHERE typarray = %s", oid)
        element_typmod = -1
        if element:
            typtype, element_typmod = "a", typmod
        elif typtype == "r":
            element = self._one("SELECT rngsubtype FROM pg_range WHERE rngtypid = %s", oid)
        elif typtype == "m":
            element = self._one("SELECT rngtypid FROM pg_range WHERE rngmultitypid = %s", oid)
        described |= {"kind": typtype} if typtype != "b" else {}
        described |= {"sent_oid": sent} if sent else {}
        described |= {"extension": extension} if extension else {}
        described |= {"delimiter": delimiter} if delimiter != "," else {}
        described |= {"has_send": False} if not has_send else {}
        if element:
            described["element"] = self.describe(element, element_typmod)
        if typtype == "c":
            self._cursor.execute("SELECT attname, atttypid, atttypmod FROM pg_attribute WHERE attrelid ="
                                 " (SELECT typrelid FROM pg_type WHERE oid = %s) AND attnum > 0 AND NOT attisdropped"
                                 " ORDER BY attnum", (oid,))
            described["attributes"] = [{"name": attribute, "type": self.describe(*use)}
                                       for attribute, *use in self._cursor.fetchall()]
        return described

    def describe_column(self, table: str, column: str) -> dict:
        use = self._one("SELECT atttypid, atttypmod FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
                        table, column)
        self._cursor.execute("SET search_path = ''")   # names of types are qualified then, as the program has them
        described = self.describe(*use)
        self._cursor.execute("RESET search_path")
        return described


def rows_of_binary_copy(data: bytes) -> list[list[bytes | None]]:
    """The fields of each row (the COPY page of PostgreSQL's documentation, Binary Format)."""
    assert data.startswith(b"PGCOPY\n\xff\r\n\0"), data[:11]
    at = 19 + struct.unpack_from(">i", data, 15)[0]
    rows = []
    while (count := struct.unpack_from(">h", data, at)[0]) >= 0:
        at += 2
        row = []
        for _ in range(count):
            length, = struct.unpack_from(">i", data, at)
            at += 4
            row.append(data[at:at + length] if length >= 0 else None)
            at += max(length, 0)
        rows.append(row)
    return rows


def capture_type(cursor, type: str, expressions: list[str]) -> str:
    cursor.execute(f"DROP TABLE IF EXISTS probe; CREATE TEMP TABLE probe (number serial, value {type})")
    described = Catalog(cursor).describe_column("probe", "value")
    text = f"\ntype: {type}\nis: {json.dumps(described, ensure_ascii=False)}\n"
    for expression in expressions:
        cursor.execute(f"INSERT INTO probe (value) VALUES (({expression})::{type})")
    if not expressions:
        return text
    copied = io.BytesIO()
    cursor.copy_expert("COPY (SELECT value, format('%s', value) FROM probe ORDER BY number) TO STDOUT (FORMAT binary)",
                       copied)
    for expression, (value, printed) in zip(expressions, rows_of_binary_copy(copied.getvalue()), strict=True):
        text += f"\nsql: ({expression})::{type}\ntext: {json.dumps(printed.decode(), ensure_ascii=False)}\nhex: {value.hex()}"
        text = text.rstrip(" ") + "\n"
    return text


def capture_section(database, section: Section) -> str:
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        for statement in section.statements:
            cursor.execute(statement)
        cursor.execute("SHOW server_version")
        made_with = ["PostgreSQL " + cursor.fetchone()[0].split()[0]]
        cursor.execute("SELECT extname || ' ' || extversion FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY oid")
        made_with += [name for name, in cursor.fetchall()]
        text = f"\n{SECTION}{section.name} ({', '.join(made_with)})\n"
        for statement in section.statements:
            text += f"#    {statement}\n"
        return text + "".join(capture_type(cursor, *of_type) for of_type in section.types)


def sections_of(text: str) -> dict[str, str]:
    found = {}
    for part in text.split("\n" + SECTION)[1:]:
        found[part[:part.index(" (")]] = ("\n" + SECTION + part).rstrip("\n") + "\n"
    return found


def bindir(server: str) -> str:
    installed = pathlib.Path(f"/usr/lib/postgresql/{server}/bin")
    if (installed / "postgres").exists():
        return str(installed)
    return subprocess.run([ROOT / "scripts/get-postgres", server], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> int:
    before = sections_of(FIXTURES.read_text(encoding="utf-8")) if FIXTURES.exists() else {}
    text, code = HEAD, 0
    with contextlib.ExitStack() as stack:
        clusters = {}
        for section in read_values(VALUES):
            if section.server not in clusters:
                clusters[section.server] = Cluster(bindir=bindir(section.server))
                stack.callback(clusters[section.server].stop)
            with clusters[section.server].database() as database:
                try:
                    text += capture_section(database, section)
                except psycopg2.errors.FeatureNotSupported as error:   # an extension that isn't there
                    if section.name not in before:
                        code = 1
                    print(f"section {section.name}: {'kept as it was' if section.name in before else 'LEFT OUT'}:"
                          f" {str(error).splitlines()[0]}", file=sys.stderr)
                    text += before.get(section.name, "")
    FIXTURES.write_text(text, encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
