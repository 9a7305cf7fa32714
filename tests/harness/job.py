"""A run whose configuration file has tables with more than their names, and what it planned."""
import json

import yaml

from harness.program import DONE, assert_exit, run_pg2athena


def run_tables(database, lake, tables, *options, command="run", user=None, **more):
    """Runs the program on `tables`: entries of a configuration file's `tables`; `more` is in the file too."""
    job = lake.parent / "job.yaml"
    source = database.url_as(user) if user else database.url
    job.write_text(yaml.safe_dump({"source": {"url": source}, "target": {"location": str(lake)}, "tables": tables, **more}),
                   encoding="utf-8")
    return run_pg2athena(command, "--config", job, *options)


def export_tables(database, lake, tables, *options, **how):
    return assert_exit(run_tables(database, lake, tables, *options, **how), DONE)


def planned(lake):
    """The tables of the lake's only run, as its plan has them."""
    plan, = (lake / "_pg2athena" / "runs").glob("*/plan.json")
    return json.loads(plan.read_text())["tables"]


def shards(lake):
    return [shard for table in planned(lake) for shard in table["shards"]]


def receipts(lake):
    """Of the lake's only run, by the numbers of their shards."""
    found = [json.loads(file.read_text()) for file in lake.glob("_pg2athena/runs/*/receipts/*.json")]
    return sorted(found, key=lambda receipt: receipt["shard"])
