"""moto, which plays AWS's services, in a process of its own on a free port of loopback."""
import os
import pathlib
import re
import subprocess
import sys
import time

import boto3


class Moto:
    def __init__(self, log: pathlib.Path):
        # Port 0: moto takes a free one, and says in its log which.
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdout=out, stderr=out,
                env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"})
        self.url = self._wait_for_url(log)

    def _wait_for_url(self, log: pathlib.Path) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8")):
                return found.group()
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"moto doesn't start: {log.read_text(encoding='utf-8')}")

    def client(self, service: str, region: str = "eu-central-1"):
        """boto3's client, for preparing what a test reads. Each region has things of its own."""
        return boto3.client(service, endpoint_url=self.url, region_name=region, aws_access_key_id="a",
                            aws_secret_access_key="s")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
