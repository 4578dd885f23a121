"""Shared by all Python tests: the fixtures, and the logs of its processes where a test failed."""
import pytest

from system.world import own_broker, world  # noqa: F401  (fixtures)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        item.failed = True
