"""Takes the pictures of the README from the real pages: `python -m tests.browser.pictures`. Needs Chromium and a font
with emoji (Debian: fonts-noto-color-emoji).
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.servers.demo_process import demo

HERE = Path(__file__).parents[2] / "docs/pictures"
MOST = 100_000
"""Bytes of one picture."""
PANES = {"chat.png": "#see-phone", "console.png": "#see-mall", "report.png": "#see-report"}
_SLOW = 90_000


def take(page: Page, address: str, folder: Path) -> None:
    """Play the tour to its third step, and take what the three people see."""
    for step in (1, 3):
        page.goto(f"{address}/?step={step}")
        expect(page.locator("#deed, .there").first).to_be_visible()
        page.evaluate("document.querySelector('#deed')?.click()")
        expect(page.locator(".there.whole")).to_be_visible(timeout=_SLOW)
    expect(page.frame_locator("#mall").locator(".by.taken")).to_be_visible(timeout=_SLOW)
    expect(page.locator("#report .stops")).to_be_visible(timeout=_SLOW)
    expect(page.locator("#see-report")).to_have_attribute("aria-busy", "false", timeout=_SLOW)
    for name, pane in PANES.items():
        page.locator(pane).screenshot(path=folder / name)


def main() -> int:
    """Take them; 1 when one is too large."""
    with (
        tempfile.TemporaryDirectory() as place,
        demo(Path(place) / "place") as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1180, "height": 1000}, color_scheme="light")
        take(page, running.address, HERE)
        browser.close()
    large = [one.name for one in HERE.glob("*.png") if one.stat().st_size > MOST]
    for one in sorted(HERE.glob("*.png")):
        print(f"{one.name}: {one.stat().st_size:,} bytes")  # noqa: T201  # what came of it
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
