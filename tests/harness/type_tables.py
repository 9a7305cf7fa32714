"""A table for each column of tests/types/cases.toml, with all of its values, and what has to arrive of it."""
import dataclasses

from harness import extension_stand_ins
from harness.cluster import server_version
from harness.type_cases import Column, columns, rows

NULL_ROWS = range(1000, 1004)


def make_types(database) -> None:
    for row in rows():
        if row.get("stand_in"):
            extension_stand_ins.install(database, row["extension"])
        elif "extension" in row:
            database.execute(f"CREATE EXTENSION {row['extension']}")
        if "setup" in row:
            database.execute(row["setup"])


@dataclasses.dataclass
class Table:
    """A table of the database, what the configuration says of its columns, and a query for what has to arrive."""
    name: str
    setup: list[str]
    choices: dict[str, dict]
    arriving: str


def table_of(number: int, case: Column) -> Table:
    """plain, required, and of a column without a configuration of_domain, as_text and listed too."""
    name, type, values = f"c{number:03}", case.type, case.values
    choice = ({"as": case.as_form} if case.as_form else {}) | ({"trim": True} if case.trim else {})
    forms = ["plain", "required"] + (["of_domain", "as_text"] if case.is_default and not case.arriving else [])
    listed = not type.endswith("[]") and case.is_default
    setup = [f"CREATE DOMAIN d{number:03} AS {type}"]
    column_types = {"plain": type, "required": f"{type} NOT NULL", "of_domain": f"d{number:03}", "as_text": type}
    setup.append(f"CREATE TABLE {name} (id integer NOT NULL, {', '.join(f'{form} {column_types[form]}' for form in forms)}"
                 + (f", listed {type}[])" if listed else ")"))
    for row, value in enumerate(values):
        setup.append(f"INSERT INTO {name} VALUES ({', '.join([str(row)] + [value] * len(forms))})")
    # NULLs last, many, and alone among values.
    for row in NULL_ROWS:
        setup.append(f"INSERT INTO {name} (id, required) VALUES ({row}, {values[0]})")
    setup.append(f"INSERT INTO {name} (id, plain, required) VALUES (2000, {values[-1]}, {values[-1]})")
    arriving = case.arriving or values
    if listed:
        setup.append(f"UPDATE {name} SET listed = {lists(values, type)}")
    query = f"SELECT * FROM {name}"
    if case.arriving:
        plain = [(str(row), value) for row, value in enumerate(arriving)] + [("2000", arriving[-1])]
        first = [(str(row), arriving[0]) for row in NULL_ROWS]
        of = "real" if "real[]" in arriving[0] else "bytea"   # an array of vectors: each list's text is an element
        array = lists([f"({value})::text" for value in arriving], "text") if of == "real" else lists(arriving, of)
        query = (f"SELECT id, {chosen(plain)} AS plain, {chosen(plain + first)} AS required"
                 + (f", {array} AS listed" if listed else "") + f" FROM {name}")
    choices = {form: choice for form in ("plain", "required") if choice} | (
        {"as_text": {"as": "string"}} if "as_text" in forms else {})
    return Table(name, setup, choices, query)


def chosen(by_row: list[tuple[str, str]]) -> str:
    return f"CASE id {' '.join(f'WHEN {row} THEN {value}' for row, value in by_row)} END"


def lists(values, type: str) -> str:
    array = f"ARRAY[%s]::{type}[]"
    return (f"CASE id WHEN 0 THEN {array % ', '.join(values)} WHEN 1000 THEN {array % ''}"
            f" WHEN 1001 THEN {array % f'NULL, {values[0]}, NULL'} WHEN 1002 THEN {array % 'NULL'} END")


COLUMNS = [(table_of(number, case), case) for number, case in enumerate(columns()) if case.since <= server_version()]
