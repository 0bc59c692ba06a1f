"""The story of `mppmon demo --check`, one step after the other. Each returns what it saw, or raises Missed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mppmon.demo.ledger import compare
from mppmon.demo.scene import Missed, Scene, Told
from mppmon.mall.principal import SYSTEM
from mppmon.store import Store

Seen = Mapping[str, object]
Step = Callable[[Scene], Awaitable[Seen]]

JAMMED = "a3-card-printer"
UNANSWERED = "c1-struk"
CORE = "sw-core"


async def all_polled(scene: Scene) -> Seen:
    """Wait until every check has been asked once and every service is delivered."""

    def look() -> Seen | None:
        counts = scene.status()["counts"]
        unsure = counts["services"]["unknown"] + counts["services"]["interrupted"] + counts["devices"]["unknown"]
        return counts if not unsure else None

    return {"counts": await scene.until("all devices up, all services delivered", look, within=20)}


async def jam_is_paged(scene: Scene) -> Seen:
    """Jam a card printer behind a PC: the page names service, counter, citizens per hour; a button takes it."""
    before = scene.told()
    scene.control.begin("jam", JAMMED)
    page = (await scene.until("a page about the jam", lambda: scene.pages(before), within=10))[0]
    for words in ("Cetak KTP-el TERHENTI", "Loket A3", "sekitar 12 warga/jam", "kartu macet"):
        _expect(words in page.text, f"the page says {words!r}", page.text)
    (ack,) = [one for one in page.buttons if one.startswith("ack:")]
    scene.control.post("/chat/press", {"message": page.id, "data": ack})
    await scene.until("the incident is acknowledged", lambda: _incident(scene, JAMMED, taken=True), within=5)
    return {"page": page.text.splitlines(), "to": page.to}


async def unanswered_reaches_the_second(scene: Scene) -> Seen:
    """Leave a fault unanswered: it goes to the second person; the acknowledged one beside it does not."""
    before = scene.told()
    scene.control.begin("no-paper", UNANSWERED)
    await scene.until("a page about the paper", lambda: scene.pages(before), within=10)
    pages = await scene.until("a second person is paged", lambda: _two(scene.pages(before)), within=20)
    _expect(len({one.to for one in pages}) == len(pages), "two different persons", [one.to for one in pages])
    _expect(all("Loket C1" in one.text for one in pages), "nobody is called for the jam", [one.text for one in pages])
    number = _incident(scene, UNANSWERED)["number"]
    scene.ask("POST", f"/api/v1/incidents/{number}/acknowledge")
    return {"to": [one.to for one in pages]}


async def mended_is_told(scene: Scene) -> Seen:
    """Mend both: everybody who was called hears it, with how long it took."""
    before = scene.told()
    scene.control.mend("jam", JAMMED)
    scene.control.mend("no-paper", UNANSWERED)
    told = await scene.until(
        "three messages that it is mended",
        lambda: _at_least(3, [one for one in scene.news(before) if one.text.startswith("✅ Pulih")]),
        within=10,
    )
    _expect(not scene.status()["incidents"], "no open incident", scene.status()["incidents"])
    return {"told": [one.text for one in told]}


async def core_off_is_one_page(scene: Scene) -> Seen:
    """Switch the core switch off: exactly one page, which lists what hangs on it."""
    before = scene.told()
    scene.control.begin("network-off", CORE)
    (page, *_) = await scene.until("a page about the core switch", lambda: scene.pages(before), within=15)
    await asyncio.sleep(6)  # long enough for every device below it to be confirmed
    pages = scene.pages(before)
    _expect(len(pages) == 1, "exactly one page", [one.text for one in pages])
    _expect(page.channel == "surat", "by mail: the switch took the line to the chat with it", page.channel)
    _expect("Switch inti" in page.text and "perangkat" in page.text, "cause and children", page.text)
    children = _incident(scene, CORE)["children"]
    _expect(len(children) >= 40, "at least 40 children listed", len(children))  # noqa: PLR2004  # of the example mall
    scene.control.mend("network-off", CORE)
    await scene.until("everything up again", lambda: _all_well(scene), within=25)
    _expect(len(scene.pages(before)) == 1, "still one page", [one.text for one in scene.pages(before)])
    return {"page": page.text.splitlines(), "children": len(children)}


async def killed_loses_nothing(scene: Scene) -> Seen:
    """Kill -9 between the commit and the message: after a restart it is told, at most twice; nothing else is."""
    before = scene.told()
    scene.control.begin("jam", JAMMED)
    with Store.open(scene.database, read_only=True) as store:
        await scene.until("the incident is committed", lambda: store.saved(SYSTEM).incidents, within=10)
        scene.daemon.kill()
        died = scene.clock.now()
        last_seen = store.last_seen(SYSTEM)
    _expect(last_seen is not None, "a last sign of life", last_seen)
    await asyncio.sleep(2)
    scene.outages.append((last_seen or died, scene.clock.now()))  # nobody heard what was answered to the dead one
    scene.daemon.start()
    number = _incident(scene, JAMMED)["number"]
    (first, *_) = await scene.until("the page", lambda: scene.pages(before), within=15)
    await scene.until("everything known again", lambda: not scene.status()["counts"]["devices"]["unknown"], within=20)
    pages = [one for one in scene.pages(before) if one.to == first.to]  # a slow machine may have called the second, too
    _expect(len(pages) <= 2 and len({one.key for one in pages}) == 1, "one page, at most repeated once", pages)  # noqa: PLR2004  # promise 1
    scene.control.mend("jam", JAMMED)
    await scene.until("it is mended", lambda: _all_well(scene), within=15)
    await scene.until("and told", lambda: [one for one in scene.news(before) if one.text.startswith("✅")], within=5)
    return {"incident": number, "messages": len(pages), "blind_seconds": (died - (last_seen or died)).total_seconds()}


async def own_line_is_nobodys_downtime(scene: Scene) -> Seen:
    """Cut the mall's own line: one page, by the local channel; services behind it are unknown, none is stopped."""
    before = scene.told()
    scene.control.begin("uplink-off")
    (page, *_) = await scene.until("a page about the line", lambda: scene.pages(before), within=15)
    _expect(page.channel == "surat", "by mail on the mall's own network", page.channel)
    await asyncio.sleep(4)
    view = scene.status()
    pages = scene.pages(before)
    _expect(len(pages) == 1, "exactly one page", [one.text for one in pages])
    _expect(view["blind"] and not view["counts"]["services"]["interrupted"], "nobody's downtime", view["counts"])
    _expect(view["counts"]["services"]["unknown"] > 0, "services that need the outside are unknown", view["counts"])
    scene.control.mend("uplink-off")
    await scene.until("everything known again", lambda: _all_well(scene), within=20)
    return {"page": page.text.splitlines(), "unknown": view["counts"]["services"]["unknown"]}


async def report_is_exact(scene: Scene) -> Seen:
    """Compare the day's report with the simulator's log: every edge within a second."""
    return await asyncio.to_thread(compare, scene)


STORY: tuple[Step, ...] = (
    all_polled,
    jam_is_paged,
    unanswered_reaches_the_second,
    mended_is_told,
    core_off_is_one_page,
    killed_loses_nothing,
    own_line_is_nobodys_downtime,
    report_is_exact,
)


def _expect(held: bool, expected: str, found: object) -> None:  # noqa: FBT001  # reads as a sentence at the call
    if not held:
        raise Missed(f"expected {expected}, found {found}")


def _incident(scene: Scene, root: str, *, taken: bool = False) -> Mapping[str, Any]:
    found = [one for one in scene.status()["incidents"] if one["root"] == root]
    wanted = [one for one in found if one["acknowledged_by"]] if taken else found
    if not wanted and not taken:
        raise Missed(f"expected an open incident of {root}, found {scene.status()['incidents']}")
    return wanted[0] if wanted else {}


def _two(pages: list[Told]) -> list[Told] | None:
    return _at_least(2, pages)


def _at_least(count: int, told: list[Told]) -> list[Told] | None:
    return told if len(told) >= count else None


def _all_well(scene: Scene) -> bool:
    view = scene.status()
    services, devices = view["counts"]["services"], view["counts"]["devices"]
    return bool(services["delivered"] == sum(services.values()) and devices["up"] == sum(devices.values()))
