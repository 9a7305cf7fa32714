"""The policy that `pg2athena iam-policy` prints is enough, and each right in it is needed; the store holds us to it.

MinIO knows the rights of S3; those of KMS, STS and Secrets Manager are held against AWS's documentation alone
(src/cli/iam_policy_test.cpp)."""
import copy
import json
import signal

import pytest

from harness import s3_lake
from harness.program import DONE, FAILED, assert_exit, finish, run_pg2athena, start_pg2athena
from harness.s3_faults import Answer, Call, DropAnswer
from s3.multipart import BEGIN, PART



@pytest.fixture
def shop(minio, proxy, bucket, table, tmp_path):
    return Shop(minio, proxy, bucket, table, tmp_path)


def without(policy: dict, action: str) -> dict:
    policy = copy.deepcopy(policy)
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in actions if each != action]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    return policy


class Shop:
    """A lake, its configuration, and programs that have the rights of a policy and no others."""

    def __init__(self, minio, proxy, bucket, table, tmp_path):
        self.minio, self.proxy, self.bucket = minio, proxy, bucket
        self.job = s3_lake.job(tmp_path, table, f"s3://{bucket}/lake", {"tags": {"team": "data"}})

    def policy(self) -> dict:
        result = assert_exit(run_pg2athena("iam-policy", "--config", self.job, env=self.minio.environment()), DONE)
        return json.loads(result.stdout)

    def policy_without(self, action: str) -> dict:
        return without(self.policy(), action)

    def env(self, policy: dict) -> dict:
        return self.minio.environment(self.minio.user(*policy["Statement"]), endpoint=self.proxy.endpoint)

    def pg2athena(self, policy: dict, *arguments):
        return run_pg2athena(*arguments, "--config", self.job, env=self.env(policy))

    def killed(self, policy: dict) -> None:
        process = start_pg2athena("run", "--config", self.job, env=self.env(policy))
        self.proxy.add(Call(lambda _request: process.kill()), **PART, nth=2)
        assert_exit(finish(process, 60), -signal.SIGKILL)
        self.proxy.clear()


def test_With_it_every_command_succeeds(shop, minio):
    policy = shop.policy()
    shop.killed(policy)
    assert minio.unfinished_uploads()
    assert_exit(shop.pg2athena(policy, "gc", "--older-than", "0", "--delete"), DONE)
    assert not minio.unfinished_uploads()
    commands = (["run"], ["run"], ["publish"], ["gc", "--keep-for", "0", "--delete"], ["ddl"], ["doctor"], ["verify"], ["verify", "--deep"])
    for command in commands:
        assert_exit(shop.pg2athena(policy, *command), DONE)
    # What is beside the lake it can't reach.
    client = minio.client(minio.user(*policy["Statement"]))
    for call in (lambda: client.put_object(Bucket=shop.bucket, Key="other/x", Body=b""),
                 lambda: client.list_objects_v2(Bucket=shop.bucket, Prefix="other/"),
                 lambda: client.list_objects_v2(Bucket=shop.bucket)):
        with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
            call()


def test_To_verify_a_lake_reading_is_enough(shop):
    policy = shop.policy()
    assert_exit(shop.pg2athena(policy, "run"), DONE)
    for action in ("s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObject", "s3:AbortMultipartUpload",
                   "s3:ListBucketMultipartUploads"):
        policy = without(policy, action)
    assert_exit(shop.pg2athena(policy, "verify", "--deep"), DONE)
    result = shop.pg2athena(without(policy, "s3:GetObject"), "verify")
    assert result.returncode == FAILED and "s3:GetObject" in result.stderr, result.stderr


# For each right: what needs it, and what has to go wrong before (None: nothing).
NEEDED = {
    "s3:ListBucket": (["run"], None),
    "s3:GetObject": (["run"], None),
    "s3:PutObject": (["run"], None),
    "s3:DeleteObject": (["gc", "--older-than", "0", "--delete"], "killed"),
    "s3:AbortMultipartUpload": (["gc", "--older-than", "0", "--delete"], "killed"),
    "s3:ListBucketMultipartUploads": (["gc"], None),
}
# Tags come with the object, for which AWS asks for this right too, and MinIO doesn't.
OF_AWS_ALONE = {"s3:PutObjectTagging"}


def test_Each_right_of_it_is_in_the_list_below(shop):
    actions = set()
    for statement in shop.policy()["Statement"]:
        actions |= set([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    assert actions == set(NEEDED) | OF_AWS_ALONE


@pytest.mark.parametrize("action", NEEDED)
def test_Without_one_right_the_command_that_needs_it_names_it(shop, action):
    command, before = NEEDED[action]
    if before == "killed":
        shop.killed(shop.policy())
    elif command == ["gc"]:
        assert_exit(shop.pg2athena(shop.policy(), "run"), DONE)
    result = shop.pg2athena(shop.policy_without(action), *command)
    assert result.returncode != DONE, result.stdout
    assert action in result.stderr, result.stderr
    assert "IAM action" in result.stderr, result.stderr


def test_An_upload_that_is_given_up_needs_the_right_to_abort(shop, minio):
    shop.proxy.add(Answer(400, "InvalidRequest"), **PART, nth=2)
    result = shop.pg2athena(shop.policy_without("s3:AbortMultipartUpload"), "run")
    assert result.returncode != DONE
    assert "s3:AbortMultipartUpload" in result.stderr
    minio.forget_uploads()


def test_A_beginning_without_an_answer_needs_the_right_to_list_uploads(shop, minio):
    shop.proxy.add(DropAnswer(), **BEGIN)
    result = shop.pg2athena(shop.policy_without("s3:ListBucketMultipartUploads"), "run")
    # The run is whole; what its first try has begun is left, and said to be.
    assert_exit(result, DONE)
    assert "s3:ListBucketMultipartUploads" in result.stderr and "gc" in result.stderr
    minio.forget_uploads()


def test_A_run_without_the_right_to_delete_is_published_and_finished_later(shop, minio):
    result = shop.pg2athena(shop.policy_without("s3:DeleteObject"), "run")
    assert result.returncode != DONE and "s3:DeleteObject" in result.stderr
    assert set(s3_lake.published(minio, shop.bucket, "lake")) == {"public.t"}
    pending = "lake/_pg2athena/pending/"
    assert s3_lake.keys(minio, shop.bucket, pending)
    assert_exit(shop.pg2athena(shop.policy(), "publish"), DONE)
    assert not s3_lake.keys(minio, shop.bucket, pending)
