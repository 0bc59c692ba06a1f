"""An incident's page in a real browser: its history, with words that people typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import overflow
from tests.browser.test_status_page import CONTRAST, HOSTILE, LONG, WIDTHS
from tests.servers.test_web_doors import incident
from tests.servers.web_mall import WebMall, web_mall

pytestmark = pytest.mark.browser

QUOTED = "suku cadang \"dipesan\" & 'dikirim' 100 %"


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[WebMall]:
    """Serve a mall with one incident, on which three notes were written."""
    with web_mall(tmp_path) as served, served.socket() as staff:
        number = incident(served)
        assert number == 1
        for text in (HOSTILE, LONG, QUOTED):
            staff.post("/api/v1/incidents/1/notes", params={"text": text}).raise_for_status()
        yield served


def test_the_overview_leads_to_it_and_it_back(mall: WebMall, tab: Page) -> None:
    tab.goto(mall.address)
    tab.locator(".incident a").first.click()
    expect(tab.get_by_role("heading", name="Gangguan #1")).to_be_visible()
    expect(tab.locator("#head")).to_contain_text("Cetak KTP-el TERHENTI")
    tab.locator(".back a").click()
    expect(tab.locator("#headline")).to_be_visible()


def test_what_people_typed_is_text_and_fits(mall: WebMall, tab: Page, tmp_path: Path) -> None:
    tab.on("dialog", lambda dialog: pytest.fail(dialog.message))
    tab.goto(f"{mall.address}/incidents/1")
    expect(tab.locator("#timeline")).to_contain_text(HOSTILE)
    assert tab.locator("main script").count() == 0
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 740})
        assert overflow(tab) <= 0, width
        tab.screenshot(path=tmp_path / f"incident-{width}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_it_has_contrast(mall: WebMall, tab: Page, scheme: str) -> None:
    tab.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
    tab.goto(f"{mall.address}/incidents/1")
    assert tab.evaluate(CONTRAST) == []


def test_it_speaks_english_and_its_times_are_of_the_mall(mall: WebMall, tab: Page) -> None:
    tab.goto(f"{mall.address}/incidents/1")
    expect(tab.locator("#timeline time").first).to_contain_text("08.30")
    tab.get_by_role("link", name="English").click()
    expect(tab.get_by_role("heading", name="What happened")).to_be_visible()
    assert tab.locator("html").get_attribute("lang") == "en"
