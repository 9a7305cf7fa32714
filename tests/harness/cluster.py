"""PostgreSQL for tests: throw-away clusters and a database for each test."""
import contextlib
import io
import itertools
import os
import pathlib
import subprocess
import tempfile
import urllib.parse

import psycopg2

from harness.paths import ROOT

THROWAWAY = ROOT / "scripts" / "throwaway-postgres"

# How values are to be printed when PostgreSQL is asked for the truth: independent of the server's own settings.
TRUTH_SETTINGS = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex"


def server_version() -> int:
    """The major version of the server that a Cluster() runs, asked of the program: 15."""
    bindir = os.environ.get("PG_BINDIR")
    programs = [pathlib.Path(bindir) / "postgres"] if bindir else pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres")
    said = [subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout for program in programs]
    return max(int(text.split()[2].split(".")[0]) for text in said)


class Database:
    """One database of a cluster. `url` has no password: the clusters of the tests trust, but for those that don't."""

    def __init__(self, url: str, passfile: pathlib.Path | None = None):
        self.url = url
        self.passfile = passfile

    def connect(self, user: str | None = None, autocommit: bool = True):
        connection = psycopg2.connect(self.url_as(user) if user else self.url, options=TRUTH_SETTINGS,
                                      client_encoding="UTF8", passfile=str(self.passfile or ""))
        connection.autocommit = autocommit
        return connection

    def url_as(self, user: str, password: str | None = None) -> str:
        parts = urllib.parse.urlsplit(self.url)
        login = user if password is None else f"{user}:{password}"
        return parts._replace(netloc=f"{login}@{parts.hostname}:{parts.port}").geturl()

    def url_of(self, database: str) -> str:
        return urllib.parse.urlsplit(self.url)._replace(path=f"/{database}").geturl()

    def execute(self, sql: str, parameters=None) -> None:
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def query(self, sql: str, parameters=None) -> list[tuple]:
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def value(self, sql: str, parameters=None):
        return self.query(sql, parameters)[0][0]

    def copy_in(self, table: str, text: str) -> None:
        """Loads lines in COPY's text format."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))

    def run_file(self, file: pathlib.Path, **variables) -> None:
        """Runs a file of SQL through psql, for COPY data and psql's own commands."""
        command = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
        for name, value in variables.items():
            command += ["--set", f"{name}={value}"]
        result = subprocess.run(command + ["--file", str(file), self.url], capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"psql could not load {file}:\n{result.stderr}"


class Cluster:
    """A throw-away cluster; `scripts/throwaway-postgres` makes and removes it.

    Of the server whose programs are in `bindir`, or else in the folder that PG_BINDIR names, or else the newest one.
    """

    def __init__(self, *options: str, bindir: str | None = None):
        self._environment = {**os.environ, **({"PG_BINDIR": bindir} if bindir else {})}
        # Not under pytest's tmp_path: those folders are closed to the user that the server runs as.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="p2a-test."))
        # Without autovacuum: an ANALYZE between the export and the comparison may change a view's plan, and with it the
        # order inside of aggregates that name none (Pagila's film_list has such).
        self.url = subprocess.run([THROWAWAY, "start", self.folder, "--set", "autovacuum=off", *options], check=True,
                                  stdout=subprocess.PIPE, text=True, env=self._environment).stdout.strip()
        passfile = self.folder / "pgpass"
        self.passfile = passfile if passfile.exists() else None
        self.maintenance = Database(self.url, self.passfile)
        self._numbers = itertools.count(1)

    def stop(self) -> None:
        subprocess.run([THROWAWAY, "stop", self.folder], check=True, env=self._environment)

    def restart(self, mode: str = "fast") -> None:
        """Returns when it is back; "immediate" is how a crash looks to those who are connected."""
        subprocess.run([THROWAWAY, "restart", self.folder, mode], check=True, env=self._environment)

    def postmaster_pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    @contextlib.contextmanager
    def database(self, prefix: str = "test"):
        """A new, empty database, dropped at the end with whoever is still connected to it."""
        name = f"{prefix}_{next(self._numbers)}"
        self.maintenance.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield Database(self.maintenance.url_of(name), self.passfile)
        finally:
            self.maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
