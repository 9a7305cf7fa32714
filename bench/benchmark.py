"""What the benchmarks share: the program, a throw-away server, and the tables of bench/sql."""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("PG2ATHENA", str(ROOT / "build/release/pg2athena"))
ROWS = {"lineitem": 6_000_000, "wide": 500_000}


class Server:
    """A PostgreSQL and, if it is ours, its postmaster's process id."""

    def __init__(self, url: str, pid: int | None):
        self.url = url
        self.pid = pid

    def cpu_seconds(self) -> float:
        """CPU seconds of the postmaster's children that have ended; 0 for a server that isn't ours."""
        if self.pid is None:
            return 0.0
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def load(self, script: str, **variables) -> None:
        """Runs a script of bench/sql with psql's variables set."""
        settings = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        subprocess.check_call(psql(self.url, *settings, "-f", str(ROOT / f"bench/sql/{script}.sql")),
                              stdout=subprocess.DEVNULL)

    def execute(self, sql: str) -> None:
        subprocess.check_call(psql(self.url, "-c", sql), stdout=subprocess.DEVNULL)


def cores() -> int:
    """That this process, and with it the server, may use."""
    return len(os.sched_getaffinity(0))


def psql(url: str, *arguments: str) -> list[str]:
    return ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *arguments]


def export(url: str, lake: str, tables: list[str], workers: int, *options: str) -> list[str]:
    """Our run of tables of the schema public."""
    names = [word for table in tables for word in ("--table", f"public.{table}")]
    return [PROGRAM, "run", url, lake, *names, "--workers", str(workers), "--quiet", *options]


def measure(commands: list[list[str]], server: Server) -> dict[str, float]:
    """Runs commands side by side: wall seconds, client CPU, server CPU, peak memory of the largest client in MiB."""
    before = server.cpu_seconds()
    started = time.monotonic()
    processes = [subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for c in commands]
    cpu, peak = 0.0, 0
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"failed: {' '.join(process.args)}\n{process.stderr.read().decode()}")
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss // 1024)
    wall = time.monotonic() - started
    time.sleep(0.3)  # the postmaster reaps its backends, and only then has their CPU time
    return {"wall": wall, "client": cpu, "server": server.cpu_seconds() - before, "peak": peak}


def block_ranges(url: str, table: str, parts: int) -> list[str]:
    """Conditions on ctid that split the table into parts of the same size."""
    blocks = int(subprocess.check_output(psql(
        url, "-At", "-c", f"SELECT pg_relation_size('{table}') / current_setting('block_size')::int")))
    edges = [blocks * i // parts for i in range(parts)] + [None]
    return [f"ctid >= '({low},0)'" + (f" AND ctid < '({high},0)'" if high is not None else "")
            for low, high in zip(edges, edges[1:])]


def copy(url: str, table: str, condition: str | None) -> list[str]:
    """What psql runs to have a table, or a part of it, in COPY's binary form."""
    return psql(url, "-c", "SET enable_seqscan = off" if condition else "SELECT", "-c",
                f"COPY (SELECT * FROM {table}{' WHERE ' + condition if condition else ''}) TO STDOUT (FORMAT binary)")


@contextlib.contextmanager
def server():
    folder = tempfile.mkdtemp(prefix="pg2athena-bench.")
    throwaway = ROOT / "scripts/throwaway-postgres"
    try:
        url = subprocess.check_output([throwaway, "start", folder, "--set", "shared_buffers=2GB"], text=True).strip()
        yield Server(url, int((pathlib.Path(folder) / "data/postmaster.pid").read_text().split()[0]))
    finally:
        subprocess.call([throwaway, "stop", folder])


def add_table_options(parser) -> None:
    parser.add_argument("--table", choices=ROWS, action="append", help="default: all")
    parser.add_argument("--rows", type=int, help="default: 6 000 000 of lineitem, 500 000 of wide")
    parser.add_argument("--workers", type=int, default=2)


def load_tables(server: Server, arguments):
    """Loads one table after the other; yields their names."""
    for table in arguments.table or list(ROWS):
        server.load(table, rows=arguments.rows or ROWS[table])
        yield table
