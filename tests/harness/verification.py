"""`pg2athena verify` as a judge of lakes: what it finds, as its document says it."""
import json

from harness.program import DIFFERENT, DONE, assert_exit, run_pg2athena

STATUS = {DONE: "ok", DIFFERENT: "different"}


def verify(lake, *options, code=DONE, env=None, timeout: float = 300) -> dict:
    """The document of a check that ends with `code`. `lake` is its place, or arguments that name it."""
    where = lake if isinstance(lake, (list, tuple)) else [lake]
    result = assert_exit(run_pg2athena("verify", *where, "--output", "json", *options, env=env, timeout=timeout), code)
    document = json.loads(result.stdout)
    assert document["exit_code"] == code and document["status"] == STATUS.get(code, "unknown"), result.stdout
    return document


def assert_verifies(lake, *options, **how) -> dict:
    """All is as it was published, by checksums and by every value; without a note."""
    for more in ((), ("--deep",)):
        document = verify(lake, *more, *options, **how)
        assert all(table["state"] == "ok" and table["notes"] == [] for table in document["tables"]), document
    return document


def differences(lake, *options, **how) -> list[tuple[str, str, str | None]]:
    """What is found where something has to be: what, the last part of the object's key, the column."""
    document = verify(lake, *options, code=DIFFERENT, **how)
    return [(found["what"], (found["object"] or "").rpartition("/")[2], found["column"])
            for table in document["tables"] for found in table["differences"]]
