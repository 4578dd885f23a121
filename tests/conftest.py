"""Shared by all Python tests: the world fixture, and the logs of its processes where a test failed."""
import pytest

from system.world import world  # noqa: F401  (a fixture)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        item.failed = True
