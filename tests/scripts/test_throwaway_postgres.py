"""scripts/throwaway-postgres: clusters that come and go without a trace."""
import pathlib
import subprocess

import psycopg2
import pytest

from harness.cluster import THROWAWAY, Cluster


def test_Two_clusters_run_at_once_and_are_gone_when_stopped():
    clusters = [Cluster(), Cluster("--set", "max_connections=17")]
    try:
        assert clusters[0].url != clusters[1].url
        assert [c.maintenance.value("SHOW max_connections") for c in clusters] == ["100", "17"]
        assert [c.maintenance.value("SHOW server_encoding") for c in clusters] == ["UTF8", "UTF8"]
        sockets = [pathlib.Path((c.folder / "sockets").read_text().strip()) for c in clusters]
        assert all(len(str(folder / ".s.PGSQL.65535")) <= 107 for folder in sockets)
    finally:
        for cluster in clusters:
            cluster.stop()
    assert not any(folder.exists() for folder in [*sockets, *(c.folder for c in clusters)])
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(clusters[0].url)


def test_A_cluster_with_passwords_lets_nobody_in_without():
    cluster = Cluster("--auth", "scram-sha-256")
    try:
        assert cluster.maintenance.value("SELECT 1") == 1
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(cluster.url, passfile="/dev/null")
    finally:
        cluster.stop()


def test_A_folder_that_is_not_its_own_is_left_alone(tmp_path):
    (tmp_path / "precious").write_text("data")
    for command in ("start", "stop"):
        result = subprocess.run([THROWAWAY, command, tmp_path], capture_output=True, text=True, check=False)
        assert result.returncode == 1 and str(tmp_path) in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_A_restart_ends_connections_and_keeps_port_and_data(mode):
    cluster = Cluster()
    try:
        cluster.maintenance.execute("CREATE TABLE t (i integer)")
        cluster.maintenance.execute("CHECKPOINT")
        before = cluster.maintenance.connect()
        cluster.restart(mode)
        with pytest.raises(psycopg2.OperationalError), before.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert cluster.maintenance.value("SELECT count(*) FROM t") == 0
    finally:
        cluster.stop()
