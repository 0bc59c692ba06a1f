"""The guided tour in a real browser, from the first step to the last: what each of the three people sees."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, Route, expect

from tests.browser.conftest import overflow
from tests.browser.test_status_page import CONTRAST
from tests.servers.demo_process import Demo, demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SLOW = 90_000
"""Milliseconds a step may take on a busy machine."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo") / "place") as started:
        yield started


def press(tab: Page, name: str) -> None:
    """Press the step's button and wait until its moment is there."""
    tab.get_by_role("button", name=name, exact=True).click()
    there(tab)


def there(tab: Page) -> None:
    expect(tab.locator(".there.whole")).to_be_visible(timeout=SLOW)


def onward(tab: Page, number: int) -> None:
    tab.locator("#onward").click()
    expect(tab.locator(".card h2")).to_contain_text(f"{number}.")


def mall_of(tab: Page) -> FrameLocator:
    return tab.frame_locator("#mall")


def newest(tab: Page) -> str:
    return tab.locator("#part-phone .bubble").last.inner_text()


def test_six_steps_on_a_phone(running: Demo, tab: Page, tmp_path: Path) -> None:
    tab.goto(running.address)
    report, phone, headline = tab.locator("#report"), tab.locator("#part-phone"), mall_of(tab).locator("#headline")
    a3 = report.locator("tr", has_text="Cetak KTP-el").filter(has_text="Loket A3")

    expect(tab.locator("#deed, .there.whole").first).to_be_visible()
    tab.evaluate("document.querySelector('#deed')?.click()")  # unless the mall was quicker than we
    there(tab)
    expect(phone).to_contain_text("Sunyi")
    expect(headline).to_have_text("Semua layanan berjalan normal")
    expect(a3.locator(".interrupted")).to_have_text("0:00:00")
    expect(a3).to_contain_text("100,00%")

    onward(tab, 2)
    press(tab, "Macetkan printer kartu")
    expect(phone.locator(".message")).to_have_count(1)
    for words in ("Cetak KTP-el TERHENTI · Loket A3", "sekitar 12 warga/jam", "arahkan ke Loket A2 atau A4"):
        expect(phone).to_contain_text(words)
    expect(headline).to_have_text("1 layanan terhenti di 1 loket")
    expect(a3.locator(".interrupted")).not_to_have_text("0:00:00", timeout=SLOW)
    expect(report.locator(".stops")).to_contain_text("masih berlangsung")

    onward(tab, 3)
    press(tab, "Tangani")
    expect(phone.locator(".note")).to_contain_text("sudah dicatat")
    expect(mall_of(tab).locator(".incident .by.taken")).to_contain_text("Budi Santoso")

    onward(tab, 4)
    press(tab, "Perbaiki")
    assert newest(tab).startswith("✅ Pulih: Cetak KTP-el, Loket A3")
    expect(headline).to_have_text("Semua layanan berjalan normal")
    expect(report.locator(".stops li")).to_have_count(1, timeout=SLOW)
    expect(report.locator(".stops li")).not_to_contain_text("masih berlangsung", timeout=SLOW)
    expect(report.locator(".stops li")).to_contain_text("Printer kartu")

    onward(tab, 5)
    before = phone.locator(".message").count()
    press(tab, "Matikan switch inti")
    expect(phone.locator(".message")).to_have_count(before + 1)
    assert "Switch inti: tidak menjawab" in newest(tab)
    assert re.search(r"Ikut terdampak: \d\d perangkat", newest(tab))
    expect(phone.locator(".mail")).to_have_count(1)
    expect(headline).to_have_text(re.compile(r"^14 layanan terhenti di \d\d loket$"))
    expect(report.locator(".stops")).to_contain_text("masih berlangsung", timeout=SLOW)

    onward(tab, 6)
    press(tab, "Putuskan internet mal")
    assert newest(tab).startswith("⚪ Pemantauan terputus: internet mal putus")
    expect(mall_of(tab).locator(".headline.unknown")).to_be_visible()
    expect(mall_of(tab).locator(".tally .interrupted b")).to_have_text("0")
    tab.reload()  # so that the report is one that was asked for after the cut
    stopped = a3.locator(".interrupted").inner_text()
    unsure = a3.locator(".unknown").inner_text()
    expect(a3.locator(".unknown")).not_to_have_text(unsure, timeout=SLOW)  # a later report: only unknown has grown
    expect(a3.locator(".interrupted")).to_have_text(stopped)
    tab.screenshot(path=tmp_path / "last.png", full_page=True)

    tab.locator("#onward").click()
    expect(tab.locator("#part-faults .on")).to_have_count(1)  # the free play shows the same mall


def test_a_press_on_a_phone_leads_to_what_it_changed(running: Demo, tab: Page) -> None:
    """Finger: the page goes to the phone's message. Key: it stays where the focus is."""
    with running.client() as client:
        assert client.post("/mend").status_code == 204
    tab.goto(f"{running.address}/?step=1")
    there(tab)
    onward(tab, 2)
    expect(tab.locator("#deed")).to_be_in_viewport()
    press(tab, "Macetkan printer kartu")
    expect(tab.locator("#see-phone .bubble").last).to_be_in_viewport()
    expect(tab.locator(".steps")).to_be_in_viewport()  # the way on stays at hand
    tab.locator(".steps a").nth(2).click()
    expect(tab.locator(".card h2")).to_contain_text("3.")
    expect(tab.locator(".card h2")).to_be_in_viewport()
    tab.locator("#deed").focus()
    tab.keyboard.press("Enter")
    there(tab)
    expect(tab.locator("#onward")).to_be_in_viewport()


def test_the_tick_waits_for_the_report(running: Demo, tab: Page) -> None:
    held: list[Route] = []

    released: list[bool] = []

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    tab.route("**/report?*", hold)
    with running.client() as client:
        assert client.post("/mend").status_code == 204
    tab.goto(f"{running.address}/?step=1")
    expect(tab.locator(".there.half")).to_be_visible(timeout=SLOW)
    expect(tab.locator(".there.whole")).to_be_hidden()
    released.append(True)
    for route in held:
        route.continue_()
    expect(tab.locator(".there.whole")).to_be_visible(timeout=SLOW)
    expect(tab.locator(".there.half")).to_be_hidden()


def test_it_can_begin_anew(running: Demo, tab: Page) -> None:
    with running.client() as client:
        assert client.post("/faults/jam@a3-card-printer/begin").status_code == 204
    tab.goto(running.address)
    expect(tab.get_by_role("button", name="Mulai lagi: perbaiki semuanya")).to_be_visible(timeout=SLOW)
    tab.goto(f"{running.address}/?step=6")
    tab.get_by_role("button", name="Mulai lagi").click()
    expect(tab.locator(".card h2")).to_contain_text("1.")
    there(tab)
    expect(mall_of(tab).locator("#headline")).to_have_text("Semua layanan berjalan normal")
    expect(tab.locator("#part-phone .bubble")).to_have_count(0)
    expect(tab.locator(".card")).to_contain_text("tetap tercatat di laporan")


@pytest.mark.parametrize("width", [320, 360, 768, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_read(running: Demo, tab: Page, width: int, scheme: str) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
    tab.goto(f"{running.address}/?step=6")
    expect(tab.locator(".card h2")).to_be_visible()
    expect(tab.locator("#report table")).to_be_visible(timeout=SLOW)
    assert overflow(tab) <= 0
    assert tab.evaluate(CONTRAST) == []


def test_reload_back_language_and_skipping_keep_the_step(running: Demo, tab: Page) -> None:
    tab.goto(running.address)
    onward(tab, 2)
    onward(tab, 3)
    tab.reload()
    expect(tab.locator(".card h2")).to_contain_text("3.")
    tab.get_by_role("link", name="English").click()
    expect(tab.locator(".card h2")).to_have_text("3. Somebody takes it on")
    tab.get_by_role("link", name="Back").click()
    expect(tab.locator(".card h2")).to_have_text("2. A card gets stuck")
    tab.go_back()
    expect(tab.locator(".card h2")).to_have_text("3. Somebody takes it on")
    assert tab.locator(".steps [aria-current]").get_attribute("data-step") == "3"


def test_a_keyboard_keeps_its_place(running: Demo, tab: Page) -> None:
    """From the pressed button to the next step, without a mouse, while the card is rendered anew below the fingers."""
    tab.goto(f"{running.address}/?step=1")
    with running.client() as client:
        assert client.post("/faults/unplug@b3-fingerprint/begin").status_code == 204
    expect(tab.locator("#deed")).to_be_visible()
    tab.locator("#deed").focus()
    tab.keyboard.press("Enter")
    there(tab)
    expect(tab.locator("#onward")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator(".card h2")).to_contain_text("2.")


def test_two_windows_and_a_fault_of_somebody_else(running: Demo, tab: Page, chromium: BrowserContext) -> None:
    """Skip to "taken" while another fault lasts and the monitor is killed: everything needed is done, once."""
    with running.client() as client:
        assert client.post("/faults/power-off@b1-pc/begin").status_code == 204
        assert client.post("/monitor/kill").status_code == 204
    tab.goto(f"{running.address}/?step=3")
    other = chromium.new_page()
    other.goto(f"{running.address}/?step=4")
    tab.get_by_role("button", name="Tangani", exact=True).dblclick()
    expect(other.locator(".busy")).to_contain_text("Langkah 3 sedang dijalankan dari jendela lain")
    there(tab)
    press(other, "Perbaiki")
    expect(tab.get_by_role("button", name="Tangani", exact=True)).to_be_enabled()  # no longer so: it can be done again
    other.close()
