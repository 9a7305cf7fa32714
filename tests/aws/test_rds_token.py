"""Tokens for RDS (src/aws/rds_token.h, Signer::presign): judged by botocore's own."""
import datetime
import urllib.parse

import botocore.session
import pytest
from botocore import auth

TIMES = [1769824923, 1369353600]


def expected(monkeypatch, host: str, port: int, user: str, region: str, seconds: int, token: str | None) -> str:
    """What botocore makes, with the clock at `seconds`."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)

    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    client = session.create_client("rds", region_name=region)
    monkeypatch.setattr(auth, "get_current_datetime", lambda remove_tzinfo=True: moment.replace(tzinfo=None))
    return client.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)


@pytest.mark.parametrize("token", [None, "token/with+signs=="], ids=["keys", "session"])
@pytest.mark.parametrize("seconds", TIMES)
@pytest.mark.parametrize("host,port,user,region", [
    ("shop.abc123.eu-central-1.rds.amazonaws.com", 5432, "etl", "eu-central-1"),
    ("shop.cluster-ro-abc.us-east-1.rds.amazonaws.com", 6432, "odd user+/@:=ü", "us-east-1"),
    ("shop.abc.rds.cn-north-1.amazonaws.com.cn", 5432, "a", "cn-north-1"),
])
def test_A_token_is_the_one_that_botocore_makes(probe, monkeypatch, host, port, user, region, seconds, token):
    probe.environment |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                          "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
    if token:
        probe.environment["AWS_SESSION_TOKEN"] = token
    ours = probe("rds-token", host, port, user, region, seconds)["token"]
    theirs = expected(monkeypatch, host, port, user, region, seconds, token)
    assert ours.split("?")[0] == theirs.split("?")[0] == f"{host}:{port}/"

    def parameters(text: str) -> dict:
        return dict(urllib.parse.parse_qsl(text.split("?")[1], strict_parsing=True))

    # The order of parameters is nobody's business: what is signed is sorted.
    assert parameters(ours) == parameters(theirs)
    assert parameters(ours)["DBUser"] == user
