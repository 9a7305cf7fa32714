"""PgBouncer before a throw-away cluster: a pooler of the tests' own, on a free port."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

import psycopg2

from harness.cluster import Database
from harness.loopback import free_port
from harness.slow_query import wait_until

PROGRAM = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")


@contextlib.contextmanager
def pgbouncer(database: Database, pool_mode: str, **settings):
    """A pooler that every user may go through to any database of the cluster. Gives `database` as it is reached so."""
    server = urllib.parse.urlsplit(database.url)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="p2a-pgbouncer."))
    port = free_port()
    lines = ["[databases]", f"* = host={server.hostname} port={server.port}",
             "[pgbouncer]", "listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =",
             # "any" would log in as one user; with a file of names everybody is who they say.
             "auth_type = trust", f"auth_file = {folder / 'users'}", f"pool_mode = {pool_mode}",
             *(f"{name} = {value}" for name, value in settings.items())]
    (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    roles = database.query("SELECT rolname FROM pg_roles WHERE rolcanlogin")
    (folder / "users").write_text("".join(f'"{name}" ""\n' for name, in roles), encoding="utf-8")
    user = []
    if os.geteuid() == 0:  # which PgBouncer doesn't run as
        user = ["runuser", "-u", "nobody", "--"]
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.iterdir()):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([*user, PROGRAM, folder / "pgbouncer.ini"], stdout=log, stderr=log,
                                   start_new_session=True)
        pooled = Database(urllib.parse.urlunsplit(server._replace(netloc=f"{server.username}@127.0.0.1:{port}")))

        def answers():
            assert process.poll() is None, (folder / "log").read_text()
            with contextlib.suppress(psycopg2.OperationalError):
                connection = psycopg2.connect(pooled.url)
                connection.close()
                return True
            return False

        try:
            wait_until(answers, "PgBouncer to answer")
            yield pooled
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            shutil.rmtree(folder)
