"""Rows 16, 18 and 20: the mall's own line is cut, a switch fails whatever is asked first, a fault comes and goes.

What the daemon came to believe is held against the simulator's truth log: what really failed, and when.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.model import NoticeKind
from mppmon.clock import Clock
from mppmon.mall.model import State
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, edit, fresh, until
from tests.faults.truth import apart
from tests.servers.prometheus import pause
from tests.stories.house import House

_TOLERANCE = 1.0
"""Seconds a believed edge may be from the true one, as in `mppmon demo --check`."""

_HOUR = timedelta(hours=1)
_MOST = 3  # messages an hour


def _online(here: Trial) -> None:
    """Give the mall a line of its own, a service that needs what is beyond it, and a bot that only it leads to."""
    doors = here.doors

    def site(whole: dict[str, Any]) -> None:
        whole["site"]["uplink"] = {"device": "line", "gateway": "core", "anchors": ["anchor"]}

    def devices(whole: dict[str, Any]) -> None:
        beyond = {"outside": True}
        anchor = {"way": "tcp", "port": doors["anchor"]["tcp"]}
        url = f"http://127.61.1.2:{doors['siak']['http']}/"
        whole["devices"] |= {
            "line": {"kind": "passive", "name": "Internet mal", "parents": ["core"]},
            "anchor": {"kind": "server", "name": "Titik uji", "address": "127.61.1.1", "liveness": anchor, **beyond},
            "siak": {"kind": "online-system", "name": "SIAK", "http": {"url": url, "contains": "SIAK siap"}, **beyond},
        }

    def people(whole: dict[str, Any]) -> None:
        whole["people"]["ani"]["addresses"] = {"chat": "101", "surat": "ani@mall.test"}  # the bot first

    def channels(whole: dict[str, Any]) -> None:
        whole["channels"]["chat"] |= {"needs_internet": True, "listen": False}

    def agencies(whole: dict[str, Any]) -> None:
        whole["agencies"]["dukcapil"]["services"]["ktp"]["systems"] = ["siak"]

    for file, change in (
        ("site.yaml", site),
        ("devices.yaml", devices),
        ("people.yaml", people),
        ("channels.yaml", channels),
        ("agencies.yaml", agencies),
    ):
        edit(here.config, file, change)


def cut(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Cut the mall's own line (at length three times): one page about it by the local channel while it is cut."""
    wrong: list[str] = []
    slowest = 0.0
    with fresh(folder) as here:
        _online(here)
        here.start()
        here.well()
        before = len(here.states("ktp@a1"))
        for _ in range(1 if short else 3):
            here.forget()
            here.provider.cut = True
            here.simulator.begin("uplink-off")
            begun = Clock().monotonic()
            if not until(lambda: "terputus" in "".join(one.text for one in here.news()), 30):
                wrong.append("no page while the line was cut")
            slowest = max(slowest, Clock().monotonic() - begun)
            here.simulator.begin("jam", "printer")
            if not until(lambda: "Kartu Keluarga" in "".join(one.text for one in here.news()), 30):
                wrong.append("no page about a printer of our own meanwhile")
            if len(here.news()) != 2:  # about the line, and about the printer
                wrong.append(f"told: {[one.text[:60] for one in here.news()]}")
            here.provider.cut = False
            here.simulator.mend()
            if not (here.well() and here.arrived(4, 30)):
                wrong.append("no end is told")
        states = here.states("ktp@a1")[before:]
        if set(states) - {"unknown", "delivered"}:
            wrong.append(f"our own blindness was somebody's downtime: {states}")
        off = apart(here)
    if off > _TOLERANCE:
        wrong.append(f"{off:.1f} s from the truth")
    return Found(not wrong, slowest, "s to the local page", "; ".join((f"truth within {off:.2f} s", *wrong)))


_PACES = (
    {"switch": 0.3, "printer": 3.0, "pc": 3.0},
    {"switch": 3.0, "printer": 0.3, "pc": 0.3},
    {"switch": 3.0, "printer": 0.3, "pc": 3.0},
    {"switch": 0.3, "printer": 0.3, "pc": 0.3},
)
"""Seconds between polls: who is asked first after the switch has failed."""


def orders(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Cut the switch above everything while it, or what hangs on it, is asked first; each is one page, and true."""
    wrong: list[str] = []
    worst = 0.0
    for number, paces in enumerate(_PACES):
        with fresh(folder / f"{number}") as here:

            def paced(whole: dict[str, Any], paces: dict[str, float] = paces) -> None:
                kinds = whole["intervals"]["kinds"]
                for kind, seconds in paces.items():
                    kinds[kind] = {**kinds.get(kind, {}), "liveness": seconds, "telemetry": seconds}

            edit(here.config, "daemon.yaml", paced)
            here.start()
            here.well()
            for moment in range(3):
                here.forget()
                pause(0.4 * moment)
                here.simulator.begin("network-off", "core")
                here.arrived(1)
                pause(4)
                root = [one["root"] for one in here.status()["incidents"]]
                if len(here.news()) != 1 or root != ["core"]:
                    wrong.append(f"order {number}: {len(here.news())} messages, {root}")
                here.simulator.mend()
                if not (here.well() and here.arrived(2)):
                    wrong.append(f"order {number}: no end is told")
            worst = max(worst, apart(here))
    if worst > _TOLERANCE:
        wrong.append(f"{worst:.1f} s from the truth")
    rounds = 3 * len(_PACES)
    return Found(not wrong, worst, "s from the truth", "; ".join((f"{rounds} cuts, one page each", *wrong)))


def flapping(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Let a printer jam and be mended every minute for an hour (at length eight), then jam for good: virtual time."""
    wrong: list[str] = []
    folder.mkdir(parents=True)
    with House(folder) as house:
        house.all_well()
        for minute in range(60 if short else 480):
            house.turn(house.cards("a1", jammed=minute % 2 == 0))
            house.wait(60, step=20)
        told = [one.created_at for one in house.told() if one.recipient == "ani"]
        busiest = max(sum(start <= other < start + _HOUR for other in told) for start in told)
        house.turn(house.cards("a1", jammed=True))
        down = house.engine.snapshot.functions["a1-cards"] is State.DOWN
        house.wait(600, step=20)
        last = [one.kind for one in house.told() if one.recipient == "ani"][-1]
    if not down:
        wrong.append("the outage is not seen at the poll that shows it")
    if last is not NoticeKind.PAGE:
        wrong.append(f"the last word is {last}")
    return Found(busiest <= _MOST and not wrong, busiest, "messages in the busiest hour", "; ".join(wrong))


ROWS = (
    Row(16, "own uplink cut", "the page arrives by a local channel during the cut", cut),
    Row(18, "parent switch down, whatever is asked first", "one page each", orders, full_only=True),
    Row(20, "flapping for an hour", "<= 3 messages an hour, a real outage at its first poll", flapping),
)
