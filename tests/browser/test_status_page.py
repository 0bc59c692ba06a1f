"""The status page in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import overflow
from tests.servers.web_mall import WebMall, web_mall
from tests.stories.house import small_config

pytestmark = pytest.mark.browser

HOSTILE = "<script>alert(1)</script>"
LONG = "Pencatatan" * 30
WIDTHS = (320, 360, 768, 1280)


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[WebMall]:
    with web_mall(tmp_path) as served:
        yield served


def test_a_fault_shows_without_reload_and_goes_again(mall: WebMall, tab: Page, tmp_path: Path) -> None:
    tab.goto(mall.address)
    expect(tab.locator("#headline")).to_have_text("Semua layanan berjalan normal")
    tab.evaluate("window.unloaded = false")
    mall.jam("a1")
    expect(tab.locator("#headline")).to_have_text("1 layanan terhenti di 1 loket")
    expect(tab.locator(".incident h3")).to_contain_text("Cetak KTP-el TERHENTI")
    expect(tab.locator("#say")).to_have_text("1 layanan terhenti di 1 loket")  # what a screen reader says
    expect(tab.locator("[data-id='ktp@a1'].fresh")).to_be_visible()
    tab.screenshot(path=tmp_path / "jam.png", full_page=True)
    mall.jam("a1", jammed=False)
    expect(tab.locator("#headline")).to_have_text("Semua layanan berjalan normal")
    assert tab.evaluate("window.unloaded") is False


def test_english_is_a_click_away(mall: WebMall, tab: Page) -> None:
    tab.goto(mall.address)
    tab.get_by_role("link", name="English").click()
    expect(tab.locator("#headline")).to_have_text("All services are running normally")
    mall.jam("a2")
    expect(tab.locator("#headline")).to_have_text("1 service stopped at 1 counter")
    assert tab.locator("html").get_attribute("lang") == "en"


def test_hostile_and_endless_names_are_text_and_fit(tmp_path: Path, tab: Page) -> None:
    loaded = small_config()
    mall = loaded.mall
    names = {"a1-cards": HOSTILE, "a1-pc": LONG}
    devices = {key: replace(one, name=names.get(key, one.name), place=LONG) for key, one in mall.devices.items()}
    counters = {**mall.counters, "a1": replace(mall.counters["a1"], name=HOSTILE + LONG, place=LONG)}
    services = {**mall.services, "ktp": replace(mall.services["ktp"], name=LONG)}
    hostile = replace(mall, devices=devices, counters=counters, services=services)
    tab.on("dialog", lambda dialog: pytest.fail(dialog.message))
    with web_mall(tmp_path, replace(loaded, mall=hostile)) as served:
        served.jam("a1")
        tab.goto(served.address)
        expect(tab.locator(".faults")).to_contain_text(HOSTILE)
        assert tab.locator("main script").count() == 0
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 740})
            assert overflow(tab) <= 0, width


def test_no_sideways_scrolling(mall: WebMall, tab: Page) -> None:
    mall.jam("a1")
    tab.goto(mall.address)
    expect(tab.locator("#headline")).to_have_text("1 layanan terhenti di 1 loket")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 740})
        assert overflow(tab) <= 0, width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(mall: WebMall, tab: Page, scheme: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1, of every text against the nearest painted ground."""
    tab.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
    mall.jam("a1")
    tab.goto(mall.address)
    expect(tab.locator("#headline")).to_have_text("1 layanan terhenti di 1 loket")
    assert tab.evaluate(CONTRAST) == []


def test_a_restarted_daemon_is_found_again(tmp_path: Path, tab: Page) -> None:
    with web_mall(tmp_path) as first:
        tab.goto(first.address)
        expect(tab.locator("#pulse")).to_be_visible()
        expect(tab.locator("#stale")).to_be_hidden()
        expect(tab.locator("#following")).to_be_visible()
        port = first.server.port
    expect(tab.locator("#stale")).to_have_text("⚠ Sambungan ke pemantau terputus; data terakhir pukul 08.30 WIB")
    expect(tab.locator("#following")).to_be_hidden()
    assert tab.evaluate("getComputedStyle(live).filter") == "grayscale(1)", "old news is grey"
    assert tab.evaluate(HEADLINE) == "rgb(74, 87, 99)"
    assert tab.evaluate(CONTRAST) == []
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 740})
        assert overflow(tab) <= 0, width
        tab.screenshot(path=tmp_path / f"lost-{width}.png", full_page=True)
    with web_mall(tmp_path, port=port) as second:
        second.jam("a2")
        expect(tab.locator("#stale")).to_be_hidden()
        expect(tab.locator("#headline")).to_have_text("1 layanan terhenti di 1 loket")
        assert tab.evaluate("getComputedStyle(live).filter") == "none"


def test_without_scripts_the_page_says_what_time_it_is_of(mall: WebMall, tab: Page, tmp_path: Path) -> None:
    tab.context.new_cdp_session(tab).send("Emulation.setScriptExecutionDisabled", {"value": True})
    mall.jam("a1")
    tab.goto(mall.address)
    expect(tab.locator("#headline")).to_be_visible()
    expect(tab.locator("#pulse")).to_contain_text("data pukul 08.30 WIB")
    expect(tab.locator("#following")).to_be_hidden()  # it does not claim to be live
    expect(tab.locator(".still")).to_contain_text("Data 23 November 2026, 08.30 WIB")
    tab.screenshot(path=tmp_path / "still.png", full_page=True)


HEADLINE = "getComputedStyle(document.querySelector('.headline')).backgroundColor"

CONTRAST = """() => {
  const paint = (css) => {
    const [r, g, b, a = 1] = css.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const light = ({ rgb }) => {
    const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      const washed = style.backgroundImage.match(/rgba?\\([^)]*\\)/);
      const found = paint(washed ? washed[0] : style.backgroundColor);
      if (found.a === 1) return found;
    }
    return paint("rgb(255, 255, 255)");
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.matches(".unseen, script, .skip")) continue;
    const [a, b] = [light(paint(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${walker.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
