"""Fixtures of the tests of src/aws: the probe that asks it."""
import pytest

from aws.probe import Probe


@pytest.fixture
def probe(tmp_path, authority) -> Probe:
    """Runs src/aws with no setting but those that a test gives it; it trusts the tests' authority."""
    home = tmp_path / "home"
    home.mkdir()
    probe = Probe(home)
    probe.environment["AWS_CA_BUNDLE"] = str(authority.file)
    return probe
