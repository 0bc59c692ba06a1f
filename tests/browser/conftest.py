"""One Chromium per test module, as people have it: nothing fetched from anywhere but the pages themselves.

Not one for the whole session: Playwright's loop would run on in this thread, below tests that run a loop of their own.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM = Path(os.environ.get("MPPMON_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserContext]:
    """Give a browser with an empty profile."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=ARGUMENTS, viewport={"width": 360, "height": 740}
        )
        context.set_default_timeout(20_000)
        yield context
        context.close()


@pytest.fixture
def tab(chromium: BrowserContext) -> Iterator[Page]:
    """Give a phone-wide tab; a script that fails in it fails the test."""
    page = chromium.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    page.close()
    assert not failed


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
