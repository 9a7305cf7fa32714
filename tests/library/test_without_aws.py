"""The program without AWS: built without libcurl and AWS's C runtime, and clear about what it can't do."""
import os

import pytest

from harness.paths import ROOT
from harness.program import REFUSED, USAGE, assert_error, run_pg2athena
from library.building import configure, run

ONLY_FOR_AWS = ("CURL", "aws-c-auth", "aws-checksums")


@pytest.fixture(scope="module")
def program():
    build = ROOT / "build" / "without-aws"
    configure(ROOT, build, "-DPG2ATHENA_AWS=OFF", "-DPG2ATHENA_TESTS=OFF",
              *[f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ONLY_FOR_AWS])
    run("cmake", "--build", build, "--target", "pg2athena", "--parallel", str(os.cpu_count()), cwd=ROOT)
    return build / "pg2athena"


def test_It_says_that_it_can_not_reach_S3(program):
    refused = run_pg2athena("publish", "s3://bucket/lake", program=program)
    assert_error(refused, REFUSED, "without AWS", "PG2ATHENA_AWS=ON")


@pytest.mark.parametrize("source", ["secret: shop", "url: postgresql:///shop\n  password: secret:shop",
                                    "url: postgresql://a@b.eu-central-1.rds.amazonaws.com/shop\n  auth: iam"])
def test_It_says_that_it_can_not_ask_for_a_login(program, tmp_path, source):
    job = tmp_path / "job.yaml"
    job.write_text(f"source:\n  {source}\ntarget:\n  location: {tmp_path}/lake\n")
    refused = run_pg2athena("run", "--config", job, program=program)
    assert refused.returncode in (REFUSED, USAGE)
    assert_error(refused, refused.returncode, "no AWS", "PG2ATHENA_AWS=ON")


def test_It_needs_nothing_of_AWS(program):
    needed = run("ldd", program, cwd=ROOT)
    assert "libcurl" not in needed and "libpq" in needed
