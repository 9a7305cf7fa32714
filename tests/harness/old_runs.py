"""What `pg2athena gc` says of published runs."""


def told(report: dict) -> dict[tuple[str, str], str]:
    """Of each table of each published run that anything is left of, why it stays; or "old"."""
    return {(run["run_id"], table["name"]): table["reason"] for run in report["published_runs"] for table in run["tables"]}


def to_go(report: dict) -> set[tuple[str, str]]:
    """What it would remove: (run, table), and (run, "") for a run's plan and receipts."""
    gone = {(run["run_id"], table["name"]) for run in report["published_runs"] for table in run["tables"]
            if table["action"] == "remove"}
    return gone | {(run["run_id"], "") for run in report["published_runs"] if run["records"]["action"] == "remove"}


def is_of(path: str, parts: set[tuple[str, str]]) -> bool:
    """Whether an object, by its path in the lake, is of one of these parts of runs, as far as gc removes them."""
    for run, table in parts:
        if table and path.startswith(f"{table}/data/{run}/") and path.endswith(".parquet"):
            return True
        records = f"_pg2athena/runs/{run}/"
        if not table and (path == f"{records}plan.json" or path.startswith(f"{records}receipts/")):
            return True
    return False
