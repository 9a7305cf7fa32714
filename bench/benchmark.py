"""What the benchmarks share: the program, a throw-away server, and the tables of bench/sql."""
import contextlib
import os
import pathlib
import subprocess
import tempfile

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


def psql(url: str, *arguments: str) -> list[str]:
    return ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *arguments]


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
