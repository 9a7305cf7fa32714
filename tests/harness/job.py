"""A run whose configuration file has tables with more than their names, and what it planned."""
import json
import pathlib

import yaml

from harness.program import DONE, assert_exit, run_pg2athena


def write_job(database, lake, tables, user=None, **more) -> pathlib.Path:
    """A configuration file of `tables`: entries of its `tables`; `more` is in it too."""
    file = lake.parent / "job.yaml"
    source = database.url_as(user) if user else database.url
    file.write_text(yaml.safe_dump({"source": {"url": source}, "target": {"location": str(lake)}, "tables": tables, **more},
                                   allow_unicode=True), encoding="utf-8")
    return file


def run_tables(database, lake, tables, *options, command="run", **how):
    """Runs the program on a file of write_job()."""
    return run_pg2athena(command, "--config", write_job(database, lake, tables, **how), *options)


def export_tables(database, lake, tables, *options, **how):
    return assert_exit(run_tables(database, lake, tables, *options, **how), DONE)


def planned(lake):
    """The tables of the lake's only run, as its plan has them."""
    plan, = (lake / "_pg2athena" / "runs").glob("*/plan.json")
    return json.loads(plan.read_text())["tables"]


def shards(lake):
    return [shard for table in planned(lake) for shard in table["shards"]]
