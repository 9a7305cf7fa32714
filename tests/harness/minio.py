"""MinIO, which plays S3: with TLS, encryption by a key of its own, and users who may do only what they are allowed."""
import base64
import dataclasses
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import time
import typing
import urllib.request

import boto3
import botocore.config

from harness.certificates import Authority
from harness.loopback import free_port
from harness.paths import ROOT

# The name under which buckets are hosts: https://BUCKET.s3.localhost:PORT. curl takes every name that ends so for
# loopback; other programs may need a resolver that does.
DOMAIN = "s3.localhost"
NAMES = f"DNS:localhost,DNS:{DOMAIN},DNS:*.{DOMAIN},IP:127.0.0.1"
KMS_KEY = "lake-key"
DEFAULT_REGION = "us-east-1"   # what it takes itself to be in when nobody says


class NotHere(Exception):
    """There is no MinIO, and how to get it."""


def program() -> pathlib.Path:
    """The one that PG2ATHENA_MINIO names, or that scripts/get-minio has built."""
    if named := os.environ.get("PG2ATHENA_MINIO"):
        if not os.access(named, os.X_OK):
            raise NotHere(f"PG2ATHENA_MINIO={named} is no program")
        return pathlib.Path(named)
    result = subprocess.run([ROOT / "scripts/get-minio", "--no-build"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise NotHere(result.stderr.strip())
    return pathlib.Path(result.stdout.strip())


@dataclasses.dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    session_token: str | None = None


@dataclasses.dataclass(frozen=True)
class UnfinishedUpload:
    """A multipart upload that was neither completed nor aborted, as it lies on MinIO's disk."""
    folder: pathlib.Path
    parts: tuple[int, ...]   # their numbers


def statement(actions: str | typing.Sequence[str], resources: str | typing.Sequence[str], effect: str = "Allow") -> dict:
    """One statement of a policy: actions without their "s3:", resources as BUCKET or BUCKET/KEY*."""
    def many(value):
        return [value] if isinstance(value, str) else list(value)
    return {"Effect": effect, "Action": [f"s3:{action}" for action in many(actions)],
            "Resource": [f"arn:aws:s3:::{resource}" for resource in many(resources)]}


class Minio:
    """A server in a folder of its own, on a free port of loopback, until the end of the `with`.

    Its processes are ours alone: nothing is taken from the machine's environment, nothing is written elsewhere.
    """
    root = Credentials("root-of-the-tests", "secret-of-the-tests")

    def __init__(self, authority: Authority, region: str | None = None):
        self.program = program()
        self.authority = authority
        self.region = region or DEFAULT_REGION
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="p2a-minio."))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.port = 0
        self._process: subprocess.Popen | None = None
        self._boto3 = boto3.Session()   # reads its descriptions of services once
        self._environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder),
            "MINIO_ROOT_USER": self.root.access_key, "MINIO_ROOT_PASSWORD": self.root.secret_key,
            "MINIO_KMS_SECRET_KEY": f"{KMS_KEY}:{base64.b64encode(os.urandom(32)).decode()}",
            "MINIO_DOMAIN": DOMAIN,
            "MINIO_BROWSER": "off", "MINIO_UPDATE": "off",
            "MINIO_CI_CD": "on",   # lets it store on the disk that the system is on
        }
        if region:
            self._environment["MINIO_SITE_REGION"] = region
        self._write_certificates()

    def _write_certificates(self) -> None:
        folder = self.folder / "certificates"
        (folder / "CAs").mkdir(parents=True)
        certificate, key = self.authority.files(NAMES)
        shutil.copy(certificate, folder / "public.crt")
        shutil.copy(key, folder / "private.key")
        shutil.copy(self.authority.file, folder / "CAs/ca.crt")

    def __enter__(self) -> "Minio":
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, *error) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    # The process

    def start(self) -> None:
        """Returns when it answers. The port stays the same from the first start on."""
        for attempt in range(5):
            # Another program may take a free port before MinIO does.
            port = self.port or free_port()
            with self.log.open("wb") as out:
                self._process = subprocess.Popen(
                    [self.program, "server", self.data, "--address", f"127.0.0.1:{port}", "--certs-dir",
                     self.folder / "certificates", "--quiet"], env=self._environment, stdin=subprocess.DEVNULL, stdout=out,
                    stderr=out)
            if self._answers(port):
                self.port = port
                return
            self.kill()
        raise RuntimeError(f"MinIO doesn't start: {self.log.read_text(encoding='utf-8', errors='replace')}")

    def _answers(self, port: int) -> bool:
        context = self.authority.client()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                # "ready" and not "live", which it says before it knows its users.
                with direct(context).open(f"https://127.0.0.1:{port}/minio/health/ready", timeout=5):
                    # Another's answer isn't meant: ours would have ended, as the port is taken.
                    return self._process.poll() is None
            except OSError:
                time.sleep(0.05)
        return False

    def stop(self) -> None:
        """As an operator stops it: what it is doing it may finish."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """kill -9."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def restart(self) -> None:
        self.stop()
        self.start()

    # For its clients

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def endpoint_of_hosts(self) -> str:
        """The one whose buckets are hosts (the virtual-hosted style)."""
        return f"https://{DOMAIN}:{self.port}"

    @property
    def ca_file(self) -> pathlib.Path:
        return self.authority.file

    def environment(self, credentials: Credentials | None = None, endpoint: str | None = None) -> dict[str, str]:
        """For a program under test: this store (or a proxy before it: `endpoint`), and nothing of AWS that the machine or
        its user have."""
        credentials = credentials or self.root
        absent = str(self.folder / "absent")
        variables = {
            "AWS_ENDPOINT_URL_S3": endpoint or self.endpoint, "AWS_CA_BUNDLE": str(self.ca_file),
            "AWS_REGION": self.region, "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": absent, "AWS_SHARED_CREDENTIALS_FILE": absent, "no_proxy": "localhost,127.0.0.1",
        }
        if credentials.session_token:
            variables["AWS_SESSION_TOKEN"] = credentials.session_token
        return variables

    def client(self, credentials: Credentials | None = None, endpoint: str | None = None, service: str = "s3",
               region: str | None = None, **config):
        """boto3's. It doesn't try again and adds no checksum of its own, unless `config` says so."""
        credentials = credentials or self.root
        settings = {"s3": {"addressing_style": "path"}, "retries": {"total_max_attempts": 1}, "proxies": {},
                    "read_timeout": 20, "request_checksum_calculation": "when_required", **config}
        return self._boto3.client(
            service, endpoint_url=endpoint or self.endpoint, verify=str(self.ca_file), region_name=region or self.region,
            aws_access_key_id=credentials.access_key, aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.session_token, config=botocore.config.Config(**settings))

    def user(self, *statements: dict) -> Credentials:
        """Credentials, with a session token, that may do what the statements say and nothing else: see statement()."""
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        given = self.client(service="sts").assume_role(
            RoleArn="arn:aws:iam::000000000000:role/ignored", RoleSessionName="test", DurationSeconds=3600,
            Policy=json.dumps(policy))["Credentials"]
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    # What is in it

    def create_bucket(self, name: str) -> None:
        self.client().create_bucket(Bucket=name)

    def delete_bucket(self, name: str) -> None:
        """With all that is in it."""
        client = self.client()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            if keys := [{"Key": entry["Key"]} for entry in page.get("Contents", [])]:
                client.delete_objects(Bucket=name, Delete={"Objects": keys})
        client.delete_bucket(Bucket=name)

    def upload_ids(self, bucket: str, key: str) -> list[str]:
        """Of the unfinished multipart uploads of a key. MinIO takes a prefix for a key; and without one it lists what
        it remembers to have begun since its start."""
        found = self.client().list_multipart_uploads(Bucket=bucket, Prefix=key)
        return [upload["UploadId"] for upload in found.get("Uploads", [])]

    def unfinished_uploads(self) -> list[UnfinishedUpload]:
        """Of all buckets, whatever their keys, which MinIO's disk has only as hashes."""
        return [UnfinishedUpload(state.parent, tuple(sorted(int(part.suffix[1:]) for part in state.parent.glob("*/part.*")
                                                            if part.suffix != ".meta")))
                for state in sorted(self._uploads.glob("*/*/xl.meta"))]

    def forget_uploads(self) -> None:
        """Removes them from the disk."""
        for upload in self.unfinished_uploads():
            shutil.rmtree(upload.folder)

    @property
    def _uploads(self) -> pathlib.Path:
        return self.data / ".minio.sys/multipart"


def direct(tls: ssl.SSLContext) -> urllib.request.OpenerDirector:
    """Without a proxy that the machine's environment may name."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls))
