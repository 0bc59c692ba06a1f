"""How thorough the tests are, by `MPPMON_HYPOTHESIS`: quick, test or nightly; and what may run side by side."""

import gc
import os
from collections.abc import Generator

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

EXAMPLES = {"quick": 50, "test": 200, "nightly": 2000}
PROFILE = os.environ.get("MPPMON_HYPOTHESIS", "quick")

ONE_AT_A_TIME = frozenset(
    {
        "tests/browser/test_demo_page.py",
        "tests/browser/test_demo_tour.py",
        "tests/servers/test_deploy_wheel.py",
        "tests/servers/test_web_demo.py",
    }
)
"""The demo's devices have fixed addresses (127.20.x.y): two demos would answer each other's polls."""

for name, examples in EXAMPLES.items():
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,  # shared machines stall; pytest-timeout bounds a test
        derandomize=name != "nightly",  # a gate that is red must be red again; the night looks for what is new
        print_blob=True,
    )


def pytest_configure() -> None:
    """Choose the profile before a test module is read."""
    if PROFILE not in EXAMPLES:
        raise pytest.UsageError(f"MPPMON_HYPOTHESIS: found {PROFILE!r}, expected one of {', '.join(EXAMPLES)}")
    settings.load_profile(PROFILE)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what takes a night to the night."""
    if PROFILE == "nightly":
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the garbage collector leave alone what lives as long as the run: a look through it takes 0.4 s."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_report_header() -> str:
    """Say how thorough this run is."""
    return f"hypothesis: profile {PROFILE}, {EXAMPLES[PROFILE]} examples"


class _Houses(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """A file's tests share their servers, so they run in one worker; those of the demo all in the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "demo" if file in ONE_AT_A_TIME else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Say what may run side by side."""
    return _Houses(config, log)
