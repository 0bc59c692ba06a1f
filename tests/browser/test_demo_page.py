"""The demo's free play in a real browser: one fault, played as a person would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import overflow
from tests.servers.demo_process import Demo, demo

pytestmark = pytest.mark.browser

PANES = ("faults", "chat", "mail", "mall", "report")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo") / "place") as started:
        yield started


def test_a_person_plays_it_on_a_phone(running: Demo, tab: Page, tmp_path: Path) -> None:
    tab.goto(f"{running.address}/play")
    expect(tab.locator(".state.running")).to_be_visible(timeout=30_000)
    lines = "node => { const s = getComputedStyle(node); return node.clientHeight / (parseFloat(s.fontSize) * 1.4) }"
    assert tab.locator("h1").evaluate(lines) < 1.5, "the heading is one line"
    tab.get_by_role("button", name="Rusakkan: Kartu macet di Loket A3").click()
    tab.locator("[data-show=chat]").click()
    message = tab.locator(".message", has_text="Cetak KTP-el TERHENTI · Loket A3")
    expect(message).to_be_visible(timeout=30_000)
    message.get_by_role("button", name="Saya tangani").click()
    expect(message.locator(".note")).to_contain_text("sudah dicatat")
    tab.locator("[data-show=mall]").click()
    mall = tab.frame_locator("#mall")
    expect(mall.locator(".incident .by.taken")).to_contain_text("Budi Santoso")
    for pane in PANES:
        tab.locator(f"[data-show={pane}]").click()
        expect(tab.locator(f"#pane-{pane}")).to_be_visible()
        assert overflow(tab) <= 0, pane
        tab.screenshot(path=tmp_path / f"{pane}.png")
    expect(tab.locator("#report")).to_contain_text("Cetak KTP-el")
    tab.locator("[data-show=faults]").click()
    tab.get_by_role("button", name="Perbaiki: Kartu macet di Loket A3").click()
    expect(mall.locator("#headline")).to_have_text("Semua layanan berjalan normal")


def test_the_monitor_is_killed_and_started_again(running: Demo, tab: Page) -> None:
    tab.set_viewport_size({"width": 1366, "height": 900})
    tab.goto(f"{running.address}/play")
    mall = tab.frame_locator("#mall")
    expect(mall.locator("#headline")).to_be_visible(timeout=30_000)
    assert overflow(tab) <= 0
    tab.get_by_role("button", name="Matikan paksa pemantau").click()
    expect(tab.locator(".state.killed")).to_be_visible()
    expect(mall.locator("#stale")).to_be_visible()
    tab.get_by_role("button", name="Nyalakan lagi").click()
    expect(tab.locator(".state.running")).to_be_visible(timeout=30_000)
    expect(mall.locator("#stale")).to_be_hidden()
    expect(mall.locator("#headline")).to_have_text("Semua layanan berjalan normal")
